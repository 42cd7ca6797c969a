import { existsSync, readFileSync } from 'node:fs';

/** Linux counts a process's time in ticks of a hundredth of a second, whatever the kernel's own (proc(5)). */
const ticksPerSecond = 100;

/** Seconds of processor time that a process has used with all its threads; undefined where the system does not say. */
export const cpuSecondsOf = (processId: number): number | undefined => {
  const path = `/proc/${processId}/stat`;
  if (!existsSync(path)) return undefined;
  const stat = readFileSync(path, 'utf8');
  // The second field is the name in brackets, which may hold anything; utime and stime are fields 14 and 15.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) / ticksPerSecond;
};

/** MiB of memory that a process holds; undefined where the system does not say. */
export const residentMiBOf = (processId: number): number | undefined => {
  const path = `/proc/${processId}/status`;
  if (!existsSync(path)) return undefined;
  const kibibytes = /VmRSS:\s+(\d+) kB/.exec(readFileSync(path, 'utf8'))?.[1];
  return kibibytes === undefined ? undefined : Number(kibibytes) / 1024;
};
