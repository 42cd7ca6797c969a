import type { Entity, IndexKey, Table } from './entity.ts';

interface Index {
  readonly keys: (entity: Entity) => readonly string[];
  readonly ids: Map<string, Set<string>>;
}

const keysOf =
  (key: IndexKey<never>) =>
  (entity: Entity): readonly string[] => {
    // A table's index functions take the entities of that table: what is stored under its name.
    const keys = key(entity as never);
    if (keys === undefined) return [];
    return typeof keys === 'string' ? [keys] : keys;
  };

const indexAdd = (index: Index, entity: Entity): void => {
  for (const key of index.keys(entity)) {
    const ids = index.ids.get(key);
    if (ids === undefined) index.ids.set(key, new Set([entity.id]));
    else ids.add(entity.id);
  }
};

const indexRemove = (index: Index, entity: Entity, keep: readonly string[]): void => {
  for (const key of index.keys(entity)) {
    if (keep.includes(key)) continue;
    const ids = index.ids.get(key);
    ids?.delete(entity.id);
    if (ids?.size === 0) index.ids.delete(key);
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
    return (this.#indexes.get(indexName) ?? this.#build(table, indexName)).ids.get(key);
  }

  /** Puts an entity; returns the one that it replaces. */
  put(entity: Entity): Entity | undefined {
    const previous = this.#entities.get(entity.id);
    this.#entities.set(entity.id, entity);
    for (const index of this.#indexes.values()) {
      if (previous !== undefined) indexRemove(index, previous, index.keys(entity));
      indexAdd(index, entity);
    }
    return previous;
  }

  delete(id: string): void {
    const previous = this.#entities.get(id);
    if (previous === undefined) return;
    this.#entities.delete(id);
    for (const index of this.#indexes.values()) indexRemove(index, previous, []);
  }

  #build(table: Table<never>, indexName: string): Index {
    const key = table.indexes[indexName];
    if (key === undefined) throw new Error(`Table ${table.name} has no index ${indexName}.`);
    const index: Index = { keys: keysOf(key), ids: new Map() };
    for (const entity of this.#entities.values()) indexAdd(index, entity);
    this.#indexes.set(indexName, index);
    return index;
  }
}
