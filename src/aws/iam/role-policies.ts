import type {
  DeleteRolePolicyRequest,
  GetRolePolicyRequest,
  GetRolePolicyResponse,
  ListRolePoliciesRequest,
  ListRolePoliciesResponse,
  PutRolePolicyRequest,
} from '@aws-sdk/client-iam';
import { isDomainError } from '../../world/domain-error.ts';
import type { Nothing, Operation } from '../operation.ts';
import { Roles, type InlinePolicy } from './entities.ts';
import { limitExceeded, noSuchRolePolicy } from './errors.ts';
import { encodedDocument } from './identifiers.ts';
import { listPage } from './paging.ts';
import { countedCharacters, identityPolicyFault } from './policy-document.ts';
import { quotas } from './quotas.ts';
import { changeableRole, roleByName } from './roles.ts';

/** PutRolePolicy: adds a policy to the role itself, or replaces the one of that name. */
export const putRolePolicy: Operation<PutRolePolicyRequest, Nothing> = (tx, input) => {
  const role = changeableRole(tx, input.RoleName);
  if (isDomainError(role)) return role;
  const { PolicyName: name = '', PolicyDocument: document = '' } = input;
  const fault = identityPolicyFault(document);
  if (fault !== undefined) return fault;
  const others = role.inlinePolicies.filter((policy) => policy.name !== name);
  const inlinePolicies: readonly InlinePolicy[] = [...others, { name, document }];
  let characters = 0;
  for (const policy of inlinePolicies) characters += countedCharacters(policy.document);
  if (characters > quotas.inlinePolicyCharactersPerRole) {
    return limitExceeded(
      `Maximum policy size of ${quotas.inlinePolicyCharactersPerRole} bytes exceeded for role ${role.name}`,
    );
  }
  tx.put(Roles, { ...role, inlinePolicies });
  return {};
};

export const getRolePolicy: Operation<GetRolePolicyRequest, GetRolePolicyResponse> = (
  tx,
  input,
) => {
  const role = roleByName(tx, input.RoleName);
  if (isDomainError(role)) return role;
  const policy = role.inlinePolicies.find((one) => one.name === input.PolicyName);
  if (policy === undefined) return noSuchRolePolicy(input.PolicyName ?? '');
  return {
    RoleName: role.name,
    PolicyName: policy.name,
    PolicyDocument: encodedDocument(policy.document),
  };
};

export const deleteRolePolicy: Operation<DeleteRolePolicyRequest, Nothing> = (tx, input) => {
  const role = changeableRole(tx, input.RoleName);
  if (isDomainError(role)) return role;
  const inlinePolicies = role.inlinePolicies.filter((policy) => policy.name !== input.PolicyName);
  if (inlinePolicies.length === role.inlinePolicies.length) {
    return noSuchRolePolicy(input.PolicyName ?? '');
  }
  tx.put(Roles, { ...role, inlinePolicies });
  return {};
};

export const listRolePolicies: Operation<ListRolePoliciesRequest, ListRolePoliciesResponse> = (
  tx,
  input,
) => {
  const role = roleByName(tx, input.RoleName);
  if (isDomainError(role)) return role;
  const names = role.inlinePolicies.map((policy) => policy.name).toSorted();
  const page = listPage(names, input, (name) => name);
  if (isDomainError(page)) return page;
  return { PolicyNames: page.items, IsTruncated: page.IsTruncated, Marker: page.Marker };
};
