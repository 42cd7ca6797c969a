import type { Geography } from '../atlas/geography.ts';
import type { Clock } from './clock.ts';
import { Conditions } from './conditions.ts';
import { isDomainError } from './domain-error.ts';
import {
  noAccount,
  partitionShard,
  worldShard,
  type AccountId,
  type Entity,
  type ShardId,
} from './entity.ts';
import { Faults, type Fault } from './faults.ts';
import type { EntityChange, Journal, JournalRecord } from './journal.ts';
import { Shard, Timers, type ShardContext } from './shard.ts';
import type { WorldRules } from './rules.ts';
import type { Timer, Tx, View } from './transaction.ts';
import { WorldEnded } from './world-ended.ts';

/** What a world is made of. */
export interface WorldOptions<C extends Clock = Clock> {
  readonly seed: number;
  readonly geography: Geography;
  /** Makes the clock once it is known how far world time had come: it must not begin before that. `recovered` shows what the journal held. */
  readonly clock: (notBeforeMs: number, recovered: Pick<World, 'view'>) => C;
  readonly journal: Journal;
  /** What runs by itself when timers are due and rows change. */
  readonly rules: WorldRules;
  /** Told of bugs: a handler or a listener that threw. Its transaction is void; the world goes on. */
  readonly onBug: (where: string, error: unknown) => void;
  /** Told when the journal can no longer be written; nothing is acknowledged from then on. */
  readonly onJournalFailure: (error: unknown) => void;
}

/** A commit, as those who watch the world see it. */
export interface Commit {
  readonly shard: ShardId;
  readonly seq: number;
  readonly changes: readonly EntityChange[];
  /** What each changed entity was before, in the same order; undefined for one that was not there. */
  readonly before: readonly (Entity | undefined)[];
  /** The names of the tables that have changed. */
  readonly tables: ReadonlySet<string>;
}

/** What a transaction came to. */
export interface Committed<T> {
  readonly output: T;
  /** Resolves once everything that the answer rests on would survive a crash. Answer nobody before. */
  readonly durable: Promise<void>;
}

/**
 * After so many records a shard's journal is replaced by a snapshot, or after as many as it holds entities when those are
 * more: writing a large world costs each of its commits no more than writing a small one.
 */
const recordsPerSnapshot = 20_000;

const settled = Promise.resolve();

/**
 * The machine that holds the truth: shards, transactions, timers, faults. It knows no AWS service and touches
 * neither host nor clock but through its ports. `open` recovers what the journal holds.
 */
export class World {
  readonly seed: number;
  readonly geography: Geography;
  readonly #options: WorldOptions;
  readonly #shards = new Map<ShardId, Shard>();
  readonly #listeners = new Set<(commit: Commit) => void>();
  readonly #observers = new Set<(commit: Commit) => void>();
  readonly #wakeUps = new Map<string, { readonly at: number; readonly cancel: () => void }>();
  readonly #durable = new Map<ShardId, { readonly seq: number; readonly done: Promise<void> }>();
  readonly #context: ShardContext;
  readonly #sinceSnapshot = new Map<ShardId, number>();
  /** After how many records since the last one each shard has its next snapshot. */
  readonly #snapshotDue = new Map<ShardId, number>();
  readonly #changeCounts = new Map<string, number>();
  /** How many changes commits have made to any table. */
  #changeCount = 0;
  /** What `changesOf` last said of a list of tables, and when; some ask for each answer that they give. */
  readonly #counted = new WeakMap<object, { readonly of: number; readonly count: number }>();
  readonly #pending: Commit[] = [];
  #clock: Clock | undefined;
  #recoveredAt = 0;
  #conditions: Conditions;
  #publishing = false;
  #failed: unknown;
  #stopped = false;

  private constructor(options: WorldOptions) {
    this.#options = options;
    this.seed = options.seed;
    this.geography = options.geography;
    this.#conditions = new Conditions(options.geography, [], options.seed);
    this.#context = {
      seed: options.seed,
      geography: options.geography,
      rules: options.rules,
      conditions: () => this.#conditions,
      now: () => this.#clock?.now() ?? this.#recoveredAt,
      visible: (from, to) => (this.#isVisible(from, to) ? this.#shard(to) : undefined),
    };
  }

