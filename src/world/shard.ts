import type { Geography } from '../atlas/geography.ts';
import { hash32 } from '../atlas/hash.ts';
import type { Conditions } from './conditions.ts';
import {
  defineTable,
  noAccount,
  type AccountId,
  type Entity,
  type ShardId,
  type Table,
} from './entity.ts';
import type { EntityChange, JournalRecord } from './journal.ts';
import { createRandomStream, type CountedStream, type RandomStream } from './random.ts';
import type { ExtensionPoint, RowChange, WorldRules } from './rules.ts';
import { TableState } from './table-state.ts';
import type { Timer, TimerRequest, Tx, View } from './transaction.ts';

/** How far each random stream of a shard has been drawn. */
interface StreamPosition extends Entity {
  readonly counter: number;
}

const StreamPositions = defineTable<StreamPosition>('random-streams');

/** The timers of a shard, by account. */
export const Timers = defineTable<Timer>('timers');

/** What a shard is given by its world. */
export interface ShardContext {
  readonly seed: number;
  readonly geography: Geography;
  readonly rules: WorldRules;
  conditions(): Conditions;
  now(): number;
  /** Another shard, as far as it can be seen from this one. */
  visible(from: ShardId, to: ShardId): Shard | undefined;
}

const deepFreeze = (value: unknown): void => {
  if (typeof value !== 'object' || value === null || Object.isFrozen(value)) return;
  Object.freeze(value);
  for (const part of Object.values(value)) deepFreeze(part);
};

const holdsAnything = (tables: ReadonlyMap<string, TableState>): boolean => {
  for (const state of tables.values()) if (state.size > 0) return true;
  return false;
};

const noParts: ReadonlyMap<string, unknown> = new Map<string, unknown>();

const entityKey = (account: AccountId, table: string, id: string): string =>
  `${account}\n${table}\n${id}`;

/** One step back for an abort. */
interface Undo {
  readonly state: TableState;
  readonly id: string;
  readonly previous: Entity | undefined;
}

/**
 * The state of one shard in memory. Writes go straight into it with a way back, so that reads within a
 * transaction see them without a merge; deletions wait for the commit, so that an abort keeps the order.
 */
export class Shard {
  readonly id: ShardId;
  readonly #context: ShardContext;
  readonly #accounts = new Map<AccountId, Map<string, TableState>>();
  readonly #streamKeys = new Map<string, number>();
  #seq = 0;
  #inTransaction = false;

  constructor(id: ShardId, context: ShardContext) {
    this.id = id;
    this.#context = context;
  }

  /** The number of the last commit; 0 when there was none. */
  get seq(): number {
    return this.#seq;
  }

  /** Applies a record of the journal during recovery. */
  replay(record: JournalRecord): void {
    for (const change of record.changes) this.#apply(change);
    this.#seq = record.seq;
  }

  /** Everything that is there, as changes that would make it: for a snapshot. */
  *contents(): Generator<EntityChange> {
    for (const [account, tables] of this.#accounts) {
      for (const [table, state] of tables) {
        for (const entity of state.values()) yield { op: 'put', table, account, entity };
      }
    }
  }

  /** How many entities it holds. */
  size(): number {
    let size = 0;
    for (const tables of this.#accounts.values()) {
      for (const state of tables.values()) size += state.size;
    }
    return size;
  }

