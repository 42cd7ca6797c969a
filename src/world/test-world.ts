import { earth, type Geography } from '../atlas/geography.ts';
import { VirtualClock } from './clock.ts';
import type { JournalRecord, Journal } from './journal.ts';
import type { WorldRules } from './rules.ts';
import type { TimerHandler } from './transaction.ts';
import { World } from './world.ts';

/** 2026-01-01T00:00:00Z: where test worlds begin. */
export const testEpochMs = 1_767_225_600_000;

/** Rules that timers alone make. */
export const rulesOfTimers = (timers: WorldRules['timers']): WorldRules => ({
  timers,
  followers: new Map(),
  extensions: new Map(),
});

/** A journal that keeps records in an array, so that a test can open a second world on what the first has written. */
export const createRecordingJournal = (): Journal & {
  readonly records: Map<string, JournalRecord[]>;
} => {
  const records = new Map<string, JournalRecord[]>();
  return {
    records,
    header: { format: 1, flags: [], seed: 1 },
    acquireLease: () => Promise.resolve(1),
    shards: () => Promise.resolve([...records.keys()]),
    append: (shard, _expectedSeq, record) => {
      const list = records.get(shard) ?? [];
      records.set(shard, list);
      // As an adapter does: what is kept shares nothing with what was given.
      list.push(structuredClone(record));
      return Promise.resolve();
    },
    async *read(shard, fromSeq) {
      yield (records.get(shard) ?? []).filter((record) => record.seq >= fromSeq);
    },
    putSnapshot: () => Promise.resolve(),
    async *readSnapshot() {
      yield* [];
    },
    close: () => Promise.resolve(),
  };
};

/** A world on a virtual clock, in memory; bugs of handlers and listeners fail the test that made it. */
export const createTestWorld = async (
  options: {
    readonly timers?: Readonly<Record<string, TimerHandler>>;
    /** Instead of timers alone. */
    readonly rules?: WorldRules;
    readonly journal?: Journal;
    readonly seed?: number;
    readonly geography?: Geography;
  } = {},
): Promise<{ readonly world: World; readonly clock: VirtualClock }> => {
  return await World.open({
    seed: options.seed ?? 1,
    geography: options.geography ?? earth,
    journal: options.journal ?? createRecordingJournal(),
    rules: options.rules ?? rulesOfTimers(options.timers ?? {}),
    clock: (notBeforeMs) => new VirtualClock(Math.max(testEpochMs, notBeforeMs)),
    onBug: (where, error) => {
      throw new Error(`A bug in ${where}.`, { cause: error });
    },
    onJournalFailure: (error) => {
      throw new Error('The journal failed.', { cause: error });
    },
  });
};
