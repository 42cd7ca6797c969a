import { describe, expect, it } from 'vitest';
import { isoText } from '../../shared/utc-text.ts';
import { isRecurrence, nextOccurrence } from './cron.ts';
import { isTimeZone } from './time-zones.ts';

const at = (text: string): number => Date.parse(`${text}:00Z`);

/** The next moments of a recurrence in UTC, as `2026-01-02T03:04`. */
const next = (
  expression: string,
  timeZone: string,
  after: string,
  count = 3,
): readonly string[] => {
  if (!isRecurrence(expression)) return ['not a recurrence'];
  const found: string[] = [];
  let moment = nextOccurrence(expression, timeZone, at(after));
  while (moment !== undefined && found.length < count) {
    found.push(isoText(moment).slice(0, 16));
    moment = nextOccurrence(expression, timeZone, moment);
  }
  return found;
};

describe('a recurrence', () => {
  it.each([
    ['*/20 * * * *', '2026-01-31T23:30', '2026-01-31T23:40 2026-02-01T00:00 2026-02-01T00:20'],
    ['0 9 * * MON-FRI', '2026-01-02T09:00', '2026-01-05T09:00 2026-01-06T09:00 2026-01-07T09:00'],
    ['30 0 1 1,6,12 *', '2026-01-01T00:30', '2026-06-01T00:30 2026-12-01T00:30 2027-01-01T00:30'],
    ['0 0 29 2 *', '2026-01-01T00:00', '2028-02-29T00:00 2032-02-29T00:00 2036-02-29T00:00'],
    ['5/20 0 1 * *', '2026-01-01T00:00', '2026-01-01T00:05 2026-01-01T00:25 2026-01-01T00:45'],
    ['0 12 13 * 5', '2026-02-01T00:00', '2026-02-06T12:00 2026-02-13T12:00 2026-02-20T12:00'],
    ['15,45 22-23 * * 7', '2026-01-03T00:00', '2026-01-04T22:15 2026-01-04T22:45 2026-01-04T23:15'],
    [
      '0 0-12/6 * jan sun',
      '2026-01-01T00:00',
      '2026-01-04T00:00 2026-01-04T06:00 2026-01-04T12:00',
    ],
  ])('%s after %s', (expression, after, expected) => {
    expect(next(expression, 'UTC', after).join(' ')).toBe(expected);
  });

  it('never comes on a day that there is not', () => {
    expect(next('0 0 30 2 *', 'UTC', '2026-01-01T00:00')).toEqual([]);
  });

  it.each([
    '',
    '* * * *',
    '* * * * * *',
    '60 * * * *',
    '* 24 * * *',
    '* * 0 * *',
    '* * * 13 *',
    '* * * * 8',
    '5-1 * * * *',
    '*/0 * * * *',
    'a * * * *',
    '1-2-3 * * * *',
    '1/2/3 * * * *',
    '@daily',
    '0 0 L * *',
    '0 0 15W * *',
    '0 0 ? * *',
    '0 0 * * 1#2',
    '0 0 0 * *',
    '0 0 * * FRI-MON',
    '1,,2 * * * *',
  ])('is not "%s"', (expression) => {
    expect(isRecurrence(expression)).toBe(false);
  });
});

describe('a recurrence in a time zone', () => {
  it.each([
    ['0 9 * * *', 'Asia/Kolkata', '2026-01-01T00:00', '2026-01-01T03:30 2026-01-02T03:30'],
    ['0 9 * * *', 'Etc/GMT+9', '2026-01-01T00:00', '2026-01-01T18:00 2026-01-02T18:00'],
    // On 29 March 2026 clocks in Berlin go from 2 to 3, on 25 October from 3 to 2.
    ['0 9 * * *', 'Europe/Berlin', '2026-03-28T00:00', '2026-03-28T08:00 2026-03-29T07:00'],
    ['30 2 * * *', 'Europe/Berlin', '2026-03-28T12:00', '2026-03-29T01:00 2026-03-30T00:30'],
    ['30 2 * * *', 'Europe/Berlin', '2026-10-24T12:00', '2026-10-25T00:30 2026-10-26T01:30'],
    ['*/30 2 * * *', 'Europe/Berlin', '2026-10-25T00:10', '2026-10-25T00:30 2026-10-25T01:00'],
    ['0 0 1 * *', 'Pacific/Auckland', '2026-01-15T00:00', '2026-01-31T11:00 2026-02-28T11:00'],
  ])('%s in %s after %s', (expression, timeZone, after, expected) => {
    expect(next(expression, timeZone, after, 2).join(' ')).toBe(expected);
  });

  it('is known by its name', () => {
    expect(['UTC', 'Pacific/Tahiti', 'Etc/GMT+9', 'Mars/Olympus'].map(isTimeZone)).toEqual([
      true,
      true,
      true,
      false,
    ]);
  });
});
