import type { Service } from '../operation.ts';
import { emptyLists } from '../shared/empty-lists.ts';
import { awsPolicyFacts } from './aws-policies.ts';
import { about } from './about.ts';
import { accessKeyOperations } from './access-keys.ts';
import {
  attachRolePolicy,
  deleteRolePermissionsBoundary,
  detachRolePolicy,
  listAttachedRolePolicies,
  listEntitiesForPolicy,
  putRolePermissionsBoundary,
} from './attached-policies.ts';
import {
  addRoleToInstanceProfile,
  createInstanceProfile,
  deleteInstanceProfile,
  getInstanceProfile,
  listInstanceProfiles,
  listInstanceProfilesForRole,
  listInstanceProfileTags,
  removeRoleFromInstanceProfile,
  tagInstanceProfile,
  untagInstanceProfile,
} from './instance-profiles.ts';
import {
  createPolicy,
  deletePolicy,
  getPolicy,
  listPolicies,
  listPolicyTags,
  tagPolicy,
  untagPolicy,
} from './policies.ts';
import {
  createPolicyVersion,
  deletePolicyVersion,
  getPolicyVersion,
  listPolicyVersions,
  setDefaultPolicyVersion,
} from './policy-versions.ts';
import {
  deleteRolePolicy,
  getRolePolicy,
  listRolePolicies,
  putRolePolicy,
} from './role-policies.ts';
import {
  createRole,
  deleteRole,
  getRole,
  listRoles,
  listRoleTags,
  tagRole,
  untagRole,
  updateAssumeRolePolicy,
  updateRole,
  updateRoleDescription,
} from './roles.ts';
import {
  createServiceLinkedRole,
  deleteServiceLinkedRole,
  getServiceLinkedRoleDeletionStatus,
} from './service-linked-roles.ts';
import { groupOperations } from './groups.ts';
import { principalPolicyOperations } from './principal-policies.ts';
import { userOperations } from './users.ts';

export const iam: Service = {
  ...about,
  load: () => awsPolicyFacts.load(),
  refuses: {
    CreateRole: ['MaxSigninSessionDuration'],
    UpdateRole: ['MaxSigninSessionDuration', 'ResetMaxSigninSessionDuration'],
  },
  operations: {
    ...emptyLists({
      // No account has one, since there is no sign-in page to name.
      ListAccountAliases: { answer: { AccountAliases: [], IsTruncated: false } },
      // There is nothing that a user could sign in to or prove itself to with them.
      ListMFADevices: { answer: { MFADevices: [], IsTruncated: false } },
      ListSSHPublicKeys: { answer: { SSHPublicKeys: [], IsTruncated: false } },
      ListServiceSpecificCredentials: { answer: { ServiceSpecificCredentials: [] } },
      ListSigningCertificates: { answer: { Certificates: [], IsTruncated: false } },
      ListVirtualMFADevices: { answer: { VirtualMFADevices: [], IsTruncated: false } },
    }),
    ...userOperations,
    ...groupOperations,
    ...principalPolicyOperations,
    ...accessKeyOperations,
    AddRoleToInstanceProfile: addRoleToInstanceProfile,
    AttachRolePolicy: attachRolePolicy,
    CreateInstanceProfile: createInstanceProfile,
    CreatePolicy: createPolicy,
    CreatePolicyVersion: createPolicyVersion,
    CreateRole: createRole,
    CreateServiceLinkedRole: createServiceLinkedRole,
    DeleteInstanceProfile: deleteInstanceProfile,
    DeletePolicy: deletePolicy,
    DeletePolicyVersion: deletePolicyVersion,
    DeleteRole: deleteRole,
    DeleteRolePermissionsBoundary: deleteRolePermissionsBoundary,
    DeleteRolePolicy: deleteRolePolicy,
    DeleteServiceLinkedRole: deleteServiceLinkedRole,
    DetachRolePolicy: detachRolePolicy,
    GetInstanceProfile: getInstanceProfile,
    GetPolicy: getPolicy,
    GetPolicyVersion: getPolicyVersion,
    GetRole: getRole,
    GetRolePolicy: getRolePolicy,
    GetServiceLinkedRoleDeletionStatus: getServiceLinkedRoleDeletionStatus,
    ListAttachedRolePolicies: listAttachedRolePolicies,
    ListEntitiesForPolicy: listEntitiesForPolicy,
    ListInstanceProfiles: listInstanceProfiles,
    ListInstanceProfilesForRole: listInstanceProfilesForRole,
    ListInstanceProfileTags: listInstanceProfileTags,
    ListPolicies: listPolicies,
    ListPolicyTags: listPolicyTags,
    ListPolicyVersions: listPolicyVersions,
    ListRolePolicies: listRolePolicies,
    ListRoles: listRoles,
    ListRoleTags: listRoleTags,
    PutRolePermissionsBoundary: putRolePermissionsBoundary,
    PutRolePolicy: putRolePolicy,
    RemoveRoleFromInstanceProfile: removeRoleFromInstanceProfile,
    SetDefaultPolicyVersion: setDefaultPolicyVersion,
    TagInstanceProfile: tagInstanceProfile,
    TagPolicy: tagPolicy,
    TagRole: tagRole,
    UntagInstanceProfile: untagInstanceProfile,
    UntagPolicy: untagPolicy,
    UntagRole: untagRole,
    UpdateAssumeRolePolicy: updateAssumeRolePolicy,
    UpdateRole: updateRole,
    UpdateRoleDescription: updateRoleDescription,
  },
};
