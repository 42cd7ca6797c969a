import { hash32 } from '../atlas/hash.ts';
import { worldMs, type Gray, type OpenWay, type Way, type WorldMs } from './way.ts';

/** What becomes of what is sent over a way and waits for an answer. */
export type Passing =
  /** It arrives and is answered; `delay` is the time that both spend on the way. */
  | { readonly kind: 'through'; readonly delay: WorldMs }
  /** It fails at the far end: an answer 5xx where HTTP is spoken, else a broken connection. */
  | { readonly kind: 'error'; readonly delay: WorldMs }
  /** No answer ever comes. */
  | { readonly kind: 'silence' };

/** One of the things that may become of it, and how often it does. */
export interface Chance {
  /** 0 to 1; all chances of a way make 1. */
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

/** Chances smaller than this are not told apart: nobody would live to see them. */
const leastShare = 1e-9;

/** What a round trip costs beyond its own time where packets are lost in both directions. */
const retransmissions = (loss: number): readonly Chance[] => {
  if (loss <= 0) return [{ share: 1, passing: { kind: 'through', delay: worldMs(0) } }];
  // Either direction may lose it: the packet, or its acknowledgement.
  const lostShare = 1 - (1 - loss) ** 2;
  const chances = Array.from({ length: mostSendings }, (_, lost): Chance => {
    const delay = worldMs(retransmissionTimeoutMs * (2 ** lost - 1));
    return {
      share: lostShare ** lost * (1 - lostShare),
      passing: { kind: 'through', delay },
    };
  });
  const silent: Chance = { share: lostShare ** mostSendings, passing: { kind: 'silence' } };
  return [...chances, silent].filter(({ share }) => share > leastShare);
};

/** First the one, then the other: what the first lets through meets the second. */
const andThen = (first: readonly Chance[], second: readonly Chance[]): readonly Chance[] =>
  first.flatMap((one): readonly Chance[] => {
    const { passing } = one;
    if (passing.kind !== 'through') return [one];
    return second.map((other) => ({
      share: one.share * other.share,
      passing:
        other.passing.kind === 'silence'
          ? other.passing
          : { ...other.passing, delay: worldMs(passing.delay + other.passing.delay) },
    }));
  });

const grayChances = ({ share, as, delay }: Gray): readonly Chance[] => {
  const struck: Passing =
    as === 'silence'
      ? { kind: 'silence' }
      : {
          kind: as === 'error' ? 'error' : 'through',
          delay: as === 'latency' ? delay : worldMs(0),
        };
  const spared: Passing = { kind: 'through', delay: worldMs(0) };
  return [
    { share: 1 - share, passing: spared },
    { share, passing: struck },
  ].filter((chance) => chance.share > 0);
};

/**
 * All that may become of what takes so many round trips over a way: one to connect, one for a request and its answer. Gray
 * failures meet requests; what only connects, and a shallow health check, is spared them (`withoutGray`).
 */
export const chancesOver = (way: Way, roundTrips: number): readonly Chance[] => {
  if (!way.up) return [{ share: 1, passing: { kind: 'silence' } }];
  const travel: Passing = { kind: 'through', delay: worldMs(way.roundTrip * roundTrips) };
  const { loss, gray = [] } = way;
  let chances: readonly Chance[] = [{ share: 1, passing: travel }];
  if (loss > 0) {
    const eachTime = retransmissions(loss);
    for (let trip = 0; trip < roundTrips; trip += 1) chances = andThen(chances, eachTime);
  }
  for (const one of gray) chances = andThen(chances, grayChances(one));
  return chances;
};

/** The way as a shallow health check meets it: one that asks whether something answers, not whether it serves. */
export const withoutGray = (way: Way): Way =>
  way.up && way.gray !== undefined
    ? ({ up: true, roundTrip: way.roundTrip, loss: way.loss } satisfies OpenWay)
    : way;

/** Whether the same becomes of everything that is sent over a way. */
export const isEven = (way: Way): boolean => !way.up || (way.loss <= 0 && way.gray === undefined);

/**
 * What becomes of one of them, whose key it is: the same for the same key on every machine, and of many each as often as
 * its share says.
 */
export const passingOver = (
  way: Way,
  roundTrips: number,
  ...key: readonly (string | number)[]
): Passing => {
  const chances = chancesOver(way, roundTrips);
  const [first] = chances;
  if (first !== undefined && chances.length === 1) return first.passing;
  const seeds = way.up ? (way.gray ?? []).map(({ seed }) => seed) : [];
  let place = hash32(...key, ...seeds) / 2 ** 32;
  for (const { share, passing } of chances) {
    if (place < share) return passing;
    place -= share;
  }
  // What is left of rounding.
  return chances.at(-1)?.passing ?? { kind: 'silence' };
};
