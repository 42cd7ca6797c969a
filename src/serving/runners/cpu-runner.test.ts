import { afterEach, expect, test } from 'vitest';
import { alarmTimers } from '../../aws/cloudwatch/alarm-evaluation.ts';
import { describeAlarms, putMetricAlarm } from '../../aws/cloudwatch/alarms.ts';
import { Metrics } from '../../aws/cloudwatch/entities.ts';
import { getMetricStatistics } from '../../aws/cloudwatch/metric-statistics.ts';
import { createInstanceWorld, type InstanceWorld } from '../../aws/ec2/instances/test-instances.ts';
import { createMockDriver } from '../../plane/compute/mock-driver.ts';
import { CpuRunner } from './cpu-runner.ts';
import { InstanceRunner } from './instance-runner.ts';

const cleanUps: (() => void)[] = [];
afterEach(() => {
  for (const cleanUp of cleanUps.splice(0)) cleanUp();
});

const script = `#faultline-mock\n${JSON.stringify({
  cpu: [
    { atSeconds: 0, percent: 20 },
    { atSeconds: 1_200, percent: 90 },
  ],
})}`;

const run = async (scope: 'everything' | 'watched'): Promise<InstanceWorld> => {
  const it = await createInstanceWorld({ timers: alarmTimers });
  const { world, clock } = it;
  const driver = createMockDriver({ clock });
  const instances = new InstanceRunner({
    world,
    driver,
    sockets: {
      instanceAddress: () => '127.0.0.1',
      release: () => undefined,
      diskDirectory: () => '/',
    },
    metadata: () => {
      throw new Error('Nobody asks a mock machine for metadata.');
    },
    endpoint: () => undefined,
    onProblem: (id, message) => {
      throw new Error(`${id}: ${message}`);
    },
  });
  const cpu = new CpuRunner({ world, driver, clock, scope, realNowMs: () => clock.now() });
  cleanUps.push(
    () => cpu.stop(),
    () => instances.stop(),
  );
  return it;
};

const launch = (it: InstanceWorld, Monitoring = { Enabled: false }): string =>
  it.launch({ UserData: Buffer.from(script).toString('base64'), Monitoring })[0] ?? '';

const averages = (it: InstanceWorld, id: string, Period: number): readonly (number | undefined)[] =>
  (
    it.call(getMetricStatistics, {
      Namespace: 'AWS/EC2',
      MetricName: 'CPUUtilization',
      Dimensions: [{ Name: 'InstanceId', Value: id }],
      StartTime: it.clock.now() - 3_600_000,
      EndTime: it.clock.now(),
      Period,
      Statistics: ['Average'],
    }).Datapoints ?? []
  ).map(({ Average }) => Average && Math.round(Average));

test('how busy an instance is comes every five minutes, or every minute with detailed monitoring', async () => {
  const it = await run('everything');
  const basic = launch(it);
  const detailed = launch(it, { Enabled: true });
  it.clock.advance(40 * 60_000);
  expect(averages(it, basic, 60).length).toBe(8);
  expect(averages(it, basic, 60).slice(0, 3)).toEqual([20, 20, 20]);
  expect(averages(it, basic, 60).at(-1)).toBe(90);
  expect(averages(it, detailed, 60).length).toBeGreaterThan(35);
  expect(averages(it, detailed, 60).at(-1)).toBe(90);
});

test('a zone without power tells nothing', async () => {
  const it = await run('everything');
  const id = launch(it, { Enabled: true });
  it.clock.advance(5 * 60_000);
  const zoneId = it.describe(id).Placement?.AvailabilityZoneId ?? '';
  it.breakDown(`zone/${zoneId}`, 'power');
  const before = averages(it, id, 60).length;
  it.clock.advance(5 * 60_000);
  expect(averages(it, id, 60).length).toBe(before);
});

test('in a world of many only what an alarm watches is kept, and the alarm rings', async () => {
  const it = await run('watched');
  const id = launch(it, { Enabled: true });
  launch(it, { Enabled: true });
  it.clock.advance(10 * 60_000);
  expect(it.view().list(Metrics)).toEqual([]);
  it.call(putMetricAlarm, {
    AlarmName: 'busy',
    Namespace: 'AWS/EC2',
    MetricName: 'CPUUtilization',
    Dimensions: [{ Name: 'InstanceId', Value: id }],
    Statistic: 'Average',
    Period: 60,
    EvaluationPeriods: 3,
    Threshold: 50,
    ComparisonOperator: 'GreaterThanThreshold',
  });
  it.clock.advance(8 * 60_000);
  const state = () => it.call(describeAlarms, {}).MetricAlarms?.[0]?.StateValue;
  expect(state()).toBe('OK');
  it.clock.advance(8 * 60_000);
  expect(state()).toBe('ALARM');
  expect(it.view().list(Metrics).length).toBe(1);
});
