import { beforeEach, describe, expect, it } from 'vitest';
import { putMetricAlarm, setAlarmState } from '../../cloudwatch/alarms.ts';
import { createLaunchTemplateVersion } from '../../ec2/launch-templates/versions.ts';
import { setDesiredCapacity } from '../desired-capacity.ts';
import { updateAutoScalingGroup } from '../groups.ts';
import { putLifecycleHook } from '../hooks/lifecycle-hooks.ts';
import { setInstanceProtection } from '../member-settings.ts';
import { resumeProcesses, suspendProcesses } from '../processes.ts';
import { createGroupWorld, type GroupWorld } from '../test-groups.ts';
import { InstanceRefreshes } from './entities.ts';
import { refreshOperations } from './operations.ts';

const { StartInstanceRefresh, CancelInstanceRefresh } = refreshOperations;
const { DescribeInstanceRefreshes, RollbackInstanceRefresh } = refreshOperations;
const named = { AutoScalingGroupName: 'web' };
const second = { LaunchTemplate: { LaunchTemplateName: 'web', Version: '2' } };

let world: GroupWorld;
beforeEach(async () => {
  world = await createGroupWorld();
  world.createGroup({
    LaunchTemplate: { LaunchTemplateName: 'web', Version: '1' },
    DesiredCapacity: 6,
    MaxSize: 8,
  });
  world.advance(1);
  world.call(createLaunchTemplateVersion, {
    LaunchTemplateName: 'web',
    SourceVersion: '1',
    LaunchTemplateData: { InstanceType: 't3.small' },
  });
});

type Preferences = NonNullable<Parameters<typeof StartInstanceRefresh>[1]['Preferences']>;

const start = (Preferences: Preferences = {}, DesiredConfiguration: object = second): void => {
  world.call(StartInstanceRefresh, { ...named, DesiredConfiguration, Preferences });
};
const refresh = () => {
  const [newest] = world.call(DescribeInstanceRefreshes, named).InstanceRefreshes ?? [];
  return newest ?? expect.unreachable();
};
const types = (): string =>
  world
    .members()
    .filter((member) => member.state === 'InService')
    .map((member) => member.instanceType.replace('t3.', ''))
    .toSorted()
    .join(' ');
const serving = (): number => world.members().filter((it) => it.state === 'InService').length;
const filling = (): number =>
  world.members().filter((it) => /^(?:InService|Pending)/.test(it.state)).length;

/** Lets world time pass, second by second, and tells the least and the most that served and that filled the capacity. */
const pass = (minutes: number, until: () => boolean = () => false) => {
  let [least, most] = [serving(), filling()];
  for (let second = 0; second < minutes * 60 && !until(); second++) {
    world.advance(1 / 60);
    least = Math.min(least, serving());
    most = Math.max(most, filling());
  }
  return { least, most };
};
const isOver = (): boolean => refresh().EndTime !== undefined;

