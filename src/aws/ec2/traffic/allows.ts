import type { View } from '../../../world/transaction.ts';
import type { NetworkInterface } from '../instances/instance-entities.ts';
import { aclOf, denialOf, ephemeralPort, stepsOf } from './network-acl-filter.ts';
import {
  firstDrop,
  accepted,
  portText,
  dropped,
  type Verdict,
  type TransportProtocol,
} from './verdict.ts';
import { groupsDoNotAllow, isAbout, isPeer, rulesOf } from './security-group-filter.ts';
import { joinedByRoutes, type PrivateEnd } from './private-way.ts';
import { wayOut } from './way-out.ts';

/** Where a connection goes. */
export type Destination =
  | {
      readonly kind: 'interface';
      readonly networkInterface: NetworkInterface;
      /** One of its private addresses; the primary one when it is absent. */
      readonly address?: string;
      /** The Region and account that it is of, when they are not the source's. */
      readonly view?: View;
    }
  /** Somebody on the Internet, by IPv4 address. */
  | { readonly kind: 'outside'; readonly address: string };

/** A connection that is to begin at an interface. What comes from outside is `entryOf`'s to decide about. */
export interface Connection {
  readonly source: NetworkInterface;
  readonly destination: Destination;
  readonly protocol: TransportProtocol;
  /** The destination's. */
  readonly port: number;
}

type Inner = Extract<Destination, { readonly kind: 'interface' }>;
type Outer = Extract<Destination, { readonly kind: 'outside' }>;
type End = Destination;
type Wanted = Pick<Connection, 'protocol' | 'port'>;

const addressOf = (end: End): string =>
  end.kind === 'outside' ? end.address : (end.address ?? end.networkInterface.privateIpAddress);

const viewOf = (view: View, end: Inner): View => end.view ?? view;

const groupsOf = (end: End): readonly string[] =>
  end.kind === 'outside' ? [] : end.networkInterface.groupIds;

/** How a person finds the end again. */
const nameOf = (end: End): string =>
  end.kind === 'outside'
    ? `outside (${end.address})`
    : `${end.networkInterface.id} (${addressOf(end)})`;

/** Security groups are asked at both ends, once: what was let begin may be answered. */
const checkGroups = (
  view: View,
  at: Inner,
  other: End,
  { protocol, port }: Wanted,
  isEgress: boolean,
): Verdict => {
  const { groupIds } = at.networkInterface;
  if (groupIds.length === 0) return accepted;
  const isAllowed = rulesOf(view, at.networkInterface, isEgress).some(
    (rule) => isAbout(rule, protocol, port) && isPeer(rule, addressOf(other), groupsOf(other)),
  );
  return isAllowed
    ? accepted
    : dropped(
        'security-group',
        `${groupsDoNotAllow(groupIds)} ${portText(protocol, port)} ${isEgress ? 'to' : 'from'} ${nameOf(other)}`,
      );
};

/** A subnet's network ACL is asked both ways: about the connection, and about what is answered to the client's port. */
const checkAcl = (view: View, at: Inner, other: End, wanted: Wanted, egress: boolean): Verdict => {
  const acl = aclOf(view, at.networkInterface.subnetId);
  if (acl === undefined) return accepted;
  const { protocol } = wanted;
  for (const isAnswer of [false, true]) {
    const port = isAnswer ? ephemeralPort : wanted.port;
    const isOut = egress !== isAnswer;
    const denial = denialOf(stepsOf(acl, isOut, protocol, port), addressOf(other));
    if (denial === undefined) continue;
    const what = isAnswer ? `answers at ${portText(protocol, port)}` : portText(protocol, port);
    return dropped(
      'network-acl',
      `the network ACL ${acl.id} denies ${what} ${isOut ? 'to' : 'from'} ${nameOf(other)}: ${denial}`,
    );
  }
  return accepted;
};

/** Network ACLs stand at the borders of subnets: within one they are not asked. */
export const checkAclsBetween = (
  view: View,
  source: Inner,
  destination: Inner,
  wanted: Wanted,
): Verdict =>
  source.networkInterface.subnetId === destination.networkInterface.subnetId
    ? accepted
    : firstDrop([
        () => checkAcl(viewOf(view, source), source, destination, wanted, true),
        () => checkAcl(viewOf(view, destination), destination, source, wanted, false),
      ]);

const inside = (view: View, source: Inner, destination: Inner, wanted: Wanted): Verdict => {
  const endOf = (end: Inner): PrivateEnd => ({
    view: viewOf(view, end),
    networkInterface: end.networkInterface,
    address: addressOf(end),
  });
  return firstDrop([
    () => joinedByRoutes(endOf(source), endOf(destination)),
    () => checkGroups(view, source, destination, wanted, true),
    () => checkAclsBetween(view, source, destination, wanted),
    () => checkGroups(viewOf(view, destination), destination, source, wanted, false),
  ]);
};

const goingOut = (view: View, source: Inner, destination: Outer, wanted: Wanted): Verdict => {
  const { networkInterface } = source;
  const way = wayOut(view, networkInterface.subnetId, networkInterface, destination.address);
  return way.kind === 'none'
    ? dropped('route', way.detail)
    : firstDrop([
        () => checkGroups(view, source, destination, wanted, true),
        () => checkAcl(view, source, destination, wanted, true),
      ]);
};

/**
 * Whether a connection may begin by security groups, network ACLs and routes, as they are now; what is broken is another
 * matter but for the way out, which leads through zones. Sources: Amazon VPC User Guide, "Security groups", "Network
 * ACLs", "Route tables". What is not allowed is dropped in silence.
 */
export const allows = (view: View, connection: Connection): Verdict => {
  const { destination } = connection;
  const source: Inner = { kind: 'interface', networkInterface: connection.source };
  return destination.kind === 'interface'
    ? inside(view, source, destination, connection)
    : goingOut(view, source, destination, connection);
};
