import type {
  CreateSecurityGroupRequest,
  CreateSecurityGroupResult,
  DeleteSecurityGroupRequest,
  DeleteSecurityGroupResult,
  DescribeSecurityGroupsRequest,
  DescribeSecurityGroupsResult,
  SecurityGroup as ApiSecurityGroup,
} from '@aws-sdk/client-ec2';
import { DomainError, isDomainError } from '../../../world/domain-error.ts';
import type { View } from '../../../world/transaction.ts';
import type { Operation, Plain } from '../../operation.ts';
import type { FilterFields } from '../../shared/filters.ts';
import { addTags, tagsForType, tagsOf } from '../../shared/tags.ts';
import { ec2Arn } from '../arns.ts';
import { defaultVpcOf } from './default-network.ts';
import { deleteResource } from '../delete-resource.ts';
import { describeResources, resourceById } from '../describe.ts';
import {
  SecurityGroupRules,
  SecurityGroups,
  Vpcs,
  type SecurityGroup,
  type SecurityGroupRule,
} from '../entities.ts';
import {
  invalidParameterValue,
  kinds,
  limitExceeded,
  missingParameter,
  noDefaultVpc,
} from '../errors.ts';
import { NetworkInterfaces } from '../instances/instance-entities.ts';
import { addSecurityGroup } from './new-network.ts';
import { quotaIn } from '../launch/raisable-quotas.ts';
import { groupByName, permissionsOf } from './rule-specifications.ts';

/** The rules of a group in one direction, oldest first. */
export const rulesOf = (
  view: View,
  groupId: string,
  isEgress: boolean,
): readonly SecurityGroupRule[] =>
  view.find(SecurityGroupRules, 'group', groupId).filter((rule) => rule.isEgress === isEgress);

const renderSecurityGroup = (view: View, group: SecurityGroup): Plain<ApiSecurityGroup> => ({
  GroupId: group.id,
  GroupName: group.name,
  Description: group.description,
  VpcId: group.vpcId,
  OwnerId: view.account,
  SecurityGroupArn: ec2Arn(view, 'security-group', group.id),
  IpPermissions: permissionsOf(view, rulesOf(view, group.id, false)),
  IpPermissionsEgress: permissionsOf(view, rulesOf(view, group.id, true)),
  Tags: tagsOf(view, group.id),
});

/** A name that works only in the default VPC, which is where AWS looks for names. */
const groupInDefaultVpc = (view: View, name: string): SecurityGroup | DomainError => {
  const vpc = defaultVpcOf(view);
  if (vpc === undefined) return noDefaultVpc();
  return (
    groupByName(view, vpc.id, name) ??
    new DomainError(
      'InvalidGroup.NotFound',
      `The security group '${name}' does not exist in default VPC '${vpc.id}'`,
    )
  );
};

/** The group that a request names by its id or, in the default VPC, by its name. */
export const requestedGroup = (
  view: View,
  input: { readonly GroupId?: string | undefined; readonly GroupName?: string | undefined },
): SecurityGroup | DomainError => {
  if (input.GroupId !== undefined) {
    return resourceById(view, SecurityGroups, kinds.securityGroup, input.GroupId, 'groupId');
  }
  return input.GroupName === undefined
    ? missingParameter('groupName or groupId')
    : groupInDefaultVpc(view, input.GroupName);
};

