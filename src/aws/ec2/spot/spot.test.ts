import type { RequestSpotInstancesRequest, RunInstancesRequest } from '@aws-sdk/client-ec2';
import { beforeEach, describe, expect, it } from 'vitest';
import type { Plain } from '../../operation.ts';
import {
  describeInstances,
  runInstances,
  startInstances,
  stopInstances,
  terminateInstances,
} from '../instances/instances.ts';
import { createInstanceWorld, testImage, type InstanceWorld } from '../instances/test-instances.ts';
import { createLaunchTemplate } from '../launch-templates/templates.ts';
import { createSubnet, deleteSubnet } from '../network/subnets.ts';
import { createVpc } from '../network/vpcs.ts';
import { ec2 } from '../service.ts';
import { SpotInterruptions } from './entities.ts';
import { describeSpotPriceHistory } from './price-history.ts';
import {
  cancelSpotInstanceRequests,
  describeSpotInstanceRequests,
  requestSpotInstances,
} from './spot-requests.ts';

type Launch = Partial<Plain<RunInstancesRequest>>;

let region: InstanceWorld;

beforeEach(async () => {
  region = await createInstanceWorld({ services: [ec2] });
});

const spot = { InstanceMarketOptions: { MarketType: 'spot' } } as const;
const persistent = {
  InstanceMarketOptions: {
    MarketType: 'spot',
    SpotOptions: { SpotInstanceType: 'persistent', InstanceInterruptionBehavior: 'stop' },
  },
} as const;

const launchOne = (request: Launch): string => region.launch(request)[0] ?? '';

const requests = () => region.call(describeSpotInstanceRequests, {}).SpotInstanceRequests ?? [];

const request = () => {
  const [first] = requests();
  if (first === undefined) throw new Error('There is no request.');
  return first;
};

const ask = (more: Partial<Plain<RequestSpotInstancesRequest>> = {}) =>
  region.call(requestSpotInstances, {
    LaunchSpecification: { ImageId: testImage(), InstanceType: 't3.micro' },
    ...more,
  }).SpotInstanceRequests ?? [];

const stateOf = (id: string) => region.describe(id).State?.Name;

const running = (): readonly string[] =>
  (
    region.call(describeInstances, {
      Filters: [{ Name: 'instance-state-name', Values: ['running', 'pending'] }],
    }).Reservations ?? []
  ).flatMap(({ Instances = [] }) => Instances.map(({ InstanceId = '' }) => InstanceId));

