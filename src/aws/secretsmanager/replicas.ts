import type { ReplicationStatusType } from '@aws-sdk/client-secrets-manager';
import type { Tx } from '../../world/transaction.ts';
import type { Plain } from '../operation.ts';
import { send } from '../shared/outbox.ts';
import { Secrets, type ReplicaStatus, type Secret } from './entities.ts';

/** What goes to the Region of a replica, and what a replica that stands alone tells its primary. */
export const replicaKind = 'secretsmanager/replica';
export const stoppedKind = 'secretsmanager/replica-stopped';

/** Tells a Region that its replica is to be brought in line, or to go. */
export const tellReplica = (tx: Tx, name: string, region: string): void =>
  send(tx, { kind: replicaKind, to: region, subject: name, payload: null });

/** Puts a secret that has changed, by itself or in its versions and tags; its replicas hear of it. */
export const putSecret = (tx: Tx, secret: Secret): Secret => {
  const replicas = secret.replicas.map((replica): ReplicaStatus => ({
    ...replica,
    status: 'InProgress',
    message: null,
  }));
  const after: Secret = { ...secret, replicas };
  tx.put(Secrets, after);
  for (const { region } of replicas) tellReplica(tx, secret.id, region);
  return after;
};

/** Replicas as answers list them. */
export const replicaAnswers = (secret: Secret): Plain<ReplicationStatusType>[] =>
  secret.replicas.map(({ region, kmsKeyId, status, message }) => ({
    Region: region,
    ...(kmsKeyId === null ? {} : { KmsKeyId: kmsKeyId }),
    Status: status,
    ...(message === null ? {} : { StatusMessage: message }),
  }));
