import { isoText } from '../../shared/utc-text.ts';
import { zoneOffsetMs } from './time-zones.ts';

/** A recurrence in the five fields of crontab; days of the week count from Sunday, 0. */
export interface Cron {
  readonly minutes: ReadonlySet<number>;
  readonly hours: ReadonlySet<number>;
  readonly daysOfMonth: ReadonlySet<number>;
  readonly months: ReadonlySet<number>;
  readonly daysOfWeek: ReadonlySet<number>;
  /** With both kinds of days limited, a day that is of either is meant (crontab(5)). */
  readonly isEitherDay: boolean;
}

interface Field {
  readonly least: number;
  readonly most: number;
  /** Names that stand for the numbers from `least` on. */
  readonly names: readonly string[];
}

const monthNames = 'JAN FEB MAR APR MAY JUN JUL AUG SEP OCT NOV DEC'.split(' ');
const dayNames = 'SUN MON TUE WED THU FRI SAT'.split(' ');

const fields = {
  minutes: { least: 0, most: 59, names: [] },
  hours: { least: 0, most: 23, names: [] },
  daysOfMonth: { least: 1, most: 31, names: [] },
  months: { least: 1, most: 12, names: monthNames },
  // Both 0 and 7 are Sunday.
  daysOfWeek: { least: 0, most: 7, names: dayNames },
} as const satisfies Readonly<Record<string, Field>>;

const readValue = (text: string, { least, most, names }: Field): number | undefined => {
  const named = names.indexOf(text.toUpperCase());
  if (named !== -1) return least + named;
  const value = /^\d{1,2}$/.test(text) ? Number(text) : -1;
  return value >= least && value <= most ? value : undefined;
};

/** One part between commas: `*`, `5`, `1-5`, each perhaps with a step after a slash. */
const readPart = (part: string, field: Field): readonly number[] | undefined => {
  const [range = '', step, ...more] = part.split('/');
  const every = step === undefined ? 1 : Number(/^\d{1,2}$/.test(step) ? step : 0);
  if (every === 0 || more.length > 0) return undefined;
  const [from = '', to, ...others] = range.split('-');
  if (others.length > 0) return undefined;
  const first = range === '*' ? field.least : readValue(from, field);
  const single = step === undefined ? first : field.most;
  const last = range === '*' ? field.most : to === undefined ? single : readValue(to, field);
  if (first === undefined || last === undefined || last < first) return undefined;
  const values: number[] = [];
  for (let value = first; value <= last; value += every) values.push(value);
  return values;
};

const readField = (text: string, field: Field): ReadonlySet<number> | undefined => {
  const values = new Set<number>();
  for (const part of text.split(',')) {
    const read = readPart(part, field);
    if (read === undefined) return undefined;
    for (const value of read) values.add(value);
  }
  return values;
};

/** Reads `[Minute] [Hour] [Day_of_Month] [Month_of_Year] [Day_of_Week]`; undefined when it is not that. */
export const parseCron = (text: string): Cron | undefined => {
  const [minute, hour, dayOfMonth, month, dayOfWeek, ...more] = text.trim().split(/\s+/);
  if (dayOfWeek === undefined || more.length > 0) return undefined;
  const minutes = readField(minute ?? '', fields.minutes);
  const hours = readField(hour ?? '', fields.hours);
  const daysOfMonth = readField(dayOfMonth ?? '', fields.daysOfMonth);
  const months = readField(month ?? '', fields.months);
  const weekdays = readField(dayOfWeek, fields.daysOfWeek);
  if (
    minutes === undefined ||
    hours === undefined ||
    daysOfMonth === undefined ||
    months === undefined ||
    weekdays === undefined
  ) {
    return undefined;
  }
  const daysOfWeek = new Set([...weekdays].map((day) => day % 7));
  const isEitherDay = dayOfMonth !== '*' && dayOfWeek !== '*';
  return { minutes, hours, daysOfMonth, months, daysOfWeek, isEitherDay };
};

const minuteMs = 60_000;
const dayMs = 86_400_000;

/** A leap day comes again after eight years at the latest. */
const furthestDays = 8 * 366 + 1;

const isDay = (cron: Cron, day: number): boolean => {
  const [, month, dayOfMonth] = isoText(day * dayMs)
    .slice(0, 10)
    .split('-')
    .map(Number);
  if (month === undefined || dayOfMonth === undefined || !cron.months.has(month)) return false;
  // The first of January 1970 was a Thursday.
  const isWeekday = cron.daysOfWeek.has((day + 4) % 7);
  const isOfMonth = cron.daysOfMonth.has(dayOfMonth);
  return cron.isEitherDay ? isWeekday || isOfMonth : isWeekday && isOfMonth;
};

/**
 * World time of a time of day in a time zone. One that summer time leaves out is as much later as the clock was put forward;
 * of one that comes twice the first is meant.
 */
const worldTime = (localMs: number, timeZone: string): number => {
  const before = localMs - zoneOffsetMs(timeZone, localMs - dayMs);
  if (before + zoneOffsetMs(timeZone, before) === localMs) return before;
  const after = localMs - zoneOffsetMs(timeZone, localMs + dayMs);
  return after + zoneOffsetMs(timeZone, after) === localMs ? after : before;
};

/** The clocks of a time zone over a day, which may begin and end this much off UTC's. */
const widestOffsetMs = 15 * 3_600_000;

/** World times of moments of a day, given from its beginning; on most days the clocks are not changed. */
const worldTimes = (
  day: number,
  timesOfDayMs: readonly number[],
  timeZone: string,
): readonly number[] => {
  const begin = day * dayMs;
  const offset = zoneOffsetMs(timeZone, begin - widestOffsetMs);
  const isPlain = offset === zoneOffsetMs(timeZone, begin + dayMs + widestOffsetMs);
  return timesOfDayMs.map((time) =>
    isPlain ? begin + time - offset : worldTime(begin + time, timeZone),
  );
};

/** The first moment of a recurrence after another, in world time; undefined when it never comes, as on the 30th of February. */
export const nextOccurrence = (
  cron: Cron,
  timeZone: string,
  afterMs: number,
): number | undefined => {
  const timesOfDay = [...cron.hours].flatMap((hour) =>
    [...cron.minutes].map((minute) => (hour * 60 + minute) * minuteMs),
  );
  const today = Math.floor((afterMs + zoneOffsetMs(timeZone, afterMs)) / dayMs);
  for (let day = today; day < today + furthestDays; day++) {
    if (!isDay(cron, day)) continue;
    const moments = worldTimes(day, timesOfDay, timeZone).filter((at) => at > afterMs);
    if (moments.length > 0) return Math.min(...moments);
  }
  return undefined;
};
