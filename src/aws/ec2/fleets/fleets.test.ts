import type { CreateFleetRequest } from '@aws-sdk/client-ec2';
import { beforeEach, describe, expect, it } from 'vitest';
import type { Plain } from '../../operation.ts';
import { describeInstances, terminateInstances } from '../instances/instances.ts';
import { createInstanceWorld, testImage, type InstanceWorld } from '../instances/test-instances.ts';
import { createLaunchTemplate } from '../launch-templates/templates.ts';
import { ec2 } from '../service.ts';
import { createTags } from '../tags.ts';
import {
  createFleet,
  deleteFleets,
  describeFleetHistory,
  describeFleetInstances,
  describeFleets,
  modifyFleet,
} from './fleets.ts';

type Request = Plain<CreateFleetRequest>;

let region: InstanceWorld;

beforeEach(async () => {
  region = await createInstanceWorld({ services: [ec2] });
  region.call(createLaunchTemplate, {
    LaunchTemplateName: 'web',
    LaunchTemplateData: { ImageId: testImage(), InstanceType: 't3.micro' },
  });
});

const template = { LaunchTemplateName: 'web', Version: '$Latest' };

type Overrides = NonNullable<NonNullable<Request['LaunchTemplateConfigs']>[number]['Overrides']>;

const request = (more: Partial<Request> = {}, overrides: Overrides = []): Request => ({
  LaunchTemplateConfigs: [{ LaunchTemplateSpecification: template, Overrides: overrides }],
  TargetCapacitySpecification: { TotalTargetCapacity: 2, DefaultTargetCapacityType: 'on-demand' },
  ...more,
});

const create = (more: Partial<Request> = {}, overrides: Overrides = []) =>
  region.call(createFleet, request(more, overrides));

const fleetOf = (id: string | undefined) => {
  const [fleet] = region.call(describeFleets, { FleetIds: [id ?? ''] }).Fleets ?? [];
  if (fleet === undefined) throw new Error(`${id} is not described.`);
  return fleet;
};

const membersOf = (FleetId: string | undefined) =>
  region.call(describeFleetInstances, { FleetId }).ActiveInstances ?? [];

const later = (seconds: number): void => region.clock.advance(seconds * 1000);

