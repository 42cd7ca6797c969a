import { spokenSeconds } from '../text/duration.ts';
import type { LatenessMeter, Late } from '../world/lateness.ts';

/**
 * The shortest time-out that a health check may have (API reference, HealthCheckTimeoutSeconds): a machine that is later
 * than this may make servers look dead that are not.
 */
const shortestTimeoutMs = 2000;

/** Less than this, in the machine's time, is how every machine is now and then. */
const leastRealMs = 100;

/** Whether a machine was so late that the world may show something that is not so. */
const matters = ({ realMs, worldMs }: Late): boolean =>
  worldMs >= shortestTimeoutMs && realMs >= leastRealMs;

/** One bad moment is how starting is; so many bad seconds of the last half minute are a machine that has too much to do. */
const badSeconds = 3;
const overMs = 30_000;

/** Whether a machine is now so late, again and again, that a person should know; `nowMs` is its steady time. */
export const isOftenLate = (meter: LatenessMeter, nowMs: number): boolean =>
  meter.secondsWith('stall', matters, overMs, nowMs) >= badSeconds;

/** What a person is told of a machine that is late, one line. */
export const latenessText = (late: Late, speed: number, advice: string): string =>
  `at speed ${speed} this machine is late by up to ${spokenSeconds(late.worldMs / 1000)} of world time: time-outs run out ` +
  `that would not on a calm one, and durations are uncertain by that much. ${advice}`;

/** The worst of the last minute and since the world began, in world seconds; `GET /_faultline/world` shows it. */
export interface LatenessSummary {
  readonly worldSeconds: number;
  readonly worstWorldSeconds: number;
}

const secondsOf = (ms: number): number => Math.round(ms) / 1000;

/** By how many seconds of its own time the machine was late in the last ten; `GET /_faultline/clock` shows it. */
export const recentStallSeconds = (meter: LatenessMeter, nowMs: number): number =>
  secondsOf(meter.recent('stall', 10_000, nowMs).realMs);

/** What there is to say of a world's lateness now; `nowMs` is the machine's steady time. */
export const summarizeLateness = (meter: LatenessMeter, nowMs: number): LatenessSummary => {
  const worst = meter.worst();
  return {
    worldSeconds: secondsOf(
      Math.max(
        meter.recent('stall', 60_000, nowMs).worldMs,
        meter.recent('start', 60_000, nowMs).worldMs,
      ),
    ),
    worstWorldSeconds: secondsOf(Math.max(worst.stall.worldMs, worst.start.worldMs)),
  };
};