describe('RunInstances of Spot Instances', () => {
  it('fulfils a request for each at once', () => {
    const ids = region.launch({
      ...spot,
      MinCount: 2,
      MaxCount: 2,
      TagSpecifications: [
        { ResourceType: 'spot-instances-request', Tags: [{ Key: 'team', Value: 'shop' }] },
      ],
    });
    const found = requests();
    expect(found.map((one) => one.InstanceId)).toEqual(ids);
    expect(found[0]).toMatchObject({
      SpotInstanceRequestId: expect.stringMatching(/^sir-[0-9a-f]{8,17}$/),
      State: 'active',
      Status: { Code: 'fulfilled' },
      Type: 'one-time',
      InstanceInterruptionBehavior: 'terminate',
      SpotPrice: '0.010400',
      Tags: [{ Key: 'team', Value: 'shop' }],
      LaunchSpecification: { InstanceType: 't3.micro' },
    });
    expect(region.describe(ids[0] ?? '')).toMatchObject({
      InstanceLifecycle: 'spot',
      SpotInstanceRequestId: found[0]?.SpotInstanceRequestId,
    });
    const { Reservations } = region.call(describeInstances, {
      Filters: [{ Name: 'instance-lifecycle', Values: ['spot'] }],
    });
    expect(Reservations?.[0]?.Instances).toHaveLength(2);
  });

  it('takes the market from a launch template', () => {
    region.call(createLaunchTemplate, {
      LaunchTemplateName: 'cheap',
      LaunchTemplateData: spot,
    });
    const id = launchOne({ LaunchTemplate: { LaunchTemplateName: 'cheap' } });
    expect(region.describe(id).InstanceLifecycle).toBe('spot');
  });

  it.each([
    [{ MarketType: 'spot', SpotOptions: { MaxPrice: '0.0011' } }, 'SpotMaxPriceTooLow'],
    [{ MarketType: 'spot', SpotOptions: { MaxPrice: 'cheap' } }, 'InvalidParameterValue'],
    [
      { MarketType: 'spot', SpotOptions: { SpotInstanceType: 'persistent' } },
      'InvalidParameterCombination',
    ],
    [
      { MarketType: 'spot', SpotOptions: { InstanceInterruptionBehavior: 'stop' } },
      'InvalidParameterCombination',
    ],
    [
      { MarketType: 'spot', SpotOptions: { InstanceInterruptionBehavior: 'hibernate' } },
      'UnsupportedOperation',
    ],
    [{ MarketType: 'capacity-block' }, 'UnsupportedOperation'],
  ] as const)('refuses %j', (InstanceMarketOptions, code) => {
    const refusal = region.fail(runInstances, {
      ImageId: testImage(),
      InstanceType: 't3.micro',
      MinCount: 1,
      MaxCount: 1,
      InstanceMarketOptions,
    });
    expect(refusal.code).toBe(code);
    expect(requests()).toEqual([]);
  });

  it('finds no capacity while EC2 needs it elsewhere, as on demand still does', () => {
    for (const zone of ['1', '2', '3', '4', '5', '6']) {
      region.breakDown(`zone/use1-az${zone}`, 'spot');
    }
    const ordinary = { ImageId: testImage(), InstanceType: 't3.micro', MinCount: 1, MaxCount: 1 };
    expect(region.fail(runInstances, { ...ordinary, InstanceType: 't3.micro', ...spot }).code).toBe(
      'InsufficientInstanceCapacity',
    );
    launchOne({});
  });

  it('refuses to stop an instance that nothing would start again, in the words of EC2', () => {
    const id = launchOne(spot);
    region.clock.advance(30_000);
    expect(region.fail(stopInstances, { InstanceIds: [id] })).toMatchObject({
      code: 'UnsupportedOperation',
      message: expect.stringContaining('one-time Spot Instance request'),
    });
  });

  it('of a persistent request lets its user stop and start it', () => {
    const id = launchOne(persistent);
    region.clock.advance(30_000);
    region.call(stopInstances, { InstanceIds: [id] });
    region.clock.advance(30_000);
    expect(request()).toMatchObject({
      State: 'disabled',
      Status: { Code: 'instance-stopped-by-user' },
    });
    region.clock.advance(600_000);
    expect(stateOf(id)).toBe('stopped');
    region.call(startInstances, { InstanceIds: [id] });
    expect(request()).toMatchObject({ State: 'active', Status: { Code: 'fulfilled' } });
  });
});

