import type { ByteReader, ByteWriter } from './byte-coding.ts';
import { treeBounds } from './volume-tree.ts';
import type { Extent, FileEntry, TailPiece, VolumeEntry, Witness } from './volume-tree.ts';

/** Extents that one record holds; a file with more has further records behind its own. */
const extentsPerRecord = 4096;

const digestBytes = 16;

/** Room for a path and the ordinal of a further record of its file. */
const keyBound = treeBounds.pathBytes + 16;

const kinds = { directory: 1, file: 2, symlink: 3, link: 4, extents: 5 } as const;
const negativeTime = 0x80;
const hasTail = 0x40;
const hasWitness = 0x20;

/** One record of the tree: an entry, or further extents of the file before it. Records are in ascending order of keys. */
export interface TreeRecord {
  /** The entry's path; for further extents, the path, a zero byte and an ordinal: behind the file, before all others. */
  readonly key: string;
  readonly entry: VolumeEntry | undefined;
  readonly extents: readonly Extent[];
}

/** The records of entries, in the order of the entries. */
export const recordsOf = function* (entries: Iterable<VolumeEntry>): Generator<TreeRecord> {
  for (const entry of entries) {
    const extents = entry.kind === 'file' ? entry.extents : [];
    yield { key: entry.path, entry, extents: extents.slice(0, extentsPerRecord) };
    for (let from = extentsPerRecord; from < extents.length; from += extentsPerRecord)
      yield {
        key: `${entry.path}\0${String(from / extentsPerRecord).padStart(6, '0')}`,
        entry: undefined,
        extents: extents.slice(from, from + extentsPerRecord),
      };
  }
};

const sharedLength = (first: string, second: string): number => {
  const bound = Math.min(first.length, second.length);
  let length = 0;
  while (length < bound && first.charCodeAt(length) === second.charCodeAt(length)) length += 1;
  return length;
};

const writeExtents = (out: ByteWriter, extents: readonly Extent[]): void => {
  out.number(extents.length);
  for (const { logical, physical, count } of extents) {
    out.number(logical);
    out.number(physical);
    out.number(count);
  }
};

const writeWitness = (out: ByteWriter, witness: Witness): void => {
  out.wide(witness.inode);
  out.number(witness.size);
  out.wide(witness.mtimeNs);
  out.wide(witness.ctimeNs);
  out.byte(witness.settled ? 1 : 0);
};

const flagsOf = (entry: VolumeEntry, withWitness: boolean): number =>
  kinds[entry.kind] |
  (entry.kind !== 'link' && entry.mtimeMicroseconds < 0 ? negativeTime : 0) |
  (entry.kind === 'file' && entry.tail !== undefined ? hasTail : 0) |
  (withWitness && entry.kind === 'file' && entry.witness !== undefined ? hasWitness : 0);

/**
 * Writes a record after one with the key `before`. Witnesses are of this host and stay out of snapshots; they are written
 * where `withWitness` says so.
 */
export const writeRecord = (
  out: ByteWriter,
  record: TreeRecord,
  before: string,
  withWitness: boolean,
): void => {
  const { key, entry } = record;
  const shared = sharedLength(before, key);
  out.byte(entry === undefined ? kinds.extents : flagsOf(entry, withWitness));
  out.number(shared);
  out.bytes(key.slice(shared));
  if (entry === undefined) {
    writeExtents(out, record.extents);
    return;
  }
  if (entry.kind === 'link') {
    out.bytes(entry.target);
    return;
  }
  out.number(entry.mode);
  out.number(entry.uid);
  out.number(entry.gid);
  out.number(Math.abs(entry.mtimeMicroseconds));
  if (entry.kind === 'symlink') out.bytes(entry.target);
  if (entry.kind !== 'file') return;
  out.number(entry.size);
  writeExtents(out, record.extents);
  if (entry.tail !== undefined) {
    out.number(entry.tail.block);
    out.number(entry.tail.offset);
    out.raw(Buffer.from(entry.tail.digest, 'hex'));
  }
  if (withWitness && entry.witness !== undefined) writeWitness(out, entry.witness);
};

const readExtents = (from: ByteReader): readonly Extent[] => {
  const count = from.number();
  if (count > extentsPerRecord) from.failed = true;
  const extents: Extent[] = [];
  for (let index = 0; index < count && !from.failed; index += 1)
    extents.push({ logical: from.number(), physical: from.number(), count: from.number() });
  return extents;
};

const readTail = (from: ByteReader): TailPiece => ({
  block: from.number(),
  offset: from.number(),
  digest: from.raw(digestBytes).toString('hex'),
});

const readWitness = (from: ByteReader): Witness => ({
  inode: from.wide(),
  size: from.number(),
  mtimeNs: BigInt.asIntN(64, from.wide()),
  ctimeNs: BigInt.asIntN(64, from.wide()),
  settled: from.byte() === 1,
});

const readFile = (
  from: ByteReader,
  flags: number,
  metadata: Omit<FileEntry, 'kind' | 'size' | 'extents' | 'tail' | 'witness'>,
): FileEntry => {
  const size = from.number();
  const extents = readExtents(from);
  const tail = (flags & hasTail) === 0 ? undefined : readTail(from);
  const witness = (flags & hasWitness) === 0 ? undefined : readWitness(from);
  return { ...metadata, kind: 'file', size, extents, tail, witness };
};

const readEntry = (from: ByteReader, flags: number, path: string): VolumeEntry | undefined => {
  const kind = flags & 0x0f;
  if (kind === kinds.link) return { kind: 'link', path, target: from.bytes(treeBounds.pathBytes) };
  const mode = from.number();
  const uid = from.number();
  const gid = from.number();
  const age = from.number();
  const mtimeMicroseconds = (flags & negativeTime) === 0 ? age : -age;
  const metadata = { path, mode, uid, gid, mtimeMicroseconds };
  if (kind === kinds.directory) return { ...metadata, kind: 'directory' };
  if (kind === kinds.symlink)
    return { ...metadata, kind: 'symlink', target: from.bytes(treeBounds.pathBytes) };
  if (kind === kinds.file) return readFile(from, flags, metadata);
  from.failed = true;
  return undefined;
};

/** Reads the record after one with the key `before`; what it gives means nothing once the reader has failed. */
export const readRecord = (from: ByteReader, before: string): TreeRecord => {
  const flags = from.byte();
  const shared = from.number();
  if (shared > before.length) from.failed = true;
  const key = before.slice(0, shared) + from.bytes(keyBound);
  if (key.length > keyBound) from.failed = true;
  if (from.failed) return { key, entry: undefined, extents: [] };
  if ((flags & 0x0f) === kinds.extents)
    return { key, entry: undefined, extents: readExtents(from) };
  const entry = readEntry(from, flags, key);
  return { key, entry, extents: entry?.kind === 'file' ? entry.extents : [] };
};

/** Puts records, in order, back together to entries. Undefined when they do not fit together. */
export const entriesOf = (records: Iterable<TreeRecord>): VolumeEntry[] | undefined => {
  const entries: VolumeEntry[] = [];
  let further: Extent[] | undefined;
  for (const { key, entry, extents } of records) {
    if (entry !== undefined) {
      entries.push(entry);
      further = undefined;
      continue;
    }
    const file = entries.at(-1);
    if (file?.kind !== 'file' || !key.startsWith(`${file.path}\0`)) return undefined;
    if (further === undefined) {
      further = [...file.extents];
      entries[entries.length - 1] = { ...file, extents: further };
    }
    for (const extent of extents) further.push(extent);
  }
  return entries;
};
