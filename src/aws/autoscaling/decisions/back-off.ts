/** Launches that failed, of a zone or of a whole group. */
export interface LaunchTrouble {
  /** In a row. */
  readonly failures: number;
  /** World time before which nothing is tried again. */
  readonly until: number;
}

const firstWaitMs = 30_000;
const longestWaitMs = 300_000;

/**
 * What is known of a place after one more launch there failed: the wait doubles from half a minute to five minutes. AWS
 * does not document its own; its activity histories show a failing launch tried again after such times.
 */
export const afterFailedLaunch = (
  before: LaunchTrouble | undefined,
  now: number,
): LaunchTrouble => {
  const failures = (before?.failures ?? 0) + 1;
  const waitMs = Math.min(longestWaitMs, firstWaitMs * 2 ** Math.min(failures - 1, 10));
  return { failures, until: now + waitMs };
};