  /** A view of committed state. */
  view(account: AccountId): View {
    return new ShardView(this.#reader(), account);
  }

  /**
   * Runs a transaction. `keep` decides from the answer whether it commits; when it does not, or when `run`
   * throws, nothing has changed. Returns the answer and the record to append, if anything changed.
   */
  transact<T>(
    account: AccountId,
    run: (tx: Tx) => T,
    keep: (output: T) => boolean,
  ): {
    readonly output: T;
    readonly record: JournalRecord | undefined;
    /** What each changed entity was before, in the order of the record's changes. */
    readonly before: readonly (Entity | undefined)[];
    /** The other shards that it looked into. */
    readonly seen: ReadonlySet<ShardId>;
  } {
    if (this.#inTransaction) throw new Error(`Shard ${this.id} is in a transaction already.`);
    this.#inTransaction = true;
    const reader = this.#reader();
    const work = new Work(
      reader,
      (a, table) => this.#state(a, table),
      (name) => this.#streamKey(name),
    );
    try {
      const output = run(new ShardTx(work, account));
      if (!keep(output)) {
        work.undo();
        return { output, record: undefined, before: [], seen: reader.seen };
      }
      const { changes, before } = work.commit();
      const { seen } = reader;
      if (changes.length === 0) return { output, record: undefined, before, seen };
      this.#seq += 1;
      return { output, record: { seq: this.#seq, at: this.#context.now(), changes }, before, seen };
    } catch (error) {
      work.undo();
      throw error;
    } finally {
      this.#inTransaction = false;
    }
  }

  #reader(): Reader {
    return new Reader(this.id, this.#context, this.#accounts, () => this.#accountsInUse());
  }

  /** In an order that does not tell who came first: recovery would not know it of those that had come and gone. */
  #accountsInUse(): readonly AccountId[] {
    return [...this.#accounts]
      .filter(([account, tables]) => account !== noAccount && holdsAnything(tables))
      .map(([account]) => account)
      .toSorted();
  }

  /** What a stream is drawn from, kept: nearly every transaction draws from some. */
  #streamKey(name: string): number {
    const known = this.#streamKeys.get(name);
    if (known !== undefined) return known;
    const key = hash32(this.#context.seed, this.id, name);
    this.#streamKeys.set(name, key);
    return key;
  }

  #state(account: AccountId, table: string): TableState {
    let tables = this.#accounts.get(account);
    if (tables === undefined) {
      tables = new Map();
      this.#accounts.set(account, tables);
    }
    let state = tables.get(table);
    if (state === undefined) {
      state = new TableState();
      tables.set(table, state);
    }
    return state;
  }

  #apply(change: EntityChange): void {
    const state = this.#state(change.account, change.table);
    if (change.op === 'put') {
      deepFreeze(change.entity);
      state.put(change.entity);
    } else {
      state.delete(change.id);
    }
  }
}

const nothing: ReadonlySet<never> = new Set();

/** How views and a transaction read a shard. */
class Reader {
  readonly shard: ShardId;
  readonly context: ShardContext;
  readonly now: number;
  readonly accounts: () => readonly AccountId[];
  readonly #accounts: ReadonlyMap<AccountId, ReadonlyMap<string, TableState>>;
  /** Made when something is first to be in them: most transactions delete nothing and look nowhere else. */
  #deleted: Set<string> | undefined;
  #seen: Set<ShardId> | undefined;

  constructor(
    shard: ShardId,
    context: ShardContext,
    accounts: ReadonlyMap<AccountId, ReadonlyMap<string, TableState>>,
    accountsInUse: () => readonly AccountId[],
  ) {
    this.shard = shard;
    this.context = context;
    this.now = context.now();
    this.accounts = accountsInUse;
    this.#accounts = accounts;
  }

  /** Keys of what this transaction has deleted. */
  get deleted(): ReadonlySet<string> {
    return this.#deleted ?? nothing;
  }

  /** The other shards that were looked into. */
  get seen(): ReadonlySet<ShardId> {
    return this.#seen ?? nothing;
  }

  noteDeleted(key: string): void {
    (this.#deleted ??= new Set()).add(key);
  }

  /** It was put again; answers whether it had been deleted. */
  noteUndeleted(key: string): boolean {
    return this.#deleted?.delete(key) === true;
  }

  state(account: AccountId, table: string): TableState | undefined {
    return this.#accounts.get(account)?.get(table);
  }

  elsewhere(shard: ShardId, account: AccountId): View | undefined {
    const other = this.context.visible(this.shard, shard);
    if (other !== undefined) (this.#seen ??= new Set()).add(shard);
    return other?.view(account);
  }
}

class ShardView implements View {
  readonly account: AccountId;
  readonly reader: Reader;

  constructor(reader: Reader, account: AccountId) {
    this.reader = reader;
    this.account = account;
  }

  get shard(): ShardId {
    return this.reader.shard;
  }

  get now(): number {
    return this.reader.now;
  }

  get seed(): number {
    return this.reader.context.seed;
  }

  get conditions(): Conditions {
    return this.reader.context.conditions();
  }

  get geography(): Geography {
    return this.reader.context.geography;
  }

  get<T extends Entity>(table: Table<T>, id: string): T | undefined {
    const { deleted } = this.reader;
    if (deleted.size > 0 && deleted.has(entityKey(this.account, table.name, id))) return undefined;
    // What is stored under a table's name was put through that table.
    return this.reader.state(this.account, table.name)?.get(id) as T | undefined;
  }

  find<T extends Entity>(table: Table<T>, index: string, key: string): readonly T[] {
    // An index function takes the entities of its own table, which is what the state under its name holds.
    const plain = table as unknown as Table<never>;
    const state = this.reader.state(this.account, table.name);
    const ids = state?.ids(plain, index, key);
    const found: T[] = [];
    if (state === undefined || ids === undefined) return found;
    const { deleted } = this.reader;
    for (const id of ids) {
      if (deleted.size > 0 && deleted.has(entityKey(this.account, table.name, id))) continue;
      // What is stored under a table's name was put through that table.
      const entity = state.get(id) as T | undefined;
      if (entity !== undefined) found.push(entity);
    }
    return found;
  }

  list<T extends Entity>(table: Table<T>): readonly T[] {
    const state = this.reader.state(this.account, table.name);
    if (state === undefined) return [];
    // What is stored under a table's name was put through that table.
    const all = [...state.values()] as unknown as T[];
    const { deleted } = this.reader;
    if (deleted.size === 0) return all;
    return all.filter((entity) => !deleted.has(entityKey(this.account, table.name, entity.id)));
  }

  accounts(): readonly AccountId[] {
    return this.reader.accounts();
  }

  forAccount(account: AccountId): View {
    return new ShardView(this.reader, account);
  }

  elsewhere(shard: ShardId): View | undefined {
    return this.reader.elsewhere(shard, this.account);
  }

  extensions<Part>(point: ExtensionPoint<Part>): ReadonlyMap<string, Part> {
    const parts = this.reader.context.rules.extensions.get(point.name) ?? noParts;
    // What stands under a point's name was given by `extend` for that point.
    return parts as ReadonlyMap<string, Part>;
  }
}

/** What a transaction has done so far. */
class Work {
  readonly reader: Reader;
  readonly #state: (account: AccountId, table: string) => TableState;
  readonly #streamKey: (name: string) => number;
  readonly #undo: Undo[] = [];
  /** The last change under each key, and what was there before the first. */
  readonly #changes = new Map<
    string,
    { change: EntityChange; readonly before: Entity | undefined }
  >();
  readonly #streams = new Map<string, { readonly stream: CountedStream; readonly begin: number }>();

  constructor(
    reader: Reader,
    state: (account: AccountId, table: string) => TableState,
    streamKey: (name: string) => number,
  ) {
    this.reader = reader;
    this.#state = state;
    this.#streamKey = streamKey;
  }

  /** Puts an entity; returns the one that was there. */
  put(account: AccountId, table: string, entity: Entity): Entity | undefined {
    deepFreeze(entity);
    const key = entityKey(account, table, entity.id);
    const state = this.#state(account, table);
    const previous = state.put(entity);
    this.#undo.push({ state, id: entity.id, previous });
    const wasDeleted = this.reader.noteUndeleted(key);
    this.#note(key, { op: 'put', table, account, entity }, previous);
    return wasDeleted ? undefined : previous;
  }

  /** Deletes an entity; returns it, if it was there. */
  delete(account: AccountId, table: string, id: string): Entity | undefined {
    const key = entityKey(account, table, id);
    const previous = this.#state(account, table).get(id);
    if (previous === undefined || this.reader.deleted.has(key)) return undefined;
    this.reader.noteDeleted(key);
    this.#note(key, { op: 'delete', table, account, id }, previous);
    return previous;
  }

  /** A key keeps its first place, as it does in memory: recovery must find the same order. */
  #note(key: string, change: EntityChange, before: Entity | undefined): void {
    const known = this.#changes.get(key);
    if (known === undefined) this.#changes.set(key, { change, before });
    else known.change = change;
  }

  random(name: string): RandomStream {
    const known = this.#streams.get(name);
    if (known !== undefined) return known.stream;
    const position = this.#state(noAccount, StreamPositions.name).get(name);
    // Only stream positions are put in this table.
    const begin = (position as StreamPosition | undefined)?.counter ?? 0;
    const stream = createRandomStream(this.#streamKey(name), begin);
    this.#streams.set(name, { stream, begin });
    return stream;
  }

  commit(): {
    readonly changes: readonly EntityChange[];
    readonly before: readonly (Entity | undefined)[];
  } {
    const changes: EntityChange[] = [];
    const before: (Entity | undefined)[] = [];
    for (const one of this.#changes.values()) {
      changes.push(one.change);
      before.push(one.before);
    }
    // How far streams were drawn matters only to what was written with them.
    if (changes.length > 0) {
      for (const [id, { stream, begin }] of this.#streams) {
        const counter = stream.counter();
        if (counter === begin) continue;
        const entity: StreamPosition = { id, counter };
        before.push(this.#state(noAccount, StreamPositions.name).put(entity));
        changes.push({ op: 'put', table: StreamPositions.name, account: noAccount, entity });
      }
    }
    for (const change of changes) {
      if (change.op === 'delete') this.#state(change.account, change.table).delete(change.id);
    }
    return { changes, before };
  }

  undo(): void {
    for (const { state, id, previous } of this.#undo.toReversed()) {
      if (previous === undefined) state.delete(id);
      else state.put(previous);
    }
  }
}

class ShardTx extends ShardView implements Tx {
  readonly #work: Work;

  constructor(work: Work, account: AccountId) {
    super(work.reader, account);
    this.#work = work;
  }

  put<T extends Entity>(table: Table<T>, entity: T): void {
    this.#tell(table.name, this.#work.put(this.account, table.name, entity), entity);
  }

  delete<T extends Entity>(table: Table<T>, id: string): void {
    const before = this.#work.delete(this.account, table.name, id);
    if (before !== undefined) this.#tell(table.name, before, undefined);
  }

  random(stream: string): RandomStream {
    return this.#work.random(stream);
  }

  setTimer(timer: TimerRequest): void {
    const { id, at, kind, payload = null } = timer;
    this.put(Timers, { id, at, kind, payload });
  }

  cancelTimer(id: string): void {
    this.delete(Timers, id);
  }

  override forAccount(account: AccountId): Tx {
    return new ShardTx(this.#work, account);
  }

  #tell(table: string, before: Entity | undefined, after: Entity | undefined): void {
    const followers = this.reader.context.rules.followers.get(table);
    if (followers === undefined) return;
    // Both are rows of the table that the follower was declared for.
    const change = { before, after } as RowChange<never>;
    for (const follower of followers) follower.run(this, change);
  }
}
