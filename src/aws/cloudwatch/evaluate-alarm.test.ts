import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { AlarmRule, AlarmStateValue, MissingDataTreatment } from './entities.ts';
import { evaluateAlarm, isLowSample, type EvaluatedPeriod } from './evaluate-alarm.ts';

const treatments = ['missing', 'ignore', 'breaching', 'notBreaching'] as const;

const rule = (datapointsToAlarm: number, treatMissingData: MissingDataTreatment): AlarmRule => ({
  namespace: 'Shop',
  metricName: 'Load',
  dimensions: [],
  statistic: 'Average',
  unit: null,
  periodSeconds: 60,
  evaluationPeriods: 3,
  datapointsToAlarm,
  threshold: 50,
  comparison: 'GreaterThanThreshold',
  treatMissingData,
  lowSampleCount: null,
});

/** Datapoints as AWS's tables write them: `0` within the threshold, `X` beyond it, `-` missing. */
const periods = (text: string): readonly EvaluatedPeriod[] =>
  text.split(' ').map((mark, index) => ({
    at: index * 60_000,
    value: mark === '-' ? undefined : mark === 'X' ? 90 : 10,
    sampleCount: mark === '-' ? 0 : 1,
  }));

const states = (text: string, datapointsToAlarm: number, current: AlarmStateValue): string =>
  treatments
    .map(
      (treatment) =>
        evaluateAlarm(rule(datapointsToAlarm, treatment), current, periods(text)).state,
    )
    .join(' ');

const none = 'INSUFFICIENT_DATA';

describe('an alarm with gaps in its data, by AWS: missing, ignore, breaching, notBreaching', () => {
  test.each([
    ['0 - X - X', 'OK OK OK OK'],
    ['- - - - 0', 'OK OK OK OK'],
    ['0 X X - X', 'ALARM ALARM ALARM ALARM'],
  ])('3 out of 3: %s', (text, expected) => {
    for (const current of ['OK', 'ALARM', none] as const) {
      expect(states(text, 3, current)).toBe(expected);
    }
  });

  test.each(['OK', 'ALARM', none] as const)('3 out of 3 when it was %s', (current) => {
    expect(states('- - - - -', 3, current)).toBe(`${none} ${current} ALARM OK`);
    expect(states('- - X - -', 3, current)).toBe(`ALARM ${current} ALARM OK`);
  });

  test.each([
    ['0 - X - X', 'ALARM ALARM ALARM ALARM'],
    ['0 0 X 0 X', 'ALARM ALARM ALARM ALARM'],
    ['0 - X - -', 'OK OK ALARM OK'],
    ['- - - - 0', 'OK OK ALARM OK'],
  ])('2 out of 3: %s', (text, expected) => {
    for (const current of ['OK', 'ALARM', none] as const) {
      expect(states(text, 2, current)).toBe(expected);
    }
  });

  test.each(['OK', 'ALARM', none] as const)('2 out of 3 when it was %s', (current) => {
    expect(states('- - - X -', 2, current)).toBe(`ALARM ${current} ALARM OK`);
  });

  test('one breaching datapoint that has only just come raises no alarm of three', () => {
    expect(states('- - - - X', 3, 'OK')).toBe('OK OK ALARM OK');
    expect(states('- - - - X', 3, none)).toBe(`${none} ${none} ALARM OK`);
  });
});

test('without gaps an alarm rings when, and only when, enough of the newest datapoints breach', () => {
  fc.assert(
    fc.property(
      fc.array(fc.boolean(), { minLength: 5, maxLength: 5 }),
      fc.integer({ min: 1, max: 3 }),
      fc.constantFrom(...treatments),
      fc.constantFrom('OK', 'ALARM', none),
      (marks, needed, treatment, current) => {
        const text = marks.map((mark) => (mark ? 'X' : '0')).join(' ');
        const breaching = marks.slice(-3).filter(Boolean).length;
        const { state } = evaluateAlarm(rule(needed, treatment), current, periods(text));
        expect(state).toBe(breaching >= needed ? 'ALARM' : 'OK');
      },
    ),
  );
});

test.each([
  [99, 999, true],
  [99, 1_001, false],
  [50, 19, true],
  [50, 20, false],
  [10, 99, true],
  [10, 100, false],
])('a p%d of %d samples is too few: %s', (percent, sampleCount, expected) => {
  expect(isLowSample(percent, sampleCount)).toBe(expected);
});
