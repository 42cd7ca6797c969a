import { expect, it } from 'vitest';
import fc from 'fast-check';
import { aggregateHealth, type NodeReport } from './aggregate-health.ts';
import { firstProbeFrom, nextProbeAt, probePhaseMs } from './probe-schedule.ts';
import {
  afterProbe,
  matchesCode,
  unprobed,
  type HealthCheck,
  type ProbeOutcome,
} from './target-health.ts';

const check: HealthCheck = {
  path: '/',
  intervalSeconds: 30,
  timeoutSeconds: 5,
  healthyThresholdCount: 3,
  unhealthyThresholdCount: 2,
  matcher: '200',
};

const outcomes: Readonly<Record<string, ProbeOutcome>> = {
  '+': { kind: 'code', code: 200 },
  '5': { kind: 'code', code: 503 },
  t: { kind: 'timeout' },
  f: { kind: 'failed' },
};

// Each letter is a probe: + passes, 5 answers 503, t times out, f fails to connect.
it.each([
  ['', 'initial', 'Elb.RegistrationInProgress'],
  ['+', 'healthy', undefined],
  ['5', 'initial', 'Elb.InitialHealthChecking'],
  ['5+', 'healthy', undefined],
  ['55', 'unhealthy', 'Target.ResponseCodeMismatch'],
  ['+5', 'healthy', undefined],
  ['+5+5', 'healthy', undefined],
  ['+55', 'unhealthy', 'Target.ResponseCodeMismatch'],
  ['+tt', 'unhealthy', 'Target.Timeout'],
  ['+ff', 'unhealthy', 'Target.FailedHealthChecks'],
  ['+55t', 'unhealthy', 'Target.Timeout'],
  ['+55++', 'unhealthy', 'Target.ResponseCodeMismatch'],
  ['+55+++', 'healthy', undefined],
  ['+55++5++', 'unhealthy', 'Target.ResponseCodeMismatch'],
  ['+55++5+++', 'healthy', undefined],
])('after the probes "%s" a target is %s', (letters, state, reason) => {
  let health = unprobed;
  for (const letter of letters) {
    health = afterProbe(health, check, outcomes[letter] ?? { kind: 'failed' });
  }
  expect([health.state, health.reason]).toEqual([state, reason]);
});

it('tells the code that failed in AWS’s words', () => {
  const once = afterProbe(unprobed, check, { kind: 'code', code: 503 });
  expect(afterProbe(once, check, { kind: 'code', code: 503 }).description).toBe(
    'Health checks failed with these codes: [503]',
  );
});

it.each([
  ['200', 200, true],
  ['200', 201, false],
  ['200,202', 202, true],
  ['200-299', 250, true],
  ['200-299', 300, false],
  ['200,300-399', 302, true],
])('the matcher %s and the code %d: %s', (matcher, code, expected) => {
  expect(matchesCode(matcher, code)).toBe(expected);
});

const phase = probePhaseMs(
  { seed: 1, nodeZoneId: 'use1-az1', targetGroupArn: 'a', targetId: 'i-1', targetPort: 80 },
  30_000,
);

it('probes at once when a target is new, then at the phase of each interval', () => {
  const since = 1_000_000_000_123;
  const first = nextProbeAt(phase, 30_000, since, since - 1);
  const second = nextProbeAt(phase, 30_000, since, first);
  const third = nextProbeAt(phase, 30_000, since, second);
  expect(first).toBe(since);
  expect(second - first).toBeGreaterThanOrEqual(15_000);
  expect(second - first).toBeLessThanOrEqual(45_000);
  expect(third - second).toBe(30_000);
  expect(second % 30_000).toBe(phase);
});

it('never probes twice in the moment in which a server boots', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 0, max: 29_999 }),
      fc.integer({ min: 0, max: 200_000 }),
      (phaseMs, since) => {
        const second = nextProbeAt(phaseMs, 30_000, since, since);
        expect(second - since).toBeGreaterThanOrEqual(15_000);
        expect(second - since).toBeLessThanOrEqual(45_000);
      },
    ),
  );
});

it('never skips a probe nor gives one twice', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 0, max: 29_999 }),
      fc.integer({ min: 0, max: 200_000 }),
      fc.integer({ min: 0, max: 400_000 }),
      (phaseMs, since, from) => {
        const at = firstProbeFrom(phaseMs, 30_000, since, from);
        expect(at).toBeGreaterThanOrEqual(Math.max(since, Math.min(from, at)));
        expect(nextProbeAt(phaseMs, 30_000, since, at - 1)).toBe(at);
        expect(nextProbeAt(phaseMs, 30_000, since, at)).toBeGreaterThan(at);
      },
    ),
  );
});

it('spreads nodes over the interval', () => {
  const phases = ['use1-az1', 'use1-az2', 'use1-az4'].map((nodeZoneId) =>
    probePhaseMs(
      { seed: 1, nodeZoneId, targetGroupArn: 'a', targetId: 'i', targetPort: 80 },
      30_000,
    ),
  );
  expect(new Set(phases).size).toBe(3);
});

const report = (state: NodeReport['state'], at: number): NodeReport => ({
  state,
  ...(state === 'healthy' ? {} : { reason: 'Target.Timeout', description: `at ${at}` }),
  at,
});

it.each([
  ['no node has spoken', [], [], 'initial', 'Target registration is in progress'],
  [
    'any node says healthy',
    [report('unhealthy', 2), report('healthy', 1)],
    [],
    'healthy',
    undefined,
  ],
  [
    'all say unhealthy: the latest',
    [report('unhealthy', 1), report('unhealthy', 2)],
    [],
    'unhealthy',
    'at 2',
  ],
  [
    'unhealthy before initial',
    [report('initial', 3), report('unhealthy', 2)],
    [],
    'unhealthy',
    'at 2',
  ],
  [
    'a silent node does not count',
    [report('unhealthy', 1)],
    [report('healthy', 2)],
    'unhealthy',
    'at 1',
  ],
  ['only silent nodes: their last word', [], [report('healthy', 2)], 'healthy', undefined],
])('%s', (_, reachable, silent, state, description) => {
  expect(aggregateHealth(reachable, silent)).toMatchObject({
    state,
    ...(description === undefined ? {} : { description }),
  });
});
