import type {
  AuthorizeSecurityGroupEgressRequest,
  AuthorizeSecurityGroupEgressResult,
  AuthorizeSecurityGroupIngressRequest,
  AuthorizeSecurityGroupIngressResult,
  DescribeSecurityGroupRulesRequest,
  DescribeSecurityGroupRulesResult,
  IpPermission,
  ModifySecurityGroupRulesRequest,
  ModifySecurityGroupRulesResult,
  RevokedSecurityGroupRule,
  RevokeSecurityGroupEgressRequest,
  RevokeSecurityGroupEgressResult,
  RevokeSecurityGroupIngressRequest,
  RevokeSecurityGroupIngressResult,
  SecurityGroupRule as ApiSecurityGroupRule,
  UpdateSecurityGroupRuleDescriptionsEgressRequest,
  UpdateSecurityGroupRuleDescriptionsEgressResult,
  UpdateSecurityGroupRuleDescriptionsIngressRequest,
  UpdateSecurityGroupRuleDescriptionsIngressResult,
} from '@aws-sdk/client-ec2';
import { DomainError, isDomainError } from '../../../world/domain-error.ts';
import type { Tx, View } from '../../../world/transaction.ts';
import type { Operation, Plain } from '../../operation.ts';
import type { FilterFields } from '../../shared/filters.ts';
import { newResourceId } from '../../shared/ids.ts';
import { addTags, tagsForType, tagsOf } from '../../shared/tags.ts';
import { ec2Arn } from '../arns.ts';
import { deleteResource } from '../delete-resource.ts';
import { describeResources, resourceById } from '../describe.ts';
import {
  SecurityGroupRules,
  Vpcs,
  type SecurityGroup,
  type SecurityGroupRule,
} from '../entities.ts';
import {
  invalidParameterCombination,
  kinds,
  limitExceeded,
  missingParameter,
  notFound,
} from '../errors.ts';
import { quotaIn } from '../launch/raisable-quotas.ts';
import { ruleCount, weigher } from '../prefix-lists/user-quotas.ts';
import {
  checkRuleDescription,
  duplicateRule,
  permissionsOf,
  renderGroupPeer,
  ruleKey,
  specificationOfRequest,
  specificationsOfAll,
  type RuleSpecification,
} from './rule-specifications.ts';
import { requestedGroup, rulesOf } from './security-groups.ts';

const renderRule = (view: View, rule: SecurityGroupRule): Plain<ApiSecurityGroupRule> => ({
  SecurityGroupRuleId: rule.id,
  SecurityGroupRuleArn: ec2Arn(view, 'security-group-rule', rule.id),
  GroupId: rule.groupId,
  GroupOwnerId: view.account,
  IsEgress: rule.isEgress,
  IpProtocol: rule.protocol,
  FromPort: rule.fromPort,
  ToPort: rule.toPort,
  CidrIpv4: rule.peer.kind === 'ipv4' ? rule.peer.cidr : undefined,
  CidrIpv6: rule.peer.kind === 'ipv6' ? rule.peer.cidr : undefined,
  PrefixListId: rule.peer.kind === 'prefix-list' ? rule.peer.prefixListId : undefined,
  ReferencedGroupInfo: rule.peer.kind === 'group' ? renderGroupPeer(view, rule.peer) : undefined,
  Description: rule.description ?? undefined,
  Tags: tagsOf(view, rule.id),
});

/** A rule's members in the older form of the operations: one permission's parts beside the group. */
interface FlatPermission {
  readonly IpPermissions?: readonly Plain<IpPermission>[] | undefined;
  readonly IpProtocol?: string | undefined;
  readonly FromPort?: number | undefined;
  readonly ToPort?: number | undefined;
  readonly CidrIp?: string | undefined;
  readonly SourceSecurityGroupName?: string | undefined;
  readonly SourceSecurityGroupOwnerId?: string | undefined;
}

/** All that a source group named without ports means: "full ICMP, UDP, and TCP access" (AuthorizeSecurityGroupIngress). */
const fullAccess = [
  { IpProtocol: 'icmp', FromPort: -1, ToPort: -1 },
  { IpProtocol: 'tcp', FromPort: 0, ToPort: 65_535 },
  { IpProtocol: 'udp', FromPort: 0, ToPort: 65_535 },
] as const;

