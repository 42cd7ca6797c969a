import type {
  CreateAccountAliasRequest,
  DeleteAccountAliasRequest,
  GetAccountPasswordPolicyResponse,
  GetAccountSummaryResponse,
  ListAccountAliasesRequest,
  ListAccountAliasesResponse,
  UpdateAccountPasswordPolicyRequest,
} from '@aws-sdk/client-iam';
import type { View } from '../../world/transaction.ts';
import type { Nothing, Operation } from '../operation.ts';
import {
  AccountAliases,
  Groups,
  InstanceProfiles,
  ManagedPolicies,
  OidcProviders,
  PasswordPolicies,
  Roles,
  SamlProviders,
  ServerCertificates,
  Users,
  type PasswordPolicy,
} from './entities.ts';
import { alreadyExists, noSuchAlias, noSuchPasswordPolicy } from './errors.ts';
import { attachedTo, useCount } from './policy-use.ts';
import { quotaIn, quotas } from './quotas.ts';

type Input = object | undefined;

/** CreateAccountAlias: an account has one, and another takes its place. Names of other accounts are not looked at. */
const createAccountAlias: Operation<CreateAccountAliasRequest, Nothing> = (tx, input) => {
  const { AccountAlias: alias = '' } = input;
  const [before] = tx.list(AccountAliases);
  if (before?.id === alias) return alreadyExists(`The account alias ${alias}`);
  if (before !== undefined) tx.delete(AccountAliases, before.id);
  tx.put(AccountAliases, { id: alias });
  return {};
};

const deleteAccountAlias: Operation<DeleteAccountAliasRequest, Nothing> = (tx, input) => {
  const { AccountAlias: alias = '' } = input;
  if (tx.get(AccountAliases, alias) === undefined) return noSuchAlias(alias);
  tx.delete(AccountAliases, alias);
  return {};
};

const listAccountAliases: Operation<ListAccountAliasesRequest, ListAccountAliasesResponse> = (
  tx,
) => ({ AccountAliases: tx.list(AccountAliases).map(({ id }) => id), IsTruncated: false });

/** What UpdateAccountPasswordPolicy takes for what it is not told (IAM API Reference). */
const usualPolicy: Omit<PasswordPolicy, 'id'> = {
  minimumLength: 6,
  requireSymbols: false,
  requireNumbers: false,
  requireUppercase: false,
  requireLowercase: false,
  allowUsersToChange: false,
  maxAgeDays: null,
  reusePrevention: null,
  hardExpiry: false,
};

/** UpdateAccountPasswordPolicy: "this operation does not support partial updates". */
const updateAccountPasswordPolicy: Operation<UpdateAccountPasswordPolicyRequest, Nothing> = (
  tx,
  input,
) => {
  tx.put(PasswordPolicies, {
    id: 'account',
    minimumLength: input.MinimumPasswordLength ?? usualPolicy.minimumLength,
    requireSymbols: input.RequireSymbols ?? usualPolicy.requireSymbols,
    requireNumbers: input.RequireNumbers ?? usualPolicy.requireNumbers,
    requireUppercase: input.RequireUppercaseCharacters ?? usualPolicy.requireUppercase,
    requireLowercase: input.RequireLowercaseCharacters ?? usualPolicy.requireLowercase,
    allowUsersToChange: input.AllowUsersToChangePassword ?? usualPolicy.allowUsersToChange,
    maxAgeDays: input.MaxPasswordAge ?? usualPolicy.maxAgeDays,
    reusePrevention: input.PasswordReusePrevention ?? usualPolicy.reusePrevention,
    hardExpiry: input.HardExpiry ?? usualPolicy.hardExpiry,
  });
  return {};
};

