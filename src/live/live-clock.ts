import { WaitingList, type Clock } from '../world/clock.ts';
import { WorldEnded } from '../world/world-ended.ts';
import { LatenessMeter, type LateKind } from '../world/lateness.ts';

/** setTimeout counts in 32 bits: a longer wait is made of several. */
const longestWaitMs = 2 ** 30;

/**
 * World time driven by this machine's monotonic clock, `speed` world seconds per real second. With speed 0 it
 * stands still and moves only by `advance`.
 */
export class LiveClock implements Clock {
  /** How late what it calls back was, and whatever else is measured of this machine. */
  readonly lateness = new LatenessMeter();
  readonly #waiting = new WaitingList();
  #baseWorldMs: number;
  #baseRealMs = performance.now();
  #speed: number;
  #timer: NodeJS.Timeout | undefined;
  /** World time of what the timer is set for; Infinity when it is not set. */
  #armedForMs = Infinity;
  #isStopped = false;

  constructor(startMs: number, speed: number) {
    this.#baseWorldMs = startMs;
    this.#speed = speed;
  }

  now(): number {
    return Math.floor(this.#baseWorldMs + (performance.now() - this.#baseRealMs) * this.#speed);
  }

  speed(): number {
    return this.#speed;
  }

  /** Changes the speed from now on; world time does not jump. Throws `WorldEnded` once the clock is stopped. */
  setSpeed(speed: number): void {
    if (this.#isStopped) throw new WorldEnded();
    this.#rebase(this.now());
    this.#speed = speed;
    this.#arm();
  }

  at(worldMs: number, callback: () => void): () => void {
    // What is past already when it is asked for is not late.
    const dueMs = Math.max(worldMs, this.now());
    const cancel = this.#waiting.add(worldMs, () => {
      if (this.#speed > 0) this.noteLate('stall', (this.now() - dueMs) / this.#speed);
      callback();
    });
    // What comes later than what the clock waits for already is looked at then.
    if (worldMs < this.#armedForMs) this.#arm();
    return cancel;
  }

  /** Something was late by so many milliseconds of this machine's time. */
  noteLate(kind: LateKind, realMs: number): void {
    this.lateness.note(kind, realMs, this.#speed, performance.now());
  }

  /**
   * With a clock that stands still: moves on, stopping at every moment on the way at which something is due. Rejects
   * with `WorldEnded` when the clock is stopped before that time has passed.
   */
  async advance(durationMs: number): Promise<void> {
    const target = this.now() + durationMs;
    for (;;) {
      if (this.#isStopped) throw new WorldEnded();
      const next = this.#waiting.nextAt();
      if (next === undefined || next > target) {
        this.#rebase(target);
        return;
      }
      this.#rebase(Math.max(this.now(), next));
      this.#runDue();
      // What is due may start work of the host's: let it begin before time goes on.
      await new Promise<void>((resolve) => setImmediate(resolve));
    }
  }

  /** Stops calling back, for good. */
  stop(): void {
    this.#isStopped = true;
    clearTimeout(this.#timer);
    this.#speed = 0;
  }

  #rebase(worldMs: number): void {
    this.#baseWorldMs = worldMs;
    this.#baseRealMs = performance.now();
  }

  #arm(): void {
    clearTimeout(this.#timer);
    this.#armedForMs = Infinity;
    const next = this.#waiting.nextAt();
    if (next === undefined || this.#speed === 0) return;
    this.#armedForMs = next;
    const waitMs = Math.min(longestWaitMs, Math.max(0, (next - this.now()) / this.#speed));
    this.#timer = setTimeout(() => {
      // Whatever is asked for meanwhile, it is waited for anew after that.
      this.#armedForMs = -Infinity;
      this.#runDue();
      this.#arm();
    }, waitMs);
  }

  #runDue(): void {
    const now = this.now();
    for (
      let due = this.#waiting.takeDue(now);
      due !== undefined;
      due = this.#waiting.takeDue(now)
    ) {
      due();
    }
  }
}