describe('an instance refresh', () => {
  it('replaces one after another, keeps enough in service, and leaves the group with the new template', () => {
    start({ MinHealthyPercentage: 80, InstanceWarmup: 30 });
    expect(refresh()).toMatchObject({ Status: 'Pending', InstancesToUpdate: 6 });
    const { least, most } = pass(20, isOver);
    expect(refresh()).toMatchObject({ Status: 'Successful', PercentageComplete: 100 });
    expect([types(), least, most]).toEqual(['small small small small small small', 5, 6]);
    expect(world.serving()).toBe('2/2/2');
    expect(world.group().launch).toMatchObject({ template: { version: '2' } });
    const causes = world.activities().map(({ cause }) => cause.replaceAll(/At \S+ /g, ''));
    expect(causes.at(-1)).toBe('an instance was launched in response to an instance refresh.');
    expect(causes.at(-2)).toMatch(
      /^an instance was taken out of service in response to an instance refresh\. {2}instance i-\w+ was selected for termination\.$/,
    );
  });

  it('launches before it terminates when the group may grow', () => {
    start({ MinHealthyPercentage: 100, MaxHealthyPercentage: 134, InstanceWarmup: 30 });
    const { least, most } = pass(20, isOver);
    expect(refresh().Status).toBe('Successful');
    expect([types(), least, most]).toEqual(['small small small small small small', 6, 8]);
  });

  it('skips instances that match', () => {
    start({ MinHealthyPercentage: 0, InstanceWarmup: 0 });
    pass(5, isOver);
    const ids = world.members().map((member) => member.id);
    start({ SkipMatching: true });
    pass(5, isOver);
    expect(refresh()).toMatchObject({ Status: 'Successful', PercentageComplete: 100 });
    expect(world.members().map((member) => member.id)).toEqual(ids);
  });

  it('rests at checkpoints', () => {
    start({
      MinHealthyPercentage: 0,
      InstanceWarmup: 0,
      CheckpointPercentages: [50, 100],
      CheckpointDelay: 600,
    });
    pass(5);
    expect(types()).toBe('micro micro micro small small small');
    expect(refresh()).toMatchObject({ Status: 'InProgress', PercentageComplete: 50 });
    pass(10, isOver);
    expect([refresh().Status, types()]).toEqual([
      'Successful',
      'small small small small small small',
    ]);
  });

  it('bakes before it is done', () => {
    start({ MinHealthyPercentage: 0, InstanceWarmup: 0, BakeTime: 600 });
    pass(3);
    expect([refresh().Status, refresh().PercentageComplete]).toEqual(['Baking', 100]);
    pass(10, isOver);
    expect(refresh().Status).toBe('Successful');
  });

  it('waits for a protected instance, and says so', () => {
    const [first] = world.members();
    const one = { ...named, InstanceIds: [first?.id ?? ''] };
    world.call(setInstanceProtection, { ...one, ProtectedFromScaleIn: true });
    start({ MinHealthyPercentage: 0, InstanceWarmup: 0 });
    pass(5);
    expect(refresh()).toMatchObject({
      Status: 'InProgress',
      StatusReason: `Waiting for remaining instances to be available. For example: ${first?.id} is protected from scale in. Remove its protection to continue.`,
    });
    world.call(setInstanceProtection, { ...one, ProtectedFromScaleIn: false });
    world.call(setDesiredCapacity, { ...named, DesiredCapacity: 7 });
    pass(5, isOver);
    expect(refresh().Status).toBe('Successful');
  });

  it('can be cancelled: what is replaced stays replaced', () => {
    start({ MinHealthyPercentage: 80, InstanceWarmup: 30 });
    pass(2);
    world.call(CancelInstanceRefresh, named);
    pass(2);
    expect(refresh().Status).toBe('Cancelled');
    const left = types();
    expect(left).toContain('micro');
    expect(left).toContain('small');
    pass(30);
    expect(types()).toBe(left);
    expect(world.fail(CancelInstanceRefresh, named).code).toBe('ActiveInstanceRefreshNotFound');
  });

  it('does nothing while it is suspended, and goes on afterwards', () => {
    const processes = { ...named, ScalingProcesses: ['InstanceRefresh'] };
    start({ InstanceWarmup: 30 });
    pass(1);
    world.call(suspendProcesses, processes);
    pass(1);
    const before = types();
    pass(90);
    expect([refresh().Status, types()]).toEqual(['InProgress', before]);
    world.call(resumeProcesses, processes);
    pass(20, isOver);
    expect(refresh().Status).toBe('Successful');
  });
});

