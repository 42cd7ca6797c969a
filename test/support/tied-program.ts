import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import type { Readable } from 'node:stream';
import { join } from 'node:path';

/** A program of ours whose output is read. */
export interface TiedProgram extends ChildProcess {
  readonly stdout: Readable;
  readonly stderr: Readable;
}

/** How a program is started. */
export interface TiedOptions {
  /** What its environment has beside this process's. */
  readonly environment?: Readonly<Record<string, string>>;
  /** What starts it, instead of this process itself: `setpriv` and its options, for one. */
  readonly prefix?: readonly string[];
}

const main = join(import.meta.dirname, '..', '..', 'src', 'cli', 'main.ts');

/**
 * Starts a Node.js script that ends with this process, also when this one is killed: the system closes the channel
 * between the two then, which `faultline` heeds by itself, and other scripts by `endWithParent`.
 */
export const spawnTied = (
  script: string,
  args: readonly string[],
  { environment = {}, prefix = [] }: TiedOptions = {},
): TiedProgram => {
  const [program = process.execPath, ...rest] = [...prefix, process.execPath, script, ...args];
  // Two pipes are asked for, so both streams are there.
  return spawn(program, rest, {
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    env: { ...process.env, ...environment },
  }) as TiedProgram;
};

/** Starts `faultline` with these arguments; it ends with this process. */
export const spawnFaultline = (args: readonly string[], options: TiedOptions = {}): TiedProgram =>
  spawnTied(main, args, options);

/** For a script that is started by `spawnTied`: ends it when the channel does, as abruptly as the other end went. */
export const endWithParent = (): void => {
  process.once('disconnect', () => process.kill(process.pid, 'SIGKILL'));
  process.channel?.unref();
};
