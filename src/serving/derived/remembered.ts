import { noAccount, type AccountId, type ShardId } from '../../world/entity.ts';
import type { View } from '../../world/transaction.ts';
import type { World } from '../../world/world.ts';
import { NotingView } from './noting-view.ts';
import { readersOf, type Reader } from './readers.ts';

/** A world as something is read out of it that is to be kept up. */
export interface WorldReading {
  /** Committed state of one shard, for one account. */
  view(shard: ShardId, account: AccountId): View;
  /** Committed state of every Region, for each account that has something there; in the geography's order of Regions. */
  regionalViews(): readonly View[];
}

const readingOf = (world: World, reader: Reader): WorldReading => {
  const readers = readersOf(world);
  const view = (shard: ShardId, account: AccountId): View =>
    new NotingView(world, world.view(shard, account), readers, reader);
  return {
    view,
    regionalViews: () => {
      readers.noteShards(reader);
      const shards = new Set(world.shards());
      return world.geography.regions
        .filter(({ code }) => shards.has(code))
        .flatMap(({ code }) => {
          const all = view(code, noAccount);
          return all.accounts().map((account) => all.forAccount(account));
        });
    },
  };
};

/**
 * Something that is read out of a world once, and again only when it is asked for after a commit has changed anything that
 * it was read from: what it looked at is noted while it looks. It must look at nothing that changes without a commit.
 */
export class Remembered<T> implements Reader {
  readonly lists: Reader['lists'] = new Set();
  readonly #world: World;
  readonly #read: (world: WorldReading) => T;
  readonly #becameStale: () => void;
  #value: { readonly read: T } | undefined;
  #staleCount = 0;

  /** `becameStale` is called within the commit, once until it is read again: it must run no transaction. */
  constructor(
    world: World,
    read: (world: WorldReading) => T,
    becameStale: () => void = () => undefined,
  ) {
    this.#world = world;
    this.#read = read;
    this.#becameStale = becameStale;
  }

  get(): T {
    if (this.#value !== undefined) return this.#value.read;
    const staleBefore = this.#staleCount;
    const read = this.#read(readingOf(this.#world, this));
    // Reading may itself lead to a commit, such as one that gives an address; what came before that may be outdated.
    if (this.#staleCount === staleBefore) this.#value = { read };
    else readersOf(this.#world).forget(this);
    return read;
  }

  stale(): void {
    this.#staleCount += 1;
    this.#value = undefined;
    this.#becameStale();
  }

  /** Is no longer kept up. */
  forget(): void {
    this.#value = undefined;
    readersOf(this.#world).forget(this);
  }
}
