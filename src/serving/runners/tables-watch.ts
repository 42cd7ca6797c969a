import type { Commit, World } from '../../world/world.ts';

/** A table, as far as watching it needs to know. */
export interface Named {
  readonly name: string;
}

/** Calls back after each commit that changes one of the tables. Returns a way to stop. */
export const watchTables = (
  world: World,
  tables: readonly Named[],
  changed: (commit: Commit) => void,
): (() => void) => {
  const names = new Set(tables.map((table) => table.name));
  return world.subscribe((commit) => {
    if (!names.isDisjointFrom(commit.tables)) changed(commit);
  });
};

/**
 * Reads something out of the world once, and again only after a commit has changed one of the tables that it rests
 * on. What it rests on beside them must not change.
 */
export const remembered = <T>(world: World, tables: readonly Named[], read: () => T): (() => T) => {
  let value: { readonly read: T; readonly at: number } | undefined;
  return () => {
    const at = world.changesOf(tables);
    if (value?.at !== at) value = { read: read(), at };
    return value.read;
  };
};

/** The same for something that every world has one of. */
export const rememberedByWorld = <T>(
  tables: readonly Named[],
  read: (world: World) => T,
): ((world: World) => T) => {
  const readers = new WeakMap<World, () => T>();
  return (world) => {
    const known = readers.get(world);
    if (known !== undefined) return known();
    const reader = remembered(world, tables, () => read(world));
    readers.set(world, reader);
    return reader();
  };
};
