import { isDomainError, type DomainError } from '../../world/domain-error.ts';
import type { View } from '../../world/transaction.ts';
import { accountZones } from '../shared/account-zones.ts';
import { defaultSubnetIn } from '../ec2/network/default-network.ts';
import { Subnets, type Subnet } from '../ec2/entities.ts';
import type { GroupSettings } from './entities.ts';
import { validation } from './errors.ts';

/** How requests say where a group launches. */
export interface PlaceInput {
  readonly AvailabilityZones?: readonly string[] | undefined;
  readonly AvailabilityZoneIds?: readonly string[] | undefined;
  readonly VPCZoneIdentifier?: string | undefined;
}

type Places = Pick<GroupSettings, 'zoneIds' | 'subnetIds'>;

const readSubnets = (view: View, identifier: string): readonly Subnet[] | DomainError => {
  const ids = identifier
    .split(',')
    .map((id) => id.trim())
    .filter((id) => id !== '');
  const subnets: Subnet[] = [];
  for (const id of new Set(ids)) {
    const subnet = view.get(Subnets, id);
    if (subnet === undefined) return validation(`The subnet ID '${id}' does not exist`);
    subnets.push(subnet);
  }
  return new Set(subnets.map((subnet) => subnet.vpcId)).size > 1
    ? validation('The subnets of an Auto Scaling group must be in one VPC.')
    : subnets;
};

const readZones = (view: View, input: PlaceInput): readonly string[] | undefined | DomainError => {
  const { AvailabilityZones: names, AvailabilityZoneIds: ids } = input;
  if (names !== undefined && ids !== undefined) {
    return validation('AvailabilityZones and AvailabilityZoneIds cannot be used together.');
  }
  const asked = names ?? ids;
  if (asked === undefined || asked.length === 0) return undefined;
  const zones = accountZones(view);
  const unknown = asked.filter((one) => !zones.some(({ name, id }) => name === one || id === one));
  if (unknown.length > 0) {
    return validation(`One or more of the specified parameters is invalid: ${unknown.join(', ')}`);
  }
  return zones
    .filter(({ name, id }) => asked.includes(name) || asked.includes(id))
    .map(({ id }) => id);
};

/**
 * Where a group launches, by subnets or by zones; undefined when the request says nothing. With both, the subnets must be
 * in these zones ("CreateAutoScalingGroup", API Reference).
 */
export const readPlaces = (view: View, input: PlaceInput): Places | undefined | DomainError => {
  const zoneIds = readZones(view, input);
  if (isDomainError(zoneIds)) return zoneIds;
  const subnets = readSubnets(view, input.VPCZoneIdentifier ?? '');
  if (isDomainError(subnets)) return subnets;
  if (subnets.length === 0) {
    if (zoneIds === undefined) return undefined;
    const without = zoneIds.find((zoneId) => defaultSubnetIn(view, zoneId) === undefined);
    return without === undefined
      ? { zoneIds, subnetIds: [] }
      : validation(`There is no default subnet in the Availability Zone ${without}.`);
  }
  const used = new Set(subnets.map((subnet) => subnet.zoneId));
  const isMatch =
    zoneIds === undefined ||
    (zoneIds.every((zoneId) => used.has(zoneId)) && zoneIds.length === used.size);
  if (!isMatch) {
    return validation(
      'The availability zones of the specified subnets and the Auto Scaling group do not match',
    );
  }
  return {
    zoneIds: accountZones(view)
      .filter(({ id }) => used.has(id))
      .map(({ id }) => id),
    subnetIds: subnets.map((subnet) => subnet.id),
  };
};
