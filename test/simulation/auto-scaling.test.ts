import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { accountZones } from '../../src/aws/shared/account-zones.ts';
import { autoscaling } from '../../src/aws/autoscaling/service.ts';
import {
  AutoScalingGroups,
  GroupInstances,
  ScalingActivities,
} from '../../src/aws/autoscaling/entities.ts';
import { baseImagesOf } from '../../src/aws/ec2/images/base-images.ts';
import { ec2 } from '../../src/aws/ec2/service.ts';
import { elbv2 } from '../../src/aws/elbv2/service.ts';
import { Targets } from '../../src/aws/elbv2/entities.ts';
import { execute } from '../../src/aws/execute.ts';
import type { Service } from '../../src/aws/operation.ts';
import { SimulatedWorld } from '../../src/simulated/simulated-world.ts';
import { isDomainError } from '../../src/world/domain-error.ts';
import { mendFault, openFault } from '../../src/world/fault-book.ts';
import type { View } from '../../src/world/transaction.ts';

const home = { region: 'eu-west-1', account: '000000000000' } as const;
const minute = 60_000;

let simulated: SimulatedWorld;

beforeEach(async () => {
  simulated = await SimulatedWorld.open({ seed: 1 });
});
afterEach(() => simulated.close());

const call = (
  service: Service,
  operation: string,
  input: Readonly<Record<string, unknown>>,
): Readonly<Record<string, unknown>> => {
  const { output } = execute(simulated.world, { service, operation, input, ...home });
  if (isDomainError(output)) throw new Error(`${operation}: ${output.code} ${output.message}`);
  // What operations answer is an object.
  return output as Readonly<Record<string, unknown>>;
};

const view = (): View => simulated.world.view(home.region, home.account);
const zoneIds = (): readonly string[] => accountZones(view()).map((zone) => zone.id);
const advance = (minutes: number): void => simulated.clock.advance(minutes * minute);

/** How many instances are in service in each zone, in the order of the zones. */
const inService = (): string =>
  zoneIds()
    .map(
      (zoneId) =>
        view()
          .list(GroupInstances)
          .filter((one) => one.zoneId === zoneId && one.state === 'InService').length,
    )
    .join('/');

const userData = Buffer.from('#faultline-mock\n{"bootSeconds":20}').toString('base64');

const createGroup = (changes: Readonly<Record<string, unknown>> = {}): void => {
  const image = baseImagesOf(home.region).find((one) => one.architecture === 'x86_64');
  call(ec2, 'CreateLaunchTemplate', {
    LaunchTemplateName: 'web',
    LaunchTemplateData: { ImageId: image?.imageId, InstanceType: 't3.micro', UserData: userData },
  });
  call(autoscaling, 'CreateAutoScalingGroup', {
    AutoScalingGroupName: 'web',
    LaunchTemplate: { LaunchTemplateName: 'web', Version: '$Latest' },
    MinSize: 6,
    MaxSize: 6,
    AvailabilityZones: accountZones(view()).map((zone) => zone.name),
    ...changes,
  });
};

const loseZone = (zoneId: string): string => {
  const fault = openFault(simulated.world, { target: `zone/${zoneId}`, effect: 'power' }).output;
  if (isDomainError(fault)) throw new Error(fault.message);
  return fault.id;
};

/** The smallest number of instances in service, of those in zones that work, while time passes. */
const leastServing = (minutes: number, working: readonly string[]): number => {
  let least = Infinity;
  for (let second = 0; second < minutes * 60; second += 5) {
    simulated.clock.advance(5000);
    const serving = view()
      .list(GroupInstances)
      .filter((one) => one.state === 'InService' && working.includes(one.zoneId)).length;
    least = Math.min(least, serving);
  }
  return least;
};

const causes = (): readonly string[] =>
  view()
    .find(ScalingActivities, 'group', 'web')
    .map((activity) => `${activity.status}: ${activity.cause.replaceAll(/At \S+ /g, '')}`);

