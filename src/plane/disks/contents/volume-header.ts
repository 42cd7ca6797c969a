import { blockBytes } from '../region-blocks.ts';
import { ByteReader, ByteWriter } from './byte-coding.ts';
import { shortDigest } from './tree-pages.ts';
import { treeBounds } from './volume-tree.ts';
import type { TreePage } from './volume-tree.ts';

const magic = Buffer.from('faultline volume');
const version = 1;
const digestBytes = 16;

/** Pages that a header has room for. */
export const pageBound = 20_000;

/** Where the tree is: its pages, in order. */
export type HeaderPages = readonly Pick<TreePage, 'block' | 'digest'>[];

/** Whether a block begins as the first one of our layout does. */
export const isOurLayout = (block: Uint8Array): boolean =>
  magic.equals(block.subarray(0, magic.length));

/** Block 0: a name, a version, the pages of the tree, and a digest over all of it. */
export const encodeHeader = (pages: HeaderPages): Buffer => {
  const out = new ByteWriter();
  out.raw(magic);
  out.number(version);
  out.number(pages.length);
  for (const { block, digest } of pages) {
    out.number(block);
    out.raw(Buffer.from(digest, 'hex'));
  }
  out.raw(Buffer.from(shortDigest(out.written()), 'hex'));
  const bytes = Buffer.alloc(blockBytes);
  bytes.set(out.written());
  return bytes;
};

/** The pages that a header names, or in words why it cannot be read. */
export const decodeHeader = (bytes: Uint8Array): HeaderPages | string => {
  const from = new ByteReader(bytes, magic.length);
  const found = from.number();
  if (found !== version)
    return `its layout has version ${found}, and this program reads ${version}`;
  const count = from.number();
  if (count > pageBound) return 'its tree is larger than a tree may be';
  const pages: { block: number; digest: string }[] = [];
  for (let index = 0; index < count && !from.failed; index += 1)
    pages.push({ block: from.number(), digest: from.raw(digestBytes).toString('hex') });
  const end = from.position;
  const digest = from.raw(digestBytes).toString('hex');
  if (from.failed || digest !== shortDigest(bytes.subarray(0, end)))
    return 'its first block is damaged';
  const blocks = new Set(pages.map(({ block }) => block));
  if (blocks.size !== pages.length || blocks.has(0) || Math.max(0, ...blocks) >= treeBounds.blocks)
    return 'its first block names pages that cannot be';
  return pages;
};
