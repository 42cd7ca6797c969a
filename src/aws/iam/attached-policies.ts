import type {
  AttachRolePolicyRequest,
  DeleteRolePermissionsBoundaryRequest,
  DetachRolePolicyRequest,
  EntityType,
  ListAttachedRolePoliciesRequest,
  ListAttachedRolePoliciesResponse,
  ListEntitiesForPolicyRequest,
  ListEntitiesForPolicyResponse,
  PutRolePermissionsBoundaryRequest,
} from '@aws-sdk/client-iam';
import { isDomainError } from '../../world/domain-error.ts';
import type { Entity } from '../../world/entity.ts';
import type { Nothing, Operation } from '../operation.ts';
import { Roles } from './entities.ts';
import { noSuchBoundary, noSuchPolicy, notAttachable, quotaExceeded } from './errors.ts';
import { policyByArn } from './managed-policies.ts';
import { listPage } from './paging.ts';
import { attachedTo, bounding } from './policy-use.ts';
import { quotaIn } from './quotas.ts';
import { changeableRole, roleByName } from './roles.ts';

/** AttachRolePolicy: attaching what is attached already changes nothing. */
export const attachRolePolicy: Operation<AttachRolePolicyRequest, Nothing> = (tx, input) => {
  const role = changeableRole(tx, input.RoleName);
  if (isDomainError(role)) return role;
  const { PolicyArn: arn = '' } = input;
  if (policyByArn(tx, arn) === undefined) return notAttachable(arn);
  if (role.attachedPolicies.includes(arn)) return {};
  if (role.attachedPolicies.length >= quotaIn(tx, 'managedPoliciesPerRole')) {
    return quotaExceeded('PoliciesPerRole', quotaIn(tx, 'managedPoliciesPerRole'));
  }
  tx.put(Roles, { ...role, attachedPolicies: [...role.attachedPolicies, arn] });
  return {};
};

export const detachRolePolicy: Operation<DetachRolePolicyRequest, Nothing> = (tx, input) => {
  const role = changeableRole(tx, input.RoleName);
  if (isDomainError(role)) return role;
  const { PolicyArn: arn = '' } = input;
  if (!role.attachedPolicies.includes(arn)) return noSuchPolicy(arn);
  tx.put(Roles, {
    ...role,
    attachedPolicies: role.attachedPolicies.filter((one) => one !== arn),
  });
  return {};
};

export const listAttachedRolePolicies: Operation<
  ListAttachedRolePoliciesRequest,
  ListAttachedRolePoliciesResponse
> = (tx, input) => {
  const role = roleByName(tx, input.RoleName);
  if (isDomainError(role)) return role;
  const { PathPrefix: prefix = '/' } = input;
  const policies = role.attachedPolicies
    .flatMap((arn) => policyByArn(tx, arn) ?? [])
    .filter((policy) => policy.path.startsWith(prefix));
  const page = listPage(policies, input, (policy) => policy.id);
  if (isDomainError(page)) return page;
  return {
    AttachedPolicies: page.items.map((policy) => ({
      PolicyName: policy.name,
      PolicyArn: policy.id,
    })),
    IsTruncated: page.IsTruncated,
    Marker: page.Marker,
  };
};

/** Every one once, in the order in which they came. */
const once = <T extends Entity>(...lists: readonly (readonly T[])[]): readonly T[] => [
  ...new Map(lists.flat().map((one) => [one.id, one])).values(),
];

/** ListEntitiesForPolicy: who has a policy, attached or as a boundary; groups, users and roles on one page together. */
export const listEntitiesForPolicy: Operation<
  ListEntitiesForPolicyRequest,
  ListEntitiesForPolicyResponse
> = (tx, input) => {
  const { PolicyArn: arn = '', PathPrefix: prefix = '/', EntityFilter: filter } = input;
  if (policyByArn(tx, arn) === undefined) return noSuchPolicy(arn);
  const nobody = { users: [], groups: [], roles: [] };
  const usage = input.PolicyUsageFilter;
  const attached = usage === 'PermissionsBoundary' ? nobody : attachedTo(tx, arn);
  const bound = usage === 'PermissionsPolicy' ? nobody : bounding(tx, arn);
  const isAsked = (kind: EntityType): boolean =>
    filter === undefined || filter === kind || filter.endsWith('ManagedPolicy');
  const found = [
    ...once(attached.groups).map((one) => ({ kind: 'Group' as const, one })),
    ...once(attached.users, bound.users).map((one) => ({ kind: 'User' as const, one })),
    ...once(attached.roles, bound.roles).map((one) => ({ kind: 'Role' as const, one })),
  ].filter(({ kind, one }) => isAsked(kind) && one.path.startsWith(prefix));
  const page = listPage(found, input, ({ kind, one }) => `${kind}/${one.id}`);
  if (isDomainError(page)) return page;
  const { items, ...rest } = page;
  return {
    PolicyGroups: items.flatMap(({ kind, one }) =>
      kind === 'Group' ? { GroupName: one.name, GroupId: one.groupId } : [],
    ),
    PolicyUsers: items.flatMap(({ kind, one }) =>
      kind === 'User' ? { UserName: one.name, UserId: one.userId } : [],
    ),
    PolicyRoles: items.flatMap(({ kind, one }) =>
      kind === 'Role' ? { RoleName: one.name, RoleId: one.roleId } : [],
    ),
    ...rest,
  };
};

export const putRolePermissionsBoundary: Operation<PutRolePermissionsBoundaryRequest, Nothing> = (
  tx,
  input,
) => {
  const role = changeableRole(tx, input.RoleName);
  if (isDomainError(role)) return role;
  const { PermissionsBoundary: arn = '' } = input;
  if (policyByArn(tx, arn) === undefined) return noSuchPolicy(arn);
  tx.put(Roles, { ...role, permissionsBoundary: arn });
  return {};
};

export const deleteRolePermissionsBoundary: Operation<
  DeleteRolePermissionsBoundaryRequest,
  Nothing
> = (tx, input) => {
  const role = changeableRole(tx, input.RoleName);
  if (isDomainError(role)) return role;
  if (role.permissionsBoundary === null) return noSuchBoundary(role.name);
  tx.put(Roles, { ...role, permissionsBoundary: null });
  return {};
};
