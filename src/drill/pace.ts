/**
 * How fast a live drill's world may run: the speeds that it chooses from, the fastest first. A minute, which is the TTL of
 * AWS's own names, is whole real seconds at each of them.
 */
const speeds = [10, 6, 5, 4, 3, 2, 1.5, 1] as const;

/** The speed at which a world begins that chooses by itself. */
export const fastestSpeed: number = speeds[0];

const slowestSpeed = 1;

/** A stall may take this share of the shortest patience: the next one may be longer, and programs of instances stall too. */
const toleratedShare = 1 / 4;

/** How late the machine was, real ms: in the last seconds, and in the last minute; and how much it has to do. */
export interface RecentStalls {
  readonly lastSecondsMs: number;
  readonly lastMinuteMs: number;
  /** How many processes run or wait for each processor, as the system's load average has it. */
  readonly load: number;
}

/** Where a processor has more than one process to run, each of those beyond the first makes it likely that one waits so long. */
const stallOfEachMs = 60;

/** A bad moment that is over for some seconds counts half: it may come again. */
const faded = 1 / 2;

/**
 * The speed at which stalls such as the last ones stay well below what users and health checks have the patience for
 * (`shortestPatienceMs`, world time).
 */
export const paceFor = (
  { lastSecondsMs, lastMinuteMs, load }: RecentStalls,
  shortestPatienceMs: number,
): number => {
  const stallMs = Math.max(lastSecondsMs, lastMinuteMs * faded, (load - 1) * stallOfEachMs);
  const most = shortestPatienceMs * toleratedShare;
  return speeds.find((speed) => speed * stallMs <= most) ?? slowestSpeed;
};
