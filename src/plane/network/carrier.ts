import type { Chance } from '../../world/chance.ts';
import type { Clock } from '../../world/clock.ts';
import { passingOver, withoutGray, type Passing } from '../../world/passing.ts';
import type { Way, WorldMs } from '../../world/way.ts';

/** How long, in real time, Linux tries to connect before it gives up (tcp_syn_retries). */
export const connectPatienceMs = 127_000;

/** Nothing is waited for that takes less than this in real time: a timer would take longer. */
const leastWaitMs = 0.5;

/** Worlds have a /16 of loopback addresses each. */
const blockOf = (address: string): string => address.split('.', 2).join('.');

/** What carries bytes in one process. */
export interface CarrierOptions {
  readonly clock: Clock;
  /** The world's: it decides whose packets are lost. */
  readonly seed: number;
  /** Tells the draws of this carrier from those of others of the world. */
  readonly name: string;
  /** The loopback address that carried connections come from; where none is, they come from any. */
  readonly address?: string;
}

/** A connection that is being carried, as far as chance goes. */
export interface CarriedConnection {
  /** What becomes of its opening over a way. */
  opening(way: Way): Passing;
  /** What becomes of its next request, or of whatever it says before it is answered. */
  asking(way: Way): Passing;
}

/**
 * The one place that turns a way into waiting, loss and silence, for every transport: whoever connects two sockets of this
 * machine that stand apart in the world asks here what becomes of what is sent, and waits here. It waits in world time, so
 * that a clock that changes its speed meanwhile changes how long.
 *
 * A connection is carried once, by whoever knows both of its ends. It then comes from the carrier's own address, or from the one
 * that stands for its client's public address, by which the next door that it passes knows that its way is behind it.
 */
export class Carrier {
  readonly address: string | undefined;
  readonly #clock: Clock;
  readonly #seed: number;
  readonly #name: string;
  #drawn = 0;

  constructor({ clock, seed, name, address }: CarrierOptions) {
    this.#clock = clock;
    this.#seed = seed;
    this.#name = name;
    this.address = address;
  }

  /** World time, milliseconds since 1970. */
  now(): number {
    return this.#clock.now();
  }

  /**
   * Whether a client, by its loopback address, has come its way already: from the carrier's own address, or from another one of
   * the world's block, which stands for the public address that the client has in the world.
   */
  hasCarried(client: string): boolean {
    return this.address !== undefined && blockOf(client) === blockOf(this.address);
  }

  /** Calls back after that much world time; at once, within this call, where no timer is so quick. Returns a way to cancel. */
  after(delay: WorldMs, callback: () => void): () => void {
    const speed = this.#clock.speed();
    if (delay <= 0 || (speed > 0 && delay / speed < leastWaitMs)) {
      callback();
      return () => undefined;
    }
    return this.#clock.at(this.#clock.now() + delay, callback);
  }

  /** Another connection, between a client and a server that are named alike each time: it has a fate of its own. */
  connection(between: string): CarriedConnection {
    const of = `${this.#seed} ${this.#name} ${between}`;
    const chance = (): Chance => {
      this.#drawn += 1;
      return { of, count: this.#drawn, now: this.#clock.now() };
    };
    return {
      opening: (way) => passingOver(withoutGray(way), 1, chance()),
      asking: (way) => passingOver(way, 1, chance()),
    };
  }
}
