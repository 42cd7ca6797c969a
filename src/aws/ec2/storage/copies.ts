import { isDomainError, type DomainError } from '../../../world/domain-error.ts';
import { noAccount } from '../../../world/entity.ts';
import type { Tx, View } from '../../../world/transaction.ts';
import { Copies, Snapshots, type Contents, type Copy, type Snapshot } from './entities.ts';
import { shareLink } from './shared-link.ts';
import { completeSnapshot, failSnapshot } from './snapshot-life.ts';

const copiesKind = 'ec2/copies';

/**
 * What all copies together get of the way from one Region to another when the world says nothing of it, in Gbit/s: five
 * copies at their usual rate fill it.
 */
const usualLinkGbps = 1.2;

const bytesPerSecond = (gbps: number): number => (gbps * 1e9) / 8;

/** How many round trips a copy needs before its first byte comes. */
const openingRoundTrips = 2;

/** At most so many copies to a Region at once, by account (AWS General Reference, "Amazon EBS quotas"). */
export const copiesAtOnce = 20;

/** What a copy has sent by a moment of world time, in bytes. */
export const sentBytesOf = (copy: Copy, now: number): number => {
  const seconds = Math.max(0, now - copy.settledAt) / 1000;
  return Math.min(copy.totalBytes, copy.sentBytes + seconds * copy.bytesPerSecond);
};

/** The share of a copy that was sent, from 0 to 1. */
export const sentShareOf = (copy: Copy, now: number): number => {
  if (copy.state === 'measuring') return 0;
  return copy.totalBytes === 0 ? 1 : sentBytesOf(copy, now) / copy.totalBytes;
};

/** The capacity of the way from a Region to the view's own, in bytes a second; a Region's own has no bound. */
export const linkBytesPerSecond = (view: View, fromRegion: string): number =>
  fromRegion === view.shard
    ? Infinity
    : bytesPerSecond(view.geography.bandwidthGbps(fromRegion, view.shard) ?? usualLinkGbps);

/** What one copy takes at most, in bytes a second. */
export const copyBytesPerSecond = (view: View): number => bytesPerSecond(view.geography.copyGbps);

/** The last completed snapshot here of the same series: what a copy need not send again. */
export const copyBase = (
  view: View,
  snapshot: Pick<Snapshot, 'lineage' | 'encrypted' | 'kmsKeyId'>,
): Snapshot | undefined =>
  view
    .find(Snapshots, 'lineage', snapshot.lineage)
    .filter(
      (other) =>
        other.state === 'completed' &&
        other.source.kind === 'copy' &&
        // Another key means that every byte is another ("Copy an Amazon EBS snapshot", User Guide).
        other.encrypted === snapshot.encrypted &&
        other.kmsKeyId === snapshot.kmsKeyId,
    )
    .toSorted((a, b) => b.startTime - a.startTime)[0];

/**
 * Begins the copy that makes a pending snapshot, whose source must be of kind `copy`. The disk plane measures it, and
 * then it shares the way with the others.
 */
export const beginCopy = (tx: Tx, snapshot: Snapshot): Copy => {
  const { source, completionMinutes } = snapshot;
  if (source.kind !== 'copy') throw new Error(`${snapshot.id} is no copy.`);
  const original = tx
    .elsewhere(source.region)
    ?.forAccount(source.account)
    .get(Snapshots, source.snapshotId);
  const copy: Copy = {
    id: snapshot.id,
    fromRegion: source.region,
    fromAccount: source.account,
    fromSnapshotId: source.snapshotId,
    baseId: copyBase(tx, snapshot)?.id ?? null,
    state: 'measuring',
    modelledBytes: original?.contents?.modelledBytes ?? 0,
    totalBytes: 0,
    sentBytes: 0,
    settledAt: tx.now,
    bytesPerSecond: 0,
    beganAt: tx.now,
    deadline: completionMinutes === null ? null : tx.now + completionMinutes * 60_000,
    isOnDisk: false,
  };
  tx.put(Copies, copy);
  return copy;
};

interface OwnedCopy {
  readonly account: string;
  readonly copy: Copy;
}

const allCopies = (view: View): readonly OwnedCopy[] =>
  view.accounts().flatMap((account) =>
    view
      .forAccount(account)
      .list(Copies)
      .map((copy) => ({ account, copy })),
  );

/** Why a copy cannot go on at all, if so: the disaster of either Region ends it for good. */
const endOf = (view: View, copy: Copy): string | undefined => {
  for (const region of [copy.fromRegion, view.shard]) {
    if (!view.conditions.regionAlive(region)) {
      return `The copy ended at ${Math.floor(sentShareOf(copy, view.now) * 100)}%: the Region ${region} was lost.`;
    }
  }
  return undefined;
};

const isLinked = (view: View, copy: Copy): boolean =>
  copy.fromRegion === view.shard ||
  view.conditions.reach(
    { kind: 'region', region: copy.fromRegion },
    { kind: 'region', region: view.shard },
  ).up;

/** Brings what was sent up to now. */
const settled = (view: View, copy: Copy): Copy => {
  if (view.now <= copy.settledAt) return copy;
  return { ...copy, sentBytes: sentBytesOf(copy, view.now), settledAt: view.now };
};

