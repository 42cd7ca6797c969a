import { expect, it } from 'vitest';
import { openWay, noWay, worldMs, type Way } from '../../world/way.ts';
import { exchangeShares, type TargetBehaviour } from './exchange-outcomes.ts';

const answers = (code: number, afterMs: number): TargetBehaviour => ({
  kind: 'answers',
  code,
  afterMs,
});

const gray = { share: 0.25, as: 'error', delay: worldMs(0), seed: 0 } as const;

it.each<[string, Way, TargetBehaviour, boolean, string]>([
  ['an answer after its way', openWay(30), answers(200, 20), true, '1×200 after 50 by target'],
  ['a refusal', openWay(30), { kind: 'refuses' }, true, '1×502 after 30 by load-balancer'],
  ['silence', openWay(30), { kind: 'silent' }, true, '1×504 after 60000 by load-balancer'],
  ['no way', noWay, answers(200, 0), true, '1×504 after 10000 by load-balancer'],
  ['rules that stop it', openWay(0), answers(200, 0), false, '1×504 after 10000 by load-balancer'],
  [
    'an answer too late',
    openWay(30),
    answers(200, 59_970),
    true,
    '1×504 after 60000 by load-balancer',
  ],
  [
    'a gray failure of a quarter',
    { ...openWay(30), gray: [gray] },
    answers(200, 20),
    true,
    '0.75×200 after 50 by target, 0.25×500 after 30 by target',
  ],
])('a request ends so at a target: %s', (_, way, behaviour, isReached, expected) => {
  const ends = exchangeShares({ way, behaviour, isReached, idleTimeoutMs: 60_000 });
  expect(
    ends
      .map((end) => `${end.share}×${end.statusCode} after ${end.afterMs} by ${end.by}`)
      .join(', '),
  ).toBe(expected);
});
