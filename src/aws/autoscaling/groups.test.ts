import { beforeEach, describe, expect, it } from 'vitest';
import { stopInstances } from '../ec2/instances/instances.ts';
import { tagsOf } from '../shared/tags.ts';
import { setDesiredCapacity } from './desired-capacity.ts';
import { describeAutoScalingGroups } from './describe-groups.ts';
import { AutoScalingGroups } from './entities.ts';
import {
  createAutoScalingGroup,
  deleteAutoScalingGroup,
  updateAutoScalingGroup,
} from './groups.ts';
import { createOrUpdateTags } from './group-tags.ts';
import { createLaunchConfiguration } from './launch-configurations.ts';
import { resumeProcesses, suspendProcesses } from './processes.ts';
import { describeScalingActivities } from './scaling-activities.ts';
import { createGroupWorld, type GroupWorld } from './test-groups.ts';

let world: GroupWorld;
beforeEach(async () => {
  world = await createGroupWorld();
});

const named = { AutoScalingGroupName: 'web' };

describe('a group', () => {
  it('is described as it was made', () => {
    world.createGroup({
      HealthCheckType: 'EC2,ELB',
      InstanceMaintenancePolicy: { MinHealthyPercentage: 90, MaxHealthyPercentage: 120 },
      Tags: [{ Key: 'tier', Value: 'web', PropagateAtLaunch: true }],
    });
    world.advance(1);
    const { AutoScalingGroups: groups } = world.call(describeAutoScalingGroups, {});
    expect(groups?.[0]).toMatchObject({
      AvailabilityZones: ['us-east-1a', 'us-east-1b', 'us-east-1c'],
      DefaultCooldown: 300,
      HealthCheckType: 'EC2,ELB',
      LaunchTemplate: { LaunchTemplateName: 'web', Version: '$Default' },
      InstanceMaintenancePolicy: { MinHealthyPercentage: 90, MaxHealthyPercentage: 120 },
      TerminationPolicies: ['Default'],
      Tags: [{ Key: 'tier', ResourceId: 'web', ResourceType: 'auto-scaling-group' }],
      VPCZoneIdentifier: '',
    });
    expect(groups?.[0]?.Instances).toHaveLength(3);
    expect(groups?.[0]?.Instances?.[0]).toMatchObject({
      HealthStatus: 'Healthy',
      InstanceType: 't3.micro',
      LaunchTemplate: { LaunchTemplateName: 'web', Version: '1' },
      LifecycleState: 'InService',
    });
  });

  it('gives its instances the tags that propagate, and later ones those that it has then', () => {
    world.createGroup({
      DesiredCapacity: 1,
      Tags: [{ Key: 'a', Value: '1', PropagateAtLaunch: true }],
    });
    world.advance(1);
    const tag = { ResourceId: 'web', ResourceType: 'auto-scaling-group', Value: '2' };
    world.call(createOrUpdateTags, {
      Tags: [
        { ...tag, Key: 'a', PropagateAtLaunch: true },
        { ...tag, Key: 'b', PropagateAtLaunch: false },
      ],
    });
    world.call(setDesiredCapacity, { ...named, DesiredCapacity: 2 });
    world.advance(1);
    expect(
      world.members().map((member) =>
        tagsOf(world.view(), member.id)
          .filter((one) => !one.Key.startsWith('aws:ec2'))
          .map((one) => `${one.Key}=${one.Value}`),
      ),
    ).toEqual([
      ['a=1', 'aws:autoscaling:groupName=web'],
      ['a=2', 'aws:autoscaling:groupName=web'],
    ]);
  });

  const refusals: readonly [string, Parameters<GroupWorld['createGroup']>[0], string][] = [
    ['nothing to launch', { LaunchTemplate: undefined }, 'Valid requests must contain'],
    ['nowhere to launch', { AvailabilityZones: undefined }, 'At least one Availability Zone'],
    ['a zone that is none', { AvailabilityZones: ['us-east-1z'] }, 'us-east-1z'],
    [
      'a subnet that is none',
      { VPCZoneIdentifier: 'subnet-1' },
      "The subnet ID 'subnet-1' does not exist",
    ],
    [
      'a template that is none',
      { LaunchTemplate: { LaunchTemplateName: 'x' } },
      'You must use a valid fully-formed launch template.',
    ],
    [
      'a maximum below the minimum',
      { MinSize: 7 },
      'Max bound, 6, must be greater than or equal to min bound, 7',
    ],
    [
      'too much desired',
      { DesiredCapacity: 7 },
      'Desired capacity:7 must be between the specified min size:0 and max size:6',
    ],
    ['an unknown health check', { HealthCheckType: 'HTTP' }, 'Invalid health check type'],
    ['an unknown policy', { TerminationPolicies: ['Youngest'] }, 'Invalid termination policy'],
    [
      'a target group that is none',
      {
        TargetGroupARNs: [
          'arn:aws:elasticloadbalancing:us-east-1:123456789012:targetgroup/x/1234567890123456',
        ],
      },
      'Provided Target Groups may not be valid',
    ],
    [
      'a configuration that is none',
      { LaunchTemplate: undefined, LaunchConfigurationName: 'x' },
      'Launch configuration name not found',
    ],
  ];
  it.each(refusals)('is refused with %s', (_name, input, message) => {
    const error = world.fail(createAutoScalingGroup, {
      AutoScalingGroupName: 'web',
      LaunchTemplate: { LaunchTemplateName: 'web' },
      MinSize: 0,
      MaxSize: 6,
      AvailabilityZones: ['us-east-1a'],
      ...input,
    });
    expect(error.code).toBe('ValidationError');
    expect(error.message).toContain(message);
  });

  it('is not deleted with its instances unless that is forced', () => {
    world.createGroup();
    world.advance(1);
    expect(world.fail(deleteAutoScalingGroup, named).code).toBe('ResourceInUse');
    world.call(deleteAutoScalingGroup, { ...named, ForceDelete: true });
    expect(world.call(describeAutoScalingGroups, {}).AutoScalingGroups?.[0]?.Status).toBe(
      'Delete in progress',
    );
    world.advance(1);
    expect(world.view().list(AutoScalingGroups)).toEqual([]);
    const { Activities } = world.call(describeScalingActivities, {
      ...named,
      IncludeDeletedGroups: true,
    });
    expect(Activities).toHaveLength(6);
    expect(Activities?.[0]).toMatchObject({
      AutoScalingGroupState: 'Deleted',
      StatusCode: 'Successful',
    });
  });

  it('is kept by its deletion protection', () => {
    world.createGroup({ DesiredCapacity: 0, DeletionProtection: 'prevent-all-deletion' });
    expect(world.fail(deleteAutoScalingGroup, named).code).toBe('ValidationError');
    world.call(updateAutoScalingGroup, { ...named, DeletionProtection: 'none' });
    world.call(deleteAutoScalingGroup, named);
    expect(world.view().list(AutoScalingGroups)).toEqual([]);
  });
});

