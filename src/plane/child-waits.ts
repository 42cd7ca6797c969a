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

interface Schedule {
  /** Milliseconds for which a process was ready to run and had no processor. */
  readonly waitedMs: number;
  /** How often it was given one. */
  readonly turns: number;
}

/** Linux's sched-stats, `/proc/pid/schedstat`: nanoseconds on a processor, nanoseconds of waiting, turns. */
const scheduleOf = (processId: number): Schedule => {
  const [, waitedNs = 0, turns = 0] = read(`/proc/${processId}/schedstat`).split(' ').map(Number);
  return { waitedMs: waitedNs / 1e6, turns };
};

/** How long a child waited for a processor. */
export interface ChildWait {
  /** What keeps it from an answer, since the look before: an answer takes a few turns. */
  readonly answerMs: number;
  /** Over the last looks together: what keeps it from beginning. */
  readonly recentMs: number;
}

/** So many turns on a processor it takes to answer something small. */
const turnsOfAnswer = 4;

/** So many looks are taken together: what starts needs the processor in many small parts. */
const recentLooks = 12;

interface Known extends Schedule {
  readonly lasts: readonly number[];
}

const neverSeen: Known = { waitedMs: 0, turns: 0, lasts: [] };

/**
 * How long this process's children, and theirs, have waited for a processor: programs of instances cannot tell how late
 * they are. Where the system does not say (anywhere but on Linux), nobody has waited.
 */
export class ChildWaits {
  #known = new Map<number, Known>();
  readonly #isTold = process.platform === 'linux';

  /** The longest wait of any child, since the look before and over the last ones. */
  look(): ChildWait {
    if (!this.#isTold) return { answerMs: 0, recentMs: 0 };
    const before = this.#known;
    this.#known = new Map();
    let [answerMs, recentMs] = [0, 0];
    for (const child of descendantsOf(process.pid)) {
      const now = scheduleOf(child);
      const known = before.get(child) ?? neverSeen;
      const last = Math.max(0, now.waitedMs - known.waitedMs);
      const turns = Math.max(1, now.turns - known.turns);
      const lasts = [...known.lasts, last].slice(-recentLooks);
      this.#known.set(child, { ...now, lasts });
      answerMs = Math.max(answerMs, last * Math.min(1, turnsOfAnswer / turns));
      recentMs = Math.max(
        recentMs,
        lasts.reduce((sum, one) => sum + one, 0),
      );
    }
    return { answerMs, recentMs };
  }
}