describe('a request for Spot Instances', () => {
  it('is looked at a moment later', () => {
    expect(ask({ InstanceCount: 2 })).toMatchObject([
      { State: 'open', Status: { Code: 'pending-evaluation' } },
      { State: 'open' },
    ]);
    expect(running()).toEqual([]);
    region.clock.advance(20_000);
    expect(requests()).toMatchObject([
      { State: 'active', Status: { Code: 'fulfilled' } },
      { State: 'active' },
    ]);
    expect(running()).toHaveLength(2);
  });

  it('waits for capacity, for its time and for its price', () => {
    const mend = ['1', '2', '3', '4', '5', '6'].map((zone) =>
      region.breakDown(`zone/use1-az${zone}`, 'spot'),
    );
    const now = region.view().now;
    ask();
    ask({ ValidFrom: now + 3_600_000 });
    ask({ SpotPrice: '0.0011' });
    region.clock.advance(60_000);
    expect(requests().map(({ Status }) => Status?.Code)).toEqual([
      'capacity-not-available',
      'not-scheduled-yet',
      'price-too-low',
    ]);
    for (const one of mend) one();
    region.clock.advance(60_000);
    expect(requests().map(({ State }) => State)).toEqual(['active', 'open', 'open']);
    region.clock.advance(3_600_000);
    expect(requests()[1]?.State).toBe('active');
    region.clock.advance(7 * 86_400_000);
    expect(requests().at(-1)).toMatchObject({
      State: 'closed',
      Status: { Code: 'schedule-expired' },
    });
  });

  it('says what is wrong with it when what it names has gone', () => {
    const { Vpc } = region.call(createVpc, { CidrBlock: '10.0.0.0/16' });
    const { Subnet } = region.call(createSubnet, { VpcId: Vpc?.VpcId, CidrBlock: '10.0.0.0/24' });
    const SubnetId = Subnet?.SubnetId ?? '';
    ask({
      LaunchSpecification: { ImageId: testImage(), InstanceType: 't3.micro', SubnetId },
      ValidFrom: region.view().now + 60_000,
    });
    region.call(deleteSubnet, { SubnetId });
    region.clock.advance(90_000);
    expect(request()).toMatchObject({
      State: 'failed',
      Status: { Code: 'bad-parameters' },
      Fault: { Code: 'InvalidSubnetID.NotFound' },
    });
  });

  it.each([
    [{ ImageId: 'ami-0123456789abcdef0' }, {}, 'InvalidAMIID.NotFound'],
    [{ InstanceType: 'u-6tb1.112xlarge' }, {}, 'Unsupported'],
    [{}, { InstanceCount: 0 }, 'InvalidParameterValue'],
    [{}, { ValidFrom: 1 }, 'InvalidParameterValue'],
    [{}, { LaunchGroup: 'all' }, 'UnsupportedOperation'],
    [{}, { InstanceInterruptionBehavior: 'stop' }, 'InvalidParameterCombination'],
  ] as const)('is refused with %j and %j', (specification, more, code) => {
    expect(
      region.fail(requestSpotInstances, {
        LaunchSpecification: { ImageId: testImage(), InstanceType: 't3.micro', ...specification },
        ...more,
      }).code,
    ).toBe(code);
  });

  it('that is cancelled leaves its instance alone, and gets none if it has none yet', () => {
    const [first, second] = ask({ InstanceCount: 2 });
    const ids = [first?.SpotInstanceRequestId ?? '', second?.SpotInstanceRequestId ?? ''];
    expect(
      region.call(cancelSpotInstanceRequests, { SpotInstanceRequestIds: ids.slice(0, 1) }),
    ).toEqual({
      CancelledSpotInstanceRequests: [{ SpotInstanceRequestId: ids[0], State: 'cancelled' }],
    });
    region.clock.advance(60_000);
    expect(running()).toHaveLength(1);
    region.call(cancelSpotInstanceRequests, { SpotInstanceRequestIds: ids });
    expect(requests().map(({ Status }) => Status?.Code)).toEqual([
      'canceled-before-fulfillment',
      'request-canceled-and-instance-running',
    ]);
    region.clock.advance(60_000);
    expect(running()).toHaveLength(1);
    expect(
      region.fail(cancelSpotInstanceRequests, { SpotInstanceRequestIds: ['sir-01234567'] }).code,
    ).toBe('InvalidSpotInstanceRequestID.NotFound');
  });

  it('is closed with its instance when it was for once, and wants another when it persists', () => {
    ask();
    ask({ Type: 'persistent' });
    region.clock.advance(60_000);
    const before = running();
    region.call(terminateInstances, { InstanceIds: before });
    expect(requests().map(({ State, Status }) => [State, Status?.Code])).toEqual([
      ['closed', 'instance-terminated-by-user'],
      ['open', 'instance-terminated-by-user'],
    ]);
    region.clock.advance(60_000);
    expect(running()).toHaveLength(1);
    expect(before).not.toContain(running()[0]);
    region.clock.advance(3 * 86_400_000);
    expect(requests()).toHaveLength(1);
  });
});

