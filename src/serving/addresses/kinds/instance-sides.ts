import { locationOf } from '../../../aws/ec2/instances/instance-location.ts';
import type { Place } from '../../../world/places.ts';
import type { World } from '../../../world/world.ts';
import { instanceHosts, type InstanceHost } from '../instance-hosts.ts';
import type { OwnerKind } from './owner-kind.ts';

interface OfInstance {
  readonly instanceId: string;
}

const hostOf = (world: World, { instanceId }: OfInstance): InstanceHost | undefined =>
  instanceHosts(world).byId(instanceId);

export const placeOfHost = (host: InstanceHost | undefined): Place | undefined =>
  host === undefined ? undefined : { kind: 'instance', ...locationOf(host.instance) };

/** An instance inside its VPC. What connects there passes none of our connectors, so that nobody asks about rules. */
export const instanceKind: OwnerKind<OfInstance> = {
  place: (world, owner) => placeOfHost(hostOf(world, owner)),
  dropsWhileNowhere: false,
  host: hostOf,
  entrance: () => undefined,
  movesPorts: false,
};

/**
 * An instance as it is reached from outside. Every instance in a public subnet has such a side here, also one without a
 * public address of AWS's.
 */
export const publicSideKind: OwnerKind<OfInstance> = {
  ...instanceKind,
  entrance: (world, owner) => {
    const host = hostOf(world, owner);
    return host === undefined
      ? undefined
      : {
          view: world.view(host.region, host.account),
          networkInterface: host.networkInterface,
          isInternal: false,
        };
  },
};
