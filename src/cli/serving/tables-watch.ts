import type { Commit, World } from '../../world/world.ts';

/** Counts up whenever a commit touches a table whose name begins with one of the prefixes: what was read before may be stale. */
export const watchTables = (
  world: World,
  prefixes: readonly string[],
  changed: (commit: Commit) => void = () => undefined,
): { readonly generation: () => number; readonly stop: () => void } => {
  let generation = 0;
  const stop = world.subscribe((commit) => {
    const touches = commit.changes.some((change) =>
      prefixes.some((prefix) => change.table.startsWith(prefix)),
    );
    if (!touches) return;
    generation += 1;
    changed(commit);
  });
  return { generation: () => generation, stop };
};
