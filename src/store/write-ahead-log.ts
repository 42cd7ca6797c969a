/**
 * Reads SQLite's write-ahead log as SQLite itself would, to tell what it would drop in silence. SQLite ends
 * the log at the first frame whose checksum fails: right for a torn end, but a flipped bit in the middle
 * would take every later commit with it and nobody would hear of it.
 * Source: "WAL-mode File Format" of the SQLite documentation.
 */

const headerSize = 32;
const frameHeaderSize = 24;

/** What stands in a write-ahead log. */
export type WriteAheadLogState =
  /** Every commit in it can be read. `frames` counts the frames up to the last whole commit. */
  | { readonly kind: 'whole'; readonly frames: number }
  /** Its end is torn: what stands from `offset` on belongs to no whole commit and is dropped at opening. */
  | { readonly kind: 'torn'; readonly offset: number; readonly lostBytes: number }
  /** A frame is damaged at `offset` though later commits follow it. */
  | { readonly kind: 'damaged'; readonly offset: number };

type Checksum = readonly [number, number];

interface Log {
  readonly view: DataView;
  readonly littleEndian: boolean;
  readonly frameSize: number;
  readonly salts: Checksum;
}

const checksum = (
  view: DataView,
  littleEndian: boolean,
  from: number,
  to: number,
  seed: Checksum,
): Checksum => {
  let [first, second] = seed;
  for (let offset = from; offset < to; offset += 8) {
    first = (first + view.getUint32(offset, littleEndian) + second) >>> 0;
    second = (second + view.getUint32(offset + 4, littleEndian) + first) >>> 0;
  }
  return [first, second];
};

const same = (a: Checksum, b: Checksum): boolean => a[0] === b[0] && a[1] === b[1];

const pairAt = (view: DataView, offset: number): Checksum => [
  view.getUint32(offset),
  view.getUint32(offset + 4),
];

/**
 * Whether the frame is of this generation of the log; older frames stay behind its end and mean nothing. One
 * of the two salts is enough: both change with each generation, so a match of one means that the other was
 * damaged.
 */
const isOfThisLog = (log: Log, offset: number): boolean => {
  const [first, second] = pairAt(log.view, offset + 8);
  return first === log.salts[0] || second === log.salts[1];
};

const isCommit = (log: Log, offset: number): boolean => log.view.getUint32(offset + 4) !== 0;

const frameChecksum = (log: Log, offset: number, seed: Checksum): Checksum => {
  const overHeader = checksum(log.view, log.littleEndian, offset, offset + 8, seed);
  const dataFrom = offset + frameHeaderSize;
  return checksum(log.view, log.littleEndian, dataFrom, offset + log.frameSize, overHeader);
};

/**
 * Counts the commits at or after a frame that fails. Each later frame is checked against the checksum that
 * its predecessor claims, so that one bad frame does not hide the good ones behind it.
 */
const commitsFrom = (log: Log, badOffset: number): number => {
  let commits = isOfThisLog(log, badOffset) && isCommit(log, badOffset) ? 1 : 0;
  const last = log.view.byteLength - log.frameSize;
  for (let offset = badOffset + log.frameSize; offset <= last; offset += log.frameSize) {
    if (!isOfThisLog(log, offset) || !isCommit(log, offset)) continue;
    const seed = pairAt(log.view, offset - log.frameSize + 16);
    if (same(frameChecksum(log, offset, seed), pairAt(log.view, offset + 16))) commits += 1;
  }
  return commits;
};

const readHeader = (view: DataView): { log: Log; seed: Checksum } | undefined => {
  const magic = view.getUint32(0);
  if (magic !== 0x377f0682 && magic !== 0x377f0683) return undefined;
  const littleEndian = magic === 0x377f0682;
  const seed = checksum(view, littleEndian, 0, 24, [0, 0]);
  if (!same(seed, pairAt(view, 24))) return undefined;
  const frameSize = frameHeaderSize + view.getUint32(8);
  return { log: { view, littleEndian, frameSize, salts: pairAt(view, 16) }, seed };
};

const judgeEnd = (log: Log, offset: number, lastCommitEnd: number): WriteAheadLogState => {
  const whole: WriteAheadLogState = {
    kind: 'whole',
    frames: (lastCommitEnd - headerSize) / log.frameSize,
  };
  const size = log.view.byteLength;
  if (offset + log.frameSize > size) {
    const begunHere = offset + 16 <= size && isOfThisLog(log, offset);
    const torn = begunHere || offset > lastCommitEnd || (offset < size && offset + 16 > size);
    return torn ? { kind: 'torn', offset: lastCommitEnd, lostBytes: size - lastCommitEnd } : whole;
  }
  const commits = commitsFrom(log, offset);
  if (commits > 1) return { kind: 'damaged', offset };
  const torn = commits === 1 || isOfThisLog(log, offset) || offset > lastCommitEnd;
  return torn ? { kind: 'torn', offset: lastCommitEnd, lostBytes: size - lastCommitEnd } : whole;
};

/**
 * Judges the bytes of a `-wal` file. An empty log is whole. A log whose own header fails is damaged when
 * frames follow, since SQLite would then drop all of them, and torn when nothing does.
 */
export const judgeWriteAheadLog = (bytes: Uint8Array): WriteAheadLogState => {
  const size = bytes.byteLength;
  if (size === 0) return { kind: 'whole', frames: 0 };
  const view = new DataView(bytes.buffer, bytes.byteOffset, size);
  if (size < headerSize) return { kind: 'torn', offset: 0, lostBytes: size };
  const header = readHeader(view);
  if (header === undefined) {
    return size === headerSize
      ? { kind: 'torn', offset: 0, lostBytes: size }
      : { kind: 'damaged', offset: 0 };
  }
  const { log } = header;
  let running = header.seed;
  let lastCommitEnd = headerSize;
  let offset = headerSize;
  for (; offset + log.frameSize <= size; offset += log.frameSize) {
    if (!same(pairAt(view, offset + 8), log.salts)) break;
    running = frameChecksum(log, offset, running);
    if (!same(running, pairAt(view, offset + 16))) break;
    if (isCommit(log, offset)) lastCommitEnd = offset + log.frameSize;
  }
  return judgeEnd(log, offset, lastCommitEnd);
};