describe('a rollback', () => {
  it('brings back what was there, and keeps enough in service', () => {
    start({ MinHealthyPercentage: 80, InstanceWarmup: 30 });
    pass(10, () => refresh().InstancesToUpdate === 3);
    world.call(RollbackInstanceRefresh, named);
    expect(refresh()).toMatchObject({
      Status: 'RollbackInProgress',
      RollbackDetails: { PercentageCompleteOnRollback: 50, InstancesToUpdateOnRollback: 3 },
    });
    const { least } = pass(20, isOver);
    expect([refresh().Status, types(), least]).toEqual([
      'RollbackSuccessful',
      'micro micro micro micro micro micro',
      5,
    ]);
    expect(world.group().launch).toMatchObject({ template: { version: '1' } });
  });

  it('comes by itself when new instances do not come into service', () => {
    world.call(putLifecycleHook, {
      ...named,
      LifecycleHookName: 'test',
      LifecycleTransition: 'autoscaling:EC2_INSTANCE_LAUNCHING',
      HeartbeatTimeout: 300,
      DefaultResult: 'ABANDON',
    });
    start({ MinHealthyPercentage: 80, InstanceWarmup: 0, AutoRollback: true });
    const { least } = pass(59);
    expect([refresh().Status, least]).toEqual(['InProgress', 5]);
    pass(3);
    expect(refresh().Status).toBe('RollbackInProgress');
    expect(refresh().RollbackDetails?.RollbackReason).toContain('no instance was replaced');
  });

  it('comes by itself when an alarm rings', () => {
    world.call(putMetricAlarm, {
      AlarmName: 'errors',
      Namespace: 'Shop',
      MetricName: 'Errors',
      Statistic: 'Sum',
      Period: 60,
      EvaluationPeriods: 1,
      Threshold: 1,
      ComparisonOperator: 'GreaterThanThreshold',
      TreatMissingData: 'ignore',
    });
    const AlarmSpecification = { Alarms: ['errors'] };
    start({ MinHealthyPercentage: 80, InstanceWarmup: 60, AutoRollback: true, AlarmSpecification });
    pass(1);
    world.call(setAlarmState, {
      AlarmName: 'errors',
      StateValue: 'ALARM',
      StateReason: 'by hand',
    });
    pass(20, isOver);
    expect([refresh().Status, types()]).toEqual([
      'RollbackSuccessful',
      'micro micro micro micro micro micro',
    ]);
  });

  it('is refused when nobody knows what was there', () => {
    start({}, { LaunchTemplate: { LaunchTemplateName: 'web', Version: '2' } });
    world.transact((tx) => {
      for (const one of tx.list(InstanceRefreshes)) {
        tx.put(InstanceRefreshes, { ...one, desired: null });
      }
    });
    expect(world.fail(RollbackInstanceRefresh, named).code).toBe('IrreversibleInstanceRefresh');
  });
});

describe('is refused', () => {
  it('a second refresh, and another template meanwhile', () => {
    start();
    expect(world.fail(StartInstanceRefresh, named)).toMatchObject({
      code: 'InstanceRefreshInProgress',
      message:
        'An Instance Refresh is already in progress and blocks the execution of this Instance Refresh.',
    });
    expect(world.fail(updateAutoScalingGroup, { ...named, ...second }).message).toContain(
      'An active instance refresh with a desired configuration exists.',
    );
  });

  it.each([
    [{ MaxHealthyPercentage: 110 }, 'MaxHealthyPercentage needs MinHealthyPercentage'],
    [{ MinHealthyPercentage: 50, MaxHealthyPercentage: 200 }, 'at most 100'],
    [{ CheckpointDelay: 10 }, 'CheckpointDelay needs CheckpointPercentages'],
    [{ CheckpointPercentages: [50, 20] }, 'in ascending order'],
  ] satisfies readonly (readonly [Preferences, string])[])('%j', (preferences, message) => {
    const asked = { ...named, DesiredConfiguration: second, Preferences: preferences };
    expect(world.fail(StartInstanceRefresh, asked).message).toContain(message);
  });

  it('an automatic rollback without a configuration to come from', () => {
    const asked = { ...named, Preferences: { AutoRollback: true } };
    expect(world.fail(StartInstanceRefresh, asked).code).toBe('ValidationError');
  });
});
