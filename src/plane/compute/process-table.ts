import { execFileSync } from 'node:child_process';
import { readFileSync, readdirSync } from 'node:fs';

/** The environment variable that marks every process of an instance: `WORLD/RUN/INSTANCE`. Children inherit it. */
export const markerVariable = 'FAULTLINE_INSTANCE';

/** Whose a process is: a world, one run of its main process, and the instance. */
export interface ProcessMarker {
  readonly worldId: string;
  readonly runId: string;
  readonly instanceId: string;
}

/** A process of this host that is alive (no zombie). */
export interface HostProcess {
  readonly processId: number;
  readonly groupId: number;
  /** Told from another process that had the same id: opaque, equal for the same process. */
  readonly startedAt: string;
  /** It is stopped by a signal. */
  readonly halted: boolean;
  /** Undefined when it has none, or when this system does not show the environment of processes. */
  readonly marker: ProcessMarker | undefined;
  /** Processor time of it and of its children that have ended; undefined where this system does not show it. */
  readonly cpuSeconds?: number;
}

/** Sees the processes of this host. */
export interface ProcessTable {
  /** Whether markers can be read; else only process groups tell what belongs to an instance. */
  readonly showsMarkers: boolean;
  list(): readonly HostProcess[];
}

/** The marker as it stands in the environment. */
export const formatMarker = (marker: ProcessMarker): string =>
  `${marker.worldId}/${marker.runId}/${marker.instanceId}`;

const parseMarker = (text: string): ProcessMarker | undefined => {
  const [worldId, runId, instanceId, ...rest] = text.split('/');
  if (worldId === undefined || runId === undefined || instanceId === undefined || rest.length > 0)
    return undefined;
  return { worldId, runId, instanceId };
};

/** What the system answers about a process that has just ended, or that is another user's. */
const goneOrForeign: readonly string[] = ['ENOENT', 'ESRCH', 'EACCES', 'EPERM'];

const readOf = (path: string): string | undefined => {
  try {
    return readFileSync(path, 'latin1');
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

const markerOf = (processId: number): ProcessMarker | undefined => {
  const entry = readOf(`/proc/${processId}/environ`)
    ?.split('\0')
    .find((line) => line.startsWith(`${markerVariable}=`));
  return entry === undefined ? undefined : parseMarker(entry.slice(markerVariable.length + 1));
};

// proc(5): `pid (command) state ppid pgrp session ... starttime ...`; the command may hold spaces and brackets.
/** USER_HZ, which is the same on every Linux that Node.js runs on. */
const ticksPerSecond = 100;

/** utime, stime, cutime and cstime, counted from the state. */
const cpuSecondsOf = (fields: readonly string[]): number =>
  fields.slice(11, 15).reduce((sum, ticks) => sum + Number(ticks), 0) / ticksPerSecond;

const readLinuxProcess = (processId: number): HostProcess | undefined => {
  const stat = readOf(`/proc/${processId}/stat`);
  const fields = stat?.slice(stat.lastIndexOf(')') + 2).split(' ');
  const [state, , group] = fields ?? [];
  const startedAt = fields?.[19];
  if (state === undefined || group === undefined || startedAt === undefined) return undefined;
  if (['Z', 'X', 'x'].includes(state)) return undefined;
  return {
    processId,
    groupId: Number(group),
    startedAt,
    halted: state === 'T' || state === 't',
    marker: markerOf(processId),
    cpuSeconds: cpuSecondsOf(fields ?? []),
  };
};

/** The processes of a Linux host, from /proc. */
const linuxProcessTable: ProcessTable = {
  showsMarkers: true,
  list: () =>
    readdirSync('/proc')
      .filter((name) => /^\d+$/.test(name))
      .map((name) => readLinuxProcess(Number(name)))
      .filter((found) => found !== undefined),
};

const parsePsLine = (line: string): HostProcess | undefined => {
  const fields = /^\s*(?<id>\d+)\s+(?<group>\d+)\s+(?<state>\S+)\s+(?<startedAt>\S.*\S)\s*$/.exec(
    line,
  )?.groups;
  const state = fields?.['state'] ?? 'Z';
  if (state.startsWith('Z')) return undefined;
  return {
    processId: Number(fields?.['id']),
    groupId: Number(fields?.['group']),
    startedAt: (fields?.['startedAt'] ?? '').replaceAll(/\s+/g, ' '),
    halted: state.startsWith('T'),
    marker: undefined,
  };
};

/** The processes of a host that has no /proc, from `ps`. */
export const psProcessTable: ProcessTable = {
  showsMarkers: false,
  list: () =>
    execFileSync('ps', ['-A', '-o', 'pid=,pgid=,stat=,lstart='], {
      encoding: 'utf8',
      maxBuffer: 64 * 1024 * 1024,
      env: { PATH: process.env['PATH'], LC_ALL: 'C' },
    })
      .split('\n')
      .map(parsePsLine)
      .filter((found) => found !== undefined),
};

/** The table for this host. */
export const hostProcessTable = (): ProcessTable =>
  process.platform === 'linux' ? linuxProcessTable : psProcessTable;

/** Sends a signal to a process, or to a group when the id is negative; one that has just ended is no error. */
export const sendSignal = (id: number, signal: NodeJS.Signals): void => {
  try {
    process.kill(id, signal);
  } catch (problem) {
    if (
      problem instanceof Error &&
      'code' in problem &&
      goneOrForeign.includes(String(problem.code))
    )
      return;
    throw problem;
  }
};

/**
 * Looks at the process table for many who ask at once: a look serves all who asked before it began, so that freezing a
 * whole zone costs as much as freezing one machine.
 */
export class SharedLooks {
  readonly #table: ProcessTable;
  #next: Promise<readonly HostProcess[]> | undefined;

  constructor(table: ProcessTable) {
    this.#table = table;
  }

  /** The processes as they are at a moment after this call. */
  look(): Promise<readonly HostProcess[]> {
    this.#next ??= new Promise((resolve, reject) => {
      setImmediate(() => {
        this.#next = undefined;
        try {
          resolve(this.#table.list());
        } catch (problem) {
          reject(problem);
        }
      });
    });
    return this.#next;
  }
}
