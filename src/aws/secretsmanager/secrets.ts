import type {
  CreateSecretRequest,
  CreateSecretResponse,
  DescribeSecretRequest,
  DescribeSecretResponse,
  SecretListEntry,
  UpdateSecretRequest,
  UpdateSecretResponse,
} from '@aws-sdk/client-secrets-manager';
import { isDomainError, type DomainError } from '../../world/domain-error.ts';
import type { Tx, View } from '../../world/transaction.ts';
import type { Operation, Plain } from '../operation.ts';
import { tagsOf } from '../shared/tags.ts';
import { uuidOf } from '../shared/uuids.ts';
import { Secrets, type Secret } from './entities.ts';
import { alreadyExists, invalidParameter, invalidRequest, limitExceeded } from './errors.ts';
import { changeableSecret, findSecret, namesOf, secretArn } from './find-secret.ts';
import { askedReplicas } from './replication.ts';
import { putSecret, replicaAnswers } from './replicas.ts';
import { isSameValue, openValue, valueOf } from './sealed-values.ts';
import { tagSecret } from './secret-tags.ts';
import { addVersion, versionById, versionsOf } from './versions.ts';

/** "Secrets Manager quotas": secrets of an account in a Region. */
const secretsPerRegion = 500_000;

const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789'.split('');

const newSuffix = (tx: Tx): string => {
  const random = tx.random('secretsmanager/suffixes');
  return Array.from({ length: 6 }, () => random.pick(letters) ?? '').join('');
};

/** The id of a new version: the request's token, which SDKs make by themselves. */
export const newVersionId = (tx: Tx, token: string | undefined): string =>
  token ?? uuidOf(tx.random('secretsmanager/versions').hex(32));

const nameFault = (name: string): DomainError | undefined =>
  /^[\w/+=.@-]+$/.test(name)
    ? undefined
    : invalidParameter(
        'Invalid name. Must be a valid name containing alphanumeric characters, or any of the following: -/_+=.@!',
      );

const bothValues = (input: object): DomainError | undefined =>
  'SecretString' in input && 'SecretBinary' in input
    ? invalidParameter(
        "You can't specify both a binary secret value and a string secret value in the same secret.",
      )
    : undefined;

/** A second CreateSecret with the token of the first is the same secret, where it says the same. */
const createdBefore = (
  tx: Tx,
  secret: Secret,
  input: Plain<CreateSecretRequest>,
): Plain<CreateSecretResponse> | DomainError => {
  if (secret.deletedAt !== null) {
    return invalidRequest(
      "You can't create this secret because a secret with this name is already scheduled for deletion.",
    );
  }
  const value = valueOf(input);
  const version =
    input.ClientRequestToken === undefined
      ? undefined
      : versionById(tx, secret.id, input.ClientRequestToken);
  const kept = version && openValue(tx, secret, version);
  if (
    kept !== undefined &&
    !isDomainError(kept) &&
    value !== undefined &&
    isSameValue(kept, value)
  ) {
    return { ...namesOf(tx, secret), VersionId: input.ClientRequestToken };
  }
  return alreadyExists(`The operation failed because the secret ${secret.id} already exists.`);
};

/** CreateSecret: with or without a first value. */
export const createSecret: Operation<CreateSecretRequest, CreateSecretResponse> = (tx, input) => {
  const { Name: name = '' } = input;
  const fault = nameFault(name) ?? bothValues(input);
  if (fault !== undefined) return fault;
  const known = tx.get(Secrets, name);
  if (known !== undefined) return createdBefore(tx, known, input);
  if (tx.list(Secrets).length >= secretsPerRegion) {
    return limitExceeded(`The account has ${secretsPerRegion} secrets in ${tx.shard} already.`);
  }
  const replicas = askedReplicas(tx, input.AddReplicaRegions, input.ForceOverwriteReplicaSecret);
  if (isDomainError(replicas)) return replicas;
  const secret: Secret = {
    id: name,
    suffix: newSuffix(tx),
    description: input.Description ?? '',
    kmsKeyId: input.KmsKeyId === undefined || input.KmsKeyId === '' ? null : input.KmsKeyId,
    type: input.Type ?? null,
    createdAt: tx.now,
    changedAt: tx.now,
    accessedOn: null,
    deletedAt: null,
    deletionAt: null,
    policy: null,
    rotation: null,
    primaryRegion: null,
    replicas,
  };
  const after = putSecret(tx, secret);
  const untagged = tagSecret(tx, secret, input.Tags);
  if (untagged !== undefined) return untagged;
  const value = valueOf(input);
  const version =
    value && addVersion(tx, secret, newVersionId(tx, input.ClientRequestToken), value);
  if (isDomainError(version)) return version;
  return {
    ...namesOf(tx, secret),
    ...(version === undefined ? {} : { VersionId: version.versionId }),
    ...(replicas.length === 0 ? {} : { ReplicationStatus: replicaAnswers(after) }),
  };
};