const getAccountPasswordPolicy: Operation<Input, GetAccountPasswordPolicyResponse> = (tx) => {
  const policy = tx.get(PasswordPolicies, 'account');
  if (policy === undefined) return noSuchPasswordPolicy(tx.account);
  return {
    PasswordPolicy: {
      MinimumPasswordLength: policy.minimumLength,
      RequireSymbols: policy.requireSymbols,
      RequireNumbers: policy.requireNumbers,
      RequireUppercaseCharacters: policy.requireUppercase,
      RequireLowercaseCharacters: policy.requireLowercase,
      AllowUsersToChangePassword: policy.allowUsersToChange,
      ExpirePasswords: policy.maxAgeDays !== null,
      ...(policy.maxAgeDays === null ? {} : { MaxPasswordAge: policy.maxAgeDays }),
      ...(policy.reusePrevention === null
        ? {}
        : { PasswordReusePrevention: policy.reusePrevention }),
      HardExpiry: policy.hardExpiry,
    },
  };
};

const deleteAccountPasswordPolicy: Operation<Input, Nothing> = (tx) => {
  if (tx.get(PasswordPolicies, 'account') === undefined) return noSuchPasswordPolicy(tx.account);
  tx.delete(PasswordPolicies, 'account');
  return {};
};

const counts = (view: View): Readonly<Record<string, number>> => {
  const policies = view.list(ManagedPolicies);
  return {
    AssumeRolePolicySizeQuota: quotas.trustPolicyCharacters,
    AttachedPoliciesPerGroupQuota: quotaIn(view, 'managedPoliciesPerGroup'),
    AttachedPoliciesPerRoleQuota: quotaIn(view, 'managedPoliciesPerRole'),
    AttachedPoliciesPerUserQuota: quotaIn(view, 'managedPoliciesPerUser'),
    GroupPolicySizeQuota: quotas.inlinePolicyCharactersPerGroup,
    Groups: view.list(Groups).length,
    GroupsPerUserQuota: quotas.groupsPerUser,
    GroupsQuota: quotaIn(view, 'groupsPerAccount'),
    InstanceProfiles: view.list(InstanceProfiles).length,
    InstanceProfilesQuota: quotaIn(view, 'instanceProfilesPerAccount'),
    Policies: policies.length,
    PoliciesQuota: quotaIn(view, 'policiesPerAccount'),
    PolicySizeQuota: quotas.managedPolicyCharacters,
    PolicyVersionsInUse: policies.filter(({ id }) => useCount(attachedTo(view, id)) > 0).length,
    RolePolicySizeQuota: quotas.inlinePolicyCharactersPerRole,
    Roles: view.list(Roles).length,
    RolesQuota: quotaIn(view, 'rolesPerAccount'),
    ServerCertificates: view.list(ServerCertificates).length,
    ServerCertificatesQuota: quotaIn(view, 'serverCertificatesPerAccount'),
    UserPolicySizeQuota: quotas.inlinePolicyCharactersPerUser,
    Users: view.list(Users).length,
    UsersQuota: quotas.usersPerAccount,
    VersionsPerPolicyQuota: quotas.versionsPerPolicy,
  };
};

/** GetAccountSummary: what the account has, and how much of it it may have. It has no MFA devices and no keys of its root user. */
const getAccountSummary: Operation<Input, GetAccountSummaryResponse> = (tx) => ({
  SummaryMap: {
    ...counts(tx),
    AccessKeysPerUserQuota: quotas.accessKeysPerUser,
    AccountAccessKeysPresent: 0,
    AccountMFAEnabled: 0,
    AccountPasswordPresent: 0,
    AccountSigningCertificatesPresent: 0,
    MFADevices: 0,
    MFADevicesInUse: 0,
    Providers: tx.list(OidcProviders).length + tx.list(SamlProviders).length,
  },
});

/** What is set for the account as a whole. */
export const accountSettingOperations = {
  CreateAccountAlias: createAccountAlias,
  DeleteAccountAlias: deleteAccountAlias,
  DeleteAccountPasswordPolicy: deleteAccountPasswordPolicy,
  GetAccountPasswordPolicy: getAccountPasswordPolicy,
  GetAccountSummary: getAccountSummary,
  ListAccountAliases: listAccountAliases,
  UpdateAccountPasswordPolicy: updateAccountPasswordPolicy,
};