describe('the desired capacity', () => {
  it('follows bounds that are moved past it, and says so', () => {
    world.createGroup();
    world.advance(1);
    world.call(updateAutoScalingGroup, { ...named, MinSize: 4 });
    world.advance(1);
    expect(world.members()).toHaveLength(4);
    world.call(updateAutoScalingGroup, { ...named, MinSize: 0, MaxSize: 2 });
    world.advance(1);
    expect(world.members()).toHaveLength(2);
    expect(world.activities().at(-1)?.cause).toMatch(
      /^At \S+Z a user request update of AutoScalingGroup constraints to min: 0, max: 2, desired: 2 changing the desired capacity from 4 to 2\. {2}At \S+ an instance was taken out of service in response to a difference between desired and actual capacity, shrinking the capacity from 4 to 2\. {2}At \S+ instance i-\w+ was selected for termination\.$/,
    );
  });

  it('stays within its bounds, and out of a cooldown that is to be honoured', () => {
    world.createGroup();
    world.advance(1);
    const set = (DesiredCapacity: number) => ({ ...named, DesiredCapacity });
    expect(world.fail(setDesiredCapacity, set(7)).message).toBe(
      'New SetDesiredCapacity value 7 is above max value 6 for the AutoScalingGroup.',
    );
    expect(world.fail(setDesiredCapacity, { ...set(4), HonorCooldown: true }).code).toBe(
      'ScalingActivityInProgress',
    );
    world.advance(6);
    world.call(setDesiredCapacity, { ...set(4), HonorCooldown: true });
    world.advance(1);
    expect(world.members()).toHaveLength(4);
  });
});

describe('a process that is suspended', () => {
  const suspend = (process: string): void => {
    world.call(suspendProcesses, { ...named, ScalingProcesses: [process] });
  };
  const resume = (): void => {
    world.call(resumeProcesses, named);
    world.advance(2);
  };
  const stopOne = (): void => {
    world.call(stopInstances, { InstanceIds: [world.members()[0]?.id ?? ''] });
    world.advance(2);
  };
  const healthy = (): number =>
    world.members().filter((one) => one.isHealthy && one.state === 'InService').length;
  beforeEach(() => {
    world.createGroup();
    world.advance(1);
  });

  it('HealthCheck: nobody is found unhealthy', () => {
    suspend('HealthCheck');
    stopOne();
    expect(healthy()).toBe(3);
    resume();
    expect([healthy(), world.activities().length]).toEqual([3, 5]);
  });

  it('ReplaceUnhealthy: the unhealthy stay', () => {
    suspend('ReplaceUnhealthy');
    stopOne();
    expect([healthy(), world.members().length]).toEqual([2, 3]);
    resume();
    expect(healthy()).toBe(3);
  });

  it('Terminate: nobody goes', () => {
    suspend('Terminate');
    world.call(setDesiredCapacity, { ...named, DesiredCapacity: 1 });
    world.advance(2);
    expect(healthy()).toBe(3);
    resume();
    expect(healthy()).toBe(1);
  });

  it('is a process that there is', () => {
    expect(world.fail(suspendProcesses, { ...named, ScalingProcesses: ['Sleep'] }).code).toBe(
      'ValidationError',
    );
  });
});

it('launches from a launch configuration too', () => {
  world.call(createLaunchConfiguration, {
    LaunchConfigurationName: 'old',
    ImageId: world.describe(world.launch()[0] ?? '').ImageId,
    InstanceType: 't3.nano',
    AssociatePublicIpAddress: false,
  });
  world.createGroup({ LaunchTemplate: undefined, LaunchConfigurationName: 'old' });
  world.advance(1);
  expect(world.serving()).toBe('1/1/1');
  expect(world.describe(world.members()[0]?.id ?? '')).toMatchObject({ InstanceType: 't3.nano' });
});
