import { setTimeout as delay } from 'node:timers/promises';
import { callAdmin } from './faultline-admin.ts';

/** What `GET /_faultline/clock` answers. */
interface ClockAnswer {
  readonly nowMs: number;
  readonly speed: number;
  /** How late the machine was in the last seconds, in its own time. */
  readonly lateRealSeconds: number;
}

const clockOf = async (endpoint: string): Promise<ClockAnswer> =>
  (await callAdmin<ClockAnswer>(endpoint, 'GET', '/clock')).body;

/** Between two looks at how late the machine is, real ms. */
const lookMs = 500;

/** World seconds by which a machine may be late: health checks wait for two at least, most for five. */
const tolerableSeconds = 1;

/**
 * Lowers the speed of a world while its machine is late, so that nothing in it times out that would not on a calm one, and
 * raises it again, to `fastest` at most. Returns a way to stop. A world that does not answer is left alone until it does.
 */
export const keepPace = (endpoint: () => string, fastest: number): (() => Promise<void>) => {
  const stopping = new AbortController();
  const look = async (): Promise<void> => {
    const { speed, lateRealSeconds } = await clockOf(endpoint());
    const most = tolerableSeconds / Math.max(lateRealSeconds, 1e-3);
    const wanted = Math.max(1, Math.min(fastest, Math.floor(most)));
    if (wanted !== speed) await callAdmin(endpoint(), 'PUT', '/clock', { speed: wanted });
  };
  const looking = (async () => {
    while (!stopping.signal.aborted) {
      // The world may be on its way down or up.
      await look().catch(() => undefined);
      await delay(lookMs, undefined, { signal: stopping.signal }).catch(() => undefined);
    }
  })();
  return async () => {
    stopping.abort();
    await looking;
  };
};

/** Real ms that an attempt has in any case. */
const leastRealMs = 5000;

/**
 * Tries until it succeeds, as `eventually` does, but for so many seconds of the world's time: a world that was slowed down
 * since its machine is late has as much longer.
 */
export const withinWorldTime = async <T>(
  endpoint: () => string,
  worldSeconds: number,
  attempt: () => Promise<T | undefined | false> | T | undefined | false,
): Promise<T> => {
  const began = performance.now();
  const { nowMs: beganMs } = await clockOf(endpoint());
  const isOver = async (): Promise<boolean> =>
    performance.now() - began > leastRealMs &&
    (await clockOf(endpoint())).nowMs - beganMs > worldSeconds * 1000;
  for (;;) {
    const over = await isOver();
    try {
      const answer = await attempt();
      if (answer !== undefined && answer !== false) return answer;
      if (over) throw new Error(`It did not happen within ${worldSeconds} s of world time.`);
    } catch (error) {
      if (over) throw error;
    }
    await delay(25);
  }
};