describe('an instant fleet', () => {
  it('launches before it answers, and says what from', () => {
    const made = create(
      {
        Type: 'instant',
        TagSpecifications: [
          { ResourceType: 'fleet', Tags: [{ Key: 'team', Value: 'shop' }] },
          { ResourceType: 'instance', Tags: [{ Key: 'role', Value: 'web' }] },
        ],
      },
      [{ InstanceType: 't3.small', AvailabilityZone: 'us-east-1a', Priority: 0 }],
    );
    expect(made.FleetId).toMatch(/^fleet-[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-/);
    expect(made.Errors).toEqual([]);
    expect(made.Instances).toMatchObject([
      {
        Lifecycle: 'on-demand',
        InstanceType: 't3.small',
        AvailabilityZone: 'us-east-1a',
        LaunchTemplateAndOverrides: {
          LaunchTemplateSpecification: { LaunchTemplateName: 'web' },
          Overrides: { InstanceType: 't3.small' },
        },
      },
    ]);
    const [id = '', second] = made.Instances?.[0]?.InstanceIds ?? [];
    expect(second).toBeDefined();
    expect(region.describe(id).Tags).toEqual(
      expect.arrayContaining([
        { Key: 'aws:ec2:fleet-id', Value: made.FleetId },
        { Key: 'role', Value: 'web' },
      ]),
    );
    expect(fleetOf(made.FleetId)).toMatchObject({
      FleetState: 'active',
      ActivityStatus: 'fulfilled',
      FulfilledCapacity: 2,
      FulfilledOnDemandCapacity: 2,
      Type: 'instant',
      Tags: [{ Key: 'team', Value: 'shop' }],
    });
    expect(region.call(describeFleets, {}).Fleets).toEqual([]);
  });

  it('says what it could not launch, and launches the rest from other pools', () => {
    region.breakDown('zone/use1-az1', 'capacity');
    region.breakDown('zone/use1-az2', 'capacity');
    const made = create(
      { Type: 'instant', OnDemandOptions: { AllocationStrategy: 'prioritized' } },
      [
        { InstanceType: 't3.micro', AvailabilityZoneId: 'use1-az1', Priority: 0 },
        { InstanceType: 't3.micro', AvailabilityZoneId: 'use1-az2', Priority: 1 },
        { InstanceType: 't3.micro', AvailabilityZoneId: 'use1-az4', Priority: 2 },
      ],
    );
    expect(made.Errors).toMatchObject([
      {
        ErrorCode: 'InsufficientInstanceCapacity',
        Lifecycle: 'on-demand',
        LaunchTemplateAndOverrides: { Overrides: { AvailabilityZoneId: 'use1-az1' } },
      },
      { ErrorCode: 'InsufficientInstanceCapacity' },
    ]);
    expect(made.Instances).toMatchObject([{ AvailabilityZoneId: 'use1-az4' }]);
    expect(made.Instances?.[0]?.InstanceIds).toHaveLength(2);
  });

  it('takes Spot Instances where they are cheapest, and on demand by what is asked of it', () => {
    const made = create(
      {
        Type: 'instant',
        TargetCapacitySpecification: {
          TotalTargetCapacity: 5,
          OnDemandTargetCapacity: 2,
          DefaultTargetCapacityType: 'spot',
        },
        SpotOptions: { AllocationStrategy: 'price-capacity-optimized' },
      },
      [{ InstanceType: 't3.large' }, { InstanceType: 't3.micro' }],
    );
    expect(
      made.Instances?.map(({ Lifecycle, InstanceType, InstanceIds }) => [
        Lifecycle,
        InstanceType,
        InstanceIds?.length,
      ]),
    ).toEqual([
      ['on-demand', 't3.micro', 2],
      ['spot', 't3.micro', 3],
    ]);
    const [id = ''] = made.Instances?.[1]?.InstanceIds ?? [];
    expect(region.describe(id).InstanceLifecycle).toBe('spot');
  });

  it('counts weights, and spreads over all pools when it is to be diversified', () => {
    const made = create(
      {
        Type: 'instant',
        TargetCapacitySpecification: { TotalTargetCapacity: 8, DefaultTargetCapacityType: 'spot' },
        SpotOptions: { AllocationStrategy: 'diversified' },
      },
      [
        { InstanceType: 't3.micro', WeightedCapacity: 1 },
        { InstanceType: 't3.small', WeightedCapacity: 2 },
      ],
    );
    expect(
      made.Instances?.map(({ InstanceType, InstanceIds }) => [InstanceType, InstanceIds?.length]),
    ).toEqual([
      ['t3.micro', 4],
      ['t3.small', 2],
    ]);
  });

  it('chooses types by attributes', () => {
    const made = create({ Type: 'instant' }, [
      {
        InstanceRequirements: {
          VCpuCount: { Min: 2, Max: 2 },
          MemoryMiB: { Min: 8192, Max: 8192 },
          AllowedInstanceTypes: ['m5.*', 'm5a.*'],
        },
      },
    ]);
    expect(made.Instances?.[0]?.InstanceType).toBe('m5.large');
  });
});

describe('a fleet that maintains its capacity', () => {
  it('is submitted, then active, and replaces what is lost', () => {
    const { FleetId } = create();
    expect(fleetOf(FleetId)).toMatchObject({
      FleetState: 'submitted',
      ActivityStatus: 'pending_fulfillment',
      Type: 'maintain',
    });
    later(30);
    expect(fleetOf(FleetId)).toMatchObject({ FleetState: 'active', ActivityStatus: 'fulfilled' });
    const [first, second] = membersOf(FleetId);
    region.call(terminateInstances, { InstanceIds: [first?.InstanceId ?? ''] });
    expect(membersOf(FleetId)).toHaveLength(1);
    later(30);
    const now = membersOf(FleetId).map(({ InstanceId }) => InstanceId);
    expect(now).toHaveLength(2);
    expect(now).toContain(second?.InstanceId);
    expect(now).not.toContain(first?.InstanceId);
    const history = region.call(describeFleetHistory, { FleetId, StartTime: 0 }).HistoryRecords;
    expect(history?.map(({ EventInformation: it }) => it?.EventSubType)).toEqual([
      'submitted',
      'active',
      'launched',
      'launched',
      'terminated',
      'launched',
    ]);
    expect(
      region.call(describeFleetHistory, { FleetId, StartTime: 0, EventType: 'fleet-change' })
        .HistoryRecords,
    ).toHaveLength(2);
  });

  it('replaces Spot Instances that EC2 takes, beforehand where it is asked to', () => {
    const spot = {
      TargetCapacitySpecification: { TotalTargetCapacity: 1, DefaultTargetCapacityType: 'spot' },
    } as const;
    const { FleetId: afterwards } = create(spot);
    const { FleetId: beforehand } = create({
      ...spot,
      SpotOptions: {
        MaintenanceStrategies: { CapacityRebalance: { ReplacementStrategy: 'launch' } },
      },
    });
    later(30);
    for (const id of [afterwards, beforehand]) {
      region.breakDown(`instance/${membersOf(id)[0]?.InstanceId}`, 'spot');
    }
    later(30);
    expect(membersOf(afterwards)).toHaveLength(1);
    expect(membersOf(beforehand)).toHaveLength(2);
    later(150);
    expect(membersOf(afterwards)).toHaveLength(1);
    expect(membersOf(beforehand)).toHaveLength(1);
    expect(fleetOf(afterwards).ActivityStatus).toBe('fulfilled');
  });

  it('lets what EC2 might take go a while after another has come, where it is asked to', () => {
    const { FleetId } = create({
      TargetCapacitySpecification: { TotalTargetCapacity: 1, DefaultTargetCapacityType: 'spot' },
      SpotOptions: {
        MaintenanceStrategies: {
          CapacityRebalance: {
            ReplacementStrategy: 'launch-before-terminate',
            TerminationDelay: 300,
          },
        },
      },
    });
    later(30);
    const first = membersOf(FleetId)[0]?.InstanceId ?? '';
    region.breakDown(`instance/${first}`, 'spot', { as: 'rebalance' });
    later(200);
    expect(membersOf(FleetId)).toHaveLength(2);
    later(150);
    const left = membersOf(FleetId).map(({ InstanceId }) => InstanceId);
    expect(left).toHaveLength(1);
    expect(left).not.toContain(first);
  });

  it('waits for capacity, and says that it does', () => {
    const mend = region.breakDown('region/us-east-1', 'capacity');
    const { FleetId } = create();
    later(60);
    expect(fleetOf(FleetId)).toMatchObject({ FleetState: 'active', ActivityStatus: 'error' });
    mend();
    later(60);
    expect(fleetOf(FleetId).ActivityStatus).toBe('fulfilled');
  });

  it('grows and shrinks with its target', () => {
    const { FleetId } = create();
    later(30);
    const oldest = membersOf(FleetId)[0]?.InstanceId;
    const resize = (TotalTargetCapacity: number, more: object = {}): void => {
      region.call(modifyFleet, {
        FleetId,
        TargetCapacitySpecification: { TotalTargetCapacity },
        ...more,
      });
      later(60);
    };
    resize(4);
    expect(membersOf(FleetId)).toHaveLength(4);
    resize(3, { ExcessCapacityTerminationPolicy: 'no-termination' });
    expect(membersOf(FleetId)).toHaveLength(4);
    resize(1, { ExcessCapacityTerminationPolicy: 'termination' });
    expect(membersOf(FleetId).map(({ InstanceId }) => InstanceId)).toEqual([oldest]);
  });

  it('replaces instances that fail their checks when it is asked to', () => {
    const { FleetId } = create({ ReplaceUnhealthyInstances: true });
    later(60);
    const id = membersOf(FleetId)[0]?.InstanceId ?? '';
    region.breakDown(`instance/${id}`, 'power');
    expect(membersOf(FleetId)[0]?.InstanceHealth).toBe('unhealthy');
    later(300);
    expect(membersOf(FleetId).map(({ InstanceId }) => InstanceId)).not.toContain(id);
    expect(membersOf(FleetId)).toHaveLength(2);
  });

  it('ends with its time, and with its instances where it says so', () => {
    const ValidUntil = region.view().now + 600_000;
    const { FleetId } = create({ ValidUntil, TerminateInstancesWithExpiration: true });
    later(60);
    expect(membersOf(FleetId)).toHaveLength(2);
    later(700);
    expect(fleetOf(FleetId).FleetState).toBe('deleted');
    expect(membersOf(FleetId)).toEqual([]);
  });
});

describe('a fleet that requests its capacity once', () => {
  it('does not replace what is lost', () => {
    const { FleetId } = create({ Type: 'request' });
    later(30);
    region.call(terminateInstances, {
      InstanceIds: [membersOf(FleetId)[0]?.InstanceId ?? ''],
    });
    later(120);
    expect(membersOf(FleetId)).toHaveLength(1);
  });
});

describe('DeleteFleets', () => {
  it('ends its instances or leaves them', () => {
    const { FleetId: first = '' } = create();
    const { FleetId: second = '' } = create();
    later(30);
    const unknown = 'fleet-00000000-0000-0000-0000-000000000000';
    expect(
      region.call(deleteFleets, {
        FleetIds: [first, unknown, 'fleet-x'],
        TerminateInstances: true,
      }),
    ).toMatchObject({
      SuccessfulFleetDeletions: [
        {
          FleetId: first,
          PreviousFleetState: 'active',
          CurrentFleetState: 'deleted_terminating',
        },
      ],
      UnsuccessfulFleetDeletions: [
        { FleetId: unknown, Error: { Code: 'fleetIdDoesNotExist' } },
        { FleetId: 'fleet-x', Error: { Code: 'fleetIdMalformed' } },
      ],
    });
    region.call(deleteFleets, { FleetIds: [second], TerminateInstances: false });
    later(120);
    expect(fleetOf(first).FleetState).toBe('deleted');
    expect(fleetOf(second)).toMatchObject({
      FleetState: 'deleted_running',
      ActivityStatus: 'pending_termination',
    });
    const { Reservations } = region.call(describeInstances, {
      Filters: [
        { Name: 'tag:aws:ec2:fleet-id', Values: [second] },
        { Name: 'instance-state-name', Values: ['running'] },
      ],
    });
    expect(Reservations).toHaveLength(2);
    region.call(terminateInstances, {
      InstanceIds: membersOf(second).map(({ InstanceId = '' }) => InstanceId),
    });
    expect(fleetOf(second).FleetState).toBe('deleted');
    later(3 * 86_400);
    expect(region.call(describeFleets, {}).Fleets).toEqual([]);
  });

  it('takes an instant fleet with its instances only', () => {
    const { FleetId = '' } = create({ Type: 'instant' });
    expect(region.fail(deleteFleets, { FleetIds: [FleetId], TerminateInstances: false }).code).toBe(
      'NoTerminateInstancesNotSupported',
    );
    region.call(deleteFleets, { FleetIds: [FleetId], TerminateInstances: true });
    expect(fleetOf(FleetId).FleetState).toBe('deleted');
  });
});

describe('what a fleet cannot be', () => {
  it.each([
    [{ LaunchTemplateConfigs: [] }, 'MissingParameter'],
    [
      {
        LaunchTemplateConfigs: [{ LaunchTemplateSpecification: { LaunchTemplateName: 'none' } }],
      },
      'InvalidLaunchTemplateName.NotFoundException',
    ],
    [
      { TargetCapacitySpecification: { TotalTargetCapacity: 2, OnDemandTargetCapacity: 3 } },
      'InvalidTargetCapacitySpecification',
    ],
    [
      { TargetCapacitySpecification: { TotalTargetCapacity: 100_000 } },
      'InvalidTargetCapacitySpecification',
    ],
    [
      {
        TargetCapacitySpecification: { TotalTargetCapacity: 2, TargetCapacityUnitType: 'vcpu' },
      },
      'UnsupportedOperation',
    ],
    [{ SpotOptions: { MinTargetCapacity: 1 } }, 'UnsupportedOperation'],
    [
      {
        SpotOptions: {
          MaintenanceStrategies: {
            CapacityRebalance: { ReplacementStrategy: 'launch', TerminationDelay: 300 },
          },
        },
      },
      'InvalidParameterCombination',
    ],
    [
      {
        SpotOptions: {
          MaintenanceStrategies: {
            CapacityRebalance: {
              ReplacementStrategy: 'launch-before-terminate',
              TerminationDelay: 60,
            },
          },
        },
      },
      'InvalidParameterValue',
    ],
    [{ SpotOptions: { InstanceInterruptionBehavior: 'stop' } }, 'UnsupportedOperation'],
    [{ ValidUntil: 1 }, 'InvalidParameterValue'],
    [
      { TagSpecifications: [{ ResourceType: 'instance', Tags: [{ Key: 'a', Value: 'b' }] }] },
      'InvalidParameterValue',
    ],
  ] as const)('%j', (more, code) => {
    expect(region.fail(createFleet, request(more)).code).toBe(code);
    expect(region.call(describeFleets, {}).Fleets).toEqual([]);
  });

  it('is modified unless it maintains its capacity', () => {
    const { FleetId } = create({ Type: 'request' });
    expect(
      region.fail(modifyFleet, {
        FleetId,
        TargetCapacitySpecification: { TotalTargetCapacity: 3 },
      }).code,
    ).toBe('InvalidParameterValue');
    region.call(createTags, {
      Resources: [FleetId ?? ''],
      Tags: [{ Key: 'team', Value: 'shop' }],
    });
    expect(
      region.call(describeFleets, { Filters: [{ Name: 'tag:team', Values: ['shop'] }] }).Fleets,
    ).toHaveLength(1);
  });
});
