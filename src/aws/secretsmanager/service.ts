import { extend } from '../../world/rules.ts';
import type { Service } from '../operation.ts';
import { Receivers } from '../shared/outbox.ts';
import { about } from './about.ts';
import { deleteSecret, deletionTimers, restoreSecret } from './delete-secret.ts';
import { listSecrets } from './list-secrets.ts';
import { getRandomPassword } from './random-password.ts';
import {
  removeRegionsFromReplication,
  replicateSecretToRegions,
  secretReceivers,
  stopReplicationToReplica,
} from './replication.ts';
import {
  deleteResourcePolicy,
  getResourcePolicy,
  putResourcePolicy,
  validateResourcePolicy,
} from './resource-policies.ts';
import { cancelRotateSecret, rotateSecret } from './rotation.ts';
import { tagResource, untagResource } from './secret-tags.ts';
import {
  batchGetSecretValue,
  getSecretValue,
  listSecretVersionIds,
  putSecretValue,
  updateSecretVersionStage,
} from './secret-values.ts';
import { createSecret, describeSecret, updateSecret } from './secrets.ts';

export const secretsmanager: Service = {
  ...about,
  refuses: {
    CreateSecret: ['CrossAccountPrimaryARN'],
    DeleteResourcePolicy: ['PolicyName'],
    GetResourcePolicy: ['PolicyName'],
    PutResourcePolicy: ['PolicyName'],
    RotateSecret: ['ExternalSecretRotationMetadata', 'ExternalSecretRotationRoleArn'],
  },
  timers: deletionTimers,
  extends: Object.entries(secretReceivers).map(([kind, receiver]) =>
    extend(Receivers, kind, receiver),
  ),
  operations: {
    BatchGetSecretValue: batchGetSecretValue,
    CancelRotateSecret: cancelRotateSecret,
    CreateSecret: createSecret,
    DeleteResourcePolicy: deleteResourcePolicy,
    DeleteSecret: deleteSecret,
    DescribeSecret: describeSecret,
    GetRandomPassword: getRandomPassword,
    GetResourcePolicy: getResourcePolicy,
    GetSecretValue: getSecretValue,
    ListSecretVersionIds: listSecretVersionIds,
    ListSecrets: listSecrets,
    PutResourcePolicy: putResourcePolicy,
    PutSecretValue: putSecretValue,
    RemoveRegionsFromReplication: removeRegionsFromReplication,
    ReplicateSecretToRegions: replicateSecretToRegions,
    RestoreSecret: restoreSecret,
    RotateSecret: rotateSecret,
    StopReplicationToReplica: stopReplicationToReplica,
    TagResource: tagResource,
    UntagResource: untagResource,
    UpdateSecret: updateSecret,
    UpdateSecretVersionStage: updateSecretVersionStage,
    ValidateResourcePolicy: validateResourcePolicy,
  },
};
