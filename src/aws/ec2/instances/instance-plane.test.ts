import { describe, expect, test } from 'vitest';
import { getConsoleOutput } from './console-output.ts';
import { Instances } from './instance-entities.ts';
import { desiredMachine, observeConsole, observeInstance } from './instance-plane.ts';
import { describeInstanceStatus } from './instance-status.ts';
import {
  rebootInstances,
  runInstances,
  startInstances,
  stopInstances,
  terminateInstances,
} from './instances.ts';
import { createInstanceWorld, testImage, type InstanceWorld } from './test-instances.ts';
import { present } from '../test-region.ts';

const minute = 60_000;

const desired = (it: InstanceWorld, id: string) =>
  desiredMachine(it.view(), present(it.view().get(Instances, id)));

const zoneOf = (it: InstanceWorld, id: string): string =>
  present(it.view().get(Instances, id)).zoneId;

const statusOf = (it: InstanceWorld, id: string) => {
  const { InstanceStatuses = [] } = it.call(describeInstanceStatus, {
    InstanceIds: [id],
    IncludeAllInstances: true,
  });
  return present(InstanceStatuses[0]);
};

const checks = (it: InstanceWorld, id: string): string => {
  const status = statusOf(it, id);
  return `${status.SystemStatus?.Status} ${status.InstanceStatus?.Status}`;
};

const running = async (): Promise<{ readonly it: InstanceWorld; readonly id: string }> => {
  const it = await createInstanceWorld();
  const [id = ''] = it.launch();
  it.clock.advance(10_000);
  return { it, id };
};

describe('what the compute plane is told', () => {
  test('a machine is off while pending, on while running, asked to end while stopping, off when stopped', async () => {
    const it = await createInstanceWorld();
    const [id = ''] = it.launch();
    expect(desired(it, id)).toMatchObject({ power: 'off' });
    it.clock.advance(10_000);
    expect(desired(it, id)).toEqual({
      power: 'on',
      bootNumber: 1,
      shutdown: 'orderly',
      erase: false,
    });
    it.call(stopInstances, { InstanceIds: [id] });
    expect(desired(it, id)).toMatchObject({ power: 'off', shutdown: 'orderly', erase: false });
    it.clock.advance(minute);
    it.call(startInstances, { InstanceIds: [id] });
    it.clock.advance(minute);
    expect(desired(it, id)).toMatchObject({ power: 'on', bootNumber: 2 });
    it.call(rebootInstances, { InstanceIds: [id] });
    expect(desired(it, id)).toMatchObject({ power: 'on', bootNumber: 3 });
    it.call(stopInstances, { InstanceIds: [id], Force: true });
    expect(desired(it, id)).toMatchObject({ power: 'off', shutdown: 'forced' });
    it.call(terminateInstances, { InstanceIds: [id] });
    it.clock.advance(minute);
    expect(desired(it, id)).toMatchObject({ power: 'off', erase: true });
  });

  test('without power it freezes, and with the power it boots anew: its memory is lost', async () => {
    const { it, id } = await running();
    const mend = it.breakDown(`zone/${zoneOf(it, id)}`, 'power');
    expect(desired(it, id)).toMatchObject({ power: 'frozen', bootNumber: 1 });
    expect(it.describe(id).State?.Name).toBe('running');
    it.clock.advance(minute);
    mend();
    expect(desired(it, id)).toMatchObject({ power: 'on', bootNumber: 2 });
  });

  test('without network it goes on as it was', async () => {
    const { it, id } = await running();
    const mend = it.breakDown(`zone/${zoneOf(it, id)}`, 'network');
    expect(desired(it, id)).toMatchObject({ power: 'on', bootNumber: 1 });
    mend();
    expect(desired(it, id)).toMatchObject({ power: 'on', bootNumber: 1 });
  });

  test('a reboot while the power is gone is one boot when it is back', async () => {
    const { it, id } = await running();
    const mend = it.breakDown(`instance/${id}`, 'power');
    it.call(rebootInstances, { InstanceIds: [id] });
    expect(desired(it, id)).toMatchObject({ power: 'frozen' });
    mend();
    expect(desired(it, id)).toMatchObject({ power: 'on', bootNumber: 2 });
  });

  test('a zone that loses power ends launches that are under way, and starts go back to stopped', async () => {
    const it = await createInstanceWorld();
    const [old = ''] = it.launch();
    it.clock.advance(10_000);
    it.call(stopInstances, { InstanceIds: [old] });
    it.clock.advance(minute);
    it.call(startInstances, { InstanceIds: [old] });
    const name = present(it.describe(old).Placement?.AvailabilityZone);
    const [fresh = ''] = it.launch({ Placement: { AvailabilityZone: name } });
    it.breakDown(`zone/${zoneOf(it, old)}`, 'power');
    it.clock.advance(minute);
    const reason = { Code: 'Server.InsufficientInstanceCapacity' };
    expect(it.describe(old)).toMatchObject({ State: { Name: 'stopped' }, StateReason: reason });
    expect(it.describe(fresh)).toMatchObject({
      State: { Name: 'terminated' },
      StateReason: reason,
    });
    expect(it.fail(startInstances, { InstanceIds: [old] }).code).toBe(
      'InsufficientInstanceCapacity',
    );
  });

  test('an instance without power is slow to stop, unless it is forced', async () => {
    const { it, id } = await running();
    it.breakDown(`instance/${id}`, 'power');
    it.call(stopInstances, { InstanceIds: [id] });
    it.clock.advance(5 * minute);
    expect(it.describe(id).State?.Name).toBe('stopping');
    it.call(stopInstances, { InstanceIds: [id], Force: true });
    it.clock.advance(5_000);
    expect(it.describe(id).State?.Name).toBe('stopped');
  });
});

