import type { View } from '../../../world/transaction.ts';
import type { InstanceLocation } from '../../../world/places.ts';
import type { Instance } from './instance-entities.ts';

type Standing = Pick<Instance, 'id' | 'zoneId' | 'hostDraw'>;

/** Where an instance stands, for everything that asks the conditions about it. */
export const locationOf = ({ id, zoneId, hostDraw }: Standing): InstanceLocation =>
  hostDraw === undefined
    ? { instanceId: id, zoneId }
    : { instanceId: id, zoneId, host: { id: `${id} ${hostDraw}` } };

/** Hosts that are tried for an instance before its zone counts as having none: with 1 % left one is found two times in three. */
const mostDraws = 100;

/**
 * The instance on a host that works, for its next start: EC2 does not start a machine on one that is lost. The first that
 * is well of those drawn for it; undefined when there is none.
 */
export const onWorkingHost = (view: View, instance: Instance): Instance | undefined => {
  for (let tried = 0; tried < mostDraws; tried++) {
    const draw = (instance.hostDraw ?? 0) + tried;
    const placed = draw === 0 ? instance : { ...instance, hostDraw: draw };
    const location = locationOf(placed);
    const { conditions } = view;
    if (!conditions.zone(instance.zoneId).powered) return undefined;
    if (conditions.instancePowered(location) && conditions.hostConnected(location)) return placed;
  }
  return undefined;
};
