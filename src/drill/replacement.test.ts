import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { measureReplacement, type MemberEvent } from './replacement.ts';

const window = {
  target: 'zone/use1-az1',
  effect: 'power',
  beginMs: 60_000,
  endMs: null,
  untilMs: 300_000,
};

/** `80 lost i-1` is a moment at 80 s; `110 in-service i-2 170` one whose warm-up ends at 170 s. */
const events = (...lines: readonly string[]): readonly MemberEvent[] =>
  lines.map((line) => {
    const [at = '', step = '', instanceId = '', warmAt, group = 'web'] = line.split(' ');
    const common = { atMs: Number(at) * 1000, group, instanceId };
    // The tests write only steps that there are.
    return step === 'in-service'
      ? { ...common, step, warmAtMs: Number(warmAt) * 1000 }
      : ({ ...common, step } as MemberEvent);
  });

const replacedOnce = events(
  '80 lost i-1',
  '80 launched i-2',
  '86 running i-2',
  '86 in-service i-2 146',
  '104 answering i-2',
);

const nothing = { noticedMs: null, runningMs: null, answeringMs: null, warmMs: null };

describe('what groups did about a fault', () => {
  it.each<readonly [string, readonly MemberEvent[], object]>([
    ['no instance was lost', events('80 launched i-2'), { lost: 0, replaced: 0, ...nothing }],
    [
      'one was replaced',
      replacedOnce,
      {
        lost: 1,
        replaced: 1,
        noticedMs: 80_000,
        runningMs: 86_000,
        answeringMs: 104_000,
        warmMs: 146_000,
      },
    ],
    [
      'it was warmed up before it answered',
      events('80 lost i-1', '80 launched i-2', '86 in-service i-2 86', '104 answering i-2'),
      { lost: 1, replaced: 1, answeringMs: 104_000, warmMs: 104_000 },
    ],
    [
      'another group launched one',
      events('80 lost i-1', '80 launched i-2 0 app', '86 running i-2'),
      { lost: 1, replaced: 0, ...nothing, noticedMs: 80_000 },
    ],
    [
      'it was in service, and never answered',
      events('80 lost i-1', '80 launched i-2', '86 running i-2', '86 in-service i-2 86'),
      { lost: 1, replaced: 0, runningMs: 86_000, answeringMs: null, warmMs: null },
    ],
    [
      'the first one came to nothing',
      events(
        '80 lost i-1',
        '80 launched i-2',
        '85 gone i-2',
        '85 launched i-3',
        '92 running i-3',
        '100 answering i-3',
        '100 in-service i-3 100',
      ),
      { lost: 1, replaced: 1, noticedMs: 80_000, runningMs: 92_000, warmMs: 100_000 },
    ],
    [
      'the slowest of two counts',
      [
        ...replacedOnce,
        ...events(
          '130 lost i-4',
          '130 launched i-5',
          '137 running i-5',
          '150 answering i-5',
          '137 in-service i-5 197',
        ),
      ],
      { lost: 2, replaced: 2, noticedMs: 130_000, warmMs: 197_000 },
    ],
    [
      'one of two is not replaced',
      [...replacedOnce, ...events('130 lost i-4')],
      { lost: 2, replaced: 1, ...nothing, noticedMs: 130_000 },
    ],
    [
      'the warm-up ends after the next fault',
      events('80 lost i-1', '80 launched i-2', '86 in-service i-2 386', '104 answering i-2'),
      { lost: 1, replaced: 0, answeringMs: 104_000, warmMs: null },
    ],
    ['it was lost before the fault', events('30 lost i-1', '80 launched i-2'), { lost: 0 }],
  ])('%s', (_, given, expected) => {
    expect(measureReplacement(window, given)).toMatchObject(expected);
  });

  it('gives moments in their order, whatever happened', () => {
    const step = fc.constantFrom('lost', 'launched', 'gone', 'running', 'answering', 'in-service');
    const line = fc.tuple(fc.nat(400), step, fc.nat(5), fc.nat(100));
    fc.assert(
      fc.property(fc.array(line, { maxLength: 40 }), (lines) => {
        const inOrder = lines.toSorted(([a], [b]) => a - b);
        const given = events(
          ...inOrder.map(([at, what, id, warm]) => `${at} ${what} i-${id} ${at + warm}`),
        );
        const measured = measureReplacement(window, given);
        expect(measured.replaced).toBeLessThanOrEqual(measured.lost);
        const { noticedMs, runningMs, answeringMs, warmMs } = measured;
        const known = [noticedMs, runningMs ?? answeringMs].filter((atMs) => atMs !== null);
        expect(known.toSorted((a, b) => a - b)).toEqual(known);
        expect(warmMs ?? Infinity).toBeGreaterThanOrEqual(answeringMs ?? 0);
        for (const atMs of known) expect(atMs).toBeGreaterThanOrEqual(window.beginMs);
      }),
    );
  });
});
