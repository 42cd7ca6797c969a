import { defineTable, type Entity } from '../../world/entity.ts';

/** A policy that stands in a role itself. */
export interface InlinePolicy {
  readonly name: string;
  /** As it was written. */
  readonly document: string;
}

/** A role. Its id is its name in small letters: names that differ in case alone are one. */
export interface Role extends Entity {
  readonly name: string;
  readonly path: string;
  /** For example `AROAIIAZKPKYKPI46JKUC`; never used again after the role is gone. */
  readonly roleId: string;
  readonly arn: string;
  /** Who may assume it, as it was written. */
  readonly trustPolicy: string;
  readonly description: string | null;
  readonly maxSessionDurationSeconds: number;
  /** World time, milliseconds since 1970. */
  readonly createdAt: number;
  /** The ARN of a managed policy. */
  readonly permissionsBoundary: string | null;
  /** ARNs, in the order in which they were attached. */
  readonly attachedPolicies: readonly string[];
  readonly inlinePolicies: readonly InlinePolicy[];
  /** The service that the role is linked to, for example `autoscaling.amazonaws.com`. */
  readonly linkedService: string | null;
}

/** In the shard of the partition. */
export const Roles = defineTable<Role>('iam-roles', {
  policy: (role) => role.attachedPolicies,
  boundary: (role) => role.permissionsBoundary ?? undefined,
});

/** What a user and a group have in common: policies of their own and policies that are attached. */
interface Principal extends Entity {
  readonly name: string;
  readonly path: string;
  readonly arn: string;
  readonly createdAt: number;
  /** ARNs, in the order in which they were attached. */
  readonly attachedPolicies: readonly string[];
  readonly inlinePolicies: readonly InlinePolicy[];
}

/** A user. Its id is its name in small letters. */
export interface User extends Principal {
  /** For example `AIDACKCEVSQ6C2EXAMPLE`. */
  readonly userId: string;
  readonly permissionsBoundary: string | null;
  /** Entity ids, in the order in which it joined them. */
  readonly groups: readonly string[];
  /** World time of the password's creation; null of a user who cannot sign in. The password itself is not kept. */
  readonly loginProfile: { readonly createdAt: number; readonly resetRequired: boolean } | null;
}

/** In the shard of the partition. */
export const Users = defineTable<User>('iam-users', {
  userId: (user) => user.userId,
  group: (user) => user.groups,
  policy: (user) => user.attachedPolicies,
  boundary: (user) => user.permissionsBoundary ?? undefined,
});

/** A group of users. Its id is its name in small letters. */
export interface Group extends Principal {
  /** For example `AGPAI23HZ27SI6FQMGNQ2`. */
  readonly groupId: string;
}

/** In the shard of the partition. */
export const Groups = defineTable<Group>('iam-groups', {
  policy: (group) => group.attachedPolicies,
});

/** A key with which a user calls. Its id is the key itself; its secret follows from it and the world's seed. */
export interface AccessKey extends Entity {
  /** The entity id of its user. */
  readonly user: string;
  readonly isActive: boolean;
  readonly createdAt: number;
}

/** In the shard of the partition. */
export const AccessKeys = defineTable<AccessKey>('iam-access-keys', {
  user: (key) => key.user,
});

/** One version of a managed policy. */
export interface PolicyVersion {
  /** For example `v1`. */
  readonly versionId: string;
  /** As it was written. */
  readonly document: string;
  readonly createdAt: number;
}

/** A customer's managed policy. Its id is its ARN. */
export interface ManagedPolicy extends Entity {
  readonly name: string;
  readonly path: string;
  readonly policyId: string;
  readonly description: string | null;
  readonly createdAt: number;
  readonly updatedAt: number;
  /** The oldest first. */
  readonly versions: readonly PolicyVersion[];
  readonly defaultVersionId: string;
  /** The number of the next version: numbers are not used again. */
  readonly nextVersion: number;
}

/** In the shard of the partition. */
export const ManagedPolicies = defineTable<ManagedPolicy>('iam-policies', {
  name: (policy) => policy.name.toLowerCase(),
});

/** An instance profile. Its id is its name in small letters. */
export interface InstanceProfile extends Entity {
  readonly name: string;
  readonly path: string;
  readonly profileId: string;
  readonly arn: string;
  readonly createdAt: number;
  /** The entity id of its role; a profile has one at most. */
  readonly role: string | null;
}

/** In the shard of the partition. */
export const InstanceProfiles = defineTable<InstanceProfile>('iam-instance-profiles', {
  arn: (profile) => profile.arn,
  profileId: (profile) => profile.profileId,
  role: (profile) => profile.role ?? undefined,
});
