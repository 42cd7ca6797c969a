import type {
  CreateRoleRequest,
  CreateRoleResponse,
  DeleteRoleRequest,
  GetRoleRequest,
  GetRoleResponse,
  ListRolesRequest,
  ListRolesResponse,
  ListRoleTagsRequest,
  ListRoleTagsResponse,
  Role as Answer,
  TagRoleRequest,
  UntagRoleRequest,
  UpdateAssumeRolePolicyRequest,
  UpdateRoleDescriptionRequest,
  UpdateRoleDescriptionResponse,
  UpdateRoleRequest,
  UpdateRoleResponse,
} from '@aws-sdk/client-iam';
import { isDomainError, type DomainError } from '../../world/domain-error.ts';
import type { Tx, View } from '../../world/transaction.ts';
import { wholeSecond } from '../shared/utc-text.ts';
import type { Nothing, Operation, Plain } from '../operation.ts';
import { forgetTags, tagsOf } from '../shared/tags.ts';
import { InstanceProfiles, Roles, type Role } from './entities.ts';
import {
  alreadyExists,
  deleteConflict,
  malformedPolicy,
  noSuchPolicy,
  noSuchRole,
  protectedRole,
  quotaExceeded,
} from './errors.ts';
import { encodedDocument, iamArn, nameKey, newUniqueId, roleOfArn } from './identifiers.ts';
import { policyByArn } from './managed-policies.ts';
import { listPage } from './paging.ts';
import { countedCharacters, readPolicy, trustPolicyFault } from './policy-document.ts';
import { quotaIn, quotas } from './quotas.ts';
import { listTags, tagResource, untagResource } from './resource-tags.ts';

/** "If you do not specify a value for this setting, the default value of one hour is applied" (CreateRole). */
const usualSessionSeconds = 3600;

/** The role of that name in the account. */
export const roleByName = (view: View, name: string | undefined): Role | DomainError => {
  const role = view.get(Roles, nameKey(name ?? ''));
  return role?.name === name && role !== undefined ? role : noSuchRole(name ?? '');
};

/** The role of that name, if its owner may change it: a role that is linked to a service is the service's. */
export const changeableRole = (view: View, name: string | undefined): Role | DomainError => {
  const role = roleByName(view, name);
  if (isDomainError(role)) return role;
  return role.linkedService === null ? role : protectedRole(role.name);
};

/** What every answer with a role tells of it; lists tell no more ("ListRoles", IAM API Reference). */
export const listedRole = (role: Role): Plain<Answer> => ({
  Path: role.path,
  RoleName: role.name,
  RoleId: role.roleId,
  Arn: role.arn,
  CreateDate: role.createdAt,
  AssumeRolePolicyDocument: encodedDocument(role.trustPolicy),
  Description: role.description ?? undefined,
  MaxSessionDuration: role.maxSessionDurationSeconds,
});

/** A role with all that it has. */
export const wholeRole = (view: View, role: Role): Plain<Answer> => {
  const tags = tagsOf(view, role.arn);
  return {
    ...listedRole(role),
    ...(tags.length === 0 ? {} : { Tags: tags }),
    ...(role.permissionsBoundary === null
      ? {}
      : {
          PermissionsBoundary: {
            // The API Reference says that it "can only have a value of Policy"; the model's enumeration has another name.
            PermissionsBoundaryType: 'Policy' as 'PermissionsBoundaryPolicy',
            PermissionsBoundaryArn: role.permissionsBoundary,
          },
        }),
  };
};

/** A trust policy must name roles that are there: IAM looks them up when it is written. */
const unknownPrincipal = (view: View, document: string): DomainError | undefined => {
  const policy = readPolicy(document);
  if (isDomainError(policy)) return policy;
  const named = policy.statements.flatMap((statement) => [
    ...(statement.principals?.AWS ?? []),
    ...(statement.notPrincipals?.AWS ?? []),
  ]);
  const stranger = named.find((arn) => {
    const role = roleOfArn(arn);
    if (role === undefined) return false;
    return view.forAccount(role.account).get(Roles, nameKey(role.name)) === undefined;
  });
  return stranger === undefined
    ? undefined
    : malformedPolicy(`Invalid principal in policy: "AWS":"${stranger}"`);
};

const trustFault = (view: View, document: string): DomainError | undefined => {
  const fault = trustPolicyFault(document) ?? unknownPrincipal(view, document);
  if (fault !== undefined) return fault;
  return countedCharacters(document) > quotas.trustPolicyCharacters
    ? quotaExceeded('ACLSizePerRole', quotas.trustPolicyCharacters)
    : undefined;
};

/** What a new role is made of. */
export interface NewRole {
  readonly name: string;
  readonly path: string;
  readonly trustPolicy: string;
  readonly description: string | null;
  readonly maxSessionDurationSeconds: number;
  readonly permissionsBoundary: string | null;
  readonly linkedService: string | null;
}

/** Puts a new role; that there is none of its name has been checked. */
export const addRole = (tx: Tx, made: NewRole): Role => {
  const role: Role = {
    id: nameKey(made.name),
    ...made,
    roleId: newUniqueId('AROA', tx.random('iam/roles')),
    arn: iamArn(tx.account, 'role', made.path, made.name),
    createdAt: wholeSecond(tx.now),
    attachedPolicies: [],
    inlinePolicies: [],
  };
  tx.put(Roles, role);
  return role;
};

