import { beforeEach, describe, expect, test } from 'vitest';
import { VirtualClock } from '../../world/clock.ts';
import { isDomainError } from '../../world/domain-error.ts';
import type { Observation } from './driver.ts';
import { createMockDriver } from './mock-driver.ts';
import type { MockDriver } from './mock-driver.ts';
import { parseMockScript } from './mock-script.ts';
import { testSpecification } from './test-specification.ts';

const start = 1_700_000_000_000;

let clock: VirtualClock;
let driver: MockDriver;
let seen: [number, Observation['kind']][];

beforeEach(() => {
  clock = new VirtualClock(start);
  driver = createMockDriver({ clock });
  seen = [];
  driver.observe(({ kind }) => seen.push([(clock.now() - start) / 1000, kind]));
});

const instance = (script: object | undefined, tags: Readonly<Record<string, string>> = {}) =>
  testSpecification(
    '/nowhere',
    'i-1',
    script === undefined ? undefined : `#faultline-mock\n${JSON.stringify(script)}`,
    {
      tags,
    },
  );

/** The clock moves with nobody waiting for a promise, as in a simulation. */
const at = (seconds: number): void => clock.advanceTo(start + seconds * 1000);

test('boots, exits, stops and reboots at the seconds that its script says', () => {
  const specification = instance({
    bootSeconds: 30,
    stopSeconds: 10,
    exit: { afterSeconds: 60, code: 1 },
  });
  void driver.boot(specification);
  at(29);
  expect(driver.list()).toMatchObject([{ state: 'booting' }]);
  at(120);
  void driver.reboot(specification);
  at(200);
  void driver.stop('i-1');
  at(1000);
  expect(seen).toEqual([
    [30, 'booted'],
    [90, 'exited'],
    [130, 'stopped'],
    [160, 'booted'],
    [210, 'stopped'],
  ]);
});

test.each(['stop', 'kill'] as const)('%s during a reboot leaves the machine off', (act) => {
  const specification = instance({ bootSeconds: 10, stopSeconds: 5 });
  void driver.boot(specification);
  at(20);
  void driver.reboot(specification);
  at(22);
  void driver[act]('i-1');
  at(100);
  expect(driver.list()).toEqual([]);
  expect(seen.map(([, kind]) => kind)).toEqual(['booted', 'stopped']);
});

test('without a script a machine is on at once and answers 200', () => {
  void driver.boot(instance(undefined));
  expect(seen).toEqual([[0, 'booted']]);
  expect(driver.respond('i-1')).toEqual({ kind: 'response', status: 200, latencyMs: 1 });
});

test('a tag holds a script as well, and comes before user data', () => {
  void driver.boot(instance({ latencyMs: 5 }, { 'faultline:mock': '{"latencyMs":7}' }));
  expect(driver.respond('i-1')).toMatchObject({ latencyMs: 7 });
});

test('answers as its script says, at each time', () => {
  void driver.boot(
    instance({
      bootSeconds: 10,
      latencyMs: 20,
      exit: { afterSeconds: 300, code: 0 },
      answers: [
        { atSeconds: 200, answers: 'silent' },
        { atSeconds: 60, answers: 503, latencyMs: 900 },
        { atSeconds: 120, answers: 'refused' },
      ],
    }),
  );
  const answers = [5, 10, 70, 130, 210, 310].map((seconds) => {
    at(seconds);
    return driver.respond('i-1');
  });
  expect(answers).toEqual([
    { kind: 'refused', latencyMs: 0 },
    { kind: 'response', status: 200, latencyMs: 20 },
    { kind: 'response', status: 503, latencyMs: 900 },
    { kind: 'refused', latencyMs: 20 },
    { kind: 'silence' },
    { kind: 'refused', latencyMs: 0 },
  ]);
});

describe('a frozen machine', () => {
  test('is silent, and its script stands still', () => {
    void driver.boot(instance({ exit: { afterSeconds: 60, code: 0 } }));
    at(50);
    void driver.freeze('i-1');
    expect(driver.respond('i-1')).toEqual({ kind: 'silence' });
    at(500);
    void driver.unfreeze('i-1');
    at(1000);
    expect(seen).toEqual([
      [0, 'booted'],
      [510, 'exited'],
    ]);
  });

  test('that was about to boot again stays off', () => {
    const specification = instance({ bootSeconds: 10, stopSeconds: 5 });
    void driver.boot(specification);
    at(20);
    void driver.reboot(specification);
    at(22);
    void driver.freeze('i-1');
    at(100);
    expect(driver.respond('i-1')).toEqual({ kind: 'silence' });
    expect(driver.list()).toMatchObject([{ state: 'frozen' }]);
    expect(seen).toEqual([[10, 'booted']]);
  });

  test('that was killed boots with empty memory', () => {
    const specification = instance({ answers: [{ atSeconds: 100, answers: 500 }] });
    void driver.boot(specification);
    at(200);
    void driver.freeze('i-1');
    void driver.kill('i-1');
    expect(driver.respond('i-1')).toEqual({ kind: 'silence' });
    void driver.boot(specification);
    expect(driver.respond('i-1')).toMatchObject({ status: 200 });
  });
});

test('a machine that is killed while it boots never booted', async () => {
  const booting = driver.boot(instance({ bootSeconds: 30 }));
  void driver.kill('i-1');
  at(100);
  expect(await booting).toBeUndefined();
  expect(seen).toEqual([[0, 'stopped']]);
});

test.each([
  ['{', 'not JSON'],
  ['[]', 'must be an object'],
  ['{"boot":1}', '"boot" does not exist'],
  ['{"bootSeconds":-1}', 'bootSeconds'],
  ['{"latencyMs":"1"}', 'latencyMs'],
  ['{"exit":{"code":1}}', 'exit must be like'],
  ['{"answers":[{"atSeconds":1,"answers":99}]}', 'answers[0].answers'],
  ['{"answers":[{"at":1}]}', 'answers[0]'],
  ['{"console":1}', 'console must be text'],
])('the script %s is refused: %s', (text, why) => {
  const script = parseMockScript(text);
  expect(isDomainError(script) ? script.message : 'accepted').toContain(why);
});

test('a script that is refused boots nothing and says why', async () => {
  const problem = await driver.boot(instance({ boot: 1 }));
  expect(isDomainError(problem) ? problem.message : '').toContain('"boot"');
  expect(seen).toEqual([[0, 'failed']]);
  expect(driver.list()).toEqual([]);
});
