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

/** An identity provider that speaks OpenID Connect. Its id is its ARN. */
export interface OidcProvider extends Entity {
  /** Without its scheme. */
  readonly url: string;
  readonly clientIds: readonly string[];
  /** Of the certificates of its authority: 40 hexadecimal digits each. */
  readonly thumbprints: readonly string[];
  readonly createdAt: number;
}

/** In the shard of the partition. */
export const OidcProviders = defineTable<OidcProvider>('iam-oidc-providers');

/** An identity provider that speaks SAML. Its id is its ARN. */
export interface SamlProvider extends Entity {
  readonly name: string;
  /** Its metadata, as they were written. */
  readonly document: string;
  readonly uuid: string;
  readonly createdAt: number;
  readonly validUntil: number;
}

/** In the shard of the partition. */
export const SamlProviders = defineTable<SamlProvider>('iam-saml-providers');

/** A certificate that was uploaded for balancers. Its id is its name. */
export interface ServerCertificate extends Entity {
  readonly path: string;
  /** For example `ASCAEXAMPLE123EXAMPLE`. */
  readonly certificateId: string;
  readonly arn: string;
  /** PEM, as they were written. */
  readonly body: string;
  readonly chain: string | null;
  /** PEM, PKCS #8. */
  readonly privateKey: string;
  readonly createdAt: number;
  readonly expiresAt: number;
}

/** In the shard of the partition. */
export const ServerCertificates = defineTable<ServerCertificate>('iam-server-certificates', {
  arn: (certificate) => certificate.arn,
});

/** The name of the account, by which its sign-in page would be called. Its id is the name. */
export type AccountAlias = Entity;

/** In the shard of the partition. */
export const AccountAliases = defineTable<AccountAlias>('iam-account-aliases');

/** What passwords of the account's users must be. */
export interface PasswordPolicy extends Entity {
  readonly minimumLength: number;
  readonly requireSymbols: boolean;
  readonly requireNumbers: boolean;
  readonly requireUppercase: boolean;
  readonly requireLowercase: boolean;
  readonly allowUsersToChange: boolean;
  readonly maxAgeDays: number | null;
  readonly reusePrevention: number | null;
  readonly hardExpiry: boolean;
}

/** One entity with the id `account`, while there is a policy. In the shard of the partition. */
export const PasswordPolicies = defineTable<PasswordPolicy>('iam-password-policies');
