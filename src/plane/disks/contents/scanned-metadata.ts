import type { ScannedEntry } from './scan-directory.ts';
import type { Witness } from './volume-tree.ts';

/** Microseconds since 1970, within what a number holds exactly. */
const microseconds = (timeNs: bigint): number => {
  const whole = timeNs / 1000n - (timeNs % 1000n < 0n ? 1n : 0n);
  const bound = BigInt(Number.MAX_SAFE_INTEGER);
  return Number(whole > bound ? bound : whole < -bound ? -bound : whole);
};

/** What a volume keeps of an entry beside its contents. */
export const metadataOf = (entry: ScannedEntry) => ({
  path: entry.path,
  mode: entry.mode,
  uid: entry.uid,
  gid: entry.gid,
  mtimeMicroseconds: microseconds(entry.mtimeNs),
});

/** What tells later whether a file was changed since; `settledBeforeNs` comes from before it was looked at. */
export const witnessOf = (entry: ScannedEntry, settledBeforeNs: bigint): Witness => ({
  inode: entry.inode,
  size: entry.size,
  mtimeNs: entry.mtimeNs,
  ctimeNs: entry.ctimeNs,
  settled: entry.ctimeNs < settledBeforeNs && entry.mtimeNs < settledBeforeNs,
});

/** The time before which a file must have been changed last to be settled. */
export const settledBefore = (quietMs: number): bigint => BigInt(Date.now() - quietMs) * 1_000_000n;
