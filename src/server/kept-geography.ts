import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { earth, type Geography } from '../atlas/geography.ts';
import { worldShard, type Entity, type ShardId } from '../world/entity.ts';
import type { EntityChange, Journal } from '../world/journal.ts';
import { Failed } from '../text/usage-error.ts';

/** The geography that a data directory's world had when it was last served. */
interface KeptGeography {
  readonly regions: readonly string[];
  readonly zones: readonly string[];
}

const geographyFile = (directory: string): string => join(directory, 'geography.json');

const keptOf = (geography: Geography): KeptGeography => ({
  regions: geography.regions.map((region) => region.code),
  zones: geography.zones.map((zone) => zone.id),
});

/** A directory that says nothing is on the Earth as this version knows it. */
const keptIn = (directory: string): KeptGeography => {
  const path = geographyFile(directory);
  // Only `keepGeography` writes this file.
  return existsSync(path)
    ? (JSON.parse(readFileSync(path, 'utf8')) as KeptGeography)
    : keptOf(earth);
};

const mentions = (value: unknown, missing: ReadonlySet<string>): boolean => {
  if (typeof value === 'string') return value.split(/[/:]/).some((part) => missing.has(part));
  if (typeof value !== 'object' || value === null) return false;
  return Object.values(value).some((member) => mentions(member, missing));
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

/** The first thing that stands in a Region or zone that is missing, as a person would name it. */
const inMissingPlace = async (
  journal: Journal,
  missingRegions: ReadonlySet<string>,
  missingZones: ReadonlySet<string>,
): Promise<string | undefined> => {
  const missing = new Set([...missingRegions, ...missingZones]);
  for (const shard of await journal.shards()) {
    const isMissing = missingRegions.has(shard);
    // What AWS keeps for the whole partition stands in no one Region.
    if (!isMissing && shard !== worldShard && missingZones.size === 0) continue;
    for (const { table, entity } of (await entitiesOf(journal, shard)).values()) {
      if (table === 'timers') continue;
      if (isMissing) return `${entity.id} (${table}) in ${shard}`;
      if (mentions(entity, shard === worldShard ? missing : missingZones)) {
        const zone = [...missing].find((name) => mentions(entity, new Set([name])));
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
export const refuseMissingPlaces = async (
  directory: string,
  journal: Journal,
  geography: Geography = earth,
): Promise<void> => {
  const [before, now] = [keptIn(directory), keptOf(geography)];
  const missingRegions = without(before.regions, now.regions);
  const missingZones = without(before.zones, now.zones);
  if (missingRegions.size + missingZones.size === 0) return;
  const standing = await inMissingPlace(journal, missingRegions, missingZones);
  if (standing === undefined) return;
  await journal.close();
  throw new Failed(
    `The world in ${directory} has ${standing}, which is not in the geography asked for: start it with the --world file that it had, or give another --data.`,
  );
};

/** Keeps which Regions and zones the world has, for the next start. */
export const keepGeography = (directory: string, geography: Geography = earth): void => {
  const text = `${JSON.stringify(keptOf(geography))}\n`;
  const path = geographyFile(directory);
  if (geography === earth && !existsSync(path)) return;
  writeFileSync(path, text, { mode: 0o600 });
};
