import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { earth, type Geography } from '../atlas/geography.ts';
import { worldShard, type Entity, type ShardId } from '../world/entity.ts';
import type { EntityChange, Journal } from '../world/journal.ts';
import { Failed } from '../text/usage-error.ts';

/** What a data directory's world stood on when it was last served. */
interface Ground {
  readonly regions: readonly string[];
  readonly zones: readonly string[];
}

const groundFile = (directory: string): string => join(directory, 'geography.json');

const groundOf = (geography: Geography): Ground => ({
  regions: geography.regions.map((region) => region.code),
  zones: geography.zones.map((zone) => zone.id),
});

/** A directory that says nothing is on the Earth as this version knows it. */
const rememberedGround = (directory: string): Ground => {
  const path = groundFile(directory);
  // Only `rememberGround` writes this file.
  return existsSync(path) ? (JSON.parse(readFileSync(path, 'utf8')) as Ground) : groundOf(earth);
};

const mentions = (value: unknown, lost: ReadonlySet<string>): boolean => {
  if (typeof value === 'string') return value.split(/[/:]/).some((part) => lost.has(part));
  if (typeof value !== 'object' || value === null) return false;
  return Object.values(value).some((member) => mentions(member, lost));
};

type Entities = Map<string, { readonly table: string; readonly entity: Entity }>;

const apply = (entities: Entities, changes: readonly EntityChange[]): void => {
  for (const change of changes) {
    const id = change.op === 'put' ? change.entity.id : change.id;
    const key = `${change.account}\n${change.table}\n${id}`;
    if (change.op === 'put') entities.set(key, { table: change.table, entity: change.entity });
    else entities.delete(key);
  }
};

const entitiesOf = async (journal: Journal, shard: ShardId): Promise<Entities> => {
  const entities: Entities = new Map();
  let seq = 0;
  for await (const record of journal.readSnapshot(shard)) {
    apply(entities, record.changes);
    ({ seq } = record);
  }
  for await (const batch of journal.read(shard, seq + 1)) {
    for (const record of batch) apply(entities, record.changes);
  }
  return entities;
};

/** The first thing that stands on lost ground, as a person would name it. */
const standingOnLostGround = async (
  journal: Journal,
  lostRegions: ReadonlySet<string>,
  lostZones: ReadonlySet<string>,
): Promise<string | undefined> => {
  const lost = new Set([...lostRegions, ...lostZones]);
  for (const shard of await journal.shards()) {
    const isLost = lostRegions.has(shard);
    // What AWS keeps for the whole partition stands in no one Region.
    if (!isLost && shard !== worldShard && lostZones.size === 0) continue;
    for (const { table, entity } of (await entitiesOf(journal, shard)).values()) {
      if (table === 'timers') continue;
      if (isLost) return `${entity.id} (${table}) in ${shard}`;
      if (mentions(entity, shard === worldShard ? lost : lostZones)) {
        const zone = [...lost].find((name) => mentions(entity, new Set([name])));
        return `${entity.id} (${table}) in ${zone}`;
      }
    }
  }
  return undefined;
};

const without = (before: readonly string[], now: readonly string[]): ReadonlySet<string> => {
  const still = new Set(now);
  return new Set(before.filter((name) => !still.has(name)));
};

/**
 * Refuses a geography that lacks a Region or zone in which the journal's world has something, with `Failed` and one
 * line that names the first such thing; the journal is closed then. A Region or zone that holds nothing may go.
 */
export const refuseLostGround = async (
  directory: string,
  journal: Journal,
  geography: Geography = earth,
): Promise<void> => {
  const [before, now] = [rememberedGround(directory), groundOf(geography)];
  const lostRegions = without(before.regions, now.regions);
  const lostZones = without(before.zones, now.zones);
  if (lostRegions.size + lostZones.size === 0) return;
  const standing = await standingOnLostGround(journal, lostRegions, lostZones);
  if (standing === undefined) return;
  await journal.close();
  throw new Failed(
    `The world in ${directory} has ${standing}, which is not in the geography asked for: start it with the --world file that it had, or give another --data.`,
  );
};

/** Keeps what the world stands on, for the next start. */
export const rememberGround = (directory: string, geography: Geography = earth): void => {
  const text = `${JSON.stringify(groundOf(geography))}\n`;
  const path = groundFile(directory);
  if (geography === earth && !existsSync(path)) return;
  writeFileSync(path, text, { mode: 0o600 });
};
