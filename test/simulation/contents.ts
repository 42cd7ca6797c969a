import { createHash } from 'node:crypto';
import type { World } from '../../src/world/world.ts';

/** The lines of a shard: one for each entity, grouped by account and table, in their own order within. */
const linesOf = (world: World, shard: string): readonly string[] => {
  const tables = new Map<string, string[]>();
  for (const change of world.contents(shard)) {
    if (change.op !== 'put') continue;
    const key = `${shard} ${change.account} ${change.table}`;
    const lines = tables.get(key) ?? [];
    tables.set(key, lines);
    lines.push(`${key} ${JSON.stringify(change.entity)}`);
  }
  return [...tables.keys()].toSorted().flatMap((key) => tables.get(key) ?? []);
};

/** All that a world holds, one line for each entity. */
export const contentsOf = (world: World): readonly string[] =>
  [...world.shards()].toSorted().flatMap((shard) => linesOf(world, shard));

export const digestOf = (lines: readonly string[]): string =>
  createHash('sha256').update(lines.join('\n')).digest('hex');

/** The first line in which two worlds differ, from both; undefined when they are the same. */
export const firstDifference = (
  a: readonly string[],
  b: readonly string[],
): readonly [string, string] | undefined => {
  for (let index = 0; index < Math.max(a.length, b.length); index += 1) {
    if (a[index] !== b[index]) return [a[index] ?? 'nothing', b[index] ?? 'nothing'];
  }
  return undefined;
};
