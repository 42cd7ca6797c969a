import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { join } from 'node:path';

/** Runs a script of this folder in a Node.js of its own, and gives what it prints as JSON on its last line. */
export const runScript = async (
  script: string,
  args: readonly string[],
  nodeFlags: readonly string[] = [],
): Promise<unknown> => {
  const path = join(import.meta.dirname, script);
  const child = spawn(process.execPath, [...nodeFlags, path, ...args], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let output = '';
  child.stdout.on('data', (chunk: Buffer) => {
    output += chunk.toString();
  });
  const code = await exitOf(child);
  if (code !== 0) throw new Error(`${script} ${args.join(' ')} ended with ${String(code)}`);
  return JSON.parse(output.trim().split('\n').at(-1) ?? '');
};

/** Resolves to the exit code of a process, or to the signal that ended it. */
export const exitOf = (child: ChildProcess): Promise<number | string | null> =>
  new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code, signal) => resolve(code ?? signal));
  });

/** Ends a process and waits for its end. */
export const end = async (
  child: ChildProcess,
  signal: NodeJS.Signals = 'SIGTERM',
): Promise<void> => {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exited = exitOf(child);
  child.kill(signal);
  await exited;
};
