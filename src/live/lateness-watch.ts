import { beatMs, startHeartbeat } from '../plane/heartbeat.ts';
import { ChildWaits } from '../plane/child-waits.ts';
import type { LiveClock } from './live-clock.ts';

/** Beats between two looks at the children: a quarter of a second. */
const beatsALook = 250 / beatMs;

/**
 * Measures how late this process and its children are, beside the clock, which measures its own timers. `beat` is called
 * after each measure. Returns a way to stop.
 */
export const watchLateness = (clock: LiveClock, beat: (clock: LiveClock) => void): (() => void) => {
  const children = new ChildWaits();
  let beats = 0;
  return startHeartbeat((lateMs) => {
    clock.noteLate('stall', lateMs);
    beats += 1;
    if (beats % beatsALook !== 0) return;
    const { answerMs, recentMs } = children.look();
    clock.noteLate('stall', answerMs);
    clock.noteLate('start', recentMs);
    beat(clock);
  });
};
