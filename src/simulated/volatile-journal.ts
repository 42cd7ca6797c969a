import type { Journal } from '../world/journal.ts';

/** A journal that keeps nothing: for a world that is played once and from its seed. */
export const createVolatileJournal = (seed = 1): Journal => ({
  header: { format: 1, flags: [], seed },
  acquireLease: () => Promise.resolve(1),
  shards: () => Promise.resolve([]),
  append: () => Promise.resolve(),
  async *read() {
    yield* [];
  },
  putSnapshot: () => Promise.resolve(),
  async *readSnapshot() {
    yield* [];
  },
  close: () => Promise.resolve(),
});
