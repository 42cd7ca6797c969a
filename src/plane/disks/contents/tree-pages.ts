import { createHash } from 'node:crypto';
import { blockBytes } from '../region-blocks.ts';
import { ByteReader, ByteWriter } from './byte-coding.ts';
import { entriesOf, readRecord, recordsOf, writeRecord } from './entry-records.ts';
import type { TreeRecord } from './entry-records.ts';
import { compareBytes, treeBounds } from './volume-tree.ts';
import type { TreePage, VolumeEntry } from './volume-tree.ts';

/** A page below this is joined with the one behind it, so that a tree that shrinks gives its pages back. */
const smallPageBytes = blockBytes / 8;

/** A page as it is to be written. */
export interface EncodedPage {
  readonly firstKey: string;
  /** Where the range of paths was before, if it was. */
  readonly formerBlock: number | undefined;
  readonly bytes: Buffer;
  readonly digest: string;
}

/** The first 16 bytes of a SHA-256 in hexadecimal digits. */
export const shortDigest = (bytes: Uint8Array): string =>
  createHash('sha256').update(bytes).digest('hex').slice(0, 32);

interface PageRange {
  readonly formerBlock: number | undefined;
  readonly records: readonly TreeRecord[];
}

/** Deals records out to the pages whose ranges they fell into before; a page that stands between two keeps its place. */
const dealOut = (
  records: Iterable<TreeRecord>,
  former: readonly TreePage[],
): readonly PageRange[] => {
  const ranges: { formerBlock: number | undefined; records: TreeRecord[] }[] = [];
  let next = 0;
  let current: { formerBlock: number | undefined; records: TreeRecord[] } | undefined;
  for (const record of records) {
    let upcoming = former[next];
    while (upcoming !== undefined && compareBytes(upcoming.firstKey, record.key) <= 0) {
      current = { formerBlock: upcoming.block, records: [] };
      ranges.push(current);
      next += 1;
      upcoming = former[next];
    }
    if (current === undefined) {
      current = { formerBlock: undefined, records: [] };
      ranges.push(current);
    }
    current.records.push(record);
  }
  return ranges.filter((range) => range.records.length > 0);
};

const encodePage = (range: PageRange): readonly EncodedPage[] => {
  const out = new ByteWriter();
  out.number(range.records.length);
  let before = '';
  for (const record of range.records) {
    writeRecord(out, record, before, false);
    before = record.key;
  }
  if (out.length > blockBytes) {
    const half = Math.ceil(range.records.length / 2);
    return [
      ...encodePage({ ...range, records: range.records.slice(0, half) }),
      ...encodePage({ formerBlock: undefined, records: range.records.slice(half) }),
    ];
  }
  const bytes = Buffer.alloc(blockBytes);
  bytes.set(out.written());
  const firstKey = range.records[0]?.key ?? '';
  return [{ firstKey, formerBlock: range.formerBlock, bytes, digest: shortDigest(bytes) }];
};

const roughBytes = (range: PageRange): number => {
  let bytes = 0;
  for (const { key, extents } of range.records) {
    bytes += key.length + 32 + extents.length * 6;
    if (bytes > blockBytes) break;
  }
  return bytes;
};

/**
 * Cuts the tree into pages of one block. Each page keeps its range of paths from the snapshot before: one entry more or
 * less changes one page, and the others stay the blocks that they were.
 */
export const encodePages = function* (
  entries: readonly VolumeEntry[],
  former: readonly TreePage[],
): Generator<EncodedPage> {
  let held: PageRange | undefined;
  for (const range of dealOut(recordsOf(entries), former)) {
    const joined: PageRange =
      held === undefined
        ? range
        : { formerBlock: held.formerBlock, records: [...held.records, ...range.records] };
    held = undefined;
    if (roughBytes(joined) < smallPageBytes) held = joined;
    else yield* encodePage(joined);
  }
  if (held !== undefined) yield* encodePage(held);
};

/** Reads the records of a page. Undefined when it is not one, or is out of order. */
const decodePage = (bytes: Uint8Array, after: string): readonly TreeRecord[] | undefined => {
  const from = new ByteReader(bytes);
  const count = from.number();
  const records: TreeRecord[] = [];
  let before = '';
  let last = after;
  for (let index = 0; index < count; index += 1) {
    const record = readRecord(from, before);
    const isFirst = records.length === 0 && after === '';
    if (from.failed || (!isFirst && compareBytes(last, record.key) >= 0)) return undefined;
    records.push(record);
    before = record.key;
    last = record.key;
  }
  return from.failed || records.length === 0 ? undefined : records;
};

/** Gathers the pages of a tree in their order. */
export class PageReader {
  readonly #records: TreeRecord[] = [];
  readonly #pages: TreePage[] = [];

  get pages(): readonly TreePage[] {
    return this.#pages;
  }

  /** Adds a page; false when it is damaged, or the tree is larger than a tree may be. */
  add(bytes: Uint8Array, block: number, digest: string): boolean {
    const records = decodePage(bytes, this.#records.at(-1)?.key ?? '');
    const first = records?.[0];
    if (records === undefined || first === undefined) return false;
    if (this.#records.length + records.length > treeBounds.entries) return false;
    for (const record of records) this.#records.push(record);
    this.#pages.push({ firstKey: first.key, block, digest });
    return true;
  }

  /** The entries of all pages; undefined when they do not fit together. */
  entries(): VolumeEntry[] | undefined {
    return entriesOf(this.#records);
  }
}