const finishOf = (copy: Copy): number =>
  copy.state === 'moving' && copy.bytesPerSecond > 0
    ? copy.settledAt + Math.ceil(((copy.totalBytes - copy.sentBytes) / copy.bytesPerSecond) * 1000)
    : Infinity;

/** The rates of all copies over one way, by id. */
const ratesOf = (view: View, fromRegion: string, copies: readonly OwnedCopy[]) => {
  const most = copyBytesPerSecond(view);
  return shareLink(
    linkBytesPerSecond(view, fromRegion),
    copies.map(({ copy }) => ({
      id: copy.id,
      most,
      needed:
        copy.deadline === null
          ? undefined
          : (copy.totalBytes - copy.sentBytes) /
            Math.max(1, (copy.deadline - copy.settledAt) / 1000),
    })),
  );
};

const finish = (tx: Tx, copy: Copy): void => {
  tx.delete(Copies, copy.id);
  const snapshot = tx.get(Snapshots, copy.id);
  if (snapshot?.state === 'pending') completeSnapshot(tx, snapshot);
};

const fail = (tx: Tx, copy: Copy, why: string): void => {
  tx.delete(Copies, copy.id);
  const snapshot = tx.get(Snapshots, copy.id);
  if (snapshot?.state === 'pending') failSnapshot(tx, snapshot, why);
};

/** Ends the copies that are lost, and those that are through; answers those that go on, brought up to now. */
const settleAll = (tx: Tx): readonly OwnedCopy[] => {
  const goingOn: OwnedCopy[] = [];
  for (const owned of allCopies(tx)) {
    const own = tx.forAccount(owned.account);
    const why = endOf(tx, owned.copy);
    if (why !== undefined) {
      fail(own, owned.copy, why);
      continue;
    }
    if (owned.copy.state === 'measuring') continue;
    const copy = settled(tx, owned.copy);
    if (copy.sentBytes < copy.totalBytes) goingOn.push({ account: owned.account, copy });
    else if (copy.isOnDisk) finish(own, copy);
    else own.put(Copies, { ...copy, state: 'arriving', bytesPerSecond: 0 });
  }
  return goingOn;
};

/**
 * Brings the copies to this Region, of all accounts, in line with what is broken and with who shares the ways now. Run it
 * when a copy begins or ends, when faults have changed, and when its own timer is due.
 */
export const reconcileCopies = (tx: Tx): void => {
  const goingOn = settleAll(tx);
  let next = Infinity;
  for (const [fromRegion, copies] of Map.groupBy(goingOn, ({ copy }) => copy.fromRegion)) {
    const moving = copies.filter(({ copy }) => isLinked(tx, copy));
    const rates = ratesOf(tx, fromRegion, moving);
    for (const { account, copy } of copies) {
      const rate = rates.get(copy.id);
      const changed: Copy = {
        ...copy,
        state: rate === undefined ? 'paused' : 'moving',
        bytesPerSecond: rate ?? 0,
      };
      tx.forAccount(account).put(Copies, changed);
      next = Math.min(next, finishOf(changed));
    }
  }
  const everyones = tx.forAccount(noAccount);
  if (next === Infinity) everyones.cancelTimer(copiesKind);
  else everyones.setTimer({ id: copiesKind, at: Math.max(next, tx.now + 1), kind: copiesKind });
};

/** Records how much a copy has to send, real and modelled; from now on it shares the way. */
export const observeCopySize = (
  tx: Tx,
  snapshotId: string,
  realBytes: number | DomainError,
): void => {
  const copy = tx.get(Copies, snapshotId);
  if (copy?.state !== 'measuring') return;
  if (isDomainError(realBytes)) return fail(tx, copy, realBytes.message);
  const base = copy.baseId === null ? undefined : tx.get(Snapshots, copy.baseId);
  const modelled = Math.max(0, copy.modelledBytes - (base?.contents?.modelledBytes ?? 0));
  const { fromRegion } = copy;
  const openingMs =
    fromRegion === tx.shard
      ? 0
      : openingRoundTrips * tx.geography.roundTripMs(fromRegion, tx.shard);
  tx.put(Copies, {
    ...copy,
    state: 'moving',
    totalBytes: realBytes + modelled,
    settledAt: tx.now + Math.ceil(openingMs),
  });
  reconcileCopies(tx);
};

/** Records that a copy's blocks are all on the disk, or why they cannot be. */
export const observeCopyOnDisk = (
  tx: Tx,
  snapshotId: string,
  contents: Contents | DomainError,
): void => {
  const copy = tx.get(Copies, snapshotId);
  const snapshot = tx.get(Snapshots, snapshotId);
  if (copy === undefined || snapshot === undefined) return;
  if (isDomainError(contents)) fail(tx, copy, contents.message);
  else {
    tx.put(Snapshots, { ...snapshot, contents });
    tx.put(Copies, { ...copy, isOnDisk: true });
  }
  reconcileCopies(tx);
};

/** Ends a copy whose snapshot is no longer wanted; the others share what it had. */
export const cancelCopy = (tx: Tx, snapshotId: string): void => {
  if (tx.get(Copies, snapshotId) === undefined) return;
  tx.delete(Copies, snapshotId);
  reconcileCopies(tx);
};

/** The timers of copies. */
export const copyTimers = { [copiesKind]: (tx: Tx): void => reconcileCopies(tx) } as const;
