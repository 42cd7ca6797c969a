import type { NetworkInterface } from '../../../aws/ec2/instances/instance-entities.ts';
import type { Place } from '../../../world/places.ts';
import type { View } from '../../../world/transaction.ts';
import type { World } from '../../../world/world.ts';
import type { InstanceHost } from '../instance-hosts.ts';

/** The network interface by which packets come in, and the state in which its rules are. */
export interface Entrance {
  readonly view: View;
  readonly networkInterface: NetworkInterface;
  /** Whether only its VPC reaches it. */
  readonly isInternal: boolean;
}

/** What is to be known of one kind of owners of loopback addresses. */
export interface OwnerKind<O> {
  /** Where an owner stands; undefined while it stands nowhere. */
  readonly place: (world: World, owner: O) => Place | undefined;
  /** Whether packets to an owner that stands nowhere are dropped. */
  readonly dropsWhileNowhere: boolean;
  /** The instance that an owner leads to. */
  readonly host: (world: World, owner: O) => InstanceHost | undefined;
  /** Where rules are asked about those who connect; undefined where nobody asks. */
  readonly entrance: (world: World, owner: O) => Entrance | undefined;
  /** Whether it listens where this user may, and not at the ports of AWS's side as they are called. */
  readonly movesPorts: boolean;
}
