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
import type { Host } from '../host.ts';
import { Late } from '../shared/late.ts';
import { accountSettingOperations } from './account-settings.ts';
import { authorizationDetailOperations } from './authorization-details.ts';
import { oidcProviderOperations } from './oidc-providers.ts';
import { samlProviderOperations } from './saml-providers.ts';
import { serverCertificateOperations, type CertificateReading } from './server-certificates.ts';
import { simulationOperations } from './simulate-policies.ts';
import { groupOperations } from './groups.ts';
import { principalPolicyOperations } from './principal-policies.ts';
import { userOperations } from './users.ts';

/** Members of inputs that are not built. */
const refuses: Service['refuses'] = {
  CreateOpenIDConnectProvider: ['ContextProvider', 'IdentityCenterInstanceArn'],
  CreateRole: ['MaxSigninSessionDuration'],
  CreateSAMLProvider: [
    'AddPrivateKey',
    'AssertionEncryptionMode',
    'ContextProvider',
    'IdentityCenterInstanceArn',
  ],
  UpdateRole: ['MaxSigninSessionDuration', 'ResetMaxSigninSessionDuration'],
  UpdateSAMLProvider: [
    'AddPrivateKey',
    'AssertionEncryptionMode',
    'ContextProvider',
    'IdentityCenterInstanceArn',
    'RemoveContextProvider',
    'RemoveIdentityCenterInstance',
    'RemovePrivateKey',
  ],
};

const operations = {
  ...emptyLists({
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
  ...accountSettingOperations,
  ...authorizationDetailOperations,
  ...oidcProviderOperations,
  ...samlProviderOperations,
  ...simulationOperations,
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
};

const iamOf = (reading: CertificateReading): Service => ({
  ...about,
  load: async () => {
    await Promise.all([awsPolicyFacts.load(), reading.load()]);
  },
  refuses,
  operations: { ...operations, ...serverCertificateOperations(reading) },
});

/** IAM with what reads certificates, which is got when somebody calls IAM: EC2 brings the rest of it along. */
export const iamWith = (certificates: Host['certificates']): Service =>
  iamOf(new Late(async () => ({ maker: await certificates() })));

/** IAM as it is listed. Whoever runs its operations gives it what reads certificates. */
export const iam: Service = iamWith(() => Promise.resolve(undefined));
