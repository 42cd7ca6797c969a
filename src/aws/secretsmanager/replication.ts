import type {
  RemoveRegionsFromReplicationRequest,
  RemoveRegionsFromReplicationResponse,
  ReplicaRegionType,
  ReplicateSecretToRegionsRequest,
  ReplicateSecretToRegionsResponse,
  StopReplicationToReplicaRequest,
  StopReplicationToReplicaResponse,
} from '@aws-sdk/client-secrets-manager';
import { isDomainError, type DomainError } from '../../world/domain-error.ts';
import type { Tx, View } from '../../world/transaction.ts';
import type { Operation, Plain } from '../operation.ts';
import { send, type Receiver } from '../shared/outbox.ts';
import { addTags, forgetTags, tagsOf } from '../shared/tags.ts';
import { whyUnknownRegion } from '../shared/unknown-region.ts';
import { forgetSecret } from './delete-secret.ts';
import {
  Secrets,
  SecretVersions,
  type ReplicaStatus,
  type Secret,
  type SecretVersion,
} from './entities.ts';
import { invalidParameter, invalidRequest } from './errors.ts';
import { changeableSecret, liveSecret, secretArn } from './find-secret.ts';
import { putSecret, replicaAnswers, replicaKind, stoppedKind, tellReplica } from './replicas.ts';
import { openValue, sealValue } from './sealed-values.ts';
import { forgetVersions, versionsOf } from './versions.ts';

/** The replicas that a request asks for. Error: InvalidParameterException. */
export const askedReplicas = (
  view: View,
  asked: readonly Plain<ReplicaRegionType>[] = [],
  overwrites = false,
): readonly ReplicaStatus[] | DomainError => {
  const replicas: ReplicaStatus[] = [];
  for (const { Region: region = '', KmsKeyId: kmsKeyId } of asked) {
    if (view.geography.region(region) === undefined) {
      return invalidParameter(whyUnknownRegion(view.geography, region));
    }
    if (region === view.shard) {
      return invalidParameter(
        `Invalid replica region: ${region} is the region of the secret itself.`,
      );
    }
    if (replicas.some((other) => other.region === region)) {
      return invalidParameter(`The replica region ${region} is named twice.`);
    }
    const named = kmsKeyId === undefined || kmsKeyId === '' ? null : kmsKeyId;
    replicas.push({ region, kmsKeyId: named, status: 'InProgress', message: null, overwrites });
  }
  return replicas;
};

/** ReplicateSecretToRegions: each replica is there as soon as it has come over the backbone. */
export const replicateSecretToRegions: Operation<
  ReplicateSecretToRegionsRequest,
  ReplicateSecretToRegionsResponse
> = (tx, input) => {
  const secret = changeableSecret(tx, input.SecretId);
  if (isDomainError(secret)) return secret;
  const asked = askedReplicas(tx, input.AddReplicaRegions, input.ForceOverwriteReplicaSecret);
  if (isDomainError(asked)) return asked;
  const known = secret.replicas.filter(
    ({ region, status }) => status !== 'Failed' && asked.some((other) => other.region === region),
  );
  const [first] = known;
  if (first !== undefined) {
    return invalidRequest(
      `The secret ${secret.id} is replicated to the region ${first.region} already.`,
    );
  }
  const others = secret.replicas.filter(
    ({ region }) => !asked.some((other) => other.region === region),
  );
  const after = putSecret(tx, { ...secret, replicas: [...others, ...asked] });
  return { ARN: secretArn(tx, after), ReplicationStatus: replicaAnswers(after) };
};

/** RemoveRegionsFromReplication: the replicas go. */
export const removeRegionsFromReplication: Operation<
  RemoveRegionsFromReplicationRequest,
  RemoveRegionsFromReplicationResponse
> = (tx, input) => {
  const secret = changeableSecret(tx, input.SecretId);
  if (isDomainError(secret)) return secret;
  const { RemoveReplicaRegions: regions = [] } = input;
  const stranger = regions.find(
    (region) => !secret.replicas.some((replica) => replica.region === region),
  );
  if (stranger !== undefined) {
    return invalidParameter(`The secret ${secret.id} has no replica in the region ${stranger}.`);
  }
  const replicas = secret.replicas.filter(({ region }) => !regions.includes(region));
  const after: Secret = { ...secret, replicas };
  tx.put(Secrets, after);
  for (const region of regions) tellReplica(tx, secret.id, region);
  return { ARN: secretArn(tx, after), ReplicationStatus: replicaAnswers(after) };
};

