import { readFileSync, readdirSync } from 'node:fs';

/** What the system answers about a process that has just ended. */
const gone: readonly string[] = ['ENOENT', 'ESRCH'];

const isGone = (problem: unknown): boolean =>
  problem instanceof Error && 'code' in problem && gone.includes(String(problem.code));

const read = (path: string): string => {
  try {
    return readFileSync(path, 'latin1');
  } catch (problem) {
    if (isGone(problem)) return '';
    throw problem;
  }
};

const threadsOf = (processId: number): readonly string[] => {
  try {
    return readdirSync(`/proc/${processId}/task`);
  } catch (problem) {
    if (isGone(problem)) return [];
    throw problem;
  }
};

/** The processes that a process has begun, and those that they have: proc(5), `/proc/pid/task/tid/children`. */
const descendantsOf = (processId: number): readonly number[] =>
  threadsOf(processId)
    .flatMap((thread) => read(`/proc/${processId}/task/${thread}/children`).split(' '))
    .filter((text) => text.trim() !== '')
    .map(Number)
    .flatMap((child) => [child, ...descendantsOf(child)]);

/** Milliseconds for which a process was ready to run and had no processor: Linux's sched-stats, `/proc/pid/schedstat`. */
const waitedMs = (processId: number): number =>
  Number(read(`/proc/${processId}/schedstat`).split(' ')[1] ?? 0) / 1e6;

/** How long a child waited for a processor. */
export interface ChildWait {
  /** Since the look before. */
  readonly lastMs: number;
  /** Over the last looks together. */
  readonly recentMs: number;
}

/** So many looks are taken together: what starts needs the processor in many small parts. */
const recentLooks = 12;

interface Known {
  waitedMs: number;
  readonly lasts: number[];
}

/**
 * How long this process's children, and theirs, have waited for a processor: programs of instances cannot tell how late
 * they are. Where the system does not say (anywhere but on Linux), nobody has waited.
 */
export class ChildWaits {
  #known = new Map<number, Known>();
  readonly #isTold = process.platform === 'linux';

  /** The longest wait of any child, since the look before and over the last ones. */
  look(): ChildWait {
    if (!this.#isTold) return { lastMs: 0, recentMs: 0 };
    const before = this.#known;
    this.#known = new Map();
    let [lastMs, recentMs] = [0, 0];
    for (const child of descendantsOf(process.pid)) {
      const now = waitedMs(child);
      const known = before.get(child) ?? { waitedMs: 0, lasts: [] };
      const last = Math.max(0, now - known.waitedMs);
      const lasts = [...known.lasts, last].slice(-recentLooks);
      this.#known.set(child, { waitedMs: now, lasts });
      lastMs = Math.max(lastMs, last);
      recentMs = Math.max(
        recentMs,
        lasts.reduce((sum, one) => sum + one, 0),
      );
    }
    return { lastMs, recentMs };
  }
}
