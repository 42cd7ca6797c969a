import { readFileSync, readdirSync, readlinkSync } from 'node:fs';
import { sendSignal } from '../process-table.ts';

/** A live process of a container. */
export interface ContainerProcess {
  /** As the host counts. */
  readonly processId: number;
  readonly halted: boolean;
}

/** What the system answers about a process that has just ended, or that is another user's. */
const goneOrForeign: readonly string[] = ['ENOENT', 'ESRCH', 'EACCES', 'EPERM'];

const unlessGone = (read: () => string): string | undefined => {
  try {
    return read();
  } catch (problem) {
    if (
      problem instanceof Error &&
      'code' in problem &&
      goneOrForeign.includes(String(problem.code))
    )
      return undefined;
    throw problem;
  }
};

/** A namespace's name, for example `pid:[4026531836]`; undefined when the process has gone. */
export const namespaceOf = (processId: number, kind: 'pid' | 'user'): string | undefined =>
  unlessGone(() => readlinkSync(`/proc/${processId}/ns/${kind}`));

/** The live processes of a namespace of processes, the first one of it too. */
export const processesIn = (pidNamespace: string): readonly ContainerProcess[] => {
  const found: ContainerProcess[] = [];
  for (const name of readdirSync('/proc')) {
    if (!/^\d+$/.test(name)) continue;
    const processId = Number(name);
    if (namespaceOf(processId, 'pid') !== pidNamespace) continue;
    // proc(5): `pid (command) state ...`; the command may hold spaces and brackets.
    const stat = unlessGone(() => readFileSync(`/proc/${processId}/stat`, 'latin1'));
    const state = stat?.slice(stat.lastIndexOf(')') + 2, stat.lastIndexOf(')') + 3) ?? 'X';
    if (['Z', 'X', 'x'].includes(state)) continue;
    found.push({ processId, halted: state === 'T' || state === 't' });
  }
  return found;
};

/** Signals each process. A rootless user may, being the owner of the container's user namespace. */
export const signalAll = (processes: readonly ContainerProcess[], signal: NodeJS.Signals): void => {
  for (const { processId } of processes) sendSignal(processId, signal);
};
