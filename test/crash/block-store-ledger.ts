import { isDomainError } from '../../src/world/domain-error.ts';
import type { BlockStore } from '../../src/plane/disks/store/block-store.ts';
import { contentOf, readBack } from '../../src/plane/disks/store/test-blocks.ts';

export const sourceStoreName = 'source';
export const copyStoreName = 'copy';

/** What a snapshot holds: pairs of an index and the number that stands for a block. */
export type VolumeContents = readonly (readonly [number, number])[];

/** What the process that is killed says of its doing: before it does it, or once it was acknowledged. */
export type Report =
  | { readonly kind: 'ready' }
  | { readonly kind: 'begin'; readonly snapshotId: string; readonly contents: VolumeContents }
  | { readonly kind: 'flushed'; readonly snapshotId: string; readonly indexes: readonly number[] }
  | { readonly kind: 'complete'; readonly snapshotId: string; readonly digest: string }
  | { readonly kind: 'dropping' | 'dropped'; readonly snapshotId: string };

interface Entry {
  readonly contents: VolumeContents;
  /** Indexes that a flush acknowledged. */
  flushed: readonly number[];
  /** Known once its completion was acknowledged. */
  digest?: string;
  /** What is known of it: dropping and unsettled ones may be there or not. */
  fate: 'open' | 'complete' | 'dropping' | 'dropped';
}

/** What is known of the snapshots of two stores, over all kills. */
export class BlockLedger {
  readonly #entries = new Map<string, Entry>();
  acknowledged = 0;

  note(report: Report): void {
    if (report.kind === 'ready') return;
    const { snapshotId } = report;
    if (report.kind === 'begin') {
      this.#entries.set(snapshotId, { contents: report.contents, flushed: [], fate: 'open' });
      return;
    }
    const entry = this.#entries.get(snapshotId);
    if (entry === undefined) throw new Error(`nothing was said of ${snapshotId} before`);
    if (report.kind === 'flushed') entry.flushed = report.indexes;
    else entry.fate = report.kind;
    if (report.kind === 'complete') entry.digest = report.digest;
    if (report.kind !== 'dropping') this.acknowledged += 1;
  }

  /** Complete snapshots of the source that the next process may build on. */
  known(): readonly (readonly [string, VolumeContents])[] {
    return [...this.#entries].flatMap(([id, { fate, contents }]) =>
      fate === 'complete' && id.startsWith('snap-') ? [[id, contents] as const] : [],
    );
  }

  /** Holds a store against the ledger; what was not acknowledged is settled as it is found, then cleared away. */
  async check(store: BlockStore, prefix: string): Promise<readonly string[]> {
    const found = new Map((await store.list()).map((contents) => [contents.snapshotId, contents]));
    const problems: string[] = [];
    for (const snapshotId of found.keys()) {
      if (!this.#entries.has(snapshotId)) problems.push(`${snapshotId} came from nowhere`);
    }
    for (const [snapshotId, entry] of this.#entries) {
      if (!snapshotId.startsWith(prefix)) continue;
      const contents = found.get(snapshotId);
      problems.push(...(await this.#checkEntry(store, snapshotId, entry, contents)));
      const isSettled = entry.fate === 'complete' && contents?.state === 'complete';
      if (isSettled) continue;
      await store.drop(snapshotId);
      this.#entries.delete(snapshotId);
    }
    await store.collect();
    const { orphanBlocks, missingBlocks, miscountedSegments, segmentBytes, liveBytes } =
      await store.inspect();
    const left = { orphanBlocks, missingBlocks, miscountedSegments };
    if (Object.values(left).some((count) => count > 0)) {
      problems.push(`after a collection: ${JSON.stringify(left)}`);
    }
    // The segment that grows may hold a rewritten one's end; the others are three quarters full.
    if (segmentBytes > liveBytes / 0.75) {
      problems.push(`${segmentBytes} bytes of segments hold ${liveBytes} that live`);
    }
    return problems;
  }

  async #checkEntry(
    store: BlockStore,
    snapshotId: string,
    { contents, flushed, digest, fate }: Entry,
    found: { readonly state: string; readonly digest: string } | undefined,
  ): Promise<readonly string[]> {
    if (fate === 'dropped') return found === undefined ? [] : [`${snapshotId} is back`];
    if (found === undefined) {
      return fate === 'complete' || (fate === 'open' && flushed.length > 0)
        ? [`${snapshotId} is lost`]
        : [];
    }
    if (fate === 'complete' && found.state !== 'complete') return [`${snapshotId} is open again`];
    if (digest !== undefined && found.state === 'complete' && found.digest !== digest) {
      return [`${snapshotId} has another digest`];
    }
    const wanted = new Map(contents);
    if (found.state === 'complete') {
      const held = JSON.stringify([...(await readBack(store, snapshotId))]);
      const meant = JSON.stringify([...wanted].toSorted(([a], [b]) => a - b));
      return held === meant ? [] : [`${snapshotId} holds ${held} instead of ${meant}`];
    }
    const problems: string[] = [];
    for (const index of flushed) {
      const block = await store.read(snapshotId, index);
      const content = isDomainError(block) ? block.code : contentOf(block);
      if (content !== wanted.get(index)) problems.push(`${snapshotId} lost block ${index}`);
    }
    return problems;
  }
}