/** CreateRole: the name is unique in the account, whatever its case. */
export const createRole: Operation<CreateRoleRequest, CreateRoleResponse> = (tx, input) => {
  const { RoleName: name = '', Path: path = '/', PermissionsBoundary: boundary } = input;
  const trustPolicy = input.AssumeRolePolicyDocument ?? '';
  const fault = trustFault(tx, trustPolicy);
  if (fault !== undefined) return fault;
  if (tx.get(Roles, nameKey(name)) !== undefined) return alreadyExists(`Role with name ${name}`);
  if (tx.list(Roles).length >= quotaIn(tx, 'rolesPerAccount')) {
    return quotaExceeded('RolesPerAccount', quotaIn(tx, 'rolesPerAccount'));
  }
  if (boundary !== undefined && policyByArn(tx, boundary) === undefined) {
    return noSuchPolicy(boundary);
  }
  const role = addRole(tx, {
    name,
    path,
    trustPolicy,
    description: input.Description ?? null,
    maxSessionDurationSeconds: input.MaxSessionDuration ?? usualSessionSeconds,
    permissionsBoundary: boundary ?? null,
    linkedService: null,
  });
  const untagged = tagResource(tx, role.arn, 'role', input.Tags);
  return untagged ?? { Role: wholeRole(tx, role) };
};

export const getRole: Operation<GetRoleRequest, GetRoleResponse> = (tx, input) => {
  const role = roleByName(tx, input.RoleName);
  if (isDomainError(role)) return role;
  // Nobody counts uses: an empty RoleLastUsed is what IAM answers of a role that was not used yet.
  return { Role: { ...wholeRole(tx, role), RoleLastUsed: {} } };
};

/** UpdateRole: what the request does not name stays as it is. */
export const updateRole: Operation<UpdateRoleRequest, UpdateRoleResponse> = (tx, input) => {
  const role = changeableRole(tx, input.RoleName);
  if (isDomainError(role)) return role;
  tx.put(Roles, {
    ...role,
    description: input.Description ?? role.description,
    maxSessionDurationSeconds: input.MaxSessionDuration ?? role.maxSessionDurationSeconds,
  });
  return {};
};

export const updateRoleDescription: Operation<
  UpdateRoleDescriptionRequest,
  UpdateRoleDescriptionResponse
> = (tx, input) => {
  // The one thing of a service-linked role that its owner may change ("Edit a service-linked role", IAM User Guide).
  const role = roleByName(tx, input.RoleName);
  if (isDomainError(role)) return role;
  const changed: Role = { ...role, description: input.Description ?? null };
  tx.put(Roles, changed);
  return { Role: wholeRole(tx, changed) };
};

export const updateAssumeRolePolicy: Operation<UpdateAssumeRolePolicyRequest, Nothing> = (
  tx,
  input,
) => {
  const role = changeableRole(tx, input.RoleName);
  if (isDomainError(role)) return role;
  const trustPolicy = input.PolicyDocument ?? '';
  const fault = trustFault(tx, trustPolicy);
  if (fault !== undefined) return fault;
  tx.put(Roles, { ...role, trustPolicy });
  return {};
};

/** DeleteRole: nothing may hang on it; its sessions end with it. */
export const deleteRole: Operation<DeleteRoleRequest, Nothing> = (tx, input) => {
  const role = changeableRole(tx, input.RoleName);
  if (isDomainError(role)) return role;
  if (tx.find(InstanceProfiles, 'role', role.id).length > 0) {
    return deleteConflict('Cannot delete entity, must remove roles from instance profile first.');
  }
  if (role.attachedPolicies.length > 0) {
    return deleteConflict('Cannot delete entity, must detach all policies first.');
  }
  if (role.inlinePolicies.length > 0) {
    return deleteConflict('Cannot delete entity, must delete policies first.');
  }
  forgetTags(tx, role.arn);
  tx.delete(Roles, role.id);
  return {};
};

/** By name, as IAM lists them. */
const byName = (a: { readonly id: string }, b: { readonly id: string }): number =>
  a.id < b.id ? -1 : a.id > b.id ? 1 : 0;

export const listRoles: Operation<ListRolesRequest, ListRolesResponse> = (tx, input) => {
  const { PathPrefix: prefix = '/' } = input;
  const roles = tx
    .list(Roles)
    .filter((role) => role.path.startsWith(prefix))
    .toSorted(byName);
  const page = listPage(roles, input, (role) => role.id);
  if (isDomainError(page)) return page;
  return {
    Roles: page.items.map(listedRole),
    IsTruncated: page.IsTruncated,
    Marker: page.Marker,
  };
};

export const tagRole: Operation<TagRoleRequest, Nothing> = (tx, input) => {
  const role = roleByName(tx, input.RoleName);
  if (isDomainError(role)) return role;
  return tagResource(tx, role.arn, 'role', input.Tags) ?? {};
};

export const untagRole: Operation<UntagRoleRequest, Nothing> = (tx, input) => {
  const role = roleByName(tx, input.RoleName);
  if (isDomainError(role)) return role;
  untagResource(tx, role.arn, input.TagKeys);
  return {};
};

export const listRoleTags: Operation<ListRoleTagsRequest, ListRoleTagsResponse> = (tx, input) => {
  const role = roleByName(tx, input.RoleName);
  return isDomainError(role) ? role : listTags(tx, role.arn, input);
};
