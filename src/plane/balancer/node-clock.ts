import { WaitingList, type Clock } from '../../world/clock.ts';
import type { ClockReading } from './messages.ts';

/** `setTimeout` takes no more than this. */
const longestDelayMs = 2 ** 31 - 1;

/** What this process's `performance.now` lacks of the machine's steady clock. */
const steadyOffsetMs = Number(process.hrtime.bigint()) / 1e6 - performance.now();

/** Milliseconds of this machine's steady clock, the same in every process. */
export const steadyNowMs = (): number => steadyOffsetMs + performance.now();

/**
 * World time in a node process: the main process tells how its clock stands, and from there on it runs by this
 * machine's steady clock. One real timer waits for the earliest moment that somebody asked for.
 */
export class NodeClock implements Clock {
  readonly #waiting = new WaitingList();
  #reading: ClockReading;
  #readAt: number;
  #timer: NodeJS.Timeout | undefined;
  #latestRealMs = 0;

  constructor(reading: ClockReading) {
    this.#reading = reading;
    this.#readAt = reading.takenAtMs ?? steadyNowMs();
  }

  now(): number {
    return this.#reading.worldNow + (steadyNowMs() - this.#readAt) * this.#reading.speed;
  }

  speed(): number {
    return this.#reading.speed;
  }

  at(worldMs: number, callback: () => void): () => void {
    // What is past already when it is asked for is not late.
    const dueMs = Math.max(worldMs, this.now());
    const cancel = this.#waiting.add(worldMs, () => {
      this.noteLate((this.now() - dueMs) / Math.max(this.speed(), 1e-9));
      callback();
    });
    this.#arm();
    return cancel;
  }

  /** Something was late by so many milliseconds of this machine's time. */
  noteLate(realMs: number): void {
    this.#latestRealMs = Math.max(this.#latestRealMs, realMs);
  }

  /** The most by which anything was late since this was asked before, in milliseconds of this machine's time. */
  takeLateness(): number {
    const realMs = this.#latestRealMs;
    this.#latestRealMs = 0;
    return realMs;
  }

  /** Takes over how the world's clock stands now. */
  set(reading: ClockReading): void {
    this.#reading = reading;
    this.#readAt = reading.takenAtMs ?? steadyNowMs();
    this.#arm();
  }

  /** How long a duration of world time is here, in milliseconds; at least one. */
  realMs(worldMs: number): number {
    return Math.max(1, Math.min(longestDelayMs, worldMs / Math.max(this.speed(), 1e-9)));
  }

  #arm(): void {
    clearTimeout(this.#timer);
    const next = this.#waiting.nextAt();
    if (next === undefined) return;
    // A timer may come up to a millisecond early by the steady clock: then it is set again.
    const delayMs = Math.max(0, next - this.now()) / Math.max(this.speed(), 1e-9);
    this.#timer = setTimeout(() => this.#run(), Math.min(longestDelayMs, Math.ceil(delayMs)));
  }

  #run(): void {
    for (
      let due = this.#waiting.takeDue(this.now());
      due !== undefined;
      due = this.#waiting.takeDue(this.now())
    ) {
      due();
    }
    this.#arm();
  }
}
