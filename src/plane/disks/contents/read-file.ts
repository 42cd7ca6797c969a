import { constants } from 'node:fs';
import { open } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { isGone } from './scan-directory.ts';

/**
 * Opens a file to read it. It is opened neither through a link nor waiting for somebody at the other end of a pipe, and
 * undefined is given when it is gone or no longer a file.
 */
export const openToRead = async (place: Buffer): Promise<FileHandle | undefined> => {
  let file: FileHandle;
  try {
    file = await open(place, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  } catch (problem) {
    if (isGone(problem)) return undefined;
    throw problem;
  }
  const stat = await file.stat();
  if (stat.isFile()) return file;
  await file.close();
  return undefined;
};

/** Reads until the bytes are filled or the file ends; gives how many were read. */
export const readFully = async (
  file: FileHandle,
  bytes: Uint8Array,
  position: number,
): Promise<number> => {
  let filled = 0;
  while (filled < bytes.length) {
    const { bytesRead } = await file.read(bytes, filled, bytes.length - filled, position + filled);
    if (bytesRead === 0) break;
    filled += bytesRead;
  }
  return filled;
};

/**
 * Gives the items in order, each with what `load` made of it; the next ones are loaded meanwhile. Whoever stops early
 * still has the loads that were begun settled.
 */
export const loadAhead = async function* <T, U>(
  items: readonly T[],
  ahead: number,
  load: (item: T) => Promise<U>,
): AsyncGenerator<readonly [T, U]> {
  const begun: Promise<PromiseSettledResult<U>>[] = [];
  let next = 0;
  const begin = (): void => {
    const item = items[next];
    if (next >= items.length) return;
    next += 1;
    // An item of the list: the bound was looked at above.
    begun.push(Promise.allSettled([load(item as T)]).then(([settled]) => settled));
  };
  while (begun.length < ahead && next < items.length) begin();
  try {
    for (const item of items) {
      const settled = await begun.shift();
      begin();
      if (settled?.status === 'rejected') throw settled.reason;
      if (settled !== undefined) yield [item, settled.value];
    }
  } finally {
    await Promise.all(begun);
  }
};
