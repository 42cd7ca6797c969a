import { DomainError } from '../../../world/domain-error.ts';
import type { View } from '../../../world/transaction.ts';
import { Instances, type Instance } from '../instances/instance-entities.ts';
import { PlacementGroups, type PlacementGroup } from './entities.ts';

export const groupByName = (view: View, name: string): PlacementGroup | undefined =>
  view.find(PlacementGroups, 'name', name)[0];

export const unknownGroup = (name: string): DomainError =>
  new DomainError('InvalidPlacementGroup.Unknown', `The Placement Group '${name}' is unknown.`);

/** The instances of a placement group, those that are terminated left out. */
export const membersOf = (view: View, groupId: string): readonly Instance[] =>
  view
    .find(Instances, 'placementGroup', groupId)
    .filter(({ state }) => state !== 'terminated' && state !== 'shutting-down');

/** "A spread placement group can span multiple zones, with a maximum of seven running instances per zone and group" (User Guide). */
const mostRunningPerZone = 7;

const isRunning = ({ state }: Instance): boolean => state === 'running' || state === 'pending';

/** How many more instances of a spread group may run in a zone. */
export const spreadRoom = (members: readonly Instance[], zoneId: string): number =>
  mostRunningPerZone -
  members.filter((member) => member.zoneId === zoneId && isRunning(member)).length;

/** The lowest number that no other member of the zone has, or one further on. */
export const freeMember = (members: readonly Instance[], zoneId: string, skipped = 0): number => {
  const taken = new Set(
    members.flatMap((one) => (one.zoneId === zoneId ? (one.placement?.member ?? []) : [])),
  );
  let member = 0;
  for (let left = skipped; left > 0 || taken.has(member); member += 1) {
    if (!taken.has(member)) left -= 1;
  }
  return member;
};

/** The partition with the fewest members in a zone: EC2 "tries to evenly distribute" them. */
export const emptiestPartition = (
  members: readonly Instance[],
  zoneId: string,
  partitionCount: number,
): number => {
  const sizes = Array.from(
    { length: partitionCount },
    (_, index) =>
      members.filter((one) => one.zoneId === zoneId && one.placement?.partition === index + 1)
        .length,
  );
  return sizes.indexOf(Math.min(...sizes)) + 1;
};
