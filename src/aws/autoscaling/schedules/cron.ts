import { Cron } from 'croner';
import { isoText } from '../../shared/utc-text.ts';

/** The five fields of crontab that scheduled actions have ("Recurring schedules", Amazon EC2 Auto Scaling User Guide). */
const fieldsPattern = /^\s*(?:[\d*,/A-Za-z-]+\s+){4}[\d*,/A-Za-z-]+\s*$/;

/** Days and months by name are fields of letters; other letters are extensions that crontab has not, as L and W. */
const names = new Set(
  'JAN FEB MAR APR MAY JUN JUL AUG SEP OCT NOV DEC SUN MON TUE WED THU FRI SAT'.split(' '),
);

const hasOnlyNames = (text: string): boolean =>
  (text.match(/[A-Za-z]+/g) ?? []).every((word) => names.has(word.toUpperCase()));

const open = (text: string, timeZone: string): Cron =>
  // Paused, it has no timer of its own. `5/10` is from 5 on, as crontab has it.
  new Cron(text.trim(), { paused: true, mode: '5-part', timezone: timeZone, sloppyRanges: true });

/** Whether this is `[Minute] [Hour] [Day_of_Month] [Month_of_Year] [Day_of_Week]`. */
export const isRecurrence = (text: string): boolean => {
  if (!fieldsPattern.test(text) || !hasOnlyNames(text)) return false;
  try {
    open(text, 'UTC');
    return true;
  } catch (error) {
    // What it throws for a field that it cannot read.
    if (error instanceof TypeError || error instanceof RangeError) return false;
    throw error;
  }
};

/**
 * The first moment of a recurrence after another, in world time; undefined when it never comes, as on the 30th of February.
 * Where clocks are changed it is as with cron(8): a fixed time of day that summer time leaves out comes when the clocks are
 * put forward, and of one that comes twice the first is meant; what comes every so often goes on by the clock. With both
 * kinds of days limited, a day that is of either is meant (crontab(5)).
 */
export const nextOccurrence = (
  recurrence: string,
  timeZone: string,
  afterMs: number,
): number | undefined => open(recurrence, timeZone).nextRun(isoText(afterMs))?.getTime();
