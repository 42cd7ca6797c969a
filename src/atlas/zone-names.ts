import facts from './facts/zone-names.json' with { type: 'json' };
import { shuffledBy } from './hash.ts';
import { awsRegions, type Region } from './regions.ts';

/** An Availability Zone as one account knows it. */
export interface ZoneName {
  /** For example `us-east-1a`: what it stands for may differ from account to account. */
  readonly name: string;
  /** For example `use1-az6`: the same zone for everyone. */
  readonly id: string;
}

/**
 * Regions launched until November 2012 map names to ids per account, later ones alike for all (AWS, "Availability
 * Zone IDs"). No Region was launched in the rest of 2012. AWS maps accounts made since November 2025 alike
 * everywhere; here every account keeps the older behaviour, which is the one that a stack must cope with.
 */
const lastYearMappedPerAccount = 2012;

/**
 * Regions whose names or order are not simply a, b, c over the ids in order, and the two where an account does not
 * see all zones (us-west-1 and ap-northeast-1, each with a zone that takes no new customers).
 */
const irregular: ReadonlyMap<string, readonly ZoneName[]> = Map.groupBy(
  facts.zones.map((zone) => ({ region: zone.region_name, name: zone.name, id: zone.zone_id })),
  (zone) => zone.region,
);

const regular = (region: Region): readonly ZoneName[] =>
  region.zoneIds.map((id, index) => ({
    name: region.code + String.fromCharCode('a'.charCodeAt(0) + index),
    id,
  }));

const hiddenZoneIds: readonly string[] = ['usw1-az2', 'apne1-az3'];

/** Names and ids as the listed mapping has them, and after these the Region's zones that are newer than it. */
const baseNames = (region: Region): readonly ZoneName[] => {
  const listed = irregular
    .get(region.code)
    ?.filter((zone) => region.zoneIds.includes(zone.id))
    .map(({ name, id }) => ({ name, id }));
  if (listed === undefined) return regular(region);
  const lastLetter = listed.at(-1)?.name.at(-1) ?? '`';
  const newer = region.zoneIds.filter(
    (id) => !hiddenZoneIds.includes(id) && listed.every((zone) => zone.id !== id),
  );
  return [
    ...listed,
    ...newer.map((id, index) => ({
      name: region.code + String.fromCharCode(lastLetter.charCodeAt(0) + 1 + index),
      id,
    })),
  ];
};

const namesFor = (region: Region, account: string, seed: number): readonly ZoneName[] => {
  const base = baseNames(region);
  if (region.launchYear > lastYearMappedPerAccount) return base;
  // A zone that a world adds comes after those of AWS, which keep the names that they have without it.
  const ofAws = new Set(awsRegions.find(({ code }) => code === region.code)?.zoneIds);
  const added = base.filter((zone) => !ofAws.has(zone.id));
  const ids = shuffledBy(
    base.flatMap((zone) => (ofAws.has(zone.id) ? zone.id : [])).toSorted(),
    'zone-names',
    region.code,
    account,
    seed,
  );
  return base.map((zone, index) => ({
    name: zone.name,
    id: ids[index] ?? added[index - ids.length]?.id ?? zone.id,
  }));
};

/** What was worked out before: almost every call asks for it, and hashing costs more than the rest of some calls. */
const remembered = new WeakMap<Region, Map<string, readonly ZoneName[]>>();
/** Accounts remembered of a Region; beyond them all are forgotten and worked out anew. */
const mostRemembered = 1000;

/**
 * The Availability Zones of a Region as an account sees them, in the order of their names. The same account and
 * seed see the same for ever; in the oldest Regions other accounts see other zones behind the names.
 */
export const zoneNamesOf = (region: Region, account: string, seed: number): readonly ZoneName[] => {
  const ofRegion = remembered.get(region) ?? new Map<string, readonly ZoneName[]>();
  remembered.set(region, ofRegion);
  const key = `${account} ${seed}`;
  const known = ofRegion.get(key);
  if (known !== undefined) return known;
  const names = namesFor(region, account, seed);
  if (ofRegion.size >= mostRemembered) ofRegion.clear();
  ofRegion.set(key, names);
  return names;
};

/** The name by which this account knows a zone; undefined when it does not see it. */
export const zoneNameOfId = (
  region: Region,
  account: string,
  seed: number,
  zoneId: string,
): string | undefined =>
  zoneNamesOf(region, account, seed).find((zone) => zone.id === zoneId)?.name;
