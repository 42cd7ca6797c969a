import type { Geography } from '../../atlas/geography.ts';
import type { Conditions } from '../../world/conditions.ts';
import type { AccountId, Entity, ShardId, Table } from '../../world/entity.ts';
import type { ExtensionPoint } from '../../world/rules.ts';
import type { View } from '../../world/transaction.ts';
import type { World } from '../../world/world.ts';
import type { Reader, Readers } from './readers.ts';

/** Committed state of a world, which notes for a reader all that it gives. */
export class NotingView implements View {
  readonly shard: ShardId;
  readonly account: AccountId;
  readonly #world: World;
  readonly #view: View;
  readonly #readers: Readers;
  readonly #reader: Reader;

  constructor(world: World, view: View, readers: Readers, reader: Reader) {
    this.shard = view.shard;
    this.account = view.account;
    this.#world = world;
    this.#view = view;
    this.#readers = readers;
    this.#reader = reader;
  }

  /** What rests on the time changes without a commit: nobody would be told. */
  get now(): number {
    throw new Error('What is kept up by change must not rest on the time.');
  }

  get seed(): number {
    return this.#view.seed;
  }

  get conditions(): Conditions {
    this.#readers.noteConditions(this.#reader);
    return this.#world.conditions;
  }

  get geography(): Geography {
    return this.#view.geography;
  }

  get<T extends Entity>(table: Table<T>, id: string): T | undefined {
    this.#readers.noteEntity(this, table, id, this.#reader);
    return this.#view.get(table, id);
  }

  find<T extends Entity>(table: Table<T>, index: string, key: string): readonly T[] {
    this.#readers.noteIndex(this, table, index, key, this.#reader);
    return this.#view.find(table, index, key);
  }

  list<T extends Entity>(table: Table<T>): readonly T[] {
    this.#readers.noteAll(this, table, this.#reader);
    return this.#view.list(table);
  }

  accounts(): readonly AccountId[] {
    const accounts = this.#view.accounts();
    this.#readers.noteAccounts(this.shard, accounts, this.#reader);
    return accounts;
  }

  forAccount(account: AccountId): View {
    return this.#noting(this.#view.forAccount(account));
  }

  elsewhere(shard: ShardId): View | undefined {
    // Whether a way leads there is a matter of what is broken.
    this.#readers.noteConditions(this.#reader);
    const view = this.#view.elsewhere(shard);
    return view === undefined ? undefined : this.#noting(view);
  }

  extensions<Part>(point: ExtensionPoint<Part>): ReadonlyMap<string, Part> {
    // They are given to a world when it is opened, and stay.
    return this.#view.extensions(point);
  }

  #noting(view: View): View {
    return new NotingView(this.#world, view, this.#readers, this.#reader);
  }
}
