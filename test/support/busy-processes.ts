import { spawn, type ChildProcess } from 'node:child_process';

/** A process that never rests, and ends when this one does: the system closes its standard input then. */
const restless = `
process.stdin.on('end', () => process.exit()).resume();
const work = () => {
  for (let until = performance.now() + 50; performance.now() < until;);
  setImmediate(work);
};
work();
`;

/** Keeps the machine's processors busy with so many processes. Returns a way to end them. */
export const startBusyProcesses = (count: number): (() => void) => {
  const children: readonly ChildProcess[] = Array.from({ length: count }, () =>
    spawn(process.execPath, ['-e', restless], { stdio: ['pipe', 'ignore', 'ignore'] }),
  );
  return () => {
    for (const child of children) child.kill('SIGKILL');
  };
};