/** The permissions of a request in either form; none when it has none. */
const permissionsIn = (input: FlatPermission): readonly Plain<IpPermission>[] | DomainError => {
  const { IpPermissions: permissions = [], SourceSecurityGroupName: sourceName } = input;
  const isFlat =
    input.IpProtocol !== undefined || input.CidrIp !== undefined || sourceName !== undefined;
  if (!isFlat) return permissions;
  if (permissions.length > 0) {
    return invalidParameterCombination(
      'The parameter ipPermissions cannot be used together with ipProtocol, cidrIp or sourceSecurityGroupName',
    );
  }
  const { IpProtocol, FromPort, ToPort, CidrIp } = input;
  if (sourceName === undefined) {
    return [{ IpProtocol, FromPort, ToPort, IpRanges: CidrIp === undefined ? [] : [{ CidrIp }] }];
  }
  const pair = { GroupName: sourceName, UserId: input.SourceSecurityGroupOwnerId };
  const traffics = IpProtocol === undefined ? fullAccess : [{ IpProtocol, FromPort, ToPort }];
  return traffics.map((traffic) => ({ ...traffic, UserIdGroupPairs: [pair] }));
};

/** IPv4 and IPv6 rules are counted apart; a rule that names a group counts as both, a prefix list as what it may have. */
const tooManyRules = (view: View, rules: readonly RuleSpecification[]): DomainError | undefined =>
  ruleCount(
    rules.map(({ peer }) => peer),
    weigher(view),
  ) > quotaIn(view, 'rulesPerSecurityGroup')
    ? limitExceeded('RulesPerSecurityGroupLimitExceeded', 'rules per security group')
    : undefined;

type AuthorizeInput = Plain<
  AuthorizeSecurityGroupIngressRequest & AuthorizeSecurityGroupEgressRequest
>;

const authorize = (
  tx: Tx,
  input: Partial<AuthorizeInput>,
  isEgress: boolean,
): Plain<AuthorizeSecurityGroupIngressResult> | DomainError => {
  const group = requestedGroup(tx, input);
  if (isDomainError(group)) return group;
  const permissions = permissionsIn(input);
  if (isDomainError(permissions)) return permissions;
  if (permissions.length === 0) return missingParameter('ipPermissions');
  const specifications = specificationsOfAll(tx, group, permissions);
  if (isDomainError(specifications)) return specifications;
  const tags = tagsForType(input.TagSpecifications, 'security-group-rule');
  if (isDomainError(tags)) return tags;
  const existing = rulesOf(tx, group.id, isEgress);
  const keys = new Set(existing.map(ruleKey));
  const duplicate = specifications.find((specification) => keys.has(ruleKey(specification)));
  if (duplicate !== undefined) return duplicateRule(duplicate);
  const tooMany = tooManyRules(tx, [...existing, ...specifications]);
  if (tooMany !== undefined) return tooMany;
  const added: SecurityGroupRule[] = [];
  for (const specification of specifications) {
    const id = newResourceId(tx, 'sgr');
    const rule: SecurityGroupRule = { id, groupId: group.id, isEgress, ...specification };
    tx.put(SecurityGroupRules, rule);
    const refused = addTags(tx, id, 'security-group-rule', tags);
    if (refused !== undefined) return refused;
    added.push(rule);
  }
  return { Return: true, SecurityGroupRules: added.map((rule) => renderRule(tx, rule)) };
};

export const authorizeSecurityGroupIngress: Operation<
  AuthorizeSecurityGroupIngressRequest,
  AuthorizeSecurityGroupIngressResult
> = (tx, input) => authorize(tx, input, false);

export const authorizeSecurityGroupEgress: Operation<
  AuthorizeSecurityGroupEgressRequest,
  AuthorizeSecurityGroupEgressResult
> = (tx, input) => authorize(tx, input, true);