  /** Recovers the world that the journal holds, or begins an empty one. Timers that came due meanwhile fire at once. */
  static async open<C extends Clock>(
    options: WorldOptions<C>,
  ): Promise<{ readonly world: World; readonly clock: C }> {
    const world = new World(options);
    for (const id of await options.journal.shards()) await world.#recover(id);
    world.#conditions = world.#readConditions();
    const clock = options.clock(world.#recoveredAt, world);
    world.#clock = clock;
    for (const shard of world.#shards.values()) world.#armAll(shard);
    return { world, clock };
  }

  get clock(): Clock {
    if (this.#clock === undefined) throw new Error('The world is still recovering.');
    return this.#clock;
  }

  /** What is broken now. */
  get conditions(): Conditions {
    return this.#conditions;
  }

  /** The shards that hold anything. */
  shards(): readonly ShardId[] {
    return [...this.#shards.keys()];
  }

  /**
   * How many changes commits have made to these tables since the world was opened, over all shards and accounts:
   * while it is the same, what was read from them still holds.
   */
  changesOf(tables: readonly { readonly name: string }[]): number {
    const known = this.#counted.get(tables);
    if (known?.of === this.#changeCount) return known.count;
    let count = 0;
    for (const table of tables) count += this.#changeCounts.get(table.name) ?? 0;
    this.#counted.set(tables, { of: this.#changeCount, count });
    return count;
  }

  /** Everything that a shard holds, as changes that would make it: to compare worlds by. */
  contents(shard: ShardId): Iterable<EntityChange> {
    return this.#shard(shard).contents();
  }

  /** Committed state of one shard, for one account. */
  view(shard: ShardId, account: AccountId): View {
    return this.#shard(shard).view(account);
  }

  /** Committed state of one shard, for each account that has something there. */
  viewsOf(shard: ShardId): readonly View[] {
    const known = this.#shards.get(shard);
    if (known === undefined) return [];
    return known
      .view(noAccount)
      .accounts()
      .map((account) => known.view(account));
  }

  /** Committed state of every Region, for each account that has something there; in the geography's order of Regions. */
  regionalViews(): readonly View[] {
    return this.geography.regions.flatMap(({ code }) => this.viewsOf(code));
  }

  /**
   * Runs a transaction. A DomainError as the answer aborts it, as does `keep` answering false. The answer may be
   * given to a caller only once `durable` has resolved: also a read's, which may rest on a commit in flight. Throws
   * `WorldEnded` once the world is closed or closing.
   */
  transact<T>(
    shardId: ShardId,
    account: AccountId,
    run: (tx: Tx) => T,
    keep: (output: T) => boolean = (output) => !isDomainError(output),
  ): Committed<T> {
    if (this.#stopped) throw new WorldEnded();
    if (this.#failed !== undefined)
      throw new Error('The journal cannot be written.', { cause: this.#failed });
    const { output, record, before, seen } = this.#shard(shardId).transact(account, run, keep);
    if (record !== undefined) this.#commit(shardId, record, before);
    const own = this.#durable.get(shardId)?.done ?? settled;
    if (seen.size === 0) return { output, durable: own };
    const others = [...seen].map((shard) => this.#durable.get(shard)?.done ?? settled);
    return { output, durable: Promise.all([own, ...others]).then(() => undefined) };
  }

  /** Calls back after each commit, in order, outside of any transaction. Returns a way to stop. */
  subscribe(listener: (commit: Commit) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /**
   * Calls back within each commit, before anybody else is told, also while listeners are being told of an earlier one: for
   * what must never be behind the world. It must run no transaction. Returns a way to stop.
   */
  observe(observer: (commit: Commit) => void): () => void {
    this.#observers.add(observer);
    return () => this.#observers.delete(observer);
  }

  /** Takes no more transactions, stops timers, and closes the journal once all that is under way in it is written. */
  async close(): Promise<void> {
    this.#stopped = true;
    for (const wakeUp of this.#wakeUps.values()) wakeUp.cancel();
    this.#wakeUps.clear();
    await this.#options.journal.close();
  }

  #shard(id: ShardId): Shard {
    const known = this.#shards.get(id);
    if (known !== undefined) return known;
    const shard = new Shard(id, this.#context);
    this.#shards.set(id, shard);
    return shard;
  }

  /** What AWS keeps for the partition is in every Region; another Region is behind the backbone. */
  #isVisible(from: ShardId, to: ShardId): boolean {
    if (to === partitionShard || from === partitionShard) return true;
    const [a, b] = [this.geography.region(from), this.geography.region(to)];
    if (a === undefined || b === undefined) return false;
    if (from === to) return true;
    return this.#conditions.reach({ kind: 'region', region: from }, { kind: 'region', region: to })
      .up;
  }

  async #recover(id: ShardId): Promise<void> {
    const shard = this.#shard(id);
    const { journal } = this.#options;
    for await (const record of journal.readSnapshot(id)) this.#replay(shard, record);
    for await (const batch of journal.read(id, shard.seq + 1)) {
      for (const record of batch) this.#replay(shard, record);
      this.#sinceSnapshot.set(id, (this.#sinceSnapshot.get(id) ?? 0) + batch.length);
    }
  }

  #replay(shard: Shard, record: JournalRecord): void {
    shard.replay(record);
    this.#recoveredAt = Math.max(this.#recoveredAt, record.at);
  }

  #commit(id: ShardId, record: JournalRecord, before: Commit['before']): void {
    const { journal } = this.#options;
    const done = journal.append(id, record.seq - 1, record);
    this.#durable.set(id, { seq: record.seq, done });
    done.then(
      () => {
        if (this.#durable.get(id)?.seq === record.seq) this.#durable.delete(id);
      },
      (error: unknown) => this.#journalFailed(error),
    );
    this.#noticeChanges(id, record.changes);
    this.#snapshotIfLong(id);
    const tables = new Set(record.changes.map(({ table }) => table));
    const commit: Commit = { shard: id, seq: record.seq, changes: record.changes, before, tables };
    for (const observer of this.#observers) this.#tell(observer, commit);
    this.#publish(commit);
  }

  #journalFailed(error: unknown): void {
    if (this.#failed !== undefined) return;
    this.#failed = error;
    this.#options.onJournalFailure(error);
  }

  /** What the world itself keeps up: counts of changes, its conditions and its timers. */
  #noticeChanges(id: ShardId, changes: readonly EntityChange[]): void {
    for (const change of changes) {
      this.#changeCount += 1;
      this.#changeCounts.set(change.table, (this.#changeCounts.get(change.table) ?? 0) + 1);
      if (change.table === Faults.name) {
        const { conditions } = this;
        // Only faults are put in this table.
        this.#conditions =
          change.op === 'put'
            ? conditions.with(change.entity as Fault)
            : conditions.without(change.id);
      }
      if (change.table !== Timers.name) continue;
      const timerId = change.op === 'put' ? change.entity.id : change.id;
      this.#disarm(id, change.account, timerId);
      // Only timers are put in this table.
      if (change.op === 'put') this.#arm(id, change.account, change.entity as Timer);
    }
  }

  #readConditions(): Conditions {
    const faults = this.view(worldShard, noAccount).list(Faults);
    return new Conditions(this.geography, faults, this.seed);
  }

  #snapshotIfLong(id: ShardId): void {
    const count = (this.#sinceSnapshot.get(id) ?? 0) + 1;
    this.#sinceSnapshot.set(id, count);
    const due = this.#snapshotDue.get(id) ?? recordsPerSnapshot;
    if (count < due) return;
    const shard = this.#shard(id);
    const size = shard.size();
    this.#snapshotDue.set(id, Math.max(recordsPerSnapshot, size));
    // It was small when it was looked at last.
    if (count < size && due === recordsPerSnapshot) return;
    this.#sinceSnapshot.set(id, 0);
    const snapshot = { seq: shard.seq, at: this.clock.now(), puts: [...shard.contents()] };
    this.#options.journal
      .putSnapshot(id, snapshot)
      .catch((error: unknown) => this.#journalFailed(error));
  }

  /** Listeners may run transactions of their own; theirs are told after those that came before. */
  #publish(commit: Commit): void {
    this.#pending.push(commit);
    if (this.#publishing) return;
    this.#publishing = true;
    try {
      for (let next = this.#pending.shift(); next !== undefined; next = this.#pending.shift()) {
        for (const listener of this.#listeners) this.#tell(listener, next);
      }
    } finally {
      this.#publishing = false;
    }
  }

  #tell(listener: (commit: Commit) => void, commit: Commit): void {
    try {
      listener(commit);
    } catch (error) {
      this.#options.onBug('a listener to commits', error);
    }
  }

  #armAll(shard: Shard): void {
    for (const account of [noAccount, ...shard.view(noAccount).accounts()]) {
      for (const timer of shard.view(account).list(Timers)) this.#arm(shard.id, account, timer);
    }
  }

  #arm(shard: ShardId, account: AccountId, timer: Timer): void {
    if (this.#stopped) return;
    const key = `${shard}\n${account}\n${timer.id}`;
    const cancel = this.clock.at(timer.at, () => {
      this.#wakeUps.delete(key);
      this.#fire(shard, account, timer);
    });
    this.#wakeUps.set(key, { at: timer.at, cancel });
  }

  #disarm(shard: ShardId, account: AccountId, timerId: string): void {
    const key = `${shard}\n${account}\n${timerId}`;
    this.#wakeUps.get(key)?.cancel();
    this.#wakeUps.delete(key);
  }

  #fire(shard: ShardId, account: AccountId, timer: Timer): void {
    if (this.#stopped || this.#failed !== undefined) return;
    const handler = this.#options.rules.timers[timer.kind];
    const remove = (tx: Tx): void => tx.cancelTimer(timer.id);
    try {
      if (handler === undefined) throw new Error(`No handler for timers of kind ${timer.kind}.`);
      this.transact(shard, account, (tx) => {
        remove(tx);
        handler(tx, timer);
      });
    } catch (error) {
      // Left in place it would fire again for ever.
      this.#options.onBug(`the timer ${timer.id} of kind ${timer.kind}`, error);
      this.transact(shard, account, remove);
    }
  }
}
