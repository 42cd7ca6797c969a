import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/** Watches over a run of a world: when its main process dies, however it dies, the reaper ends its instances. */
export interface Reaper {
  /** Ends the watch: nothing is left to end. */
  dismiss(): void;
}

/**
 * Starts the reaper. It is a shell that waits at a pipe whose other end only the main process holds: the pipe ends when
 * that process does, even by SIGKILL, and only then does the shell turn into a program that looks for what was left. So
 * watching costs about a megabyte and no time. It has a session of its own, out of reach of a terminal's Ctrl-C. The
 * program, `entry`, is told `where` traces are: a directory of records, or an engine's socket.
 */
export const startReaper = (
  where: string,
  worldId: string,
  runId: string,
  entry: URL = new URL('./reaper-main.ts', import.meta.url),
): Reaper => {
  const program = fileURLToPath(entry);
  const child = spawn(
    '/bin/sh',
    [
      '-c',
      'read -r line || exec "$@"',
      'faultline-reaper',
      process.execPath,
      program,
      where,
      worldId,
      runId,
    ],
    {
      detached: true,
      stdio: ['pipe', 'ignore', 'ignore'],
      env: { PATH: process.env['PATH'] },
      cwd: '/',
    },
  );
  // Without a reaper the next start still finds what was left; the world need not stop for it.
  child.on('error', () => undefined);
  child.stdin.on('error', () => undefined);
  child.unref();
  if ('unref' in child.stdin && typeof child.stdin.unref === 'function') child.stdin.unref();
  return {
    dismiss: () => {
      child.stdin.end('done\n');
    },
  };
};
