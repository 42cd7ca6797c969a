import type { IpPermission, SecurityGroupRuleRequest, UserIdGroupPair } from '@aws-sdk/client-ec2';
import { DomainError, isDomainError } from '../../../world/domain-error.ts';
import type { View } from '../../../world/transaction.ts';
import type { Plain } from '../../operation.ts';
import { canonicalCidr } from '../../shared/cidr.ts';
import { weightOf } from '../prefix-lists/lookups.ts';
import { PeeringConnections, type PeeringConnection } from '../peering/entities.ts';
import { sidesFrom } from '../peering/sides.ts';
import { resourceById } from '../describe.ts';
import {
  SecurityGroupRules,
  SecurityGroups,
  securityGroupNameKey,
  type SecurityGroup,
  type SecurityGroupPeer,
  type SecurityGroupRule,
} from '../entities.ts';
import { invalidParameterValue, kinds, missingParameter } from '../errors.ts';

/** What a rule says, without where it stands. */
export type RuleSpecification = Pick<
  SecurityGroupRule,
  'protocol' | 'fromPort' | 'toPort' | 'peer' | 'description'
>;

type RuleTraffic = Pick<RuleSpecification, 'protocol' | 'fromPort' | 'toPort'>;

/** Protocols that AWS calls by name, by their number at IANA. */
const protocolNames: Readonly<Record<string, string>> = {
  '1': 'icmp',
  '6': 'tcp',
  '17': 'udp',
  '58': 'icmpv6',
  all: '-1',
};

/** `tcp`, `udp`, `icmp`, `icmpv6`, `-1`, or another protocol's number. */
const protocolOf = (text: string | undefined): string | DomainError => {
  if (text === undefined || text === '') return missingParameter('ipProtocol');
  const lower = text.toLowerCase();
  const name = Object.hasOwn(protocolNames, lower) ? protocolNames[lower] : undefined;
  if (name !== undefined) return name;
  if (lower === '-1' || Object.values(protocolNames).includes(lower)) return lower;
  if (/^\d{1,3}$/.test(lower) && Number(lower) <= 255) return String(Number(lower));
  return invalidParameterValue(`Invalid value '${text}' for IP protocol. Unknown protocol.`);
};

const icmpTraffic = (protocol: string, type: number, code: number): RuleTraffic | DomainError => {
  if (type < -1 || type > 255) {
    return invalidParameterValue(`ICMP type (${type}) out of range`);
  }
  if (code < -1 || code > 255) {
    return invalidParameterValue(`ICMP code (${code}) out of range`);
  }
  return { protocol, fromPort: type, toPort: code };
};

const portTraffic = (
  protocol: string,
  from: number | undefined,
  to: number | undefined,
): RuleTraffic | DomainError => {
  if (from === undefined || to === undefined) {
    return invalidParameterValue(
      "Invalid value 'Must specify both from and to ports with TCP/UDP.' for portRange.",
    );
  }
  if (from === -1 && to === -1) return { protocol, fromPort: 0, toPort: 65_535 };
  for (const port of [from, to]) {
    if (port < 0 || port > 65_535) {
      return invalidParameterValue(`TCP/UDP port (${port}) out of range`);
    }
  }
  return from > to
    ? invalidParameterValue(`Invalid TCP/UDP port range (${from}:${to})`)
    : { protocol, fromPort: from, toPort: to };
};

/**
 * Protocol and ports of a rule. Protocols without ports, and `-1`, mean all of them, whatever ports come with them
 * (IpPermission, Amazon EC2 API Reference).
 */
const trafficOf = (input: {
  readonly IpProtocol?: string | undefined;
  readonly FromPort?: number | undefined;
  readonly ToPort?: number | undefined;
}): RuleTraffic | DomainError => {
  const protocol = protocolOf(input.IpProtocol);
  if (isDomainError(protocol)) return protocol;
  switch (protocol) {
    case 'tcp':
    case 'udp':
      return portTraffic(protocol, input.FromPort, input.ToPort);
    case 'icmp':
    case 'icmpv6':
      return icmpTraffic(protocol, input.FromPort ?? -1, input.ToPort ?? -1);
    default:
      return { protocol, fromPort: -1, toPort: -1 };
  }
};

/** Whether a rule of the protocol has ports, or the type and code of ICMP; of others IpPermissions say nothing of them. */
const hasPorts = (protocol: string): boolean => ['tcp', 'udp', 'icmp', 'icmpv6'].includes(protocol);

const cidrPeer = (kind: 'ipv4' | 'ipv6', text: string): SecurityGroupPeer | DomainError => {
  const canonical = canonicalCidr(text);
  return canonical?.kind === kind
    ? canonical
    : invalidParameterValue(`CIDR block ${text} is malformed`);
};

/** The group with this name in a VPC. */
export const groupByName = (view: View, vpcId: string, name: string): SecurityGroup | undefined =>
  view.find(SecurityGroups, 'name', securityGroupNameKey(vpcId, name))[0];

