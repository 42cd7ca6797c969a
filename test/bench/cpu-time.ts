import { existsSync, readdirSync, readFileSync } from 'node:fs';

/** Linux counts a process's time in ticks of a hundredth of a second, whatever the kernel's own (proc(5)). */
const ticksPerSecond = 100;

/** The fields of /proc/PID/stat from the third on; undefined when there is no such process, or no /proc. */
const statOf = (processId: string): readonly string[] | undefined => {
  const path = `/proc/${processId}/stat`;
  if (!existsSync(path)) return undefined;
  const stat = readFileSync(path, 'utf8');
  // The second field is the name in brackets, which may hold anything.
  return stat.slice(stat.lastIndexOf(')') + 2).split(' ');
};

/** The processes that descend from one, itself among them. */
const familyOf = (processId: number): readonly string[] => {
  const parents = readdirSync('/proc')
    .filter((entry) => /^\d+$/.test(entry))
    .map((entry) => ({ entry, parent: statOf(entry)?.[1] }));
  const family = [String(processId)];
  for (const member of family) {
    for (const { entry, parent } of parents) if (parent === member) family.push(entry);
  }
  return family;
};

/**
 * Seconds of processor time that a process has used with all its threads and with its descendants that live;
 * undefined where the system does not say.
 */
export const cpuSecondsOf = (processId: number): number | undefined => {
  if (statOf(String(processId)) === undefined) return undefined;
  // utime and stime are fields 14 and 15 of the file.
  const ticks = familyOf(processId).map((member) => {
    const stat = statOf(member);
    return Number(stat?.[11] ?? 0) + Number(stat?.[12] ?? 0);
  });
  return ticks.reduce((sum, each) => sum + each, 0) / ticksPerSecond;
};

/**
 * Microseconds of processor time of a process with all its threads that live, without its descendants: finer than the ticks
 * of `cpuSecondsOf`. Undefined where the system does not say.
 */
export const cpuMicrosecondsOf = (processId: number): number | undefined => {
  const directory = `/proc/${processId}/task`;
  if (!existsSync(directory)) return undefined;
  const times = readdirSync(directory).map((thread) => {
    const path = `${directory}/${thread}/schedstat`;
    // The first number is the time spent on a processor, in nanoseconds (proc(5), Documentation/scheduler/sched-stats).
    return existsSync(path) ? Number(readFileSync(path, 'utf8').split(' ')[0]) / 1000 : 0;
  });
  return times.reduce((sum, each) => sum + each, 0);
};

/** What a process and those that descend from it hold. */
export interface TreeMemory {
  readonly processes: number;
  /** Pages that several processes share count in parts (PSS, proc(5)). */
  readonly proportionalMiB: number;
  /** Shared pages count in each process. */
  readonly residentMiB: number;
}

/** The memory of a process tree; undefined where the system does not say. */
export const memoryOfTree = (processId: number): TreeMemory | undefined => {
  if (!existsSync(`/proc/${processId}/smaps_rollup`)) return undefined;
  const family = familyOf(processId);
  const texts = family.map((member) => readFileSync(`/proc/${member}/smaps_rollup`, 'utf8'));
  const sumOf = (field: RegExp): number =>
    texts.reduce((sum, text) => sum + Number(field.exec(text)?.[1] ?? 0), 0) / 1024;
  return {
    processes: family.length,
    proportionalMiB: sumOf(/^Pss:\s+(\d+) kB/m),
    residentMiB: sumOf(/^Rss:\s+(\d+) kB/m),
  };
};
