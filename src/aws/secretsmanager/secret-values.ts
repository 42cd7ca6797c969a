import type {
  BatchGetSecretValueRequest,
  BatchGetSecretValueResponse,
  GetSecretValueRequest,
  GetSecretValueResponse,
  ListSecretVersionIdsRequest,
  ListSecretVersionIdsResponse,
  PutSecretValueRequest,
  PutSecretValueResponse,
  SecretValueEntry,
  UpdateSecretVersionStageRequest,
  UpdateSecretVersionStageResponse,
} from '@aws-sdk/client-secrets-manager';
import { isDomainError, type DomainError } from '../../world/domain-error.ts';
import type { Tx, View } from '../../world/transaction.ts';
import type { Operation, Plain } from '../operation.ts';
import { paginate } from '../shared/pagination.ts';
import { Secrets, SecretVersions, type Secret, type SecretVersion } from './entities.ts';
import { invalidNextToken, invalidParameter, invalidRequest, valueNotFound } from './errors.ts';
import { changeableSecret, findSecret, liveSecret, namesOf } from './find-secret.ts';
import { matchingSecrets } from './list-secrets.ts';
import { putSecret } from './replicas.ts';
import { openValue, shownValue, valueOf } from './sealed-values.ts';
import { newVersionId } from './secrets.ts';
import {
  addVersion,
  current,
  moveStage,
  removeStage,
  versionAt,
  versionById,
  versionsOf,
} from './versions.ts';

const dayMs = 24 * 3_600_000;

/** PutSecretValue: another version, which is AWSCURRENT unless the request says otherwise. */
export const putSecretValue: Operation<PutSecretValueRequest, PutSecretValueResponse> = (
  tx,
  input,
) => {
  const secret = changeableSecret(tx, input.SecretId);
  if (isDomainError(secret)) return secret;
  const value = valueOf(input);
  if (value === undefined) {
    return invalidRequest('You must provide either SecretString or SecretBinary.');
  }
  if (input.SecretString !== undefined && input.SecretBinary !== undefined) {
    return invalidParameter(
      "You can't specify both a binary secret value and a string secret value in the same secret.",
    );
  }
  const versionId = newVersionId(tx, input.ClientRequestToken);
  const version = addVersion(tx, secret, versionId, value, input.VersionStages);
  if (isDomainError(version)) return version;
  putSecret(tx, { ...secret, changedAt: tx.now });
  return { ...namesOf(tx, secret), VersionId: versionId, VersionStages: [...version.stages] };
};

/** The version that a request names by its id, its label, or both; else the current one. */
const askedVersion = (
  view: View,
  secret: Secret,
  input: Plain<GetSecretValueRequest>,
): SecretVersion | DomainError => {
  const { VersionId: id, VersionStage: stage } = input;
  if (id === undefined) {
    const named = stage ?? current;
    return versionAt(view, secret.id, named) ?? valueNotFound('staging label', named);
  }
  const version = versionById(view, secret.id, id);
  if (version === undefined) return valueNotFound('VersionId', id);
  return stage === undefined || version.stages.includes(stage)
    ? version
    : invalidRequest(
        `You provided a VersionStage that is not associated to the provided VersionId.`,
      );
};

/** Notes the day on which a value was read: AWS tells no more of it. */
const noteAccess = (tx: Tx, secret: Secret, version: SecretVersion): void => {
  const today = tx.now - (tx.now % dayMs);
  if (secret.accessedOn !== today) tx.put(Secrets, { ...secret, accessedOn: today });
  if (version.accessedOn !== today) tx.put(SecretVersions, { ...version, accessedOn: today });
};

const readValue = (
  tx: Tx,
  input: Plain<GetSecretValueRequest>,
): Plain<SecretValueEntry> | DomainError => {
  const secret = liveSecret(tx, input.SecretId);
  if (isDomainError(secret)) return secret;
  const version = askedVersion(tx, secret, input);
  if (isDomainError(version)) return version;
  const value = openValue(tx, secret, version);
  if (isDomainError(value)) return value;
  noteAccess(tx, secret, version);
  return {
    ...namesOf(tx, secret),
    VersionId: version.versionId,
    ...shownValue(value),
    VersionStages: [...version.stages],
    CreatedDate: version.createdAt,
  };
};

export const getSecretValue: Operation<GetSecretValueRequest, GetSecretValueResponse> = readValue;

