import type { View } from '../../../world/transaction.ts';
import type { NetworkAcl } from '../entities.ts';
import { NetworkInterfaces, type NetworkInterface } from '../instances/instance-entities.ts';
import { privateAddressesOf } from '../addresses/associations.ts';
import { checkAclsBetween } from './allows.ts';
import { aclOf, isOpen } from './network-acl-filter.ts';
import type { TransportProtocol } from './verdict.ts';
import { isPeer, rulesOf, type PlainRule } from './security-group-filter.ts';

/** A rule with the addresses that its peer stands for. */
interface InterfaceRule {
  /** A number is one of IANA's. */
  readonly protocol: 'tcp' | 'udp' | 'icmp' | 'all' | number;
  /** Both ends included; all of them when it is absent. */
  readonly ports?: { readonly from: number; readonly to: number };
  /** IPv4 blocks, or addresses. */
  readonly peers: readonly string[];
}

/** What may begin at an interface, for a network that filters by itself. */
export interface InterfaceRules {
  readonly inbound: readonly InterfaceRule[];
  readonly outbound: readonly InterfaceRule[];
}

const protocolOf = ({ protocol }: PlainRule): InterfaceRule['protocol'] | undefined => {
  if (protocol === '-1') return 'all';
  if (protocol === 'tcp' || protocol === 'udp' || protocol === 'icmp') return protocol;
  const number = Number(protocol);
  return Number.isInteger(number) ? number : undefined;
};

const portsOf = ({ protocol, fromPort, toPort }: PlainRule) =>
  (protocol === 'tcp' || protocol === 'udp') && fromPort !== -1
    ? { from: fromPort, to: toPort }
    : undefined;

/** A group stands for the private addresses of all interfaces that have it. */
const peersOf = (view: View, { peer }: PlainRule): readonly string[] => {
  switch (peer.kind) {
    case 'ipv4':
      return [peer.cidr];
    case 'group':
      return view.find(NetworkInterfaces, 'group', peer.groupId).flatMap(privateAddressesOf);
    case 'ipv6':
      return [];
  }
};

const withPorts = (
  protocol: InterfaceRule['protocol'],
  ports: InterfaceRule['ports'] | undefined,
  peers: readonly string[],
): InterfaceRule => (ports === undefined ? { protocol, peers } : { protocol, ports, peers });

const plain = (view: View, rule: PlainRule): readonly InterfaceRule[] => {
  const protocol = protocolOf(rule);
  return protocol === undefined ? [] : [withPorts(protocol, portsOf(rule), peersOf(view, rule))];
};

/** The ports at which one of the ACLs begins to decide otherwise, within these. */
const stretches = (
  acls: readonly NetworkAcl[],
  { from, to }: { readonly from: number; readonly to: number },
): readonly { readonly from: number; readonly to: number }[] => {
  const begins = acls
    .flatMap((acl) => acl.entries)
    .flatMap(({ portRange }) => (portRange === null ? [] : [portRange.from, portRange.to + 1]))
    .filter((port) => port > from && port <= to);
  const sorted = [...new Set([from, ...begins])].toSorted((a, b) => a - b);
  return sorted.map((begin, index) => ({ from: begin, to: (sorted[index + 1] ?? to + 1) - 1 }));
};

const transports = (rule: PlainRule): readonly TransportProtocol[] => {
  const protocol = protocolOf(rule);
  if (protocol === 'all') return ['tcp', 'udp'];
  return protocol === 'tcp' || protocol === 'udp' ? [protocol] : [];
};

/** The same rule for each neighbour and port that the network ACLs of both subnets let through. */
const throughAcls = (
  view: View,
  at: NetworkInterface,
  rule: PlainRule,
): readonly InterfaceRule[] => {
  const neighbours = view.find(NetworkInterfaces, 'vpc', at.vpcId);
  const subnets = new Set([at, ...neighbours].map(({ subnetId }) => subnetId));
  const acls = [...subnets].flatMap((subnetId) => aclOf(view, subnetId) ?? []);
  const all = portsOf(rule) ?? { from: 0, to: 65_535 };
  return transports(rule).flatMap((protocol) =>
    stretches(acls, all).map((ports) => ({
      protocol,
      ports,
      peers: neighbours.flatMap((other) =>
        privateAddressesOf(other).filter(
          (address) =>
            isPeer(rule, address, other.groupIds) &&
            checkAclsBetween(
              view,
              { kind: 'interface', networkInterface: other, address },
              { kind: 'interface', networkInterface: at },
              { protocol, port: ports.from },
            ).allowed,
        ),
      ),
    })),
  );
};

/** Whether every ACL of the VPC lets all through, so that none of them is to be looked at. */
const areAclsOpen = (view: View, { vpcId }: NetworkInterface): boolean => {
  const subnets = new Set(view.find(NetworkInterfaces, 'vpc', vpcId).map((one) => one.subnetId));
  return [...subnets].every((subnetId) => {
    const acl = aclOf(view, subnetId);
    return acl === undefined || isOpen(acl);
  });
};

/**
 * What a network that filters by itself is to let begin at an interface: the rules of its security groups, groups
 * replaced by addresses. Where a network ACL does not let everything through, what comes in is what the ACLs of both
 * subnets let through as well, for TCP and UDP; other protocols are dropped then.
 */
export const interfaceRules = (view: View, at: NetworkInterface): InterfaceRules => {
  const inbound = rulesOf(view, at, false);
  return {
    inbound: areAclsOpen(view, at)
      ? inbound.flatMap((rule) => plain(view, rule))
      : inbound.flatMap((rule) => throughAcls(view, at, rule)),
    outbound: rulesOf(view, at, true).flatMap((rule) => plain(view, rule)),
  };
};
