import type { GrantConstraints, GrantOperation } from '@aws-sdk/client-kms';
import { defineTable, type Entity } from '../../world/entity.ts';
import type { Plain } from '../operation.ts';

/** What kinds of keys there are: for AES-GCM, and for HMACs. */
export type KeySpec = 'SYMMETRIC_DEFAULT' | 'HMAC_224' | 'HMAC_256' | 'HMAC_384' | 'HMAC_512';

/** The secret of a key between two rotations. */
export interface KeyMaterial {
  /** 64 hexadecimal digits. */
  readonly id: string;
  /** The secret itself, base64. It leaves the journal in no answer. */
  readonly secret: string;
  /** World time, milliseconds since 1970. */
  readonly since: number;
  /** How it came; the first one by the key's making. */
  readonly by: 'creation' | 'AUTOMATIC' | 'ON_DEMAND';
}

/** What a multi-Region key and its replicas have in common beside their material. */
export interface RelatedKeys {
  readonly primaryRegion: string;
  /** The Regions of the replicas, not that of the primary key. */
  readonly replicaRegions: readonly string[];
  /** Grows with each change of what related keys share: what is older never overwrites what is newer. */
  readonly revision: number;
}

/** A key; the id is its key id. */
export interface Key extends Entity {
  readonly spec: KeySpec;
  readonly usage: 'ENCRYPT_DECRYPT' | 'GENERATE_VERIFY_MAC';
  /** The alias of a key that AWS keeps for the account; null of the account's own. */
  readonly managedAlias: string | null;
  readonly description: string;
  readonly createdAt: number;
  readonly state: 'Enabled' | 'Disabled' | 'PendingDeletion' | 'PendingReplicaDeletion';
  /** How many days its deletion waits; null of one that stays. */
  readonly pendingWindowDays: number | null;
  /** World time of its deletion; null also while replicas keep it. */
  readonly deletionAt: number | null;
  /** All there were, the newest last. */
  readonly materials: readonly KeyMaterial[];
  /** Null while it does not rotate by itself. */
  readonly rotation: { readonly periodDays: number; readonly nextAt: number } | null;
  readonly policy: string;
  readonly related: RelatedKeys | null;
}

export const Keys = defineTable<Key>('kms-keys');

/** An alias; the id is its name, with `alias/`. */
export interface Alias extends Entity {
  readonly keyId: string;
  readonly createdAt: number;
  readonly updatedAt: number;
}

export const Aliases = defineTable<Alias>('kms-aliases', { key: (alias) => alias.keyId });

/** A grant; the id is the grant's. It is a fact: nothing is allowed or refused by it. */
export interface Grant extends Entity {
  readonly keyId: string;
  readonly token: string;
  readonly name: string | null;
  readonly grantee: string;
  readonly retiring: string | null;
  readonly operations: readonly GrantOperation[];
  readonly constraints: Plain<GrantConstraints> | null;
  readonly createdAt: number;
}

export const Grants = defineTable<Grant>('kms-grants', {
  key: (grant) => grant.keyId,
  token: (grant) => grant.token,
  retiring: (grant) => grant.retiring ?? undefined,
});
