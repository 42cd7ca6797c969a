import type { Clock } from '../world/clock.ts';

/**
 * Calls back when so much world time has passed, however the clock's speed changes meanwhile, but not before a real program
 * has had `leastRealMs` of the machine's time to answer. Returns a way to cancel.
 */
export const afterPatience = (
  clock: Clock,
  worldMs: number,
  leastRealMs: number,
  giveUp: () => void,
): (() => void) => {
  const began = performance.now();
  let timer: NodeJS.Timeout | undefined;
  const cancel = clock.at(clock.now() + worldMs, () => {
    const leftMs = began + leastRealMs - performance.now();
    if (leftMs > 0) timer = setTimeout(giveUp, leftMs);
    else giveUp();
  });
  return () => {
    cancel();
    clearTimeout(timer);
  };
};
