declare const worldTime: unique symbol;

/** A duration in milliseconds of world time: real time only once a clock has divided it by its speed. */
export type WorldMs = number & { readonly [worldTime]: true };

/** Says that a number counts milliseconds of world time. */
// The brand is for the compiler alone.
export const worldMs = (ms: number): WorldMs => ms as WorldMs;

/** A gray failure: a share of the requests fares badly, while shallow health checks pass. */
export interface Gray {
  /** The share of requests that it strikes, 0 to 1. */
  readonly share: number;
  /** What becomes of them: an answer 5xx, none, or one that comes late. */
  readonly as: 'error' | 'silence' | 'latency';
  /** How late the answer is; 0 unless it is late. */
  readonly delay: WorldMs;
  /** Decides which requests it strikes. */
  readonly seed: number;
  /** World ms for which requests of one client fare alike at least; without it each is drawn by itself. */
  readonly holdMs?: number;
}

/** A way that carries bytes. */
export interface OpenWay {
  readonly up: true;
  /** From one end to the other and back. */
  readonly roundTrip: WorldMs;
  /** Share of the packets that are lost in each direction, 0 to 1. */
  readonly loss: number;
  /** What requests to the far end meet there; absent when it is well. */
  readonly gray?: readonly Gray[];
}

/** What bytes between two places meet. Where it is not up nothing comes back: silence, not refusal. */
export type Way = { readonly up: false } | OpenWay;

/** What packets meet that nobody takes. */
export const noWay: Way = { up: false };

/** A way that carries bytes, and how long it takes there and back. */
export const openWay = (roundTripMs: number, loss = 0): OpenWay => ({
  up: true,
  roundTrip: worldMs(roundTripMs),
  loss,
});

/** Two ways one after the other, as packets that are passed on in the middle meet them. */
export const joinWays = (first: Way, second: Way): Way => {
  if (!first.up || !second.up) return noWay;
  const gray = [...(first.gray ?? []), ...(second.gray ?? [])];
  const way = openWay(first.roundTrip + second.roundTrip, 1 - (1 - first.loss) * (1 - second.loss));
  return gray.length === 0 ? way : { ...way, gray };
};
