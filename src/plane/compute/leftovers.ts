import { mkdir, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { Leftover } from './driver.ts';
import { sendSignal } from './process-table.ts';
import type { HostProcess, ProcessTable } from './process-table.ts';
import { isSystemProblem } from '../system-problem.ts';

/** What is written down about the process group of an instance, for a later run to find it. */
export interface ProcessRecord {
  readonly runId: string;
  readonly instanceId: string;
  /** Of the group's leader, which is the instance's main process. */
  readonly processId: number;
  readonly startedAt: string;
}

/** How long a process may take to go once it was killed. */
const endingBoundMs = 5000;

const recordPath = (stateDirectory: string, instanceId: string): string =>
  join(stateDirectory, `${instanceId}.json`);

/** Writes down the process group of an instance that was just started. */
export const writeProcessRecord = async (
  stateDirectory: string,
  record: ProcessRecord,
): Promise<void> => {
  await mkdir(stateDirectory, { recursive: true });
  await writeFile(recordPath(stateDirectory, record.instanceId), JSON.stringify(record));
};

/** Forgets the process group of an instance that has ended. */
export const removeProcessRecord = (stateDirectory: string, instanceId: string): Promise<void> =>
  rm(recordPath(stateDirectory, instanceId), { force: true });

const parseRecord = (text: string): ProcessRecord | undefined => {
  // The file may be half written, since its writer was killed; then the marker alone tells.
  if (!text.endsWith('}')) return undefined;
  const value: unknown = JSON.parse(text);
  if (typeof value !== 'object' || value === null) return undefined;
  const { runId, instanceId, processId, startedAt } = value as Partial<
    Record<keyof ProcessRecord, unknown>
  >; // Each member is checked in the next line.
  if (typeof runId !== 'string' || typeof instanceId !== 'string' || typeof startedAt !== 'string')
    return undefined;
  return typeof processId === 'number' ? { runId, instanceId, processId, startedAt } : undefined;
};

/** The text of a record; undefined when another that ends the same leftovers has removed it meanwhile. */
const readRecordText = async (path: string): Promise<string | undefined> => {
  try {
    return await readFile(path, 'utf8');
  } catch (problem) {
    if (isSystemProblem(problem) && problem.code === 'ENOENT') return undefined;
    throw problem;
  }
};

const readRecords = async (stateDirectory: string): Promise<readonly ProcessRecord[]> => {
  await mkdir(stateDirectory, { recursive: true });
  const names = (await readdir(stateDirectory)).filter((name) => name.endsWith('.json'));
  const records = await Promise.all(
    names.map(async (name) => {
      const text = await readRecordText(join(stateDirectory, name));
      return text === undefined ? undefined : parseRecord(text);
    }),
  );
  return records.filter((record) => record !== undefined);
};

/**
 * The instance that a process belongs to, by its marker; else by its group, when the group's leader is the very process
 * that was written down (same id, same start). An id alone proves nothing: it may be a stranger's by now.
 */
const ownerOf = (
  found: HostProcess,
  all: readonly HostProcess[],
  worldId: string,
  records: readonly ProcessRecord[],
): { readonly runId: string; readonly instanceId: string } | undefined => {
  if (found.marker?.worldId === worldId) return found.marker;
  return records.find(
    (record) =>
      record.processId === found.groupId &&
      all.some(
        ({ processId, startedAt }) =>
          processId === record.processId && startedAt === record.startedAt,
      ),
  );
};

/** Which processes are meant: those of a world, of one run or of all runs but one. */
export interface LeftoverSearch {
  readonly table: ProcessTable;
  readonly stateDirectory: string;
  readonly worldId: string;
  readonly isMeant: (runId: string) => boolean;
}

const findLeftovers = async (
  search: LeftoverSearch,
): Promise<ReadonlyMap<string, readonly number[]>> => {
  const records = await readRecords(search.stateDirectory);
  const all = search.table.list();
  const found = new Map<string, number[]>();
  for (const candidate of all) {
    const owner = ownerOf(candidate, all, search.worldId, records);
    if (owner === undefined || !search.isMeant(owner.runId)) continue;
    found.set(owner.instanceId, [...(found.get(owner.instanceId) ?? []), candidate.processId]);
  }
  return found;
};

/**
 * Ends the processes that a run of a world left behind, and forgets their records. A process may start another while it
 * is being ended, so this looks again until nothing is left (5 s at most).
 */
export const endLeftovers = async (search: LeftoverSearch): Promise<readonly Leftover[]> => {
  const ended = new Map<string, Set<number>>();
  const deadline = performance.now() + endingBoundMs;
  for (;;) {
    const found = await findLeftovers(search);
    if (found.size === 0 || performance.now() > deadline) break;
    for (const [instanceId, processIds] of found) {
      const all = ended.get(instanceId) ?? new Set<number>();
      ended.set(instanceId, all);
      for (const processId of processIds) {
        all.add(processId);
        sendSignal(processId, 'SIGKILL');
      }
    }
    await delay(10);
  }
  const records = await readRecords(search.stateDirectory);
  await Promise.all(
    records
      .filter(({ runId }) => search.isMeant(runId))
      .map(({ instanceId }) => removeProcessRecord(search.stateDirectory, instanceId)),
  );
  return [...ended].map(([instanceId, processIds]) => ({
    instanceId,
    processIds: [...processIds],
  }));
};