/** BatchGetSecretValue: what cannot be read is listed in the answer; it is not an error. */
export const batchGetSecretValue: Operation<
  BatchGetSecretValueRequest,
  BatchGetSecretValueResponse
> = (tx, input) => {
  const { SecretIdList: ids, Filters: filters } = input;
  if ((ids === undefined) === (filters === undefined)) {
    return invalidParameter('Either SecretIdList or Filters must be provided, but not both.');
  }
  const named = ids ?? matchingSecrets(tx, filters).map(({ id }) => id);
  const page = paginate(
    named,
    { token: input.NextToken, maxResults: input.MaxResults ?? 20 },
    (id) => id,
    invalidNextToken,
  );
  if (isDomainError(page)) return page;
  const values: Plain<SecretValueEntry>[] = [];
  const errors: {
    readonly SecretId: string;
    readonly ErrorCode: string;
    readonly Message: string;
  }[] = [];
  for (const id of page.items) {
    const value = readValue(tx, { SecretId: id });
    if (isDomainError(value))
      errors.push({ SecretId: id, ErrorCode: value.code, Message: value.message });
    else values.push(value);
  }
  return { SecretValues: values, Errors: errors, NextToken: page.nextToken };
};

/** ListSecretVersionIds: those with a label, unless the others are asked for, too. */
export const listSecretVersionIds: Operation<
  ListSecretVersionIdsRequest,
  ListSecretVersionIdsResponse
> = (tx, input) => {
  const secret = findSecret(tx, input.SecretId);
  if (isDomainError(secret)) return secret;
  const versions = versionsOf(tx, secret.id).filter(
    ({ stages }) => input.IncludeDeprecated === true || stages.length > 0,
  );
  const page = paginate(
    versions,
    { token: input.NextToken, maxResults: input.MaxResults ?? 100 },
    ({ id }) => id,
    invalidNextToken,
  );
  if (isDomainError(page)) return page;
  return {
    ...namesOf(tx, secret),
    Versions: page.items.map((version) => ({
      VersionId: version.versionId,
      ...(version.stages.length === 0 ? {} : { VersionStages: [...version.stages] }),
      CreatedDate: version.createdAt,
      ...(version.accessedOn === null ? {} : { LastAccessedDate: version.accessedOn }),
      KmsKeyIds: [version.kmsKeyId],
    })),
    NextToken: page.nextToken,
  };
};

const stageFault = (
  tx: Tx,
  secret: Secret,
  input: Plain<UpdateSecretVersionStageRequest>,
): DomainError | undefined => {
  const { VersionStage: stage = '', RemoveFromVersionId: from, MoveToVersionId: to } = input;
  if (from === undefined && to === undefined) {
    return invalidParameter('You must provide RemoveFromVersionId, MoveToVersionId, or both.');
  }
  for (const id of [from, to]) {
    if (id !== undefined && versionById(tx, secret.id, id) === undefined) {
      return valueNotFound('VersionId', id);
    }
  }
  const holder = versionAt(tx, secret.id, stage);
  if (from !== undefined && holder?.versionId !== from) {
    return invalidParameter(`The staging label ${stage} is not attached to version ${from}.`);
  }
  if (holder !== undefined && from === undefined && holder.versionId !== to) {
    return invalidParameter(
      `The parameter RemoveFromVersionId can't be empty. Staging label ${stage} is currently attached to version ${holder.versionId}, so you must explicitly reference that version in RemoveFromVersionId.`,
    );
  }
  return stage === current && to === undefined
    ? invalidParameter(`You can't remove the staging label ${current}: move it to another version.`)
    : undefined;
};

/** UpdateSecretVersionStage: moves a label, or takes it away. */
export const updateSecretVersionStage: Operation<
  UpdateSecretVersionStageRequest,
  UpdateSecretVersionStageResponse
> = (tx, input) => {
  const secret = changeableSecret(tx, input.SecretId);
  if (isDomainError(secret)) return secret;
  const fault = stageFault(tx, secret, input);
  if (fault !== undefined) return fault;
  const { VersionStage: stage = '', MoveToVersionId: to } = input;
  if (to === undefined) removeStage(tx, secret.id, stage);
  else moveStage(tx, secret.id, stage, to);
  putSecret(tx, { ...secret, changedAt: tx.now });
  return namesOf(tx, secret);
};
