import { standsForType } from '../../../atlas/supply.ts';
import { instanceTypeFacts, isCollectedAsOffered } from '../instances/instance-type-facts.ts';

const isOfFamilies = (name: string, families: readonly string[]): boolean =>
  families.some((family) => standsForType(family, name));

/** Families that no Region of the last years has had, for those whose offerings nobody collected yet. */
const outgrown = ['t2', 't3a'];

/** Regions of AWS whose offerings nobody collected yet. */
const uncollected = ['ap-east-2', 'ap-southeast-6', 'ap-southeast-7', 'mx-central-1'];

/**
 * At AWS use1-az3 lacks these too; they stay here, so that a stack over the first zones of an account does not fail by the
 * letters that its seed gives them.
 */
const keptInOldestZone = ['t3', 'm5', 'c5', 'r5'];

/** The list of me-central-1 was collected while it lacked every T type; the others of its time have these. */
const keptInMiddleEast = ['t3', 't4g'];

/** Whether a Region has the type, if only in some of its zones: see `isOfferedIn`. */
export const isOffered = (name: string, region: string): boolean => {
  if (instanceTypeFacts(name) === undefined) return false;
  if (region === 'me-central-1' && isOfFamilies(name, keptInMiddleEast)) return true;
  return (
    isCollectedAsOffered(name, region) ??
    !(uncollected.includes(region) && isOfFamilies(name, outgrown))
  );
};

/** What was looked up already: each launch asks about all zones of its Region. */
const offered = new Map<string, boolean>();
const mostKept = 10_000;

/** Whether a zone has the type at all; how much of it is another matter. */
export const isOfferedIn = (
  name: string,
  zone: { readonly id: string; readonly region: string },
): boolean => {
  const key = `${zone.region} ${zone.id} ${name}`;
  const known = offered.get(key);
  if (known !== undefined) return known;
  const found = lookUpOffering(name, zone);
  // Names of types come from requests: what is kept of them has a bound.
  if (offered.size >= mostKept) offered.clear();
  offered.set(key, found);
  return found;
};

const lookUpOffering = (
  name: string,
  zone: { readonly id: string; readonly region: string },
): boolean => {
  if (!isOffered(name, zone.region)) return false;
  if (zone.id === 'use1-az3' && isOfFamilies(name, keptInOldestZone)) return true;
  if (zone.region === 'me-central-1' && isOfFamilies(name, keptInMiddleEast)) return true;
  return isCollectedAsOffered(name, zone.id) ?? true;
};
