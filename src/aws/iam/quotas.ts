import type { View } from '../../world/transaction.ts';
import { quotasOf, quotaValue, type Quota } from '../shared/quotas.ts';

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
  oidcProvidersPerAccount: 100,
  clientIdsPerOidcProvider: 100,
  thumbprintsPerOidcProvider: 5,
  samlProvidersPerAccount: 100,
  serverCertificatesPerAccount: 20,
  /** Characters without white space, here and below. */
  managedPolicyCharacters: 6144,
  inlinePolicyCharactersPerRole: 10_240,
  inlinePolicyCharactersPerUser: 2048,
  inlinePolicyCharactersPerGroup: 5120,
  trustPolicyCharacters: 2048,
} as const;

const raisable = quotasOf('iam', quotas, {
  groupsPerAccount: ['L-F4A5425F', 'Groups per account'],
  instanceProfilesPerAccount: ['L-6E65F664', 'Instance profiles per account'],
  managedPoliciesPerGroup: ['L-384571C4', 'Managed policies per group'],
  managedPoliciesPerRole: ['L-0DA4ABF3', 'Managed policies per role'],
  managedPoliciesPerUser: ['L-4019AD8B', 'Managed policies per user'],
  policiesPerAccount: ['L-E95E4862', 'Customer managed policies per account'],
  rolesPerAccount: ['L-FE177D64', 'Roles per account'],
  serverCertificatesPerAccount: ['L-BF35879D', 'Server certificates per account'],
});

const everywhere = (quota: Quota): Quota => ({ ...quota, isGlobal: true });

/** Those of them that an account may ask to raise, with codes and names as Service Quotas lists them. */
export const raisableQuotas: readonly Quota[] = Object.values(raisable).map(everywhere);

/** How many the account may have now. */
export const quotaIn = (view: View, name: keyof typeof raisable): number =>
  quotaValue(view, everywhere(raisable[name]));