describe('an interruption', () => {
  it('gives notice two minutes ahead, with a recommendation, and terminates', () => {
    const id = launchOne(spot);
    const other = launchOne({});
    region.clock.advance(60_000);
    const { now } = region.view();
    const mend = region.breakDown(`instance/${id}`, 'spot');
    expect(region.view().get(SpotInterruptions, id)).toMatchObject({
      recommendedAt: Math.floor(now / 1000) * 1000,
      actionAt: Math.floor((now + 120_000) / 1000) * 1000,
      action: 'terminate',
    });
    expect(request()).toMatchObject({
      State: 'active',
      Status: { Code: 'marked-for-termination' },
    });
    mend();
    region.clock.advance(118_000);
    expect(stateOf(id)).toBe('running');
    region.clock.advance(3_000);
    expect(stateOf(id)).toBe('shutting-down');
    expect(region.describe(id).StateReason?.Code).toBe('Server.SpotInstanceTermination');
    expect(request()).toMatchObject({
      State: 'closed',
      Status: { Code: 'instance-terminated-no-capacity' },
    });
    expect(region.view().get(SpotInterruptions, id)).toBeUndefined();
    expect(stateOf(other)).toBe('running');
  });

  it('stops what is to be stopped, and starts it again once there is capacity', () => {
    const id = launchOne(persistent);
    region.clock.advance(60_000);
    const zone = region.describe(id).Placement?.AvailabilityZoneId ?? '';
    const mend = region.breakDown(`zone/${zone}/t3`, 'spot');
    expect(request().Status?.Code).toBe('marked-for-stop');
    region.clock.advance(150_000);
    expect(stateOf(id)).toBe('stopped');
    expect(region.describe(id).StateReason?.Code).toBe('Server.SpotInstanceShutdown');
    expect(region.fail(startInstances, { InstanceIds: [id] }).code).toBe(
      'IncorrectSpotRequestState',
    );
    region.clock.advance(60_000);
    expect(request()).toMatchObject({ State: 'open', Status: { Code: 'capacity-not-available' } });
    mend();
    region.clock.advance(60_000);
    expect(stateOf(id)).toBe('running');
    expect(request()).toMatchObject({ State: 'active', Status: { Code: 'fulfilled' } });
  });

  it('that is only possible recommends to replace the instance, and leaves it', () => {
    const id = launchOne(spot);
    region.clock.advance(60_000);
    region.breakDown(`instance/${id}`, 'spot', { as: 'rebalance' });
    expect(region.view().get(SpotInterruptions, id)).toMatchObject({ actionAt: null });
    region.clock.advance(600_000);
    expect(stateOf(id)).toBe('running');
    region.breakDown(`instance/${id}`, 'spot', { as: 'interruption' });
    region.clock.advance(180_000);
    expect(stateOf(id)).toBe('terminated');
  });

  it('of a share of a zone takes about that share, and no instance on demand', () => {
    const Placement = { AvailabilityZone: 'us-east-1a' };
    const ids = region.launch({ ...spot, Placement, MinCount: 200, MaxCount: 200 });
    const others = region.launch({ Placement, MinCount: 20, MaxCount: 20 });
    region.clock.advance(60_000);
    const zone = region.describe(ids[0] ?? '').Placement?.AvailabilityZoneId ?? '';
    region.breakDown(`zone/${zone}`, 'spot', { severity: 0.3 });
    region.clock.advance(180_000);
    const left = new Set(running());
    expect(others.every((id) => left.has(id))).toBe(true);
    const taken = ids.filter((id) => !left.has(id)).length;
    expect(taken).toBeGreaterThan(35);
    expect(taken).toBeLessThan(85);
  });

  it('meets an instance that comes to run while the fault is open', () => {
    const id = launchOne(spot);
    region.breakDown(`instance/${id}`, 'spot');
    expect(region.view().get(SpotInterruptions, id)).toBeUndefined();
    region.clock.advance(30_000);
    expect(region.view().get(SpotInterruptions, id)).toBeDefined();
  });
});

describe('DescribeSpotPriceHistory', () => {
  it('has the price now, and those of the days before it', () => {
    const { now } = region.view();
    const ask = (StartTime: number) =>
      region.call(describeSpotPriceHistory, {
        InstanceTypes: ['t3.micro'],
        ProductDescriptions: ['Linux/UNIX'],
        AvailabilityZone: 'us-east-1a',
        StartTime,
      }).SpotPriceHistory ?? [];
    const [current, ...none] = ask(now);
    expect(none).toEqual([]);
    expect(current).toMatchObject({
      InstanceType: 't3.micro',
      AvailabilityZone: 'us-east-1a',
      ProductDescription: 'Linux/UNIX',
      SpotPrice: expect.stringMatching(/^0\.00\d{4}$/),
    });
    expect(Number(current?.SpotPrice)).toBeGreaterThan(0.3 * 0.0104);
    expect(Number(current?.SpotPrice)).toBeLessThan(0.4 * 0.0104);
    const week = ask(now - 7 * 86_400_000);
    expect(week).toHaveLength(8);
    expect(week[0]).toEqual(current);
    expect(new Set(week.map(({ SpotPrice }) => SpotPrice)).size).toBeGreaterThan(4);
  });

  it('comes in pages, and has nothing of types whose price nobody knows', () => {
    const first = region.call(describeSpotPriceHistory, { MaxResults: 5 });
    expect(first.SpotPriceHistory).toHaveLength(5);
    const second = region.call(describeSpotPriceHistory, {
      MaxResults: 5,
      NextToken: first.NextToken,
    });
    expect(second.SpotPriceHistory?.[0]).not.toEqual(first.SpotPriceHistory?.[4]);
    expect(
      region.call(describeSpotPriceHistory, { InstanceTypes: ['x1e.xlarge'] }).SpotPriceHistory,
    ).toEqual([]);
    expect(
      region.call(describeSpotPriceHistory, { ProductDescriptions: ['Windows'] }).SpotPriceHistory,
    ).toEqual([]);
  });
});
