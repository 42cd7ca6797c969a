import { beforeEach, describe, expect, it } from 'vitest';
import { putMetricAlarm, setAlarmState } from '../../cloudwatch/alarms.ts';
import { Alarms } from '../../cloudwatch/entities.ts';
import { recordMetric } from '../../cloudwatch/record-metric.ts';
import { deleteAutoScalingGroup } from '../groups.ts';
import { suspendProcesses } from '../processes.ts';
import { createGroupWorld, type GroupWorld } from '../test-groups.ts';
import { ScalingPolicies } from './entities.ts';
import { policyOperations } from './operations.ts';

const { PutScalingPolicy, DescribePolicies, ExecutePolicy, DeletePolicy } = policyOperations;
const named = { AutoScalingGroupName: 'web' };
const grow = { ...named, PolicyName: 'grow' };

let world: GroupWorld;
beforeEach(async () => {
  world = await createGroupWorld();
});

const desired = (): number => world.group().desiredCapacity;
const serving = (): number => world.members().filter((it) => it.state === 'InService').length;
const causes = (): readonly string[] =>
  world.activities().map(({ cause }) => cause.replaceAll(/At \S+ /g, ''));
const alarms = () => world.view().list(Alarms);

const trackCpu = (target: number, more: object = {}, name = 'track') =>
  world.call(PutScalingPolicy, {
    ...named,
    PolicyName: name,
    PolicyType: 'TargetTrackingScaling',
    TargetTrackingConfiguration: {
      PredefinedMetricSpecification: { PredefinedMetricType: 'ASGAverageCPUUtilization' },
      TargetValue: target,
      ...more,
    },
  });

/** World time passes under a load that the instances in service share; 100 keeps one of them busy. */
const bear = (load: number, minutes: number, until: () => boolean = () => false): void => {
  for (let minute = 0; minute < minutes && !until(); minute++) {
    world.transact((tx) => {
      const count = serving();
      for (let one = 0; one < count; one++) {
        const dimensions = [{ Name: 'AutoScalingGroupName', Value: 'web' }];
        const busy = Math.min(100, load / count);
        recordMetric(tx, 'AWS/EC2', 'CPUUtilization', dimensions, busy, 'Percent');
      }
    });
    world.advance(1);
  }
};

describe('a policy that tracks CPU', () => {
  beforeEach(() => {
    world.createGroup({ MinSize: 1, MaxSize: 12, DesiredCapacity: 2, DefaultInstanceWarmup: 60 });
    world.advance(2);
  });

  it('makes its alarms as AWS names them, and takes them with it', () => {
    const { PolicyARN = '', Alarms: answered = [] } = trackCpu(70);
    expect(PolicyARN).toMatch(
      /^arn:aws:autoscaling:us-east-1:\d{12}:scalingPolicy:[0-9a-f-]{36}:autoScalingGroupName\/web:policyName\/track$/,
    );
    expect(answered.map((alarm) => alarm.AlarmName?.slice(0, -36))).toEqual([
      'TargetTracking-web-AlarmHigh-',
      'TargetTracking-web-AlarmLow-',
    ]);
    expect(alarms().map(({ rule }) => rule)).toMatchObject([
      { threshold: 70, evaluationPeriods: 3, comparison: 'GreaterThanThreshold' },
      { threshold: 63, evaluationPeriods: 15, comparison: 'LessThanThreshold' },
    ]);
    trackCpu(50, { DisableScaleIn: true });
    expect(alarms().map(({ rule }) => rule.threshold)).toEqual([50]);
    world.call(DeletePolicy, { ...named, PolicyName: 'track' });
    expect(alarms()).toEqual([]);
  });

  it('scales out within minutes to what the load needs, and in after a quarter of an hour', () => {
    trackCpu(50);
    // Two instances at 90.
    bear(180, 3);
    expect(desired()).toBe(2);
    bear(180, 10);
    expect([desired(), serving()]).toEqual([4, 4]);
    const alarm = alarms()[0]?.id;
    expect(causes()[2]).toContain(
      `a monitor alarm ${alarm} in state ALARM triggered policy track changing the desired capacity from 2 to 4.  an instance was started in response to a difference between desired and actual capacity, increasing the capacity from 2 to 4.`,
    );
    // A rush, which keeps all of them busy.
    bear(500, 40, () => serving() >= 10);
    bear(500, 10);
    expect([desired(), serving()]).toEqual([10, 10]);
    // Then it is quiet; for a quarter of an hour nothing happens.
    bear(120, 14);
    expect(desired()).toBe(10);
    bear(120, 30);
    expect([desired(), serving()]).toEqual([3, 3]);
    bear(120, 60);
    expect(desired()).toBe(3);
  });

  it('does nothing while alarms are not to be heard, or when it is disabled', () => {
    trackCpu(50);
    world.call(suspendProcesses, { ...named, ScalingProcesses: ['AlarmNotification'] });
    bear(180, 10);
    expect(desired()).toBe(2);
  });

  it('scales in only when every policy that may do so agrees', () => {
    trackCpu(50);
    world.call(PutScalingPolicy, {
      ...named,
      PolicyName: 'queue',
      PolicyType: 'TargetTrackingScaling',
      TargetTrackingConfiguration: {
        CustomizedMetricSpecification: {
          MetricName: 'Backlog',
          Namespace: 'Shop',
          Statistic: 'Average',
        },
        TargetValue: 10,
      },
    });
    bear(20, 40);
    expect(desired()).toBe(2);
    for (let minute = 0; minute < 30; minute++) {
      world.transact((tx) => recordMetric(tx, 'Shop', 'Backlog', [], 1, 'None'));
      bear(20, 1);
    }
    expect(desired()).toBe(1);
  });
});

