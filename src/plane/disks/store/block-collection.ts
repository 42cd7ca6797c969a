import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Collection } from '../region-blocks.ts';
import type { BlockCommitter } from './block-committer.ts';
import type { BlockRow, SegmentRow } from './block-rows.ts';
import { atomically } from './index-database.ts';
import { LiveMarks } from './live-marks.ts';
import type { StoreState } from './store-state.ts';

/** Rows that one step looks at before it gives way to other work. */
const rowsPerStep = 1000;
const pagesPerStep = 64;

/** A segment is rewritten when less than this share of it is live; what stays dead on disk is bounded so. */
const wellFilled = 0.75;

/** Bytes of moved blocks that wait for one commit. */
const movedBytesPerCommit = 32 * 2 ** 20;

/**
 * Frees what no snapshot refers to: marks what is live, deletes the other blocks from the index, and rewrites segments
 * of which little is live. Each step is one transaction of the index, behind a sync of what it refers to; a crash
 * between two of them leaves bytes that nobody knows of, which the next opening reclaims.
 */
export const collectGarbage = async (
  state: StoreState,
  committer: BlockCommitter,
): Promise<Collection> => {
  // What was put for a snapshot that is gone already becomes garbage that this collection finds.
  await committer.commit();
  const marks = new LiveMarks(state.nextBlockId);
  state.marks = marks;
  try {
    marks.markBatch(state.pending);
    if (state.committing !== undefined) marks.markBatch(state.committing);
    await markSnapshots(state, marks);
    // What is not marked yet may be live: a collection that is cut short here frees nothing.
    if (state.isClosing) return { freedBlocks: 0, freedBytes: 0 };
    const freed = await sweep(state, marks);
    if (!state.isClosing) await compact(state, committer);
    return freed;
  } finally {
    state.marks = undefined;
  }
};

const markSnapshots = async (state: StoreState, marks: LiveMarks): Promise<void> => {
  const { snapshots } = state;
  for (let key = 0; !state.isClosing;) {
    const rows = snapshots.pagesAfter(key, pagesPerStep);
    for (const { page } of rows) marks.markPage(page);
    const last = rows.at(-1);
    if (last === undefined) return;
    key = last.key;
    await nextTurn();
  }
};

const sweep = async (state: StoreState, marks: LiveMarks): Promise<Collection> => {
  const { blocks, database, corrupt } = state;
  let freedBlocks = 0;
  let freedBytes = 0;
  for (let id = 0; !state.isClosing;) {
    const rows = blocks.after(id, rowsPerStep);
    const last = rows.at(-1);
    if (last === undefined) break;
    const dead = rows.filter((row) => !marks.has(row.id));
    if (dead.length > 0) {
      atomically(database, () => {
        for (const row of dead) blocks.remove(row);
      });
    }
    for (const row of dead) {
      corrupt.delete(row.id);
      freedBlocks += 1;
      freedBytes += row.length;
    }
    id = last.id;
    await nextTurn();
  }
  return { freedBlocks, freedBytes };
};

const isWorthRewriting = ({ length, live }: SegmentRow): boolean => live < length * wellFilled;

const compact = async (state: StoreState, committer: BlockCommitter): Promise<void> => {
  const { blocks, files } = state;
  // What is on its way to a segment would be missed there: the segment that grows ends, and what is under way commits.
  const growing = blocks.segments().find(({ id }) => id === files.current);
  if (growing !== undefined && isWorthRewriting(growing)) files.roll();
  await committer.commit();
  const candidates = blocks
    .segments()
    .filter((segment) => segment.id !== files.current && isWorthRewriting(segment));
  // The emptiest first: on a full disk they make room for what the others still need to move.
  for (const { id } of candidates.toSorted((a, b) => a.live - b.live)) {
    if (state.isClosing) return;
    await emptySegment(state, committer, id);
    if (blocks.inSegment(id, 0, 1).length > 0) continue;
    atomically(state.database, () => blocks.removeSegment(id));
    files.remove(id);
  }
};

/** Moves the blocks of a segment elsewhere, as they lie. What cannot be read stays, as does its segment. */
const emptySegment = async (
  state: StoreState,
  committer: BlockCommitter,
  segment: number,
): Promise<void> => {
  let waitingBytes = 0;
  for (let offset = 0; ;) {
    const rows = state.blocks.inSegment(segment, offset, rowsPerStep);
    const last = rows.at(-1);
    if (last === undefined) break;
    for (const row of rows) {
      waitingBytes += await moveBlock(state, row);
      if (waitingBytes < movedBytesPerCommit) continue;
      await committer.commit();
      waitingBytes = 0;
    }
    offset = last.offset + 1;
  }
  await committer.commit();
};

const moveBlock = async (state: StoreState, row: BlockRow): Promise<number> => {
  const bytes = await state.files.read(row);
  if (bytes === undefined) return 0;
  const place = await state.files.append(bytes);
  state.pending.moves.push({ ...place, id: row.id, how: row.how, from: row });
  return bytes.length;
};
