import type {
  AttachRolePolicyRequest,
  DeleteRolePermissionsBoundaryRequest,
  DetachRolePolicyRequest,
  ListAttachedRolePoliciesRequest,
  ListAttachedRolePoliciesResponse,
  ListEntitiesForPolicyRequest,
  ListEntitiesForPolicyResponse,
  PutRolePermissionsBoundaryRequest,
} from '@aws-sdk/client-iam';
import { isDomainError } from '../../world/domain-error.ts';
import type { Nothing, Operation } from '../operation.ts';
import { Roles } from './entities.ts';
import { noSuchBoundary, noSuchPolicy, notAttachable, quotaExceeded } from './errors.ts';
import { policyByArn } from './managed-policies.ts';
import { listPage } from './paging.ts';
import { quotas } from './quotas.ts';
import { changeableRole, roleByName } from './roles.ts';

/** AttachRolePolicy: attaching what is attached already changes nothing. */
export const attachRolePolicy: Operation<AttachRolePolicyRequest, Nothing> = (tx, input) => {
  const role = changeableRole(tx, input.RoleName);
  if (isDomainError(role)) return role;
  const { PolicyArn: arn = '' } = input;
  if (policyByArn(tx, arn) === undefined) return notAttachable(arn);
  if (role.attachedPolicies.includes(arn)) return {};
  if (role.attachedPolicies.length >= quotas.managedPoliciesPerRole) {
    return quotaExceeded('PoliciesPerRole', quotas.managedPoliciesPerRole);
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

/** ListEntitiesForPolicy: roles alone, since there are no users and groups. */
export const listEntitiesForPolicy: Operation<
  ListEntitiesForPolicyRequest,
  ListEntitiesForPolicyResponse
> = (tx, input) => {
  const { PolicyArn: arn = '', PathPrefix: prefix = '/', EntityFilter: filter } = input;
  if (policyByArn(tx, arn) === undefined) return noSuchPolicy(arn);
  const usage = input.PolicyUsageFilter;
  const found = [
    ...(usage === 'PermissionsBoundary' ? [] : tx.find(Roles, 'policy', arn)),
    ...(usage === 'PermissionsPolicy' ? [] : tx.find(Roles, 'boundary', arn)),
  ];
  const isAsked = filter === undefined || filter === 'Role' || filter.endsWith('ManagedPolicy');
  const roles = [...new Map(found.map((role) => [role.id, role])).values()].filter(
    (role) => isAsked && role.path.startsWith(prefix),
  );
  const page = listPage(roles, input, (role) => role.id);
  if (isDomainError(page)) return page;
  return {
    PolicyGroups: [],
    PolicyUsers: [],
    PolicyRoles: page.items.map((role) => ({ RoleName: role.name, RoleId: role.roleId })),
    IsTruncated: page.IsTruncated,
    Marker: page.Marker,
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
