import type { Placement } from '@aws-sdk/client-ec2';
import { DomainError, isDomainError } from '../../../world/domain-error.ts';
import type { View } from '../../../world/transaction.ts';
import type { Plain } from '../../operation.ts';
import { zoneNameOf } from '../../shared/account-zones.ts';
import { insufficientInGroup } from '../capacity/refusals.ts';
import type { LaunchZone } from '../capacity/launch-zone.ts';
import { invalidParameterCombination, invalidParameterValue } from '../errors.ts';
import { instanceTypeFacts } from '../instances/instance-type-facts.ts';
import type { Instance } from '../instances/instance-entities.ts';
import { PlacementGroups, type InstancePlacement, type PlacementGroup } from './entities.ts';
import {
  emptiestPartition,
  freeMember,
  groupByName,
  membersOf,
  spreadRoom,
  unknownGroup,
} from './members.ts';

/** A placement group that instances are to be of. */
export interface AskedPlacement {
  readonly group: PlacementGroup;
  /** Undefined: the one with the fewest members. */
  readonly partition: number | undefined;
}

type Input = Pick<Plain<Placement>, 'GroupId' | 'GroupName' | 'PartitionNumber' | 'Tenancy'>;

const namedGroup = (
  view: View,
  { GroupName: name = '', GroupId: id = '' }: Input,
): PlacementGroup | undefined | DomainError => {
  if (name !== '' && id !== '') {
    return invalidParameterCombination('You can specify either GroupName or GroupId, not both.');
  }
  if (name !== '') return groupByName(view, name) ?? unknownGroup(name);
  return id === '' ? undefined : (view.get(PlacementGroups, id) ?? unknownGroup(id));
};

const checkPartition = (
  group: PlacementGroup | undefined,
  partition: number | undefined,
): DomainError | undefined => {
  if (partition === undefined) return undefined;
  if (group === undefined || group.partitionCount === null) {
    return invalidParameterCombination(
      "The PartitionNumber parameter is only valid for a placement group with the 'partition' strategy.",
    );
  }
  return partition >= 1 && partition <= group.partitionCount
    ? undefined
    : invalidParameterValue(
        `Value (${partition}) for parameter partitionNumber is invalid. The placement group '${group.name}' has ${group.partitionCount} partitions.`,
      );
};

const checkType = ({ strategy }: PlacementGroup, instanceType: string): DomainError | undefined => {
  const strategies = instanceTypeFacts(instanceType)?.PlacementGroupInfo?.SupportedStrategies;
  if (strategies === undefined || strategies.includes(strategy)) return undefined;
  const name = `${strategy.charAt(0).toUpperCase()}${strategy.slice(1)}`;
  return invalidParameterCombination(
    `${name} placement groups are not supported by the '${instanceType}' instance type. Specify a supported instance type or change the placement group strategy, and try again.`,
  );
};

/**
 * Reads the placement group of a launch; null when it names none. Errors: InvalidPlacementGroup.Unknown,
 * InvalidParameterCombination for a type that does not support its strategy ("Placement groups", Amazon EC2 User Guide).
 */
export const readPlacement = (
  view: View,
  input: Input | undefined,
  instanceType: string,
): AskedPlacement | null | DomainError => {
  const group = namedGroup(view, input ?? {});
  if (isDomainError(group)) return group;
  const partition = input?.PartitionNumber;
  const refusal = checkPartition(group, partition);
  if (refusal !== undefined) return refusal;
  if (group === undefined) return null;
  if (group.strategy === 'spread' && input?.Tenancy === 'dedicated') {
    return invalidParameterCombination(
      "Instances of a spread placement group must have the tenancy 'default'.",
    );
  }
  return checkType(group, instanceType) ?? { group, partition };
};

/** Why instances of the group cannot go to a zone: a cluster stands in one zone. */
const otherZone = (view: View, group: PlacementGroup, zoneId: string): DomainError =>
  new DomainError(
    'InvalidPlacementGroup.InUse',
    `The placement group '${group.name}' is in use in another availability zone: ${zoneNameOf(view, zoneId)}`,
  );

/** The zones of a launch as its placement group leaves them. */
export const zonesForGroup = (
  view: View,
  asked: AskedPlacement | null,
  zones: readonly LaunchZone[],
): readonly LaunchZone[] => {
  if (asked?.group.strategy !== 'spread') return zones;
  const members = membersOf(view, asked.group.id);
  return zones.map((zone) => ({
    ...zone,
    room: Math.min(zone.room, spreadRoom(members, zone.zoneId)),
  }));
};

/** Of the subnets that a launch may go to, those that its placement group can be in. Error: InvalidPlacementGroup.InUse. */
export const subnetsForGroup = <S extends { readonly zoneId: string }>(
  view: View,
  asked: AskedPlacement | null,
  subnets: readonly S[],
): readonly S[] | DomainError => {
  if (asked?.group.strategy !== 'cluster') return subnets;
  const [member] = membersOf(view, asked.group.id);
  if (member === undefined) return subnets;
  const inZone = subnets.filter(({ zoneId }) => zoneId === member.zoneId);
  return inZone.length > 0 ? inZone : otherZone(view, asked.group, member.zoneId);
};

/** What the group means for one more instance in a zone. */
export const placementIn = (
  view: View,
  { group, partition }: AskedPlacement,
  zoneId: string,
): InstancePlacement => {
  const members = membersOf(view, group.id);
  const own = { groupId: group.id, groupName: group.name, strategy: group.strategy };
  switch (group.strategy) {
    case 'cluster':
      return own;
    case 'spread':
      return { ...own, member: freeMember(members, zoneId) };
    case 'partition': {
      const partitionCount = group.partitionCount ?? 1;
      return {
        ...own,
        partitionCount,
        partition: partition ?? emptiestPartition(members, zoneId, partitionCount),
      };
    }
  }
};

/** Whether stopped instances may start again: of a spread group no more than seven run in a zone. */
export const spreadStartRefusal = (
  view: View,
  starting: readonly Instance[],
): DomainError | undefined => {
  const spread = starting.filter(({ placement }) => placement?.strategy === 'spread');
  for (const [key, same] of Map.groupBy(
    spread,
    ({ placement, zoneId }) => `${placement?.groupId} ${zoneId}`,
  )) {
    const [groupId = '', zoneId = ''] = key.split(' ');
    if (same.length > spreadRoom(membersOf(view, groupId), zoneId)) {
      return insufficientInGroup(same[0]?.placement?.groupName ?? '', zoneNameOf(view, zoneId));
    }
  }
  return undefined;
};
