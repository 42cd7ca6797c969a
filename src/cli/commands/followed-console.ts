import { open, stat } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { setTimeout as pause } from 'node:timers/promises';
import { Failed } from '../../text/usage-error.ts';

/** How often a console is looked at. */
const lookMs = 100;

const chunkBytes = 64 * 1024;

type Write = (bytes: Uint8Array) => Promise<void>;

const openIfThere = async (path: string): Promise<FileHandle | undefined> => {
  try {
    return await open(path, 'r');
  } catch (problem) {
    if (problem instanceof Error && 'code' in problem && problem.code === 'ENOENT')
      return undefined;
    throw problem;
  }
};

/** Prints what a file has after a position; the position at its end. */
const printFrom = async (file: FileHandle, position: number, write: Write): Promise<number> => {
  const buffer = Buffer.alloc(chunkBytes);
  for (let at = position; ;) {
    const { bytesRead } = await file.read(buffer, 0, buffer.length, at);
    if (bytesRead === 0) return at;
    await write(buffer.subarray(0, bytesRead));
    at += bytesRead;
  }
};

/** Whether another file has taken the place of the one that is open. */
const isReplaced = async (file: FileHandle, path: string): Promise<boolean> => {
  const [now, then] = await Promise.all([stat(path).catch(() => undefined), file.stat()]);
  return now !== undefined && now.ino !== then.ino;
};

const bytesAt = async (file: FileHandle, position: number): Promise<Buffer> => {
  const buffer = Buffer.alloc(chunkBytes);
  const { bytesRead } = await file.read(buffer, 0, buffer.length, position);
  return buffer.subarray(0, bytesRead);
};

/**
 * Where the file that took another's place goes on after it. It begins with what was last in the one before; where that
 * was a third, which came and went between two looks, all of it is new.
 */
const continuationIn = async (next: FileHandle, old: FileHandle): Promise<number> => {
  const { size } = await old.stat();
  const last = await bytesAt(old, Math.max(0, size - chunkBytes));
  const first = await bytesAt(next, 0);
  return last.equals(first.subarray(0, last.length)) ? last.length : 0;
};

/**
 * Writes a console from its last 64 KiB on, whole and in order, also where the machine replaces the file; only what came
 * and went between two looks is left out. It ends when writing fails. Throws Failed when the file has gone.
 */
export const followConsole = async (path: string, write: Write): Promise<void> => {
  let file = await openIfThere(path);
  for (; file === undefined; file = await openIfThere(path)) await pause(lookMs);
  let position = Math.max(0, (await file.stat()).size - chunkBytes);
  for (;;) {
    // Looked at first: what comes into the old file after that is not there any more.
    const replaced = await isReplaced(file, path);
    position = await printFrom(file, position, write);
    if (replaced) {
      const next = await openIfThere(path);
      if (next === undefined) throw new Failed(`The console ${path} has gone.`);
      position = await continuationIn(next, file);
      await file.close();
      file = next;
    } else await pause(lookMs);
  }
};
