import type { AccountId, Entity, IndexKey, ShardId, Table } from '../../world/entity.ts';
import { Faults } from '../../world/faults.ts';
import type { Commit, World } from '../../world/world.ts';

/** Somebody who has made something of what it read, and must know when that no longer holds. */
export interface Reader {
  /** Called within the commit that changed something it had read; it is listed nowhere any more by then. */
  stale(): void;
  /** The lists in which it stands. */
  readonly lists: Set<ReaderList>;
}

/** Those who have read the same. */
class ReaderList {
  readonly readers = new Set<Reader>();
  readonly #key: string;
  readonly #lists: Map<string, ReaderList>;

  constructor(key: string, lists: Map<string, ReaderList>) {
    this.#key = key;
    this.#lists = lists;
  }

  /** A list goes with the last who stood in it: things that come and go leave nothing behind. */
  remove(reader: Reader): void {
    this.readers.delete(reader);
    if (this.readers.size === 0 && this.#lists.get(this.#key) === this) {
      this.#lists.delete(this.#key);
    }
  }
}

class ReadersByKey {
  readonly #lists = new Map<string, ReaderList>();

  note(key: string, reader: Reader): void {
    let list = this.#lists.get(key);
    if (list === undefined) this.#lists.set(key, (list = new ReaderList(key, this.#lists)));
    list.readers.add(reader);
    reader.lists.add(list);
  }

  collect(key: string, into: Set<Reader>): void {
    for (const reader of this.#lists.get(key)?.readers ?? []) into.add(reader);
  }
}

interface IndexReaders {
  readonly keyOf: IndexKey<never>;
  readonly byKey: ReadersByKey;
}

/** Who has read what of one table. */
class TableReaders {
  readonly #byId = new ReadersByKey();
  readonly #lists = new ReadersByKey();
  readonly #indexes = new Map<string, IndexReaders>();

  noteId(place: string, id: string, reader: Reader): void {
    this.#byId.note(place + id, reader);
  }

  noteAll(place: string, reader: Reader): void {
    this.#lists.note(place, reader);
  }

  noteIndex(place: string, name: string, keyOf: IndexKey<never>, key: string, reader: Reader) {
    let index = this.#indexes.get(name);
    if (index === undefined) {
      this.#indexes.set(name, (index = { keyOf, byKey: new ReadersByKey() }));
    }
    index.byKey.note(place + key, reader);
  }

  /** An entity has become another one: those who had read either, or a list that either stood in. */
  collectChanged(
    place: string,
    id: string,
    before: Entity | undefined,
    after: Entity | undefined,
    stale: Set<Reader>,
  ): void {
    this.#byId.collect(place + id, stale);
    this.#lists.collect(place, stale);
    for (const { keyOf, byKey } of this.#indexes.values()) {
      for (const entity of [before, after]) {
        if (entity === undefined) continue;
        // What is stored under a table's name is what the table's own index functions take.
        const keys = keyOf(entity as never) ?? [];
        for (const key of typeof keys === 'string' ? [keys] : keys)
          byKey.collect(place + key, stale);
      }
    }
  }
}

const placeOf = (shard: ShardId, account: AccountId): string => `${shard}\n${account}\n`;

/**
 * Who has read what of a world, down to single entities and keys of indexes, so that a commit finds those whom it concerns
 * without asking anybody else.
 */
export class Readers {
  readonly #world: World;
  readonly #tables = new Map<string, TableReaders>();
  readonly #conditions = new ReadersByKey();
  readonly #accounts = new ReadersByKey();
  readonly #shards = new ReadersByKey();
  /** The accounts of a shard as they were when somebody last asked for them. */
  readonly #accountsRead = new Map<ShardId, readonly AccountId[]>();
  #shardCount: number;

  constructor(world: World) {
    this.#world = world;
    this.#shardCount = world.shards().length;
    world.observe((commit) => this.#see(commit));
  }

  noteEntity(
    { shard, account }: ReadPlace,
    table: { readonly name: string },
    id: string,
    reader: Reader,
  ): void {
    this.#table(table.name).noteId(placeOf(shard, account), id, reader);
  }

  noteAll({ shard, account }: ReadPlace, table: { readonly name: string }, reader: Reader): void {
    this.#table(table.name).noteAll(placeOf(shard, account), reader);
  }

  noteIndex<T extends Entity>(
    { shard, account }: ReadPlace,
    table: Table<T>,
    index: string,
    key: string,
    reader: Reader,
  ): void {
    const keyOf = table.indexes[index];
    if (keyOf === undefined) throw new Error(`Table ${table.name} has no index ${index}.`);
    this.#table(table.name).noteIndex(placeOf(shard, account), index, keyOf, key, reader);
  }

  noteConditions(reader: Reader): void {
    this.#conditions.note('', reader);
  }

  noteAccounts(shard: ShardId, accounts: readonly AccountId[], reader: Reader): void {
    this.#accountsRead.set(shard, accounts);
    this.#accounts.note(shard, reader);
  }

  noteShards(reader: Reader): void {
    this.#shards.note('', reader);
  }

  /** Lets go of all that a reader has read. */
  forget(reader: Reader): void {
    for (const list of reader.lists) list.remove(reader);
    reader.lists.clear();
  }

  #table(name: string): TableReaders {
    let table = this.#tables.get(name);
    if (table === undefined) this.#tables.set(name, (table = new TableReaders()));
    return table;
  }

  #see({ shard, changes, before }: Commit): void {
    const stale = new Set<Reader>();
    for (const [at, change] of changes.entries()) {
      if (change.table === Faults.name) this.#conditions.collect('', stale);
      const place = placeOf(shard, change.account);
      const after = change.op === 'put' ? change.entity : undefined;
      const id = change.op === 'put' ? change.entity.id : change.id;
      this.#tables.get(change.table)?.collectChanged(place, id, before[at], after, stale);
    }
    this.#seeShards(shard, stale);
    for (const reader of stale) this.forget(reader);
    for (const reader of stale) reader.stale();
  }

  /** A first commit makes a shard, and an account comes with its first entity and goes with its last. */
  #seeShards(shard: ShardId, stale: Set<Reader>): void {
    const known = this.#accountsRead.get(shard);
    if (known !== undefined) {
      const now = this.#world.view(shard, '-').accounts();
      if (now.join() !== known.join()) {
        this.#accountsRead.delete(shard);
        this.#accounts.collect(shard, stale);
      }
    }
    const count = this.#world.shards().length;
    if (count === this.#shardCount) return;
    this.#shardCount = count;
    this.#shards.collect('', stale);
  }
}

/** Where something was read: an account's part of a shard. */
export interface ReadPlace {
  readonly shard: ShardId;
  readonly account: AccountId;
}

const readersOfWorlds = new WeakMap<World, Readers>();

/** The one list of readers that a world has. */
export const readersOf = (world: World): Readers => {
  const known = readersOfWorlds.get(world);
  if (known !== undefined) return known;
  const readers = new Readers(world);
  readersOfWorlds.set(world, readers);
  return readers;
};