/** UpdateSecret: its facts, its value, or both. */
export const updateSecret: Operation<UpdateSecretRequest, UpdateSecretResponse> = (tx, input) => {
  const before = changeableSecret(tx, input.SecretId);
  if (isDomainError(before)) return before;
  const fault = bothValues(input);
  if (fault !== undefined) return fault;
  const secret: Secret = {
    ...before,
    description: input.Description ?? before.description,
    kmsKeyId: input.KmsKeyId === undefined ? before.kmsKeyId : input.KmsKeyId || null,
    type: input.Type ?? before.type,
    changedAt: tx.now,
  };
  const value = valueOf(input);
  const version =
    value && addVersion(tx, secret, newVersionId(tx, input.ClientRequestToken), value);
  if (isDomainError(version)) return version;
  putSecret(tx, secret);
  return {
    ...namesOf(tx, secret),
    ...(version === undefined ? {} : { VersionId: version.versionId }),
  };
};

const dayMs = 24 * 3_600_000;

/** When a secret would be rotated next by the days that its rules say. */
const nextRotation = ({ rotation, changedAt }: Secret): number | undefined => {
  const days = rotation?.isEnabled === true ? rotation.rules?.AutomaticallyAfterDays : undefined;
  return days === undefined ? undefined : changedAt + days * dayMs;
};

/** The labels of each version that has some. */
const stagesOf = (view: View, secret: Secret): Record<string, string[]> =>
  Object.fromEntries(
    versionsOf(view, secret.id)
      .filter(({ stages }) => stages.length > 0)
      .map(({ versionId, stages }) => [versionId, [...stages]]),
  );

/** What both lists and descriptions tell of a secret. */
export const factsOf = (view: View, secret: Secret): Plain<SecretListEntry> => {
  const { rotation } = secret;
  const next = nextRotation(secret);
  const hasRelatives = secret.primaryRegion !== null || secret.replicas.length > 0;
  return {
    ...namesOf(view, secret),
    ...(secret.type === null ? {} : { Type: secret.type }),
    ...(secret.description === '' ? {} : { Description: secret.description }),
    ...(secret.kmsKeyId === null ? {} : { KmsKeyId: secret.kmsKeyId }),
    ...(rotation === null ? {} : { RotationEnabled: rotation.isEnabled }),
    ...(rotation === null || rotation.lambdaArn === null
      ? {}
      : { RotationLambdaARN: rotation.lambdaArn }),
    ...(rotation === null || rotation.rules === null ? {} : { RotationRules: rotation.rules }),
    ...(next === undefined ? {} : { NextRotationDate: next }),
    LastChangedDate: secret.changedAt,
    ...(secret.accessedOn === null ? {} : { LastAccessedDate: secret.accessedOn }),
    ...(secret.deletedAt === null ? {} : { DeletedDate: secret.deletedAt }),
    Tags: [...tagsOf(view, secretArn(view, secret))],
    CreatedDate: secret.createdAt,
    ...(hasRelatives ? { PrimaryRegion: secret.primaryRegion ?? view.shard } : {}),
  };
};

/** DescribeSecret: also of one that waits for its deletion. */
export const describeSecret: Operation<DescribeSecretRequest, DescribeSecretResponse> = (
  tx,
  input,
) => {
  const secret = findSecret(tx, input.SecretId);
  if (isDomainError(secret)) return secret;
  const stages = stagesOf(tx, secret);
  return {
    ...factsOf(tx, secret),
    ...(Object.keys(stages).length === 0 ? {} : { VersionIdsToStages: stages }),
    ...(secret.replicas.length === 0 ? {} : { ReplicationStatus: replicaAnswers(secret) }),
  };
};

/** The labels of a secret's versions, for lists. */
export const listedStages = stagesOf;
