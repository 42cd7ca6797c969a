import type { Geography } from '../atlas/geography.ts';
import { isTypeOrFamily } from '../atlas/supply.ts';
import { DomainError } from './domain-error.ts';

/** What a fault strikes. */
export type FaultTarget =
  | { readonly kind: 'region'; readonly region: string }
  | { readonly kind: 'zone'; readonly zoneId: string }
  /** What a zone has of an instance type, such as `m5.large`, or of a family, such as `m5`. */
  | { readonly kind: 'stock'; readonly zoneId: string; readonly typeOrFamily: string }
  | { readonly kind: 'provider'; readonly zoneId: string; readonly provider: 1 | 2 }
  | { readonly kind: 'instance'; readonly instanceId: string }
  | { readonly kind: 'volume'; readonly volumeId: string }
  | { readonly kind: 'link'; readonly ends: readonly [string, string] }
  | { readonly kind: 'api'; readonly region: string; readonly service: string | undefined };

const unknownTarget = (target: string, why: string): DomainError =>
  new DomainError(
    'InvalidTarget',
    `Unknown target '${target}': ${why}. Targets are region/CODE, zone/ID, zone/ID/TYPE-OR-FAMILY, ` +
      `provider/ZONE-ID/1, instance/i-..., volume/vol-..., link/A/B (two zones or two Regions) and api/REGION[/SERVICE].`,
  );

const isEnd = (geography: Geography, name: string): boolean =>
  geography.region(name) !== undefined || geography.zone(name) !== undefined;

const linkTarget = (
  geography: Geography,
  target: string,
  from: string,
  to: string,
): FaultTarget | DomainError => {
  for (const end of [from, to]) {
    if (!isEnd(geography, end)) {
      return unknownTarget(target, `there is no Region or zone '${end}'`);
    }
  }
  const areRegions = [from, to].map((end) => geography.region(end) !== undefined);
  if (areRegions[0] !== areRegions[1]) {
    return unknownTarget(target, 'a link joins two zones or two Regions');
  }
  if (from === to) return unknownTarget(target, 'a link joins two different places');
  return { kind: 'link', ends: [from, to] };
};

const regionTarget = (
  geography: Geography,
  target: string,
  region: string,
  make: (region: string) => FaultTarget,
): FaultTarget | DomainError =>
  geography.region(region) === undefined
    ? unknownTarget(target, `there is no Region '${region}'`)
    : make(region);

const zoneTarget = (
  geography: Geography,
  target: string,
  zoneId: string,
  make: (zoneId: string) => FaultTarget,
): FaultTarget | DomainError =>
  geography.zone(zoneId) === undefined
    ? unknownTarget(target, `there is no zone with the id '${zoneId}'`)
    : make(zoneId);

const stockTarget = (
  geography: Geography,
  target: string,
  zoneId: string,
  typeOrFamily: string,
): FaultTarget | DomainError =>
  isTypeOrFamily(typeOrFamily)
    ? zoneTarget(geography, target, zoneId, () => ({ kind: 'stock', zoneId, typeOrFamily }))
    : unknownTarget(target, `'${typeOrFamily}' is neither an instance type nor a family`);

/** Reads a target's name; a DomainError says what is wrong with it. */
export const parseFaultTarget = (
  geography: Geography,
  target: string,
): FaultTarget | DomainError => {
  const [kind, first = '', second = '', ...rest] = target.split('/');
  if (rest.length > 0) return unknownTarget(target, 'it has too many parts');
  switch (kind) {
    case 'region':
      return regionTarget(geography, target, first, (region) => ({ kind, region }));
    case 'zone':
      return second === ''
        ? zoneTarget(geography, target, first, (zoneId) => ({ kind, zoneId }))
        : stockTarget(geography, target, first, second);
    case 'provider':
      return second === '1' || second === '2'
        ? zoneTarget(geography, target, first, (zoneId) => ({
            kind,
            zoneId,
            provider: second === '1' ? 1 : 2,
          }))
        : unknownTarget(target, 'a zone has the network providers 1 and 2');
    case 'instance':
      return /^i-[0-9a-f]{8,17}$/.test(first)
        ? { kind, instanceId: first }
        : unknownTarget(target, `'${first}' is not an instance id`);
    case 'volume':
      return /^vol-[0-9a-f]{8,17}$/.test(first)
        ? { kind, volumeId: first }
        : unknownTarget(target, `'${first}' is not a volume id`);
    case 'link':
      return linkTarget(geography, target, first, second);
    case 'api':
      return regionTarget(geography, target, first, (region) => ({
        kind,
        region,
        service: second === '' ? undefined : second,
      }));
    default:
      return unknownTarget(target, `'${kind ?? ''}' is not a kind of target`);
  }
};

/** A kind of target in a message, in the words that a user knows it by. */
export const targetWords: Readonly<Record<FaultTarget['kind'], string>> = {
  region: 'a Region',
  zone: 'a zone',
  stock: "a zone's stock of a type",
  provider: 'a provider',
  instance: 'an instance',
  volume: 'a volume',
  link: 'a link',
  api: 'an API',
};
