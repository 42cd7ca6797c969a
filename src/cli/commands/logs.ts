import { open, stat } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { setTimeout as pause } from 'node:timers/promises';
import { callAdmin, endpointOf } from '../admin-client.ts';
import type { ConsoleAnswer } from '../../admin/admin-instances.ts';
import { Failed } from '../../text/usage-error.ts';

/** How often a console is looked at. */
const lookMs = 100;

const chunkBytes = 64 * 1024;

const openIfThere = async (path: string): Promise<FileHandle | undefined> => {
  try {
    return await open(path, 'r');
  } catch (problem) {
    if (problem instanceof Error && 'code' in problem && problem.code === 'ENOENT')
      return undefined;
    throw problem;
  }
};

const write = (bytes: Uint8Array): Promise<void> =>
  new Promise((resolve) => {
    process.stdout.write(bytes, () => resolve());
  });

/** Prints what a file has after a position; the position at its end. */
const printFrom = async (file: FileHandle, position: number): Promise<number> => {
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

/** Prints a console from its last 64 KiB on, until this program is ended. */
const follow = async (path: string): Promise<void> => {
  let file = await openIfThere(path);
  for (; file === undefined; file = await openIfThere(path)) await pause(lookMs);
  let position = Math.max(0, (await file.stat()).size - chunkBytes);
  for (;;) {
    // Looked at first: what comes into the old file after that is not there any more.
    const replaced = await isReplaced(file, path);
    position = await printFrom(file, position);
    if (replaced) {
      await file.close();
      const next = await openIfThere(path);
      if (next === undefined) throw new Failed(`The console ${path} has gone.`);
      file = next;
      // It begins with what was last in the old one.
      position = chunkBytes;
    } else await pause(lookMs);
  }
};

/** `faultline logs`: what an instance has printed on its console, and with `follow` what it prints from now on. */
export const logs = async (
  of: string,
  options: {
    readonly endpoint?: string;
    readonly region?: string;
    readonly follow?: boolean;
    readonly json?: boolean;
  },
): Promise<void> => {
  const query = new URLSearchParams({
    of,
    ...(options.region === undefined ? {} : { region: options.region }),
  });
  // The admin API answers a console in this form.
  const answer = (await callAdmin(
    endpointOf(options.endpoint),
    'GET',
    `/console?${query.toString()}`,
  )) as ConsoleAnswer;
  const printed = Buffer.from(answer.base64, 'base64');
  if (options.json === true) {
    const { instanceId, state } = answer;
    process.stdout.write(`${JSON.stringify({ instanceId, state, console: printed.toString() })}\n`);
    return;
  }
  if (options.follow !== true) {
    await write(printed);
    return;
  }
  if (answer.file === undefined) {
    throw new Failed(
      `${answer.instanceId} is a mock machine: its console has nothing to follow. Start the world with another --driver.`,
    );
  }
  await follow(answer.file);
};