test.each([
  [{ Force: true }, 'forced', 'stopped'],
  [{ SkipOsShutdown: true }, 'forced', 'stopping'],
  [{}, 'orderly', 'stopping'],
] as const)(
  'a stop with %j is %s, and after three seconds it is %s',
  async (how, shutdown, state) => {
    const { it, id } = await running();
    it.call(stopInstances, { InstanceIds: [id], ...how });
    expect(desired(it, id)).toMatchObject({ power: 'off', shutdown });
    it.clock.advance(3_000);
    expect(it.describe(id).State?.Name).toBe(state);
  },
);

describe('what the compute plane tells', () => {
  test.each([
    ['stop', 'stopped'],
    ['terminate', 'terminated'],
  ])('a shutdown from within, with the behavior %s, leaves it %s', async (behavior, state) => {
    const it = await createInstanceWorld();
    const [id = ''] = it.launch({ InstanceInitiatedShutdownBehavior: behavior as 'stop' });
    it.clock.advance(10_000);
    it.transact((tx) => observeInstance(tx, { kind: 'shutdown', instanceId: id }));
    it.clock.advance(minute);
    expect(it.describe(id)).toMatchObject({
      State: { Name: state },
      StateReason: { Code: 'Client.InstanceInitiatedShutdown' },
      StateTransitionReason: '',
    });
  });

  test('a boot that failed impairs the instance check, not the system check, until a reboot works', async () => {
    const { it, id } = await running();
    it.transact((tx) =>
      observeInstance(tx, { kind: 'failed', instanceId: id, detail: 'no such interpreter' }),
    );
    it.clock.advance(2 * minute);
    expect(checks(it, id)).toBe('ok impaired');
    it.call(rebootInstances, { InstanceIds: [id] });
    it.transact((tx) => observeInstance(tx, { kind: 'booted', instanceId: id }));
    it.clock.advance(2 * minute);
    expect(checks(it, id)).toBe('ok ok');
  });

  test('what it printed is what GetConsoleOutput gives, the last 64 KiB of it', async () => {
    const { it, id } = await running();
    expect(it.call(getConsoleOutput, { InstanceId: id }).Output).toBe('');
    it.transact((tx) => observeConsole(tx, id, new TextEncoder().encode('hello\n')));
    expect(it.call(getConsoleOutput, { InstanceId: id })).toEqual({
      InstanceId: id,
      Timestamp: it.clock.now(),
      Output: btoa('hello\n'),
    });
    it.transact((tx) =>
      observeConsole(tx, id, new TextEncoder().encode('x'.repeat(70_000) + 'end')),
    );
    const output = atob(it.call(getConsoleOutput, { InstanceId: id }).Output ?? '');
    expect(output).toHaveLength(65_536);
    expect(output.endsWith('xend')).toBe(true);
  });
});

