import { drawn, type Chance } from './chance.ts';
import type { FaultManner } from './fault-effects.ts';
import type { Fault } from './faults.ts';
import { strengthLeft } from './recovery.ts';
import { worldMs, type WorldMs } from './way.ts';

/** What strikes a share of the requests to a server (see `Gray`), or of the calls of an API. */
export interface RequestFault<Manner extends FaultManner> {
  readonly as: Manner;
  /** The share of the requests that it strikes, 0 to 1. */
  readonly share: number;
  /** With `latency`: what is added to each that it strikes. */
  readonly delay: WorldMs;
  readonly seed: number;
  /** World ms that what was drawn holds at least; 0 unless given. */
  readonly holdMs?: number;
}

/** How an API fails calls of a share. */
export type ApiFault = RequestFault<'error' | 'silence' | 'throttle' | 'latency'>;

/** What strikes requests of a fault that is open or recovering. */
export const requestFault = <Manner extends FaultManner>(
  fault: Fault,
  as: Manner,
): RequestFault<Manner> => ({
  as,
  share: fault.severity * strengthLeft(fault),
  delay: worldMs(fault.latencyMs),
  seed: fault.seed,
  ...(fault.holdMs === undefined ? {} : { holdMs: fault.holdMs }),
});

/** How one request fares: it is served, later by some time, or it meets one of the manners in which requests fail. */
export type RequestFate<Manner extends FaultManner> =
  | { readonly kind: 'served'; readonly delay: WorldMs }
  | { readonly kind: Exclude<Manner, 'latency'> };

/**
 * How a request fares under what strikes its server. Several faults are drawn apart; the first in the list that fails it
 * decides, and what slows it down adds up.
 */
export const fateOf = <Manner extends FaultManner>(
  faults: readonly RequestFault<Manner>[],
  chance: Chance,
): RequestFate<Manner> => {
  let delay = 0;
  for (const [index, fault] of faults.entries()) {
    if (drawn(fault, { ...chance, of: `${index} ${chance.of}` }) >= fault.share) continue;
    if (fault.as !== 'latency') {
      // It is one of the manners, and not the one that only slows down.
      return { kind: fault.as as Exclude<Manner, 'latency'> };
    }
    delay += fault.delay;
  }
  return { kind: 'served', delay: worldMs(delay) };
};

interface ServedShare {
  readonly share: number;
  readonly delayMs: number;
}

/** Beyond so many different delays their mean says enough. */
const mostDelays = 64;

const slowed = (
  served: readonly ServedShare[],
  slowShare: number,
  byMs: number,
): readonly ServedShare[] => {
  const all = served.flatMap(({ share, delayMs }) => [
    { share: share * (1 - slowShare), delayMs },
    { share: share * slowShare, delayMs: delayMs + byMs },
  ]);
  if (all.length <= mostDelays) return all;
  const share = all.reduce((sum, part) => sum + part.share, 0);
  const weighed = all.reduce((sum, part) => sum + part.share * part.delayMs, 0);
  return [{ share, delayMs: share === 0 ? 0 : weighed / share }];
};

/** A share of requests, above 0, that fare alike. */
export interface FateShare<Manner extends FaultManner> {
  readonly share: number;
  readonly fate: RequestFate<Manner>;
}

/**
 * What comes of requests by shares, which add up to 1, as `fateOf` draws them in the long run: for planes that count
 * requests and send none.
 */
export const fateShares = <Manner extends FaultManner>(
  faults: readonly RequestFault<Manner>[],
): readonly FateShare<Manner>[] => {
  let served: readonly ServedShare[] = [{ share: 1, delayMs: 0 }];
  const failed: FateShare<Manner>[] = [];
  for (const fault of faults) {
    const left = served.reduce((sum, { share }) => sum + share, 0);
    if (fault.as === 'latency') {
      served = slowed(served, fault.share, fault.delay);
      continue;
    }
    // It is one of the manners, and not the one that only slows down.
    const kind = fault.as as Exclude<Manner, 'latency'>;
    failed.push({ share: left * fault.share, fate: { kind } });
    served = served.map(({ share, delayMs }) => ({ share: share * (1 - fault.share), delayMs }));
  }
  const all: readonly FateShare<Manner>[] = [
    ...served.map(({ share, delayMs }): FateShare<Manner> => ({
      share,
      fate: { kind: 'served', delay: worldMs(delayMs) },
    })),
    ...failed,
  ];
  return all.filter(({ share }) => share > 0);
};
