import { availableParallelism, loadavg } from 'node:os';
import { fastestSpeed, paceFor } from '../drill/pace.ts';
import { isOftenLate, latenessText } from '../live/lateness-text.ts';
import type { LiveClock } from '../live/live-clock.ts';

/** The speed at which a world begins that chooses by itself. */
export const firstSpeed = fastestSpeed;

/** Real ms over which stalls count in full. */
const lastSecondsMs = 10_000;
const minuteMs = 60_000;

/** What becomes of a live drill's speed when its machine is late. */
export interface Pace {
  /** World seconds per real second. */
  lowestSpeed: number;
  /**
   * What matters begins: nobody waits less than `shortestPatienceMs` of world time. What was before does not count, since
   * building a stack keeps a machine busy as nothing after it does. `changed`: the speed is another.
   */
  begin(shortestPatienceMs: number, changed: () => void): void;
  /** It was measured anew how late the machine is. */
  follow(clock: LiveClock): void;
}

/** Lowers the speed before stalls come near what users and health checks have the patience for, and raises it again. */
export class AutoPace implements Pace {
  lowestSpeed: number = fastestSpeed;
  #shortestPatienceMs = Infinity;
  #beganMs = 0;
  #changed: () => void = () => undefined;

  begin(shortestPatienceMs: number, changed: () => void): void {
    this.#shortestPatienceMs = shortestPatienceMs;
    this.#beganMs = performance.now();
    this.#changed = changed;
  }

  follow(clock: LiveClock): void {
    const now = performance.now();
    const countsMs = now - this.#beganMs;
    const stallsOf = (overMs: number): number =>
      clock.lateness.recent('stall', Math.min(overMs, countsMs), now).realMs;
    const speed = paceFor(
      {
        lastSecondsMs: stallsOf(lastSecondsMs),
        lastMinuteMs: stallsOf(minuteMs),
        load: (loadavg()[0] ?? 0) / availableParallelism(),
      },
      this.#shortestPatienceMs,
    );
    if (speed === clock.speed() || clock.speed() === 0) return;
    clock.setSpeed(speed);
    this.lowestSpeed = Math.min(this.lowestSpeed, speed);
    this.#changed();
  }
}

/** Keeps a speed that somebody asked for, and says once that the machine does not keep up with it. */
export class FixedPace implements Pace {
  lowestSpeed = Infinity;
  readonly #tell: (line: string) => void;
  #isTold = false;

  constructor(tell: (line: string) => void) {
    this.#tell = tell;
  }

  begin(): void {
    // Nothing about it depends on who waits for what.
  }

  follow(clock: LiveClock): void {
    const now = performance.now();
    if (this.#isTold || !isOftenLate(clock.lateness, now)) return;
    this.#isTold = true;
    const late = clock.lateness.recent('stall', minuteMs, now);
    const advice = 'Run the drill with --speed auto, or at a lower one.';
    this.#tell(`faultline: ${latenessText(late, clock.speed(), advice)}`);
  }
}
