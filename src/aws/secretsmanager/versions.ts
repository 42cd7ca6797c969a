import { isDomainError, type DomainError } from '../../world/domain-error.ts';
import type { Tx, View } from '../../world/transaction.ts';
import { SecretVersions, type Secret, type SecretVersion } from './entities.ts';
import { alreadyExists, invalidParameter, limitExceeded } from './errors.ts';
import { secretArn } from './find-secret.ts';
import { isSameValue, openValue, sealValue, type SecretValue } from './sealed-values.ts';

export const current = 'AWSCURRENT';
const previous = 'AWSPREVIOUS';
export const pending = 'AWSPENDING';

/** "Secrets Manager quotas" (User Guide): labels of a secret, versions of it, bytes of a value. */
const limits = { stages: 20, versions: 100, valueBytes: 65_536 } as const;

const versionKey = (name: string, versionId: string): string => `${name}:${versionId}`;

/** The versions of a secret, the oldest first. */
export const versionsOf = (view: View, name: string): readonly SecretVersion[] =>
  view.find(SecretVersions, 'secret', name);

export const versionById = (
  view: View,
  name: string,
  versionId: string,
): SecretVersion | undefined => view.get(SecretVersions, versionKey(name, versionId));

export const versionAt = (view: View, name: string, stage: string): SecretVersion | undefined =>
  versionsOf(view, name).find(({ stages }) => stages.includes(stage));

/** Takes a label from whichever version has it. */
const takeStage = (tx: Tx, name: string, stage: string): void => {
  const holder = versionAt(tx, name, stage);
  if (holder === undefined) return;
  tx.put(SecretVersions, { ...holder, stages: holder.stages.filter((one) => one !== stage) });
};

/**
 * Gives a version a label, which the version that had it loses. When that is AWSCURRENT, the one before becomes AWSPREVIOUS
 * ("Secret versions", User Guide).
 */
export const moveStage = (tx: Tx, name: string, stage: string, versionId: string): void => {
  const before = versionAt(tx, name, stage);
  if (before?.versionId === versionId) return;
  takeStage(tx, name, stage);
  const version = versionById(tx, name, versionId);
  if (version !== undefined) {
    tx.put(SecretVersions, { ...version, stages: [...version.stages, stage] });
  }
  if (stage === current && before !== undefined) moveStage(tx, name, previous, before.versionId);
};

export const removeStage = takeStage;

/** The oldest version without a label goes, where there are too many. */
const makeRoom = (tx: Tx, name: string): DomainError | undefined => {
  const versions = versionsOf(tx, name);
  if (versions.length < limits.versions) return undefined;
  const oldest = versions.find(({ stages }) => stages.length === 0);
  if (oldest === undefined) {
    return limitExceeded(`The secret ${name} would have more than ${limits.versions} versions.`);
  }
  tx.delete(SecretVersions, oldest.id);
  return undefined;
};

/**
 * Makes a version under the id that the request's token gives it. The same token with the same value is the same version.
 * Errors: ResourceExistsException, EncryptionFailure, LimitExceededException, InvalidParameterException.
 */
export const addVersion = (
  tx: Tx,
  secret: Secret,
  versionId: string,
  value: SecretValue,
  stages: readonly string[] = [current],
): SecretVersion | DomainError => {
  if (value.bytes.length > limits.valueBytes) {
    return invalidParameter(`The secret value has more than ${limits.valueBytes} bytes.`);
  }
  const known = versionById(tx, secret.id, versionId);
  if (known !== undefined) {
    const kept = openValue(tx, secret, known);
    if (isDomainError(kept)) return kept;
    if (isSameValue(kept, value)) return known;
    return alreadyExists(
      `You can't use ClientRequestToken ${versionId} because that value is already in use for a version of secret ${secretArn(tx, secret)}.`,
    );
  }
  const noRoom = makeRoom(tx, secret.id);
  if (noRoom !== undefined) return noRoom;
  const sealed = sealValue(tx, secret, versionId, value);
  if (isDomainError(sealed)) return sealed;
  const isFirst = versionAt(tx, secret.id, current) === undefined;
  const version: SecretVersion = {
    id: versionKey(secret.id, versionId),
    secret: secret.id,
    versionId,
    stages: [],
    createdAt: tx.now,
    accessedOn: null,
    ...sealed,
  };
  tx.put(SecretVersions, version);
  const wanted = isFirst ? [...new Set([...stages, current])] : stages;
  if (wanted.length > limits.stages) {
    return limitExceeded(`A version has at most ${limits.stages} staging labels.`);
  }
  for (const stage of wanted) moveStage(tx, secret.id, stage, versionId);
  return versionById(tx, secret.id, versionId) ?? version;
};

/** Takes all versions of a secret away. */
export const forgetVersions = (tx: Tx, name: string): void => {
  for (const { id } of versionsOf(tx, name)) tx.delete(SecretVersions, id);
};
