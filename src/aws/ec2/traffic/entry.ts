import type { View } from '../../../world/transaction.ts';
import { Subnets, type Route, type RouteTable } from '../entities.ts';
import type { NetworkInterface } from '../instances/instance-entities.ts';
import { routeTableOf } from '../network/route-tables.ts';
import { isActiveRoute } from '../network/route-targets.ts';
import { detourOf } from './detour.ts';
import { holds, maskLength } from './ipv4-blocks.ts';
import { aclOf, denialOf, ephemeralPort, stepsOf, type AclStep } from './network-acl-filter.ts';
import { routesByBlock } from './route-for.ts';
import {
  firstDrop,
  accepted,
  portText,
  dropped,
  type Verdict,
  type TransportProtocol,
} from './verdict.ts';
import { groupsDoNotAllow, isAbout, rulesOf } from './security-group-filter.ts';

/**
 * Who may come in from outside at one port of an interface, whatever their addresses are. It is plain data, so that a
 * process which has no world can decide by it about each client.
 */
export interface Entry {
  readonly protocol: TransportProtocol;
  readonly port: number;
  /** The security groups and the IPv4 blocks that they allow; null where nothing filters, as at a NAT gateway. */
  readonly groups: { readonly ids: readonly string[]; readonly allowed: readonly string[] } | null;
  readonly acl: {
    readonly id: string;
    readonly inbound: readonly AclStep[];
    /** Of the answers: an ACL keeps no state. */
    readonly outbound: readonly AclStep[];
  } | null;
  /** The routes of the subnet: answers must find an internet gateway. */
  readonly subnetId: string;
  readonly routes: readonly {
    readonly destination: string;
    readonly isOutward: boolean;
    /** Why what arrives at the gateway of such a route does not come to the interface. */
    readonly detour?: string;
  }[];
}

const entryRoute = (
  view: View,
  table: RouteTable,
  route: Route,
  networkInterface: NetworkInterface,
): Entry['routes'][number] => {
  const isOutward = route.gatewayId.startsWith('igw-') && isActiveRoute(view, table, route);
  const detour = isOutward ? detourOf(view, route.gatewayId, networkInterface) : undefined;
  return {
    destination: route.destination,
    isOutward,
    ...(detour === undefined ? {} : { detour }),
  };
};

/** Who may come in at a port of an interface. */
export const entryOf = (
  view: View,
  networkInterface: NetworkInterface,
  protocol: TransportProtocol,
  port: number,
): Entry => {
  const { groupIds, subnetId } = networkInterface;
  const allowed = rulesOf(view, networkInterface, false).flatMap((rule) =>
    isAbout(rule, protocol, port) && rule.peer.kind === 'ipv4' ? rule.peer.cidr : [],
  );
  const acl = aclOf(view, subnetId);
  const subnet = view.get(Subnets, subnetId);
  const table = subnet === undefined ? undefined : routeTableOf(view, subnet);
  return {
    protocol,
    port,
    groups: groupIds.length === 0 ? null : { ids: groupIds, allowed: [...new Set(allowed)] },
    acl:
      acl === undefined
        ? null
        : {
            id: acl.id,
            inbound: stepsOf(acl, false, protocol, port),
            outbound: stepsOf(acl, true, protocol, ephemeralPort),
          },
    subnetId,
    routes:
      table === undefined
        ? []
        : routesByBlock(view, table).map((route) =>
            entryRoute(view, table, route, networkInterface),
          ),
  };
};

const checkRoute = ({ routes, subnetId }: Entry, client: string): Verdict => {
  const [route] = routes
    .filter(({ destination }) => holds(destination, client))
    .toSorted((a, b) => maskLength(b.destination) - maskLength(a.destination));
  if (route?.detour !== undefined) return dropped('route', route.detour);
  return route?.isOutward === true
    ? accepted
    : dropped(
        'route',
        `the subnet ${subnetId} has no route to ${client} through an internet gateway`,
      );
};

const checkAcl = ({ acl, protocol, port }: Entry, client: string): Verdict => {
  if (acl === null) return accepted;
  const comingIn = denialOf(acl.inbound, client);
  if (comingIn !== undefined) {
    return dropped(
      'network-acl',
      `the network ACL ${acl.id} denies ${portText(protocol, port)} from outside (${client}): ${comingIn}`,
    );
  }
  const goingBack = denialOf(acl.outbound, client);
  return goingBack === undefined
    ? accepted
    : dropped(
        'network-acl',
        `the network ACL ${acl.id} denies answers to the clients' ports of ${client} (such as ${portText(protocol, ephemeralPort)}): ${goingBack}`,
      );
};

const checkGroups = ({ groups, protocol, port }: Entry, client: string): Verdict =>
  groups === null || groups.allowed.some((cidr) => holds(cidr, client))
    ? accepted
    : dropped(
        'security-group',
        `${groupsDoNotAllow(groups.ids)} ${portText(protocol, port)} from outside (${client})`,
      );

/** Whether a client outside of the VPC may begin a connection: by its IPv4 address alone. */
export const admits = (entry: Entry, client: string): Verdict =>
  firstDrop([
    () => checkRoute(entry, client),
    () => checkAcl(entry, client),
    () => checkGroups(entry, client),
  ]);
