import {
  carryAfter,
  failureAt,
  failuresAmong,
  goodAt,
  type FailingShare,
} from './failing-share.ts';
import { uniformRun, type Run } from './runs.ts';
import { addressIndex } from './schedule.ts';

/** Consecutive turns of one client while nothing changes for it. */
export interface Stretch {
  readonly client: number;
  /** The first turn, and the first one after the last. */
  readonly from: number;
  readonly to: number;
  /** How requests to each of its addresses fare, in turn order. */
  readonly failing: readonly FailingShare[];
  /** Drill time of a turn, world ms. */
  readonly timeMs: (turn: number) => number;
}

/** What came of a stretch. */
export interface StretchOutcome {
  readonly run: Run;
  /** The carry of each address afterwards. */
  readonly carries: readonly number[];
}

interface Share extends FailingShare {
  /** The address's first turn in the stretch; the next ones follow every `step` turns. */
  readonly first: number;
  readonly step: number;
  readonly count: number;
  readonly lost: number;
}

const sharesOf = ({ client, from, to, failing }: Stretch): readonly Share[] => {
  const step = failing.length;
  return failing.flatMap((one, index): readonly Share[] => {
    const first = from + ((((index - client - from) % step) + step) % step);
    const count = first >= to ? 0 : Math.ceil((to - first) / step);
    if (count === 0) return [];
    return [{ ...one, first, step, count, lost: failuresAmong(one, count) }];
  });
};

const turnOf = (share: Share, nth: number): number => share.first + (nth - 1) * share.step;

const mixedRun = (stretch: Stretch, shares: readonly Share[], lost: number): Run => {
  const { from, to, timeMs } = stretch;
  const losing = shares.filter((share) => share.lost > 0);
  const serving = shares.filter((share) => share.lost < share.count);
  const firstLost = Math.min(...losing.map((share) => turnOf(share, failureAt(share, 1))));
  const lastLost = Math.max(...losing.map((share) => turnOf(share, failureAt(share, share.lost))));
  const firstGood = Math.min(...serving.map((share) => turnOf(share, goodAt(share, 1))));
  const lastGood = Math.max(
    ...serving.map((share) => turnOf(share, goodAt(share, share.count - share.lost))),
  );
  return {
    firstMs: timeMs(from),
    lastMs: timeMs(to - 1),
    sent: to - from,
    lost,
    firstLostMs: timeMs(firstLost),
    lastLostMs: timeMs(lastLost),
    firstGoodMs: timeMs(firstGood),
    lastGoodMs: timeMs(lastGood),
    goodAfterLostMs: lastLost + 1 < to ? timeMs(lastLost + 1) : undefined,
  };
};

/** Plays a stretch, of at least one turn, by arithmetic: its cost does not depend on how many turns it has. */
export const playStretch = (stretch: Stretch): StretchOutcome => {
  const { from, to, failing, timeMs } = stretch;
  const shares = sharesOf(stretch);
  const sent = to - from;
  const lost = shares.reduce((sum, share) => sum + share.lost, 0);
  const countOf = (index: number): number =>
    shares.find((share) => addressIndex(failing.length, stretch.client, share.first) === index)
      ?.count ?? 0;
  return {
    run:
      lost === 0 || lost === sent
        ? uniformRun(timeMs(from), timeMs(to - 1), sent, lost > 0)
        : mixedRun(stretch, shares, lost),
    carries: failing.map((one, index) => carryAfter(one, countOf(index))),
  };
};
