import {
  closeSync,
  constants,
  copyFileSync,
  existsSync,
  fsyncSync,
  ftruncateSync,
  openSync,
  readSync,
  renameSync,
  rmSync,
  statSync,
} from 'node:fs';
import { dirname } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { createTables, readHeader, syncDirectory } from './header-row.ts';
import { RecordRows } from './record-rows.ts';
import { ShardRows } from './shard-rows.ts';
import { SnapshotRows } from './snapshot-rows.ts';

/** A file that lacks more than this has lost more than its end. */
const longestMissingBytes = 65_536;

const sqliteMagic = 'SQLite format 3\0';

/** How long a database file says it is, in bytes; undefined when it is no database. */
const declaredSize = (path: string): number | undefined => {
  const head = Buffer.alloc(100);
  const descriptor = openSync(path, 'r');
  const length = readSync(descriptor, head, 0, head.length, 0);
  closeSync(descriptor);
  if (length < head.length || head.toString('latin1', 0, 16) !== sqliteMagic) return undefined;
  const pageSize = head.readUInt16BE(16);
  return (pageSize === 1 ? 65_536 : pageSize) * head.readUInt32BE(28);
};

const syncFile = (path: string): void => {
  const descriptor = openSync(path, 'r+');
  fsyncSync(descriptor);
  closeSync(descriptor);
};

const lengthen = (path: string, size: number): void => {
  const descriptor = openSync(path, 'r+');
  ftruncateSync(descriptor, size);
  closeSync(descriptor);
};

const removeDatabase = (path: string): void => {
  for (const suffix of ['', '-wal', '-shm']) rmSync(`${path}${suffix}`, { force: true });
};

/** What was copied out of a short file, in bytes of text and in records, and what was lost, in words. */
interface Salvage {
  readonly keptBytes: number;
  readonly keptRecords: number;
  readonly lostRecords: number;
  readonly lost: readonly string[];
}

const copySound = (from: DatabaseSync, to: DatabaseSync, path: string): Salvage => {
  createTables(to, readHeader(from, path));
  const records = { from: new RecordRows(from, path), to: new RecordRows(to, path) };
  const snapshots = { from: new SnapshotRows(from, path), to: new SnapshotRows(to, path) };
  const target = new ShardRows(to, path);
  const lost: string[] = [];
  let [keptBytes, keptRecords, lostRecords] = [0, 0, 0];
  for (const shard of new ShardRows(from, path).list()) {
    for (let index = 0; index < shard.snapshotChunks; index += 1) {
      const body = snapshots.from.read(shard, index);
      snapshots.to.insert(shard.name, shard.snapshotGeneration, index, body);
    }
    records.to.makeTable(shard);
    let head = Math.min(shard.head, shard.snapshotSeq);
    records.from.salvage(shard, (row) => {
      records.to.insert(shard, row);
      head = row.seq + row.count - 1;
      keptRecords += row.count;
      keptBytes += row.body.length;
    });
    target.put({ ...shard, head });
    if (head === shard.head) continue;
    lostRecords += shard.head - head;
    lost.push(`records ${head + 1} to ${shard.head} of shard ${shard.name}`);
  }
  return { keptBytes, keptRecords, lostRecords, lost };
};

/**
 * Whether what was lost is what stood in the missing bytes, and not what hung on them: records that are still in
 * the file but can no longer be reached are no torn end. Doubled, since records differ in length.
 */
const isTornEnd = (salvage: Salvage, missingBytes: number): boolean => {
  const { keptBytes, keptRecords, lostRecords } = salvage;
  const bytesPerRecord = keptBytes / Math.max(1, keptRecords);
  const twoPages = 8192;
  return lostRecords * bytesPerRecord <= 2 * (missingBytes + twoPages);
};

const unusedName = (path: string): string => {
  for (let attempt = 1; ; attempt += 1) {
    const name = `${path}.before-cut-${attempt}`;
    if (!existsSync(name)) return name;
  }
};

/**
 * Mends a journal file whose end is missing, when only the newest records went with it: the sound ones go into
 * a new file, and the file as it was stays beside it. Answers false, having changed nothing, when the file is
 * not short or when more than the ends of shards is lost. Throws what reading a damaged row throws.
 */
export const salvageShortFile = (path: string, onNotice: (message: string) => void): boolean => {
  const declared = declaredSize(path);
  const actual = statSync(path).size;
  if (declared === undefined || actual >= declared) return false;
  const missingBytes = declared - actual;
  if (missingBytes > longestMissingBytes) return false;
  const padded = `${path}.salvage-from`;
  const made = `${path}.salvage-to`;
  removeDatabase(padded);
  removeDatabase(made);
  try {
    copyFileSync(path, padded, constants.COPYFILE_FICLONE);
    lengthen(padded, declared);
    const from = new DatabaseSync(padded);
    const to = new DatabaseSync(made);
    try {
      to.exec('BEGIN IMMEDIATE');
      const salvage = copySound(from, to, path);
      if (!isTornEnd(salvage, missingBytes)) return false;
      to.exec('COMMIT');
      const what =
        salvage.lost.length === 0 ? 'no record was lost' : `cut ${salvage.lost.join(', ')}`;
      onNotice(
        `${path} was ${missingBytes} bytes too short: ${what}; the file as it was is kept beside it`,
      );
    } finally {
      from.close();
      to.close();
    }
    syncFile(made);
    renameSync(path, unusedName(path));
    renameSync(made, path);
    syncDirectory(dirname(path));
    return true;
  } finally {
    removeDatabase(padded);
    removeDatabase(made);
  }
};
