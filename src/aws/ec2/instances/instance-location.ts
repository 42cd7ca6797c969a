import type { HostKey } from '../../../world/hosts.ts';
import type { InstanceLocation } from '../../../world/places.ts';
import type { View } from '../../../world/transaction.ts';
import { freeMember, membersOf } from '../placement-groups/members.ts';
import type { Instance } from './instance-entities.ts';

type Standing = Pick<Instance, 'id' | 'zoneId' | 'hostDraw' | 'placement'>;

/** What the placement group of an instance says of its host. */
const inGroup = ({ placement }: Standing): Omit<HostKey, 'id'> => {
  const { groupId: group = '', member, partition: number, partitionCount: count } = placement ?? {};
  if (member !== undefined) return { spread: { group, member } };
  return number === undefined || count === undefined ? {} : { partition: { group, number, count } };
};

/** Where an instance stands, for everything that asks the conditions about it. */
export const locationOf = (instance: Standing): InstanceLocation => {
  const { id, zoneId, hostDraw, placement } = instance;
  return hostDraw === undefined && placement === undefined
    ? { instanceId: id, zoneId }
    : {
        instanceId: id,
        zoneId,
        host: { id: hostDraw === undefined ? id : `${id} ${hostDraw}`, ...inGroup(instance) },
      };
};

/** Hosts that are tried for an instance before its zone counts as having none: with 1 % left one is found two times in three. */
const mostDraws = 100;

/** The instance on another host; of a spread group on another rack, which no other member has. */
const onAnotherHost = (view: View, instance: Instance, tried: number): Instance => {
  const draw = (instance.hostDraw ?? 0) + tried;
  const placed = draw === 0 ? instance : { ...instance, hostDraw: draw };
  const { placement } = instance;
  if (tried === 0 || placement?.member === undefined) return placed;
  const others = membersOf(view, placement.groupId).filter(({ id }) => id !== instance.id);
  return {
    ...placed,
    placement: { ...placement, member: freeMember(others, instance.zoneId, tried) },
  };
};

/**
 * The instance on a host that works, for its next start: EC2 does not start a machine on one that is lost. The first that
 * is well of those drawn for it; undefined when there is none.
 */
export const onWorkingHost = (view: View, instance: Instance): Instance | undefined => {
  for (let tried = 0; tried < mostDraws; tried++) {
    const placed = onAnotherHost(view, instance, tried);
    const location = locationOf(placed);
    const { conditions } = view;
    if (!conditions.zone(instance.zoneId).powered) return undefined;
    if (conditions.instancePowered(location) && conditions.hostConnected(location)) return placed;
  }
  return undefined;
};
