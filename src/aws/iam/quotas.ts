/** "IAM and AWS STS quotas", AWS Identity and Access Management User Guide: the defaults of an account. */
export const quotas = {
  rolesPerAccount: 1000,
  instanceProfilesPerAccount: 1000,
  policiesPerAccount: 1500,
  usersPerAccount: 5000,
  groupsPerAccount: 300,
  groupsPerUser: 10,
  accessKeysPerUser: 2,
  managedPoliciesPerRole: 10,
  managedPoliciesPerUser: 10,
  managedPoliciesPerGroup: 10,
  versionsPerPolicy: 5,
  /** Characters without white space, here and below. */
  managedPolicyCharacters: 6144,
  inlinePolicyCharactersPerRole: 10_240,
  inlinePolicyCharactersPerUser: 2048,
  inlinePolicyCharactersPerGroup: 5120,
  trustPolicyCharacters: 2048,
} as const;