describe('a simple policy', () => {
  beforeEach(() => {
    world.createGroup({ DesiredCapacity: 1, DefaultCooldown: 300 });
    world.advance(1);
    world.call(PutScalingPolicy, {
      ...grow,
      AdjustmentType: 'ChangeInCapacity',
      ScalingAdjustment: 1,
      Cooldown: 600,
    });
  });
  const ring = (value: 'OK' | 'ALARM'): void => {
    world.call(setAlarmState, { AlarmName: 'busy', StateValue: value, StateReason: 'by hand' });
  };
  const watch = (): void => {
    const [policy] = world.view().list(ScalingPolicies);
    world.call(putMetricAlarm, {
      AlarmName: 'busy',
      Namespace: 'Shop',
      MetricName: 'Load',
      Statistic: 'Average',
      Period: 60,
      EvaluationPeriods: 1,
      Threshold: 50,
      ComparisonOperator: 'GreaterThanThreshold',
      TreatMissingData: 'ignore',
      AlarmActions: [policy?.arn ?? ''],
    });
  };

  it('is carried out by a user, and honours its own cooldown when it is told so', () => {
    world.call(ExecutePolicy, { ...grow, HonorCooldown: false });
    world.advance(1);
    expect([desired(), serving()]).toEqual([2, 2]);
    expect(causes().at(-1)).toMatch(
      /^a user request executed policy grow changing the desired capacity from 1 to 2\. {2}an instance was started/,
    );
    world.advance(8);
    expect(world.fail(ExecutePolicy, { ...grow, HonorCooldown: true }).code).toBe(
      'ScalingActivityInProgress',
    );
    world.call(ExecutePolicy, grow);
    expect(desired()).toBe(3);
    world.advance(11);
    world.call(ExecutePolicy, { ...grow, HonorCooldown: true });
    expect(desired()).toBe(4);
  });

  it('is carried out by an alarm once in each cooldown, as long as it rings', () => {
    watch();
    world.advance(6);
    ring('ALARM');
    expect(desired()).toBe(2);
    world.advance(9);
    expect(desired()).toBe(2);
    world.advance(3);
    expect(desired()).toBe(3);
    ring('OK');
    world.advance(30);
    expect(desired()).toBe(3);
  });

  it('goes with its group, and alarms that are left without an action go too', () => {
    watch();
    world.call(deleteAutoScalingGroup, { ...named, ForceDelete: true });
    world.advance(2);
    expect(world.view().list(ScalingPolicies)).toEqual([]);
    expect(alarms()).toEqual([]);
  });

  it('leaves an alarm without its action when it is deleted', () => {
    watch();
    world.call(DeletePolicy, grow);
    expect(alarms()[0]?.alarmActions).toEqual([]);
  });
});

