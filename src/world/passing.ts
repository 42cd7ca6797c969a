import { drawn, type Chance } from './chance.ts';
import { fateOf, fateShares } from './request-faults.ts';
import { worldMs, type OpenWay, type Way, type WorldMs } from './way.ts';

/** What becomes of what is sent over a way and waits for an answer. */
export type Passing =
  /** It arrives and is answered; `delay` is the time that both spend on the way. */
  | { readonly kind: 'through'; readonly delay: WorldMs }
  /** It fails at the far end: an answer 5xx where HTTP is spoken, else a broken connection. */
  | { readonly kind: 'error'; readonly delay: WorldMs }
  /** No answer ever comes. */
  | { readonly kind: 'silence' };

/** What an HTTP server answers to a request that a gray failure strikes. */
export const grayStatus = 500;

/** One of the things that may become of it, and how often it does. */
export interface PassingShare {
  /** 0 to 1; all shares of a way make 1. */
  readonly share: number;
  readonly passing: Passing;
}

/**
 * When TCP sends again what was not acknowledged, and each time twice as late. Source: RFC 6298, (2.1) and (2.4): a second
 * at first and at least; (5.5): back off the timer.
 */
const retransmissionTimeoutMs = 1000;

/**
 * How often it is sent in all before TCP gives up. Source: Linux, tcp(7): tcp_syn_retries is 6. Of data it sends more
 * often (tcp_retries2 is 15), but nobody here waits so long.
 */
const mostSendings = 7;

/** Shares smaller than this are not told apart: nobody would live to see them. */
const leastShare = 1e-9;

const silence: Passing = { kind: 'silence' };

const through = (delayMs: number): Passing => ({ kind: 'through', delay: worldMs(delayMs) });

/** What becomes of a round trip where packets are lost in both directions, beyond the time that it takes by itself. */
const retransmissions = (loss: number): readonly PassingShare[] => {
  // Either direction may lose it: the packet, or its acknowledgement.
  const lostShare = 1 - (1 - loss) ** 2;
  const sent = Array.from({ length: mostSendings }, (_, lost) => ({
    share: lostShare ** lost * (1 - lostShare),
    passing: through(retransmissionTimeoutMs * (2 ** lost - 1)),
  }));
  const all = [...sent, { share: lostShare ** mostSendings, passing: silence }];
  return all.filter(({ share }) => share > leastShare);
};

/** First the one, then the other: what the first lets through meets the second. */
const andThen = (first: Passing, second: Passing): Passing => {
  if (first.kind !== 'through' || second.kind === 'silence')
    return first.kind === 'through' ? second : first;
  return { ...second, delay: worldMs(first.delay + second.delay) };
};

const allThen = (
  first: readonly PassingShare[],
  second: readonly PassingShare[],
): readonly PassingShare[] =>
  first.flatMap((one): readonly PassingShare[] =>
    one.passing.kind === 'through'
      ? second.map(({ share, passing }) => ({
          share: one.share * share,
          passing: andThen(one.passing, passing),
        }))
      : [one],
  );

/** What the packets of so many round trips come to. */
const travels = ({ roundTrip, loss }: OpenWay, roundTrips: number): readonly PassingShare[] => {
  let shares: readonly PassingShare[] = [{ share: 1, passing: through(roundTrip * roundTrips) }];
  if (loss <= 0) return shares;
  const eachTime = retransmissions(loss);
  for (let trip = 0; trip < roundTrips; trip += 1) shares = allThen(shares, eachTime);
  return shares;
};

/** How a request fares at the far end, as a part of its way. */
const asPassing = (
  fate:
    | { readonly kind: 'served'; readonly delay: WorldMs }
    | { readonly kind: 'error' | 'silence' },
): Passing => {
  if (fate.kind === 'served') return through(fate.delay);
  return fate.kind === 'silence' ? silence : { kind: 'error', delay: worldMs(0) };
};

/**
 * All that may become of what takes so many round trips over a way: one to connect, one for a request and its answer. Gray
 * failures meet requests; what only connects, and a shallow health check, is spared them (`withoutGray`).
 */
export const sharesOver = (way: Way, roundTrips: number): readonly PassingShare[] => {
  if (!way.up) return [{ share: 1, passing: silence }];
  const travelled = travels(way, roundTrips);
  if (way.gray === undefined) return travelled;
  const met = fateShares(way.gray).map(({ share, fate }) => ({ share, passing: asPassing(fate) }));
  return allThen(travelled, met);
};

/**
 * What becomes of one of them. The same chance comes to the same end on every machine, live and modelled, and over many
 * each end has its share.
 */
export const passingOver = (way: Way, roundTrips: number, chance: Chance): Passing => {
  if (!way.up) return silence;
  const travelled = travels(way, roundTrips);
  const place = travelled.length === 1 ? 0 : drawn({ seed: 0 }, chance);
  const travel = pickAt(travelled, place);
  return way.gray === undefined ? travel : andThen(travel, asPassing(fateOf(way.gray, chance)));
};

/** What stands at a place from 0 on and below 1 where each has its share. */
const pickAt = (shares: readonly PassingShare[], place: number): Passing => {
  let left = place;
  for (const { share, passing } of shares) {
    if (left < share) return passing;
    left -= share;
  }
  // What is left of rounding.
  return shares.at(-1)?.passing ?? silence;
};

/** The way as a shallow health check meets it: one that asks whether something answers, not whether it serves. */
export const withoutGray = (way: Way): Way =>
  way.up && way.gray !== undefined
    ? ({ up: true, roundTrip: way.roundTrip, loss: way.loss } satisfies OpenWay)
    : way;

/** Whether the same becomes of everything that is sent over a way. */
export const isEven = (way: Way): boolean => !way.up || (way.loss <= 0 && way.gray === undefined);