const renderRevoked = (rule: SecurityGroupRule): Plain<RevokedSecurityGroupRule> => ({
  SecurityGroupRuleId: rule.id,
  GroupId: rule.groupId,
  IsEgress: rule.isEgress,
  IpProtocol: rule.protocol,
  FromPort: rule.fromPort,
  ToPort: rule.toPort,
  CidrIpv4: rule.peer.kind === 'ipv4' ? rule.peer.cidr : undefined,
  CidrIpv6: rule.peer.kind === 'ipv6' ? rule.peer.cidr : undefined,
  PrefixListId: rule.peer.kind === 'prefix-list' ? rule.peer.prefixListId : undefined,
  ReferencedGroupId: rule.peer.kind === 'group' ? rule.peer.groupId : undefined,
  Description: rule.description ?? undefined,
});

/** The rules of a group with these ids, in one direction. */
const rulesByIds = (
  view: View,
  group: SecurityGroup,
  isEgress: boolean,
  ids: readonly string[],
): readonly SecurityGroupRule[] | DomainError => {
  const rules: SecurityGroupRule[] = [];
  for (const id of new Set(ids)) {
    const rule = resourceById(view, SecurityGroupRules, kinds.securityGroupRule, id);
    if (isDomainError(rule)) return rule;
    if (rule.groupId !== group.id || rule.isEgress !== isEgress) {
      return notFound(kinds.securityGroupRule, id);
    }
    rules.push(rule);
  }
  return rules;
};

interface RuleSelection {
  readonly known: readonly SecurityGroupRule[];
  /** What the request asks for and the group has not. */
  readonly unknown: readonly RuleSpecification[];
}

const matchRules = (
  view: View,
  group: SecurityGroup,
  isEgress: boolean,
  permissions: readonly Plain<IpPermission>[],
): RuleSelection | DomainError => {
  const specifications = specificationsOfAll(view, group, permissions);
  if (isDomainError(specifications)) return specifications;
  const existing = new Map(rulesOf(view, group.id, isEgress).map((rule) => [ruleKey(rule), rule]));
  return {
    known: specifications.flatMap((specification) => existing.get(ruleKey(specification)) ?? []),
    unknown: specifications.filter((specification) => !existing.has(ruleKey(specification))),
  };
};

const noSuchPermission = (): DomainError =>
  new DomainError(
    'InvalidPermission.NotFound',
    'The specified rule does not exist in this security group.',
  );

type RevokeInput = Plain<RevokeSecurityGroupIngressRequest & RevokeSecurityGroupEgressRequest>;

/**
 * Takes rules from a group by id or by what they say. What the group does not have is an error, but in the default
 * VPC only a part of the answer (RevokeSecurityGroupIngress, Amazon EC2 API Reference).
 */
const revoke = (
  tx: Tx,
  input: Partial<RevokeInput>,
  isEgress: boolean,
): Plain<RevokeSecurityGroupIngressResult> | DomainError => {
  const group = requestedGroup(tx, input);
  if (isDomainError(group)) return group;
  const permissions = permissionsIn(input);
  if (isDomainError(permissions)) return permissions;
  const { SecurityGroupRuleIds: ids = [] } = input;
  if (permissions.length === 0 && ids.length === 0) {
    return new DomainError(
      'MissingParameter',
      "Either 'ipPermissions' or 'securityGroupRuleIds' should be provided.",
    );
  }
  const byIds = rulesByIds(tx, group, isEgress, ids);
  if (isDomainError(byIds)) return byIds;
  const matched = matchRules(tx, group, isEgress, permissions);
  if (isDomainError(matched)) return matched;
  const isInDefaultVpc = tx.get(Vpcs, group.vpcId)?.isDefault === true;
  if (matched.unknown.length > 0 && !isInDefaultVpc) return noSuchPermission();
  const revoked = [...new Set([...byIds, ...matched.known])];
  for (const rule of revoked) deleteResource(tx, SecurityGroupRules, rule.id);
  return {
    Return: true,
    UnknownIpPermissions: permissionsOf(tx, matched.unknown),
    RevokedSecurityGroupRules: revoked.map(renderRevoked),
  };
};

export const revokeSecurityGroupIngress: Operation<
  RevokeSecurityGroupIngressRequest,
  RevokeSecurityGroupIngressResult
> = (tx, input) => revoke(tx, input, false);