const groupPeer = (
  view: View,
  group: SecurityGroup,
  pair: Plain<UserIdGroupPair>,
): SecurityGroupPeer | DomainError => {
  const { UserId: account = view.account } = pair;
  if (account === view.account && pair.GroupId === undefined && pair.GroupName !== undefined) {
    const named = groupByName(view, group.vpcId, pair.GroupName);
    return named === undefined
      ? new DomainError(
          'InvalidGroup.NotFound',
          `The security group '${pair.GroupName}' does not exist in VPC '${group.vpcId}'`,
        )
      : { kind: 'group', groupId: named.id };
  }
  const named = peeredPeer(view, group, pair.GroupId);
  if (named !== undefined) return named;
  const there = account === view.account ? view : view.forAccount(account);
  const peer = resourceById(there, SecurityGroups, kinds.securityGroup, pair.GroupId, 'groupId');
  if (isDomainError(peer)) return peer;
  if (account === view.account && peer.vpcId === group.vpcId) {
    return { kind: 'group', groupId: peer.id };
  }
  const connection = peeringBetween(view, group.vpcId, { account, vpcId: peer.vpcId });
  return connection === undefined
    ? new DomainError(
        'InvalidGroup.NotFound',
        'You have specified two resources that belong to different networks.',
      )
    : {
        kind: 'group',
        groupId: peer.id,
        peered: { account, vpcId: peer.vpcId, peeringConnectionId: connection.id },
      };
};

/** A group of a peered VPC that a rule of the group names already, also when it can no longer be reached. */
const peeredPeer = (
  view: View,
  group: SecurityGroup,
  groupId: string | undefined,
): SecurityGroupPeer | undefined =>
  view
    .find(SecurityGroupRules, 'group', group.id)
    .map(({ peer }) => peer)
    .find((peer) => peer.kind === 'group' && peer.peered !== undefined && peer.groupId === groupId);

/** The active peering connection of a VPC with one of this Region. */
const peeringBetween = (
  view: View,
  vpcId: string,
  other: { readonly account: string; readonly vpcId: string },
): PeeringConnection | undefined =>
  view
    .find(PeeringConnections, 'vpc', vpcId)
    .find(
      (connection) =>
        connection.status === 'active' &&
        sidesFrom(view, connection, vpcId).some(
          (side) =>
            side.region === view.shard &&
            side.account === other.account &&
            side.vpcId === other.vpcId,
        ),
    );

/** A group as rules name it: of a peered VPC also where it is. */
export const renderGroupPeer = (
  view: View,
  { groupId, peered }: Extract<SecurityGroupPeer, { readonly kind: 'group' }>,
): { readonly GroupId: string; readonly UserId: string } & Pick<
  Plain<UserIdGroupPair>,
  'PeeringStatus' | 'VpcId' | 'VpcPeeringConnectionId'
> =>
  peered === undefined
    ? { GroupId: groupId, UserId: view.account }
    : {
        GroupId: groupId,
        UserId: peered.account,
        VpcId: peered.vpcId,
        VpcPeeringConnectionId: peered.peeringConnectionId,
        PeeringStatus:
          view.get(PeeringConnections, peered.peeringConnectionId)?.status ?? 'deleted',
      };

const prefixListPeer = (view: View, id: string | undefined): SecurityGroupPeer | DomainError => {
  const weight = weightOf(view, id);
  return isDomainError(weight) ? weight : { kind: 'prefix-list', prefixListId: id ?? '' };
};

const descriptionCharacters = 'a-zA-Z0-9. _-:/()#,@[]+=&;{}!$*';

