import type { Entity, IndexKey, Table } from './entity.ts';

interface Index {
  readonly keys: (entity: Entity) => readonly string[];
  readonly ids: Map<string, Set<string>>;
  /** Keys whose ids are no longer in the order of the table: an older entity came to them later. */
  readonly disordered: Set<string>;
}

const keysOf =
  (key: IndexKey<never>) =>
  (entity: Entity): readonly string[] => {
    // A table's index functions take the entities of that table: what is stored under its name.
    const keys = key(entity as never);
    if (keys === undefined) return [];
    return typeof keys === 'string' ? [keys] : keys;
  };

/** An entity that is new to its table comes last; one that was there before may belong further to the front. */
const indexAdd = (index: Index, entity: Entity, isNew: boolean): void => {
  for (const key of index.keys(entity)) {
    const ids = index.ids.get(key);
    if (ids === undefined) index.ids.set(key, new Set([entity.id]));
    else if (!ids.has(entity.id)) {
      ids.add(entity.id);
      if (!isNew) index.disordered.add(key);
    }
  }
};

const indexRemove = (index: Index, entity: Entity, keep: readonly string[]): void => {
  for (const key of index.keys(entity)) {
    if (keep.includes(key)) continue;
    const ids = index.ids.get(key);
    ids?.delete(entity.id);
    if (ids?.size !== 0) continue;
    index.ids.delete(key);
    index.disordered.delete(key);
  }
};

/**
 * The entities of one table for one account. An index is built when it is first asked for and kept up from
 * then on, so that recovery needs no list of tables and a table that nobody asks by index pays for none.
 */
export class TableState {
  readonly #entities = new Map<string, Entity>();
  readonly #indexes = new Map<string, Index>();

  get size(): number {
    return this.#entities.size;
  }

  get(id: string): Entity | undefined {
    return this.#entities.get(id);
  }

  values(): IterableIterator<Entity> {
    return this.#entities.values();
  }

  /** Ids that the index holds under the key, oldest first. */
  ids(table: Table<never>, indexName: string, key: string): ReadonlySet<string> | undefined {
    const index = this.#indexes.get(indexName) ?? this.#build(table, indexName);
    if (index.disordered.has(key)) this.#order(index, key);
    return index.ids.get(key);
  }

  /** Puts an entity; returns the one that it replaces. */
  put(entity: Entity): Entity | undefined {
    const previous = this.#entities.get(entity.id);
    this.#entities.set(entity.id, entity);
    for (const index of this.#indexes.values()) {
      if (previous !== undefined) indexRemove(index, previous, index.keys(entity));
      indexAdd(index, entity, previous === undefined);
    }
    return previous;
  }

  delete(id: string): void {
    const previous = this.#entities.get(id);
    if (previous === undefined) return;
    this.#entities.delete(id);
    for (const index of this.#indexes.values()) indexRemove(index, previous, []);
  }

  /** Recovery builds an index in the order of the table; a world that goes on must list the same. */
  #order(index: Index, key: string): void {
    const ids = index.ids.get(key) ?? new Set();
    index.ids.set(key, new Set([...this.#entities.keys()].filter((id) => ids.has(id))));
    index.disordered.delete(key);
  }

  #build(table: Table<never>, indexName: string): Index {
    const key = table.indexes[indexName];
    if (key === undefined) throw new Error(`Table ${table.name} has no index ${indexName}.`);
    const index: Index = { keys: keysOf(key), ids: new Map(), disordered: new Set() };
    for (const entity of this.#entities.values()) indexAdd(index, entity, true);
    this.#indexes.set(indexName, index);
    return index;
  }
}
