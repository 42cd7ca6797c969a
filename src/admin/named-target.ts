import { zoneNamesOf } from '../atlas/zone-names.ts';
import type { World } from '../world/world.ts';

/** Whose names of zones are meant, and the Region of a target that names none. */
export interface TargetNames {
  readonly account: string;
  readonly region: string | undefined;
}

/** The id of the zone that an account calls so. */
const zoneIdOf = (world: World, account: string, name: string): string | undefined =>
  world.geography.regions
    .filter(({ code }) => name.startsWith(code))
    .flatMap((region) => zoneNamesOf(region, account, world.seed))
    .find((zone) => zone.name === name)?.id;

/** A target with the Region that it leaves out: `region`, `api`, `api/ec2` and `zone/a`. */
const completed = (
  world: World,
  parts: readonly string[],
  region: string | undefined,
): readonly string[] => {
  const [kind = '', first, ...rest] = parts;
  if (region === undefined) return parts;
  if (first === undefined && (kind === 'region' || kind === 'api')) return [kind, region];
  if (first === undefined) return parts;
  if (kind === 'api' && world.geography.region(first) === undefined) {
    return [kind, region, first, ...rest];
  }
  const isLetter = (kind === 'zone' || kind === 'provider') && /^[a-z]$/.test(first);
  return isLetter ? [kind, `${region}${first}`, ...rest] : parts;
};

/**
 * A target as faults have it, of one that a person may have named by an account's name of a zone (`zone/us-east-1a`) or without its
 * Region. What stands for nothing stays as it is: whoever reads the target says so.
 */
export const namedTarget = (
  world: World,
  target: string,
  { account, region }: TargetNames,
): string =>
  completed(world, target.split('/'), region)
    .map((part) =>
      world.geography.zone(part) === undefined ? (zoneIdOf(world, account, part) ?? part) : part,
    )
    .join('/');
