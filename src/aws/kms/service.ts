import { extend } from '../../world/rules.ts';
import type { Service } from '../operation.ts';
import { Receivers } from '../shared/outbox.ts';
import { about } from './about.ts';
import { createAlias, deleteAlias, listAliases, updateAlias } from './aliases.ts';
import { createKey } from './create-key.ts';
import { Cryptography, type KeyCryptography } from './cryptography.ts';
import {
  decrypt,
  encrypt,
  generateDataKey,
  generateDataKeyWithoutPlaintext,
  generateRandom,
  reEncrypt,
} from './encrypt.ts';
import {
  createGrant,
  listGrants,
  listRetirableGrants,
  retireGrant,
  revokeGrant,
} from './grants.ts';
import { describeKey, listKeys, updateKeyDescription } from './key-metadata.ts';
import { getKeyPolicy, listKeyPolicies, putKeyPolicy } from './key-policies.ts';
import {
  cancelKeyDeletion,
  deletionTimers,
  disableKey,
  enableKey,
  scheduleKeyDeletion,
} from './key-states.ts';
import { listResourceTags, tagResource, untagResource } from './key-tags.ts';
import { generateMac, verifyMac } from './macs.ts';
import { keyReceivers, replicateKey, updatePrimaryRegion } from './replication.ts';
import {
  disableKeyRotation,
  enableKeyRotation,
  getKeyRotationStatus,
  listKeyRotations,
  rotateKeyOnDemand,
  rotationTimers,
} from './rotation.ts';

/** KMS with the cryptography of its host; without one it has no keys. */
export const kmsWith = (cryptography: KeyCryptography | undefined): Service => ({
  ...about,
  refuses: {
    CreateKey: ['CustomKeyStoreId', 'XksKeyId'],
    Decrypt: ['DryRunModifiers', 'Recipient'],
    GenerateDataKey: ['Recipient'],
    GenerateRandom: ['CustomKeyStoreId', 'Recipient'],
    ListKeys: ['ResourceOwners'],
    ReEncrypt: ['DryRunModifiers'],
  },
  timers: { ...deletionTimers, ...rotationTimers },
  extends: [
    ...Object.entries(keyReceivers).map(([kind, receiver]) => extend(Receivers, kind, receiver)),
    ...(cryptography === undefined ? [] : [extend(Cryptography, 'host', cryptography)]),
  ],
  operations: {
    CancelKeyDeletion: cancelKeyDeletion,
    CreateAlias: createAlias,
    CreateGrant: createGrant,
    CreateKey: createKey,
    Decrypt: decrypt,
    DeleteAlias: deleteAlias,
    DescribeKey: describeKey,
    DisableKey: disableKey,
    DisableKeyRotation: disableKeyRotation,
    EnableKey: enableKey,
    EnableKeyRotation: enableKeyRotation,
    Encrypt: encrypt,
    GenerateDataKey: generateDataKey,
    GenerateDataKeyWithoutPlaintext: generateDataKeyWithoutPlaintext,
    GenerateMac: generateMac,
    GenerateRandom: generateRandom,
    GetKeyPolicy: getKeyPolicy,
    GetKeyRotationStatus: getKeyRotationStatus,
    ListAliases: listAliases,
    ListGrants: listGrants,
    ListKeyPolicies: listKeyPolicies,
    ListKeyRotations: listKeyRotations,
    ListKeys: listKeys,
    ListResourceTags: listResourceTags,
    ListRetirableGrants: listRetirableGrants,
    PutKeyPolicy: putKeyPolicy,
    ReEncrypt: reEncrypt,
    ReplicateKey: replicateKey,
    RetireGrant: retireGrant,
    RevokeGrant: revokeGrant,
    RotateKeyOnDemand: rotateKeyOnDemand,
    ScheduleKeyDeletion: scheduleKeyDeletion,
    TagResource: tagResource,
    UntagResource: untagResource,
    UpdateAlias: updateAlias,
    UpdateKeyDescription: updateKeyDescription,
    UpdatePrimaryRegion: updatePrimaryRegion,
    VerifyMac: verifyMac,
  },
});