describe('DescribeInstanceStatus', () => {
  test('the checks begin as initializing and are ok after a minute or so', async () => {
    const it = await createInstanceWorld();
    const [id = ''] = it.launch();
    expect(checks(it, id)).toBe('not-applicable not-applicable');
    expect(it.call(describeInstanceStatus, {}).InstanceStatuses).toEqual([]);
    it.clock.advance(10_000);
    expect(checks(it, id)).toBe('initializing initializing');
    it.clock.advance(minute);
    expect(statusOf(it, id)).toMatchObject({
      InstanceState: { Code: 16, Name: 'running' },
      SystemStatus: { Status: 'ok', Details: [{ Name: 'reachability', Status: 'passed' }] },
      InstanceStatus: { Status: 'ok', Details: [{ Name: 'reachability', Status: 'passed' }] },
      Events: [],
    });
  });

  test.each([
    ['zone', 'power', 'impaired impaired'],
    ['zone', 'network', 'impaired impaired'],
    ['instance', 'power', 'impaired impaired'],
    ['instance', 'network', 'ok impaired'],
  ])(
    'a %s without %s shows a minute late, and is forgotten a minute late',
    async (kind, effect, seen) => {
      const { it, id } = await running();
      it.clock.advance(5 * minute);
      const began = it.clock.now();
      const mend = it.breakDown(
        kind === 'zone' ? `zone/${zoneOf(it, id)}` : `instance/${id}`,
        effect,
      );
      it.clock.advance(minute - 1);
      expect(checks(it, id)).toBe('ok ok');
      it.clock.advance(1);
      expect(checks(it, id)).toBe(seen);
      expect(statusOf(it, id).InstanceStatus?.Details).toEqual([
        { Name: 'reachability', Status: 'failed', ImpairedSince: began },
      ]);
      it.clock.advance(10 * minute);
      expect(checks(it, id)).toBe(seen);
      expect(
        it.call(describeInstanceStatus, {
          Filters: [{ Name: 'instance-status.status', Values: ['impaired'] }],
        }).InstanceStatuses,
      ).toHaveLength(1);
      mend();
      it.clock.advance(minute - 1);
      expect(checks(it, id)).toBe(seen);
      it.clock.advance(1);
      expect(checks(it, id)).toBe('ok ok');
    },
  );

  test('a Region in disaster loses the memory of all its instances, and boots them anew', async () => {
    const it = await createInstanceWorld();
    const ids = [...it.launch(), ...it.launch(), ...it.launch()];
    it.clock.advance(10_000);
    const mend = it.breakDown('region/us-east-1', 'disaster');
    for (const id of ids) expect(desired(it, id).power).toBe('frozen');
    expect(
      it.fail(runInstances, {
        ImageId: testImage(),
        InstanceType: 't3.micro',
        MinCount: 1,
        MaxCount: 1,
      }),
    ).toMatchObject({
      code: 'InsufficientInstanceCapacity',
      message: expect.stringContaining('in zones with support for'),
    });
    mend();
    for (const id of ids) expect(desired(it, id)).toMatchObject({ power: 'on', bootNumber: 2 });
  });
});
