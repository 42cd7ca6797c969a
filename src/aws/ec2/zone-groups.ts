import type {
  ModifyAvailabilityZoneGroupRequest,
  ModifyAvailabilityZoneGroupResult,
} from '@aws-sdk/client-ec2';
import type { Geography, Zone } from '../../atlas/geography.ts';
import { hash32 } from '../../atlas/hash.ts';
import { DomainError } from '../../world/domain-error.ts';
import type { View } from '../../world/transaction.ts';
import type { Operation } from '../operation.ts';
import { ZoneGroupOptIns } from './entities.ts';
import { invalidParameterValue } from './errors.ts';

/** The group of a zone: `us-west-2-lax-1` of `us-west-2-lax-1a`; the Availability Zones of a Region are one group. */
export const zoneGroupOf = (zone: Zone): string =>
  zone.kind === 'local-zone' ? (zone.name ?? zone.id).replace(/[a-z]$/, '') : `${zone.region}-zg-1`;

/** Where a zone's public addresses are announced: each group of Local Zones announces its own, the others the Region's. */
export const borderGroupOf = (zone: Zone): string =>
  zone.kind === 'local-zone' ? zoneGroupOf(zone) : zone.region;

/** The Availability Zone that a Local Zone hangs on. */
export const parentZoneIdOf = (geography: Geography, zone: Zone): string | undefined => {
  const parents = geography.zonesOf(zone.region);
  return parents[hash32(zone.id) % parents.length]?.id;
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