/** "Security group rules", Amazon VPC User Guide: the characters of names and descriptions. */
const allowedText = /^[a-zA-Z0-9 ._\-:/()#,@[\]+=&;{}!$*]{1,255}$/;

const checkName = (name: string): DomainError | undefined => {
  if (name.startsWith('sg-')) {
    return invalidParameterValue(
      `Value (${name}) for parameter GroupName is invalid. Group names may not be in the format sg-*.`,
    );
  }
  if (name.toLowerCase() === 'default') {
    return invalidParameterValue(`Cannot use reserved security group name: ${name}`);
  }
  return allowedText.test(name)
    ? undefined
    : invalidParameterValue(
        `Value (${name}) for parameter GroupName is invalid. Up to 255 characters of a-z, A-Z, 0-9, spaces, and ._-:/()#,@[]+=&;{}!$* are allowed.`,
      );
};

const checkTexts = (
  input: Plain<CreateSecurityGroupRequest>,
): { readonly name: string; readonly description: string } | DomainError => {
  const { Description: description } = input;
  // "When the name contains trailing spaces, we trim the spaces" ("Security group rules", Amazon VPC User Guide).
  const name = input.GroupName?.trimEnd() ?? '';
  if (name === '') return missingParameter('groupName');
  if (description === undefined || description === '') {
    return missingParameter('groupDescription');
  }
  const wrong = checkName(name);
  if (wrong !== undefined) return wrong;
  return allowedText.test(description)
    ? { name, description }
    : invalidParameterValue(
        `Value (${description}) for parameter GroupDescription is invalid. Up to 255 characters of a-z, A-Z, 0-9, spaces, and ._-:/()#,@[]+=&;{}!$* are allowed.`,
      );
};

/** Makes a group in the VPC named, or in the default one, that lets everything out and nothing in. */
export const createSecurityGroup: Operation<
  CreateSecurityGroupRequest,
  CreateSecurityGroupResult
> = (tx, input) => {
  const texts = checkTexts(input);
  if (isDomainError(texts)) return texts;
  const vpc =
    input.VpcId === undefined
      ? (defaultVpcOf(tx) ?? noDefaultVpc())
      : resourceById(tx, Vpcs, kinds.vpc, input.VpcId);
  if (isDomainError(vpc)) return vpc;
  const tags = tagsForType(input.TagSpecifications, 'security-group');
  if (isDomainError(tags)) return tags;
  if (groupByName(tx, vpc.id, texts.name) !== undefined) {
    return new DomainError(
      'InvalidGroup.Duplicate',
      `The security group '${texts.name}' already exists for VPC '${vpc.id}'`,
    );
  }
  if (tx.list(SecurityGroups).length >= quotaIn(tx, 'securityGroupsPerRegion')) {
    return limitExceeded('SecurityGroupLimitExceeded', 'security groups');
  }
  const group = addSecurityGroup(tx, { vpcId: vpc.id, ...texts });
  return (
    addTags(tx, group.id, 'security-group', tags) ?? {
      GroupId: group.id,
      SecurityGroupArn: ec2Arn(tx, 'security-group', group.id),
      Tags: tags,
    }
  );
};

const ruleFields = (
  view: View,
  prefix: string,
  isEgress: boolean,
): Record<string, FilterFields<SecurityGroup>[string]> => {
  const each =
    (valueOf: (rule: SecurityGroupRule) => string | number | undefined) =>
    (group: SecurityGroup): readonly string[] =>
      rulesOf(view, group.id, isEgress).flatMap((rule) => {
        const value = valueOf(rule);
        return value === undefined ? [] : String(value);
      });
  const groupId = (rule: SecurityGroupRule): string | undefined =>
    rule.peer.kind === 'group' ? rule.peer.groupId : undefined;
  const cidr = (kind: 'ipv4' | 'ipv6') => (rule: SecurityGroupRule) =>
    rule.peer.kind === kind ? rule.peer.cidr : undefined;
  const prefixListId = ({ peer }: SecurityGroupRule): string | undefined =>
    peer.kind === 'prefix-list' ? peer.prefixListId : undefined;
  return {
    [`${prefix}.cidr`]: each(cidr('ipv4')),
    [`${prefix}.ipv6-cidr`]: each(cidr('ipv6')),
    [`${prefix}.from-port`]: each((rule) => rule.fromPort),
    [`${prefix}.to-port`]: each((rule) => rule.toPort),
    [`${prefix}.protocol`]: each((rule) => rule.protocol),
    [`${prefix}.group-id`]: each(groupId),
    [`${prefix}.group-name`]: each((rule) => view.get(SecurityGroups, groupId(rule) ?? '')?.name),
    [`${prefix}.user-id`]: each((rule) => (groupId(rule) === undefined ? undefined : view.account)),
    [`${prefix}.prefix-list-id`]: each(prefixListId),
  };
};

const filterFields = (view: View): FilterFields<SecurityGroup> => ({
  ...ruleFields(view, 'ip-permission', false),
  ...ruleFields(view, 'egress.ip-permission', true),
  description: (group) => group.description,
  'group-id': (group) => group.id,
  'group-name': (group) => group.name,
  'owner-id': () => view.account,
  'vpc-id': (group) => group.vpcId,
});

export const describeSecurityGroups: Operation<
  DescribeSecurityGroupsRequest,
  DescribeSecurityGroupsResult
> = (tx, input) => {
  const ids = [...(input.GroupIds ?? [])];
  for (const name of input.GroupNames ?? []) {
    const group = groupInDefaultVpc(tx, name);
    if (isDomainError(group)) return group;
    ids.push(group.id);
  }
  const page = describeResources(
    tx,
    SecurityGroups,
    kinds.securityGroup,
    { ...input, ids },
    filterFields(tx),
  );
  if (isDomainError(page)) return page;
  return {
    SecurityGroups: page.items.map((group) => renderSecurityGroup(tx, group)),
    NextToken: page.nextToken,
  };
};

/** Whether a network interface has the group, or another group's rule names it. */
const isInUse = (view: View, group: SecurityGroup): boolean =>
  view.find(NetworkInterfaces, 'group', group.id).length > 0 ||
  view.find(SecurityGroupRules, 'peerGroup', group.id).some((rule) => rule.groupId !== group.id);

export const deleteSecurityGroup: Operation<
  DeleteSecurityGroupRequest,
  DeleteSecurityGroupResult
> = (tx, input) => {
  const group = requestedGroup(tx, input);
  if (isDomainError(group)) return group;
  if (group.name === 'default') {
    return new DomainError(
      'CannotDelete',
      `the specified group: "${group.id}" name: "${group.name}" cannot be deleted by a user`,
    );
  }
  if (isInUse(tx, group)) {
    return new DomainError('DependencyViolation', `resource ${group.id} has a dependent object`);
  }
  for (const rule of tx.find(SecurityGroupRules, 'group', group.id)) {
    deleteResource(tx, SecurityGroupRules, rule.id);
  }
  deleteResource(tx, SecurityGroups, group.id);
  return { Return: true, GroupId: group.id };
};
