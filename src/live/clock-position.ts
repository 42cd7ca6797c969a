import { reservedWorldTime, reserveWorldTime } from '../world/clock-position.ts';
import type { World } from '../world/world.ts';
import type { LiveClock } from './live-clock.ts';

const lookMs = 1000;
/** Real time for which world time is reserved at once: a world that is killed jumps ahead by no more. */
const reservedAheadMs = 3000;

/**
 * Keeps in the journal how far world time has come, where this machine's own time does not tell: when the clock
 * runs faster, was faster, or was advanced by hand.
 */
export class ClockPositionKeeper {
  readonly #world: World;
  readonly #clock: LiveClock;
  readonly #timer: NodeJS.Timeout;
  #reservedUntilMs: number;

  constructor(world: World, clock: LiveClock) {
    this.#world = world;
    this.#clock = clock;
    this.#reservedUntilMs = reservedWorldTime(world);
    this.#timer = setInterval(() => this.keep(), lookMs);
    this.#timer.unref();
    this.keep();
  }

  /** Reserves more world time when what is reserved runs out. */
  keep(): void {
    const now = this.#clock.now();
    const speed = this.#clock.speed();
    const nextLookMs = now + lookMs * speed;
    const isToldByHost = speed <= 1 && now <= Date.now();
    if (isToldByHost || nextLookMs < this.#reservedUntilMs) return;
    this.#reserve(Math.ceil(now + reservedAheadMs * speed));
  }

  /** An orderly end knows exactly where it was. */
  stop(): void {
    clearInterval(this.#timer);
    if (this.#reservedUntilMs > 0) this.#reserve(this.#clock.now());
  }

  #reserve(untilMs: number): void {
    this.#reservedUntilMs = untilMs;
    reserveWorldTime(this.#world, untilMs);
  }
}