/** A rule's description; null for none. */
export const checkRuleDescription = (text: string | undefined): string | null | DomainError => {
  if (text === undefined || text === '') return null;
  return /^[a-zA-Z0-9. _\-:/()#,@[\]+=&;{}!$*]{1,255}$/.test(text)
    ? text
    : invalidParameterValue(
        `Invalid rule description. Valid descriptions are strings less than 256 characters from the following set:  ${descriptionCharacters}`,
      );
};

/** The rules that one IpPermission means: one for each range and group in it. */
const specificationsOf = (
  view: View,
  group: SecurityGroup,
  permission: Plain<IpPermission>,
): readonly RuleSpecification[] | DomainError => {
  const traffic = trafficOf(permission);
  if (isDomainError(traffic)) return traffic;
  const peers = [
    ...(permission.IpRanges ?? []).map(
      (range) => [cidrPeer('ipv4', range.CidrIp ?? ''), range.Description] as const,
    ),
    ...(permission.Ipv6Ranges ?? []).map(
      (range) => [cidrPeer('ipv6', range.CidrIpv6 ?? ''), range.Description] as const,
    ),
    ...(permission.PrefixListIds ?? []).map(
      (list) => [prefixListPeer(view, list.PrefixListId), list.Description] as const,
    ),
    ...(permission.UserIdGroupPairs ?? []).map(
      (pair) => [groupPeer(view, group, pair), pair.Description] as const,
    ),
  ];
  if (peers.length === 0) {
    return missingParameter('ipRanges, ipv6Ranges, prefixListIds or userIdGroupPairs');
  }
  const specifications: RuleSpecification[] = [];
  for (const [peer, text] of peers) {
    if (isDomainError(peer)) return peer;
    const description = checkRuleDescription(text);
    if (isDomainError(description)) return description;
    specifications.push({ ...traffic, peer, description });
  }
  return specifications;
};

/** The rules that a list of IpPermissions means; none may come twice. */
export const specificationsOfAll = (
  view: View,
  group: SecurityGroup,
  permissions: readonly Plain<IpPermission>[],
): readonly RuleSpecification[] | DomainError => {
  const all: RuleSpecification[] = [];
  for (const permission of permissions) {
    const specifications = specificationsOf(view, group, permission);
    if (isDomainError(specifications)) return specifications;
    all.push(...specifications);
  }
  const keys = new Set(all.map(ruleKey));
  return keys.size < all.length
    ? invalidParameterValue('The same permission must not appear multiple times')
    : all;
};

/** The rule that ModifySecurityGroupRules gives in the place of another: exactly one peer. */
export const specificationOfRequest = (
  view: View,
  group: SecurityGroup,
  request: Plain<SecurityGroupRuleRequest>,
): RuleSpecification | DomainError => {
  const { CidrIpv4: ipv4, CidrIpv6: ipv6, ReferencedGroupId: groupId } = request;
  const specifications = specificationsOf(view, group, {
    IpProtocol: request.IpProtocol,
    FromPort: request.FromPort,
    ToPort: request.ToPort,
    IpRanges: ipv4 === undefined ? [] : [{ CidrIp: ipv4, Description: request.Description }],
    Ipv6Ranges: ipv6 === undefined ? [] : [{ CidrIpv6: ipv6, Description: request.Description }],
    UserIdGroupPairs:
      groupId === undefined ? [] : [{ GroupId: groupId, Description: request.Description }],
    PrefixListIds:
      request.PrefixListId === undefined
        ? []
        : [{ PrefixListId: request.PrefixListId, Description: request.Description }],
  });
  if (isDomainError(specifications)) return specifications;
  const [only, ...more] = specifications;
  return only === undefined || more.length > 0
    ? invalidParameterValue(
        'Exactly one of CidrIpv4, CidrIpv6, PrefixListId or ReferencedGroupId must be specified.',
      )
    : only;
};

const peerText = (peer: SecurityGroupPeer): string => {
  if (peer.kind === 'group') return peer.groupId;
  return peer.kind === 'prefix-list' ? peer.prefixListId : peer.cidr;
};

/** Equal for rules that let the same traffic through: what they are described as does not count. */
export const ruleKey = (rule: RuleSpecification): string =>
  `${rule.protocol} ${rule.fromPort} ${rule.toPort} ${peerText(rule.peer)}`;

/** The refusal of a rule that the group has already, in AWS's words. */
export const duplicateRule = (rule: RuleSpecification): DomainError => {
  const traffic =
    rule.protocol === '-1'
      ? 'ALL'
      : `${rule.protocol.toUpperCase()}, from port: ${rule.fromPort}, to port: ${rule.toPort}`;
  return new DomainError(
    'InvalidPermission.Duplicate',
    `the specified rule "peer: ${peerText(rule.peer)}, ${traffic}, ALLOW" already exists`,
  );
};

/** Rules as IpPermissions: those with the same protocol and ports in one. */
export const permissionsOf = (
  view: View,
  rules: readonly RuleSpecification[],
): readonly Plain<IpPermission>[] => {
  const byTraffic = Map.groupBy(
    rules,
    (rule) => `${rule.protocol} ${rule.fromPort} ${rule.toPort}`,
  );
  return [...byTraffic.values()].flatMap((same) => {
    const [first] = same;
    if (first === undefined) return [];
    const described = (rule: RuleSpecification): { readonly Description?: string } =>
      rule.description === null ? {} : { Description: rule.description };
    return {
      IpProtocol: first.protocol,
      ...(hasPorts(first.protocol) ? { FromPort: first.fromPort, ToPort: first.toPort } : {}),
      IpRanges: same.flatMap((rule) =>
        rule.peer.kind === 'ipv4' ? { CidrIp: rule.peer.cidr, ...described(rule) } : [],
      ),
      Ipv6Ranges: same.flatMap((rule) =>
        rule.peer.kind === 'ipv6' ? { CidrIpv6: rule.peer.cidr, ...described(rule) } : [],
      ),
      PrefixListIds: same.flatMap((rule) =>
        rule.peer.kind === 'prefix-list'
          ? { PrefixListId: rule.peer.prefixListId, ...described(rule) }
          : [],
      ),
      UserIdGroupPairs: same.flatMap((rule) =>
        rule.peer.kind === 'group'
          ? { ...renderGroupPeer(view, rule.peer), ...described(rule) }
          : [],
      ),
    };
  });
};