const createTargetGroup = (): string => {
  const { Vpcs } = call(ec2, 'DescribeVpcs', {}) as { Vpcs: readonly { VpcId: string }[] };
  const { Subnets } = call(ec2, 'DescribeSubnets', {}) as {
    Subnets: readonly { SubnetId: string }[];
  };
  const { TargetGroups } = call(elbv2, 'CreateTargetGroup', {
    Name: 'web',
    Protocol: 'HTTP',
    Port: 80,
    VpcId: Vpcs[0]?.VpcId,
    HealthCheckIntervalSeconds: 10,
  }) as { TargetGroups: readonly { TargetGroupArn: string }[] };
  const { LoadBalancers } = call(elbv2, 'CreateLoadBalancer', {
    Name: 'web',
    Subnets: Subnets.map((subnet) => subnet.SubnetId),
  }) as { LoadBalancers: readonly { LoadBalancerArn: string }[] };
  const TargetGroupArn = TargetGroups[0]?.TargetGroupArn ?? '';
  call(elbv2, 'CreateListener', {
    LoadBalancerArn: LoadBalancers[0]?.LoadBalancerArn,
    Protocol: 'HTTP',
    Port: 80,
    DefaultActions: [{ Type: 'forward', TargetGroupArn }],
  });
  return TargetGroupArn;
};

describe('a group of six over three zones', () => {
  it('is 2/2/2, 3/3 while a zone is lost, and 2/2/2 again when it is back, never serving fewer for that', () => {
    createGroup();
    advance(2);
    expect(inService()).toBe('2/2/2');
    const [lost = '', ...others] = zoneIds();
    const fault = loseZone(lost);
    advance(1);
    expect(inService()).toBe('2/2/2');
    advance(4);
    expect(inService()).toBe('0/3/3');
    advance(20);
    expect(inService()).toBe('0/3/3');
    mendFault(simulated.world, fault);
    expect(leastServing(15, [lost, ...others])).toBeGreaterThanOrEqual(6);
    expect(inService()).toBe('2/2/2');
    expect(view().list(GroupInstances)).toHaveLength(6);
    const words = causes();
    expect(words).toContain(
      'Successful: a user request created an AutoScalingGroup changing the desired capacity from 0 to 6.  an instance was started in response to a difference between desired and actual capacity, increasing the capacity from 0 to 6.',
    );
    expect(words).toContain(
      'Successful: an instance was taken out of service in response to an EC2 instance status checks failure.',
    );
    expect(words).toContain(
      'Failed: an instance was launched in response to an unhealthy instance needing to be replaced.',
    );
  });

  it('sees a lost zone through its balancer, and sooner', () => {
    const arn = createTargetGroup();
    createGroup({
      TargetGroupARNs: [arn],
      HealthCheckType: 'ELB',
      HealthCheckGracePeriod: 120,
    });
    advance(5);
    expect(inService()).toBe('2/2/2');
    expect(view().find(Targets, 'targetGroup', arn)).toHaveLength(6);
    const [lost = ''] = zoneIds();
    const fault = loseZone(lost);
    advance(1.5);
    expect(inService()).toBe('0/3/3');
    mendFault(simulated.world, fault);
    expect(leastServing(15, zoneIds())).toBeGreaterThanOrEqual(6);
    expect(inService()).toBe('2/2/2');
    expect(
      view()
        .find(Targets, 'targetGroup', arn)
        .filter((target) => target.drainingUntil === null),
    ).toHaveLength(6);
    expect(causes()).toContain(
      'Successful: an instance was taken out of service in response to an ELB system health check failure.',
    );
  });

  it('does nothing while its Region is in disaster, and serves with the same instances after it', () => {
    createGroup();
    advance(2);
    const ids = (): readonly string[] =>
      view()
        .list(GroupInstances)
        .map((one) => one.id);
    const before = ids();
    const fault = openFault(simulated.world, {
      target: `region/${home.region}`,
      effect: 'disaster',
    }).output;
    if (isDomainError(fault)) throw new Error(fault.message);
    advance(30);
    mendFault(simulated.world, fault.id);
    advance(10);
    expect([ids(), inService()]).toEqual([before, '2/2/2']);
  });

  it('is not replaced while the API of EC2 fails, and is afterwards', () => {
    createGroup();
    advance(2);
    const api = openFault(simulated.world, {
      target: `api/${home.region}/ec2`,
      effect: 'api',
    }).output;
    if (isDomainError(api)) throw new Error(api.message);
    loseZone(zoneIds()[0] ?? '');
    advance(10);
    expect(inService()).toBe('2/2/2');
    mendFault(simulated.world, api.id);
    advance(3);
    expect(inService()).toBe('0/3/3');
  });

  it('costs nothing while nothing happens', () => {
    createGroup();
    advance(30);
    const group = view().get(AutoScalingGroups, 'web');
    let commits = 0;
    const stop = simulated.world.subscribe(() => (commits += 1));
    advance(24 * 60);
    stop();
    expect([commits, view().get(AutoScalingGroups, 'web')]).toEqual([0, group]);
  });
});
