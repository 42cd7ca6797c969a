import type {
  DescribeAvailabilityZonesRequest,
  DescribeAvailabilityZonesResult,
} from '@aws-sdk/client-ec2';
import type { Zone } from '../../../atlas/geography.ts';
import type { Region } from '../../../atlas/regions.ts';
import type { ZoneName } from '../../../atlas/zone-names.ts';
import { isDomainError } from '../../../world/domain-error.ts';
import type { View } from '../../../world/transaction.ts';
import type { Operation } from '../../operation.ts';
import { applyFilters, type FilterFields } from '../../shared/filters.ts';
import { accountZones, zoneNameOf } from '../../shared/account-zones.ts';
import { invalidParameterValue } from '../errors.ts';
import { localZonePlace } from './local-zone-places.ts';
import { borderGroupOf, isOptedIn, parentZoneIdOf, zoneGroupOf } from './zone-groups.ts';

/** A zone as DescribeAvailabilityZones gives it. */
interface ZoneDescription {
  readonly ZoneName: string;
  readonly ZoneId: string;
  readonly ZoneType: 'availability-zone' | 'local-zone';
  readonly RegionName: string;
  readonly GroupName: string;
  /** Undefined of a Local Zone that AWS does not have. */
  readonly GroupLongName: string | undefined;
  readonly NetworkBorderGroup: string;
  readonly OptInStatus: 'opt-in-not-required' | 'opted-in' | 'not-opted-in';
  /** Of a Local Zone only: the Availability Zone that it hangs on, under the account's name for it. */
  readonly ParentZoneName: string | undefined;
  readonly ParentZoneId: string | undefined;
  readonly State: 'available' | 'impaired' | 'unavailable';
  readonly Messages: readonly { readonly Message: string }[];
}

const filterFields: FilterFields<ZoneDescription> = {
  'group-long-name': (zone) => zone.GroupLongName,
  'group-name': (zone) => zone.GroupName,
  message: (zone) => zone.Messages.map((message) => message.Message),
  'opt-in-status': (zone) => zone.OptInStatus,
  'parent-zone-id': (zone) => zone.ParentZoneId,
  'parent-zone-name': (zone) => zone.ParentZoneName,
  'region-name': (zone) => zone.RegionName,
  state: (zone) => zone.State,
  'zone-id': (zone) => zone.ZoneId,
  'zone-type': (zone) => zone.ZoneType,
  'zone-name': (zone) => zone.ZoneName,
};

const regionOf = (view: View): Region => {
  const region = view.geography.region(view.shard);
  if (region === undefined) throw new Error(`The shard ${view.shard} is not a Region.`);
  return region;
};

/** What the API says of a zone that is broken. AWS has the states; when it uses which it does not say. */
const condition = (view: View, zoneId: string): Pick<ZoneDescription, 'State' | 'Messages'> => {
  const { powered, connected, struckShare } = view.conditions.zone(zoneId);
  if (!powered) {
    return {
      State: 'unavailable',
      Messages: [{ Message: `The Availability Zone ${zoneId} has lost power.` }],
    };
  }
  if (!connected) {
    return {
      State: 'impaired',
      Messages: [{ Message: `The Availability Zone ${zoneId} has lost network connectivity.` }],
    };
  }
  if (struckShare > 0) {
    const text = `Part of the Availability Zone ${zoneId} has lost power or network connectivity.`;
    return { State: 'impaired', Messages: [{ Message: text }] };
  }
  return { State: 'available', Messages: [] };
};

const describeZone = (view: View, region: Region, zone: ZoneName): ZoneDescription => ({
  OptInStatus: 'opt-in-not-required',
  RegionName: region.code,
  ZoneName: zone.name,
  ZoneId: zone.id,
  GroupName: `${region.code}-zg-1`,
  GroupLongName: `${region.longName} 1`,
  NetworkBorderGroup: region.code,
  ParentZoneName: undefined,
  ParentZoneId: undefined,
  ZoneType: 'availability-zone',
  ...condition(view, zone.id),
});

const describeLocalZone = (view: View, zone: Zone): ZoneDescription => {
  const group = zoneGroupOf(zone);
  const parentId = parentZoneIdOf(view.geography, zone);
  return {
    OptInStatus: isOptedIn(view, group) ? 'opted-in' : 'not-opted-in',
    RegionName: zone.region,
    ZoneName: zone.name ?? zone.id,
    ZoneId: zone.id,
    GroupName: group,
    GroupLongName: localZonePlace(group)?.longName,
    NetworkBorderGroup: borderGroupOf(zone),
    ParentZoneName: parentId === undefined ? undefined : zoneNameOf(view, parentId),
    ParentZoneId: parentId,
    ZoneType: 'local-zone',
    ...condition(view, zone.id),
  };
};

/** The first of the asked that no zone has; AWS names one only. */
const firstUnknown = (
  asked: readonly string[] | undefined,
  known: readonly string[],
): string | undefined => asked?.find((value) => !known.includes(value));

const isAsked = (asked: readonly string[] | undefined, value: string): boolean =>
  asked === undefined || asked.length === 0 || asked.includes(value);

/**
 * Lists the zones of the Region under the account's names for them, and the Local Zones that it has opted in to;
 * with `AllAvailabilityZones` also the others.
 */
export const describeAvailabilityZones: Operation<
  DescribeAvailabilityZonesRequest,
  DescribeAvailabilityZonesResult
> = (tx, input) => {
  const region = regionOf(tx);
  const localZones = tx.geography
    .localZonesOf(region.code)
    .filter((zone) => input.AllAvailabilityZones === true || isOptedIn(tx, zoneGroupOf(zone)))
    .map((zone) => describeLocalZone(tx, zone));
  const zones = [...accountZones(tx).map((zone) => describeZone(tx, region, zone)), ...localZones];
  const unknownName = firstUnknown(
    input.ZoneNames,
    zones.map((zone) => zone.ZoneName),
  );
  if (unknownName !== undefined) {
    return invalidParameterValue(`Invalid availability zone: [${unknownName}]`);
  }
  const unknownId = firstUnknown(
    input.ZoneIds,
    zones.map((zone) => zone.ZoneId),
  );
  if (unknownId !== undefined) {
    return invalidParameterValue(`Invalid availability zone-id: [${unknownId}]`);
  }
  const asked = zones.filter(
    (zone) => isAsked(input.ZoneNames, zone.ZoneName) && isAsked(input.ZoneIds, zone.ZoneId),
  );
  const kept = applyFilters(asked, input.Filters, filterFields);
  return isDomainError(kept) ? kept : { AvailabilityZones: kept };
};
