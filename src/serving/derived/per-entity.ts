import type { AccountId, Entity, ShardId, Table } from '../../world/entity.ts';
import type { View } from '../../world/transaction.ts';
import type { World } from '../../world/world.ts';
import { Remembered } from './remembered.ts';

/** An entity of a Region. */
export interface EntityPlace {
  readonly region: ShardId;
  readonly account: AccountId;
  readonly id: string;
}

interface Entry<V> {
  readonly place: EntityPlace;
  readonly remembered: Remembered<{ readonly value: V | undefined; readonly isThere: boolean }>;
}

const keyOf = ({ region, account, id }: EntityPlace): string => `${region}\n${account}\n${id}`;

/**
 * What is made of each entity of a table, in all Regions: read once, and again only after a commit has changed something
 * that it was read from. Who follows it is told which are to be looked at again; at the beginning that is all of them.
 */
export class PerEntity<T extends Entity, V> {
  readonly #world: World;
  readonly #table: Table<T>;
  readonly #read: (view: View, entity: T) => V | undefined;
  readonly #changed: () => void;
  readonly #entries = new Map<string, Entry<V>>();
  readonly #stale = new Map<string, EntityPlace>();
  readonly #stopWatching: () => void;

  /**
   * `read` looks at nothing but its view and what never changes. `changed` is called within a commit after which something
   * may be another: it must run no transaction. What is there already is not told by it.
   */
  constructor(
    world: World,
    table: Table<T>,
    read: (view: View, entity: T) => V | undefined,
    changed: () => void,
  ) {
    this.#world = world;
    this.#table = table;
    this.#read = read;
    this.#changed = changed;
    this.#stopWatching = world.observe(({ shard, changes, tables }) => {
      if (!tables.has(table.name) || world.geography.region(shard) === undefined) return;
      for (const change of changes) {
        // Those that are known already have noted that they were read.
        if (change.table !== table.name || change.op === 'delete') continue;
        const place = { region: shard, account: change.account, id: change.entity.id };
        if (this.#follow(place)) this.#changed();
      }
    });
    for (const view of world.regionalViews()) {
      for (const { id } of view.list(table)) {
        this.#follow({ region: view.shard, account: view.account, id });
      }
    }
  }

  /** What is made of an entity now; undefined of one that is not there or of which nothing is made. */
  get(place: EntityPlace): V | undefined {
    return this.#entries.get(keyOf(place))?.remembered.get().value;
  }

  /** Those that may be others, or gone, since this was asked last. */
  takeChanged(): readonly EntityPlace[] {
    const changed = [...this.#stale.values()];
    this.#stale.clear();
    for (const place of changed) {
      const key = keyOf(place);
      const entry = this.#entries.get(key);
      if (entry === undefined || entry.remembered.get().isThere) continue;
      entry.remembered.forget();
      this.#entries.delete(key);
    }
    return changed;
  }

  stop(): void {
    this.#stopWatching();
    for (const { remembered } of this.#entries.values()) remembered.forget();
    this.#entries.clear();
    this.#stale.clear();
  }

  /** Begins to follow an entity; answers whether it is a new one. */
  #follow(place: EntityPlace): boolean {
    const key = keyOf(place);
    if (this.#entries.has(key)) return false;
    const { region, account, id } = place;
    const becameStale = (): void => {
      this.#stale.set(key, place);
      this.#changed();
    };
    const remembered = new Remembered(
      this.#world,
      (world) => {
        const view = world.view(region, account);
        const entity = view.get(this.#table, id);
        return entity === undefined
          ? { value: undefined, isThere: false }
          : { value: this.#read(view, entity), isThere: true };
      },
      becameStale,
    );
    this.#entries.set(key, { place, remembered });
    this.#stale.set(key, place);
    return true;
  }
}
