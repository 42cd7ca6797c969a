import { partitionShard } from '../../../world/entity.ts';
import type { View } from '../../../world/transaction.ts';
import { InstanceProfiles, Roles, type Role } from '../../iam/entities.ts';
import { isTrusted } from '../../iam/trust-evaluation.ts';
import { issueCredentials, type SessionCredentials } from '../../sts/session-credentials.ts';
import { Instances } from '../instances/instance-entities.ts';
import { profileAssociationOf } from './profiles.ts';

/** What an instance's metadata service knows of its profile and its role. */
export interface InstanceRole {
  readonly profileArn: string;
  readonly profileId: string;
  /** World time at which all of this was last made anew. */
  readonly updatedAt: number;
  /** Undefined when the profile is gone or holds no role. */
  readonly role?: {
    readonly name: string;
    /** Undefined when the role does not trust EC2. */
    readonly credentials: SessionCredentials | undefined;
  };
}

/**
 * How long credentials are good for, and how often there are others: "We make new credentials available at least five
 * minutes before the expiration of the old credentials" ("IAM roles for Amazon EC2", Amazon EC2 User Guide); they last
 * about six hours.
 */
const lifeMs = 6 * 3_600_000;
const renewalMs = 3_600_000;

/** The last moment at which credentials were made anew: every hour since the instance has its profile. */
const renewedAt = (now: number, since: number): number =>
  since + Math.floor(Math.max(0, now - since) / renewalMs) * renewalMs;

const credentialsOf = (
  view: View,
  role: Role,
  instanceId: string,
  updatedAt: number,
): SessionCredentials | undefined => {
  const ec2 = { kind: 'service', service: 'ec2.amazonaws.com' } as const;
  if (!isTrusted(role.trustPolicy, ec2, 'sts:AssumeRole', {})) return undefined;
  return issueCredentials(view.seed, {
    account: view.account,
    role: { name: role.name, id: role.roleId, path: role.path },
    sessionName: instanceId,
    nonce: `ec2/${updatedAt}`,
    expiresAt: updatedAt + lifeMs,
  });
};

/** The role of an instance and its credentials at this moment; undefined when the instance has no instance profile. */
export const instanceRoleOf = (view: View, instanceId: string): InstanceRole | undefined => {
  const association = profileAssociationOf(view, instanceId);
  if (association === undefined || view.get(Instances, instanceId) === undefined) return undefined;
  const { profileArn, profileId } = association;
  const updatedAt = renewedAt(view.now, association.since);
  const known = { profileArn, profileId, updatedAt };
  const iam = view.elsewhere(partitionShard);
  const [profile] = iam?.find(InstanceProfiles, 'profileId', profileId) ?? [];
  const role =
    profile === undefined || profile.role === null ? undefined : iam?.get(Roles, profile.role);
  if (role === undefined) return known;
  return {
    ...known,
    role: { name: role.name, credentials: credentialsOf(view, role, instanceId, updatedAt) },
  };
};
