import { LiveMarks } from './live-marks.ts';
import type { StoreState } from './store-state.ts';

/** What a store holds, and of that what no snapshot accounts for. */
export interface Inspection {
  readonly blocks: number;
  /** Blocks that no snapshot refers to. */
  readonly orphanBlocks: number;
  /** Blocks that a snapshot refers to and the index does not have. */
  readonly missingBlocks: number;
  /** Bytes of segments, and of them those that blocks take. */
  readonly segmentBytes: number;
  readonly liveBytes: number;
  /** Segments whose count of live bytes is not the sum of their blocks. */
  readonly miscountedSegments: number;
}

/** Goes over everything at once: for tests and for looking into a store that nobody uses. */
export const inspect = ({ blocks, snapshots, nextBlockId }: StoreState): Inspection => {
  const marks = new LiveMarks(nextBlockId);
  const listed = new Set<number>();
  for (const { key } of snapshots.all()) {
    for (let row = snapshots.nextPage(key, 0); row !== undefined;) {
      marks.markPage(row.page);
      row.page.forEach((id, place) => {
        if (place % 2 === 0 && id !== 0) listed.add(id);
      });
      row = snapshots.nextPage(key, row.number + 1);
    }
  }
  const rows = blocks.after(0, nextBlockId);
  const live = new Map<number, number>();
  for (const { segment, length } of rows) live.set(segment, (live.get(segment) ?? 0) + length);
  const segments = blocks.segments();
  const sum = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0);
  return {
    blocks: rows.length,
    orphanBlocks: rows.filter(({ id }) => !marks.has(id)).length,
    missingBlocks: listed.size - rows.filter(({ id }) => listed.has(id)).length,
    segmentBytes: sum(segments.map(({ length }) => length)),
    liveBytes: sum(segments.map((segment) => segment.live)),
    miscountedSegments: segments.filter((segment) => segment.live !== (live.get(segment.id) ?? 0))
      .length,
  };
};