export const revokeSecurityGroupEgress: Operation<
  RevokeSecurityGroupEgressRequest,
  RevokeSecurityGroupEgressResult
> = (tx, input) => revoke(tx, input, true);

/** Puts other rules in the place of existing ones; ids, directions and tags stay. */
export const modifySecurityGroupRules: Operation<
  ModifySecurityGroupRulesRequest,
  ModifySecurityGroupRulesResult
> = (tx, input) => {
  const group = requestedGroup(tx, input);
  if (isDomainError(group)) return group;
  for (const update of input.SecurityGroupRules ?? []) {
    const rule = resourceById(
      tx,
      SecurityGroupRules,
      kinds.securityGroupRule,
      update.SecurityGroupRuleId,
    );
    if (isDomainError(rule)) return rule;
    if (rule.groupId !== group.id) return notFound(kinds.securityGroupRule, rule.id);
    const specification = specificationOfRequest(tx, group, update.SecurityGroupRule ?? {});
    if (isDomainError(specification)) return specification;
    const others = rulesOf(tx, group.id, rule.isEgress).filter((other) => other.id !== rule.id);
    if (others.some((other) => ruleKey(other) === ruleKey(specification))) {
      return duplicateRule(specification);
    }
    tx.put(SecurityGroupRules, { ...rule, ...specification });
  }
  return { Return: true };
};

const filterFields: FilterFields<SecurityGroupRule> = {
  'group-id': (rule) => rule.groupId,
  'security-group-rule-id': (rule) => rule.id,
};

export const describeSecurityGroupRules: Operation<
  DescribeSecurityGroupRulesRequest,
  DescribeSecurityGroupRulesResult
> = (tx, input) => {
  const page = describeResources(
    tx,
    SecurityGroupRules,
    kinds.securityGroupRule,
    { ...input, ids: input.SecurityGroupRuleIds },
    filterFields,
  );
  if (isDomainError(page)) return page;
  return {
    SecurityGroupRules: page.items.map((rule) => renderRule(tx, rule)),
    NextToken: page.nextToken,
  };
};

type UpdateDescriptionsInput = Plain<UpdateSecurityGroupRuleDescriptionsIngressRequest>;

/** Replaces descriptions of rules, named by id or by what they say. */
const updateDescriptions = (
  tx: Tx,
  input: UpdateDescriptionsInput,
  isEgress: boolean,
): { readonly Return: true } | DomainError => {
  const group = requestedGroup(tx, input);
  if (isDomainError(group)) return group;
  const { IpPermissions: permissions = [], SecurityGroupRuleDescriptions: byId = [] } = input;
  if ((permissions.length === 0) === (byId.length === 0)) {
    return new DomainError(
      'MissingParameter',
      "Exactly one of 'ipPermissions' and 'securityGroupRuleDescriptions' should be provided.",
    );
  }
  const specifications = specificationsOfAll(tx, group, permissions);
  if (isDomainError(specifications)) return specifications;
  const existing = rulesOf(tx, group.id, isEgress);
  for (const specification of specifications) {
    const rule = existing.find((other) => ruleKey(other) === ruleKey(specification));
    if (rule === undefined) return noSuchPermission();
    tx.put(SecurityGroupRules, { ...rule, description: specification.description });
  }
  for (const update of byId) {
    const rules = rulesByIds(tx, group, isEgress, [update.SecurityGroupRuleId ?? '']);
    if (isDomainError(rules)) return rules;
    const description = checkRuleDescription(update.Description);
    if (isDomainError(description)) return description;
    for (const rule of rules) tx.put(SecurityGroupRules, { ...rule, description });
  }
  return { Return: true };
};

export const updateSecurityGroupRuleDescriptionsIngress: Operation<
  UpdateSecurityGroupRuleDescriptionsIngressRequest,
  UpdateSecurityGroupRuleDescriptionsIngressResult
> = (tx, input) => updateDescriptions(tx, input, false);

export const updateSecurityGroupRuleDescriptionsEgress: Operation<
  UpdateSecurityGroupRuleDescriptionsEgressRequest,
  UpdateSecurityGroupRuleDescriptionsEgressResult
> = (tx, input) => updateDescriptions(tx, input, true);