describe('a step policy', () => {
  const steps = {
    ...grow,
    PolicyType: 'StepScaling',
    AdjustmentType: 'PercentChangeInCapacity',
    MinAdjustmentMagnitude: 1,
    EstimatedInstanceWarmup: 120,
    StepAdjustments: [
      { MetricIntervalLowerBound: 0, MetricIntervalUpperBound: 20, ScalingAdjustment: 25 },
      { MetricIntervalLowerBound: 20, ScalingAdjustment: 100 },
    ],
  };
  beforeEach(() => {
    world.createGroup({ DesiredCapacity: 3, MaxSize: 20 });
    world.advance(5);
    world.call(PutScalingPolicy, steps);
  });
  const execute = (MetricValue: number): void => {
    world.call(ExecutePolicy, { ...grow, MetricValue, BreachThreshold: 50 });
  };

  it('goes by how far the metric is beyond its threshold, and counts what warms up', () => {
    execute(60);
    expect(desired()).toBe(4);
    execute(60);
    expect(desired()).toBe(4);
    execute(80);
    expect(desired()).toBe(6);
    world.advance(5);
    execute(80);
    expect(desired()).toBe(12);
  });

  it('is carried out by an alarm with the data that rings it', () => {
    const [policy] = world.view().list(ScalingPolicies);
    world.call(putMetricAlarm, {
      AlarmName: 'busy',
      Namespace: 'Shop',
      MetricName: 'Load',
      Statistic: 'Average',
      Period: 60,
      EvaluationPeriods: 2,
      Threshold: 50,
      ComparisonOperator: 'GreaterThanThreshold',
      AlarmActions: [policy?.arn ?? ''],
    });
    for (let minute = 0; minute < 4 && desired() === 3; minute++) {
      world.transact((tx) => recordMetric(tx, 'Shop', 'Load', [], 75, 'None'));
      world.advance(1);
    }
    expect(desired()).toBe(6);
  });

  it('is described as it was put', () => {
    const { ScalingPolicies: found = [] } = world.call(DescribePolicies, named);
    expect(found).toMatchObject([{ ...steps, MetricAggregationType: 'Average', Enabled: true }]);
  });

  it('is refused where no step is', () => {
    expect(
      world.fail(ExecutePolicy, { ...grow, MetricValue: 10, BreachThreshold: 50 }).message,
    ).toContain('There is no step adjustment');
    expect(world.fail(ExecutePolicy, grow).message).toContain('must be specified');
  });
});

describe('a policy is refused', () => {
  beforeEach(() => world.createGroup());
  const tracking = { ...grow, PolicyType: 'TargetTrackingScaling' };
  const predefined = (PredefinedMetricType: string, ResourceLabel?: string) => ({
    ...tracking,
    TargetTrackingConfiguration: {
      PredefinedMetricSpecification: { PredefinedMetricType, ResourceLabel },
      TargetValue: 50,
    },
  });
  it.each([
    [{ ...grow, ScalingAdjustment: 1 }, 'AdjustmentType must be specified'],
    [{ ...grow, AdjustmentType: 'ChangeInCapacity' }, 'ScalingAdjustment must be specified'],
    [
      {
        ...grow,
        AdjustmentType: 'ChangeInCapacity',
        ScalingAdjustment: 1,
        EstimatedInstanceWarmup: 5,
      },
      'EstimatedInstanceWarmup is not supported by policy type SimpleScaling',
    ],
    [{ ...grow, PolicyType: 'PredictiveScaling' }, 'Faultline has not built predictive scaling'],
    [{ ...grow, PolicyType: 'Guessing' }, 'Invalid policy type: Guessing'],
    [tracking, 'TargetTrackingConfiguration must be specified'],
    [predefined('ALBRequestCountPerTarget'), 'ResourceLabel must be specified'],
    [
      predefined('ALBRequestCountPerTarget', 'app/a/1/targetgroup/b/2'),
      'is not attached to the Auto Scaling group web',
    ],
    [
      { ...tracking, TargetTrackingConfiguration: { TargetValue: 1 } },
      'Exactly one of PredefinedMetricSpecification',
    ],
  ])('that asks for what cannot be: %j', (input, message) => {
    // What is wrong is not for the types to say.
    expect(world.fail(PutScalingPolicy, input as never).message).toContain(message);
  });
});