/** StopReplicationToReplica: a replica stands alone from now on, also while its primary's Region is lost. */
export const stopReplicationToReplica: Operation<
  StopReplicationToReplicaRequest,
  StopReplicationToReplicaResponse
> = (tx, input) => {
  const secret = liveSecret(tx, input.SecretId);
  if (isDomainError(secret)) return secret;
  if (secret.primaryRegion === null) {
    return invalidRequest('Operation not permitted on a secret that is not a replica.');
  }
  tx.put(Secrets, { ...secret, primaryRegion: null });
  const to = secret.primaryRegion;
  send(tx, { kind: stoppedKind, to, subject: secret.id, payload: tx.shard });
  return { ARN: secretArn(tx, secret) };
};

/** All versions of a primary as they stand here, encrypted with the replica's own key. */
const versionsHere = (
  tx: Tx,
  from: View,
  source: Secret,
  replica: Secret,
): readonly SecretVersion[] | DomainError => {
  const versions: SecretVersion[] = [];
  for (const version of versionsOf(from, source.id)) {
    const value = openValue(from, source, version);
    if (isDomainError(value)) return value;
    const sealed = sealValue(tx, replica, version.versionId, value);
    if (isDomainError(sealed)) return sealed;
    const { accessedOn = null } = tx.get(SecretVersions, version.id) ?? {};
    versions.push({ ...version, ...sealed, accessedOn });
  }
  return versions;
};

const bringTags = (tx: Tx, from: View, source: Secret, replica: Secret): void => {
  const arn = secretArn(tx, replica);
  forgetTags(tx, arn);
  addTags(tx, arn, 'secretsmanager:secret', tagsOf(from, secretArn(from, source)));
};

const inSync = { status: 'InSync', message: null } as const;

const failed = (message: string) => ({ status: 'Failed', message }) as const;

/** Brings a replica in line with its primary: makes it, changes it, or takes it away. */
const bring = (tx: Tx, from: View, name: string) => {
  const source = from.get(Secrets, name);
  const wanted = source?.replicas.find(({ region }) => region === tx.shard);
  const own = tx.get(Secrets, name);
  const isOurs = own?.primaryRegion === from.shard;
  if (source === undefined || wanted === undefined) {
    if (own !== undefined && isOurs) forgetSecret(tx, own);
    return inSync;
  }
  if (own !== undefined && !isOurs && !wanted.overwrites) {
    return failed(`Replication failed: Secret name ${name} already exists in region ${tx.shard}.`);
  }
  const replica: Secret = {
    ...source,
    kmsKeyId: wanted.kmsKeyId,
    primaryRegion: from.shard,
    replicas: [],
    accessedOn: isOurs ? own.accessedOn : null,
  };
  const versions = versionsHere(tx, from, source, replica);
  if (isDomainError(versions)) return failed(`Replication failed: ${versions.message}`);
  if (own !== undefined && !isOurs) forgetSecret(tx, own);
  forgetVersions(tx, name);
  for (const version of versions) tx.put(SecretVersions, version);
  tx.put(Secrets, replica);
  bringTags(tx, from, source, replica);
  return inSync;
};

const receiveReplica: Receiver = {
  receive: (tx, entry, from) => bring(tx, from, entry.subject),
  received: (tx, entry, answer) => {
    const secret = tx.get(Secrets, entry.subject);
    if (secret === undefined) return;
    // What `bring` answers.
    const outcome = answer as ReturnType<typeof bring>;
    const replicas = secret.replicas.map((replica) =>
      // Once it is there, it overwrites no other: a replica that stands alone meanwhile is safe.
      replica.region === entry.to
        ? { ...replica, ...outcome, overwrites: replica.overwrites && outcome.status !== 'InSync' }
        : replica,
    );
    tx.put(Secrets, { ...secret, replicas });
  },
};

/** A replica that stands alone is none of its primary's any more. */
const receiveStopped: Receiver = {
  receive: (tx, entry) => {
    const secret = tx.get(Secrets, entry.subject);
    if (secret === undefined) return null;
    const replicas = secret.replicas.filter(({ region }) => region !== entry.payload);
    tx.put(Secrets, { ...secret, replicas });
    return null;
  },
};

/** Who takes what primaries and replicas send each other. */
export const secretReceivers: Readonly<Record<string, Receiver>> = {
  [replicaKind]: receiveReplica,
  [stoppedKind]: receiveStopped,
};
