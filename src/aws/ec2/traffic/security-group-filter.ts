import type { View } from '../../../world/transaction.ts';
import { SecurityGroupRules, type SecurityGroupPeer, type SecurityGroupRule } from '../entities.ts';
import { entriesOf } from '../prefix-lists/lookups.ts';
import type { NetworkInterface } from '../instances/instance-entities.ts';
import { holds } from './ipv4-blocks.ts';
import type { TransportProtocol } from './verdict.ts';

/** A rule whose peer is a block or a group. */
export interface PlainRule extends SecurityGroupRule {
  readonly peer: Exclude<SecurityGroupPeer, { readonly kind: 'prefix-list' }>;
}

const numbers: Readonly<Record<TransportProtocol, string>> = { tcp: '6', udp: '17' };

/** Whether a rule is about this protocol and port. */
export const isAbout = (
  rule: Omit<SecurityGroupRule, 'peer'>,
  protocol: TransportProtocol,
  port: number,
): boolean => {
  if (rule.protocol === '-1') return true;
  if (rule.protocol !== protocol && rule.protocol !== numbers[protocol]) return false;
  return rule.fromPort === -1 || (rule.fromPort <= port && port <= rule.toPort);
};

/** The rules of all groups of an interface, one way: what any of them allows is allowed. */
export const rulesOf = (
  view: View,
  { groupIds }: Pick<NetworkInterface, 'groupIds'>,
  isEgress: boolean,
): readonly PlainRule[] =>
  groupIds.flatMap((id) =>
    view
      .find(SecurityGroupRules, 'group', id)
      .filter((rule) => rule.isEgress === isEgress)
      .flatMap((rule) => withoutPrefixLists(view, rule)),
  );

/** A rule that names a prefix list is a rule for each of its blocks. */
const withoutPrefixLists = (view: View, rule: SecurityGroupRule): readonly PlainRule[] => {
  const { peer, ...rest } = rule;
  if (peer.kind !== 'prefix-list') return [{ ...rest, peer }];
  return entriesOf(view, peer.prefixListId).map(({ cidr }) => ({
    ...rest,
    peer: { kind: cidr.includes(':') ? ('ipv6' as const) : ('ipv4' as const), cidr },
  }));
};

/**
 * Whether a rule's peer is this interface at this address. A rule that names a group means the private addresses of the
 * interfaces that have it ("Security group rules", Amazon VPC User Guide).
 */
export const isPeer = (
  { peer }: Pick<PlainRule, 'peer'>,
  address: string,
  groupIds: readonly string[],
): boolean => {
  switch (peer.kind) {
    case 'ipv4':
      return holds(peer.cidr, address);
    case 'group':
      return groupIds.includes(peer.groupId);
    case 'ipv6':
      return false;
  }
};

/** For example `the security group sg-1 does not allow`, or with several of them `none of the security groups ... allows`. */
export const groupsDoNotAllow = (groupIds: readonly string[]): string =>
  groupIds.length === 1
    ? `the security group ${groupIds.join()} does not allow`
    : `none of the security groups ${groupIds.join(', ')} allows`;
