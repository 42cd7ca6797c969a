import { describe, expect, it } from 'vitest';
import { memberHealth, unhealthyAfterImpairedMs, type HealthQuestion } from './member-health.ts';

const ask = (changes: Partial<HealthQuestion>) =>
  memberHealth({
    now: 1_000_000,
    instanceState: 'running',
    impairedSince: undefined,
    usesLoadBalancers: false,
    targetStates: [],
    graceUntil: 0,
    ...changes,
  });

const well = { fault: undefined, lookAgainAt: undefined };

describe("a group's health checks", () => {
  const cases: readonly [string, Partial<HealthQuestion>, ReturnType<typeof memberHealth>][] = [
    ['well', {}, well],
    [
      'stopped, even in the grace period',
      { instanceState: 'stopping', graceUntil: 9_000_000 },
      { ...well, fault: 'gone' },
    ],
    ['forgotten by EC2', { instanceState: undefined }, { ...well, fault: 'gone' }],
    [
      'impaired a moment ago: looks again',
      { impairedSince: 999_000 },
      { ...well, lookAgainAt: 999_000 + unhealthyAfterImpairedMs },
    ],
    ['impaired for long', { impairedSince: 1 }, { ...well, fault: 'status-checks' }],
    [
      'impaired for long, in the grace period: looks again at its end',
      { impairedSince: 1, graceUntil: 1_000_001 },
      { ...well, lookAgainAt: 1_000_001 },
    ],
    ['a balancer that nobody asks', { targetStates: ['unhealthy'] }, well],
    [
      'one of two balancers says unhealthy',
      { targetStates: ['healthy', 'unhealthy'], usesLoadBalancers: true },
      { ...well, fault: 'load-balancer' },
    ],
    [
      'not checked yet is not unhealthy',
      { targetStates: ['initial'], usesLoadBalancers: true },
      well,
    ],
  ];
  it.each(cases)('%s', (_name, changes, expected) => {
    expect(ask(changes)).toEqual(expected);
  });
});
