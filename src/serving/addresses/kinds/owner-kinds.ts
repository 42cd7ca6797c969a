import type { Place } from '../../../world/places.ts';
import type { World } from '../../../world/world.ts';
import type { InstanceHost } from '../instance-hosts.ts';
import type { Owner } from '../owners.ts';
import { balancerNodeKind } from './balancer-node.ts';
import { elasticIpKind } from './elastic-ip.ts';
import { instanceKind, publicSideKind } from './instance-sides.ts';
import type { Entrance, OwnerKind } from './owner-kind.ts';

/** All kinds. A new service whose parts have addresses adds a kind of owners to `Owner`, and an entry here. */
const kinds: {
  readonly [K in Owner['kind']]: OwnerKind<Extract<Owner, { readonly kind: K }>>;
} = {
  node: balancerNodeKind,
  instance: instanceKind,
  public: publicSideKind,
  address: elasticIpKind,
};

// The type of the table says that each kind takes the owners under its name.
const kindOf = (owner: Owner): OwnerKind<Owner> => kinds[owner.kind] as OwnerKind<Owner>;

/** Where an owner of a loopback address stands; undefined for one that stands nowhere in the world. */
export const placeOf = (world: World, owner: Owner): Place | undefined =>
  kindOf(owner).place(world, owner);

/** Whether packets to the owner are dropped while it stands nowhere. */
export const dropsWhileNowhere = (owner: Owner): boolean => kindOf(owner).dropsWhileNowhere;

/** The instance that an owner of a loopback address leads to, if any. */
export const hostOf = (world: World, owner: Owner): InstanceHost | undefined =>
  kindOf(owner).host(world, owner);

/** Where rules are asked about those who connect to an owner. */
export const entranceOf = (world: World, owner: Owner): Entrance | undefined =>
  kindOf(owner).entrance(world, owner);

/** Whether an owner listens where this user may, and not at the ports of AWS's side as they are called. */
export const movesPorts = (owner: Owner): boolean => kindOf(owner).movesPorts;
