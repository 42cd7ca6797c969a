import { createHash } from 'node:crypto';
import { open, readFile, rename } from 'node:fs/promises';
import { isSystemProblem } from '../../system-problem.ts';
import { ByteReader, ByteWriter } from './byte-coding.ts';
import { treeProblem } from './check-tree.ts';
import { entriesOf, readRecord, recordsOf, writeRecord } from './entry-records.ts';
import type { TreeRecord } from './entry-records.ts';
import { pageBound } from './volume-header.ts';
import { treeBounds } from './volume-tree.ts';
import type { Layout, TreePage } from './volume-tree.ts';

const magic = Buffer.from('faultline layout 1\n');
const checksumBytes = 32;

const checksum = (bytes: Uint8Array): Buffer => createHash('sha256').update(bytes).digest();

const encode = (layout: Layout): Buffer => {
  const out = new ByteWriter();
  out.raw(magic);
  out.bytes(layout.snapshotId);
  out.byte(layout.kind === 'tree' ? 1 : 2);
  out.number(layout.pages.length);
  for (const { firstKey, block, digest } of layout.pages) {
    out.bytes(firstKey);
    out.number(block);
    out.bytes(digest);
  }
  let before = '';
  for (const record of recordsOf(layout.entries)) {
    writeRecord(out, record, before, true);
    before = record.key;
  }
  out.raw(checksum(out.written()));
  return out.written();
};

const decode = (bytes: Buffer): Layout | undefined => {
  const end = bytes.length - checksumBytes;
  if (end < magic.length || !magic.equals(bytes.subarray(0, magic.length))) return undefined;
  if (!checksum(bytes.subarray(0, end)).equals(bytes.subarray(end))) return undefined;
  const from = new ByteReader(bytes.subarray(0, end), magic.length);
  const snapshotId = from.bytes(256);
  const kind = from.byte() === 1 ? 'tree' : 'image';
  const count = Math.min(from.number(), pageBound);
  const pages: TreePage[] = [];
  for (let index = 0; index < count; index += 1)
    pages.push({
      firstKey: from.bytes(treeBounds.pathBytes + 16),
      block: from.number(),
      digest: from.bytes(64),
    });
  const records: TreeRecord[] = [];
  while (from.remaining > 0 && !from.failed)
    records.push(readRecord(from, records.at(-1)?.key ?? ''));
  const entries = from.failed ? undefined : entriesOf(records);
  if (entries === undefined) return undefined;
  if (kind === 'tree' && treeProblem(entries, pages) !== undefined) return undefined;
  return { snapshotId, kind, entries, pages };
};

/** Writes down the layout of a volume's last snapshot, in one step: a crash leaves the old record or the new one. */
export const writeLayoutRecord = async (path: string, layout: Layout): Promise<void> => {
  const file = await open(`${path}.new`, 'w', 0o600);
  try {
    await file.writeFile(encode(layout));
    await file.datasync();
  } finally {
    await file.close();
  }
  await rename(`${path}.new`, path);
};

/**
 * The layout that was written down; undefined when there is none, or it is damaged. Then everything is read again, and
 * `readLayout` still tells where it lay.
 */
export const readLayoutRecord = async (path: string): Promise<Layout | undefined> => {
  try {
    return decode(await readFile(path));
  } catch (problem) {
    if (isSystemProblem(problem) && problem.code === 'ENOENT') return undefined;
    throw problem;
  }
};
