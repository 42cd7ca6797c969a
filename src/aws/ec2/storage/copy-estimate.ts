import { betweenRegionsPrice } from '../../../atlas/prices.ts';
import type { View } from '../../../world/transaction.ts';
import { copyBytesPerSecond, linkBytesPerSecond } from './copies.ts';
import { Copies, type Snapshot } from './entities.ts';

/** What a copy of an image to one Region would take. */
export interface CopyEstimate {
  readonly toRegion: string;
  /** Real and modelled bytes that would be sent. */
  readonly bytes: number;
  readonly bytesPerSecond: number;
  /** World seconds at that rate. */
  readonly seconds: number;
  /** What AWS charges for sending them, USD; `assumed` where only the usual price is known. */
  readonly usd: number | null;
  readonly usdBasis: 'published' | 'assumed' | 'unknown';
  /** Whether an earlier copy is there, so that only changes go. */
  readonly incremental: boolean;
  /** False while no way leads there. */
  readonly reachable: boolean;
}

/** The modelled bytes that a copy would send, as a change of `base` where there is one. */
export const modelledBytesToSend = (source: Snapshot, base: Snapshot | undefined): number =>
  Math.max(0, (source.contents?.modelledBytes ?? 0) - (base?.contents?.modelledBytes ?? 0));

/** How fast one more copy would go from a Region to the view's, beside those that are under way, in bytes a second. */
const rateOfOneMore = (view: View, fromRegion: string): number => {
  const others = view
    .accounts()
    .flatMap((account) => view.forAccount(account).list(Copies))
    .filter((copy) => copy.fromRegion === fromRegion).length;
  return Math.min(copyBytesPerSecond(view), linkBytesPerSecond(view, fromRegion) / (others + 1));
};

/** What it would take to send so many bytes from a Region to the view's, without beginning it. */
export const estimateCopy = (
  view: View,
  fromRegion: string,
  sent: { readonly bytes: number; readonly incremental: boolean },
): CopyEstimate => {
  const { shard: toRegion, conditions } = view;
  const bytesPerSecond = rateOfOneMore(view, fromRegion);
  const price = betweenRegionsPrice(fromRegion, toRegion);
  const usd = price === null ? null : (sent.bytes / 1e9) * price.value;
  return {
    toRegion,
    ...sent,
    bytesPerSecond,
    seconds: Math.ceil(sent.bytes / bytesPerSecond),
    usd: fromRegion === toRegion ? 0 : usd,
    usdBasis: price === null ? 'unknown' : price.basis === 'assumed' ? 'assumed' : 'published',
    reachable: conditions.reach(
      { kind: 'region', region: fromRegion },
      { kind: 'region', region: toRegion },
    ).up,
  };
};
