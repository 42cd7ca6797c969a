import type { GetRegionsRequest, GetRegionsResult, RegionName } from '@aws-sdk/client-lightsail';
import type { Geography } from '../../atlas/geography.ts';
import type { Region } from '../../atlas/regions.ts';
import { zoneNamesOf } from '../../atlas/zone-names.ts';
import type { View } from '../../world/transaction.ts';
import type { Operation, Plain } from '../operation.ts';
import { serviceFacts } from '../shared/service-facts.ts';
import wording from './region-words.json' with { type: 'json' };

/** What Lightsail calls a Region, and whom it is for. */
interface RegionWords {
  readonly displayName: string;
  readonly servedUsers: string;
}

const words: Readonly<Record<string, RegionWords>> = wording.regions;

/** The Regions of a world that have Lightsail, in the order of AWS's own table. */
export const lightsailRegions = (geography: Geography): readonly string[] =>
  geography.regions
    .map((region) => region.code)
    .filter((code) => serviceFacts.value.serviceAvailability('lightsail', code) === 'present');

/** Lightsail's own codes of continents: all of Asia and Oceania is `AP`. */
const continentOf = (region: Region): string => {
  const [area = ''] = region.code.split('-');
  switch (area) {
    case 'us':
    case 'ca':
    case 'mx':
      return 'NA';
    default:
      return area.toUpperCase();
  }
};

/** The place in a Region's long name: `Ohio` of `US East (Ohio)`. */
const placeOf = (region: Region): string =>
  /\((.+)\)/.exec(region.longName)?.[1] ?? region.longName;

type Zones = NonNullable<
  NonNullable<Plain<GetRegionsResult>['regions']>[number]['availabilityZones']
>;

const zonesOf = (view: View, region: Region): Zones =>
  zoneNamesOf(region, view.account, view.seed).map((zone) => ({
    zoneName: zone.name,
    state: view.conditions.zone(zone.id).powered ? 'available' : 'unavailable',
  }));

/**
 * GetRegions: the Regions that have Lightsail, each with the zones that the account sees there when they are asked for.
 * Lists that are not asked for are empty.
 */
export const getRegions: Operation<GetRegionsRequest, GetRegionsResult> = (tx, input) => ({
  regions: lightsailRegions(tx.geography).flatMap((code) => {
    const region = tx.geography.region(code);
    if (region === undefined) return [];
    const { displayName, servedUsers } = words[code] ?? {
      displayName: placeOf(region),
      servedUsers: placeOf(region),
    };
    return {
      // The SDK's list of names is older than the Regions; on the wire they are text.
      name: code as RegionName,
      displayName,
      description: `This region is recommended to serve users in ${servedUsers}`,
      continentCode: continentOf(region),
      availabilityZones: input.includeAvailabilityZones === true ? zonesOf(tx, region) : [],
      relationalDatabaseAvailabilityZones:
        input.includeRelationalDatabaseAvailabilityZones === true ? zonesOf(tx, region) : [],
    };
  }),
});
