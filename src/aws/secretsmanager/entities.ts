import type { RotationRulesType } from '@aws-sdk/client-secrets-manager';
import { defineTable, type Entity } from '../../world/entity.ts';
import type { Plain } from '../operation.ts';

/** How a replica of a secret is, as its primary knows it. */
export interface ReplicaStatus {
  readonly region: string;
  readonly kmsKeyId: string | null;
  readonly status: 'InProgress' | 'InSync' | 'Failed';
  readonly message: string | null;
  /** Whether a secret of that name that is there already is overwritten. */
  readonly overwrites: boolean;
}

/** Rotation, as it was asked for: a fact. */
interface Rotation {
  readonly isEnabled: boolean;
  readonly lambdaArn: string | null;
  readonly rules: Plain<RotationRulesType> | null;
}

/** A secret; the id is its name. What it holds is in its versions. */
export interface Secret extends Entity {
  /** The six letters behind the name in its ARN. */
  readonly suffix: string;
  readonly description: string;
  /** As the user has named it; null for the key that AWS keeps. */
  readonly kmsKeyId: string | null;
  readonly type: string | null;
  /** World time, milliseconds since 1970; so are the moments below. */
  readonly createdAt: number;
  readonly changedAt: number;
  /** The day on which a value was read last. */
  readonly accessedOn: number | null;
  /** When its deletion was asked for, and when it comes. */
  readonly deletedAt: number | null;
  readonly deletionAt: number | null;
  readonly policy: string | null;
  readonly rotation: Rotation | null;
  /** Of a replica: where its primary is; null of a secret that stands alone or is a primary. */
  readonly primaryRegion: string | null;
  /** Of a primary. */
  readonly replicas: readonly ReplicaStatus[];
}

export const Secrets = defineTable<Secret>('secretsmanager-secrets');

/** One version of a secret; the id is the name, a colon and the version's id. */
export interface SecretVersion extends Entity {
  readonly secret: string;
  readonly versionId: string;
  readonly stages: readonly string[];
  readonly createdAt: number;
  readonly accessedOn: number | null;
  /** The key that encrypts it, as it was named. */
  readonly kmsKeyId: string;
  readonly form: 'text' | 'bytes';
  /** The ciphertext, base64. */
  readonly sealed: string;
}

export const SecretVersions = defineTable<SecretVersion>('secretsmanager-versions', {
  secret: (version) => version.secret,
});
