import type {
  ModifyAvailabilityZoneGroupRequest,
  ModifyAvailabilityZoneGroupResult,
} from '@aws-sdk/client-ec2';
import type { Geography, Zone } from '../../../atlas/geography.ts';
import { hash32 } from '../../../atlas/hash.ts';
import { zoneNamesOf } from '../../../atlas/zone-names.ts';
import { DomainError } from '../../../world/domain-error.ts';
import type { View } from '../../../world/transaction.ts';
import type { Operation } from '../../operation.ts';
import { ZoneGroupOptIns } from '../entities.ts';
import { invalidParameterValue } from '../errors.ts';

/** The group of a zone: `us-west-2-lax-1` of `us-west-2-lax-1a`; the Availability Zones of a Region are one group. */
export const zoneGroupOf = (zone: Zone): string =>
  zone.kind === 'local-zone' ? (zone.name ?? zone.id).replace(/[a-z]$/, '') : `${zone.region}-zg-1`;

/** Where a zone's public addresses are announced: each group of Local Zones announces its own, the others the Region's. */
export const borderGroupOf = (zone: Zone): string =>
  zone.kind === 'local-zone' ? zoneGroupOf(zone) : zone.region;

/** Parents as AWS's own examples have them (AWS Systems Manager User Guide, public parameters of the infrastructure). */
const knownParents: Readonly<Record<string, string>> = {
  'use1-bos1-az1': 'use1-az4',
  'usw2-lax1-az1': 'usw2-az2',
};

/**
 * The Availability Zone that a Local Zone hangs on. Of most nobody has published it: then it is one of the Region's
 * zones that accounts see, the same in every world.
 */
export const parentZoneIdOf = (geography: Geography, zone: Zone): string | undefined => {
  const region = geography.region(zone.region);
  if (region === undefined) return undefined;
  const known = knownParents[zone.id];
  if (known !== undefined && region.zoneIds.includes(known)) return known;
  // Whichever account asks: all see the same zones, only under other names.
  const visible = zoneNamesOf(region, '', 0)
    .map(({ id }) => id)
    .toSorted();
  return visible[hash32(zone.id) % visible.length];
};

/** Whether the account may use the zones of a group of Local Zones. */
export const isOptedIn = (view: View, group: string): boolean =>
  view.get(ZoneGroupOptIns, group) !== undefined;

/** Opts in to a group of Local Zones; for good, as at AWS. Again is no error. */
export const modifyAvailabilityZoneGroup: Operation<
  ModifyAvailabilityZoneGroupRequest,
  ModifyAvailabilityZoneGroupResult
> = (tx, input) => {
  const group = input.GroupName ?? '';
  const groups = new Set(tx.geography.localZonesOf(tx.shard).map(zoneGroupOf));
  if (group === `${tx.shard}-zg-1`) {
    return invalidParameterValue(
      `The group '${group}' is of Availability Zones: they need no opt-in, and there is no opting out of them.`,
    );
  }
  if (!groups.has(group)) {
    return invalidParameterValue(
      groups.size === 0
        ? `Invalid zone group: [${group}]. No Local Zones of ${tx.shard} are known here.`
        : `Invalid zone group: [${group}]. Groups of ${tx.shard}: ${[...groups].join(', ')}.`,
    );
  }
  if (input.OptInStatus === 'not-opted-in' && isOptedIn(tx, group)) {
    // "You must contact AWS Support to opt out of a Local Zone" (Amazon EC2 API Reference).
    return new DomainError(
      'UnsupportedOperation',
      `The group '${group}' cannot be opted out of by this call; at AWS, AWS Support does it.`,
    );
  }
  if (input.OptInStatus === 'opted-in' && !isOptedIn(tx, group)) {
    tx.put(ZoneGroupOptIns, { id: group });
  }
  return { Return: true };
};
