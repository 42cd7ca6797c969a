import type {
  DescribeKeyRequest,
  DescribeKeyResponse,
  KeyMetadata,
  ListKeysRequest,
  ListKeysResponse,
  MultiRegionConfiguration,
  UpdateKeyDescriptionRequest,
} from '@aws-sdk/client-kms';
import { isDomainError } from '../../world/domain-error.ts';
import type { Nothing, Operation, Plain } from '../operation.ts';
import { Keys, type RelatedKeys } from './entities.ts';
import { deletionFault, findKey, type FoundKey } from './find-key.ts';
import { keyArn } from './key-arns.ts';
import { currentMaterial } from './ciphertext.ts';
import { changeableKey } from './changeable-key.ts';
import { markedPage } from './marked-page.ts';

const configurationOf = (
  { key, tx }: FoundKey,
  related: RelatedKeys,
): Plain<MultiRegionConfiguration> => {
  const inRegion = (region: string) => ({ Arn: keyArn(tx, key.id, region), Region: region });
  return {
    MultiRegionKeyType: related.primaryRegion === tx.shard ? 'PRIMARY' : 'REPLICA',
    PrimaryKey: inRegion(related.primaryRegion),
    ReplicaKeys: related.replicaRegions.map(inRegion),
  };
};

/** The algorithm of an HMAC key. */
export const macAlgorithm = (
  spec: string,
): 'HMAC_SHA_224' | 'HMAC_SHA_256' | 'HMAC_SHA_384' | 'HMAC_SHA_512' => {
  switch (spec) {
    case 'HMAC_224':
      return 'HMAC_SHA_224';
    case 'HMAC_384':
      return 'HMAC_SHA_384';
    case 'HMAC_512':
      return 'HMAC_SHA_512';
    default:
      return 'HMAC_SHA_256';
  }
};

/** What KMS tells of a key: all but its material and its policy. */
export const metadataOf = (found: FoundKey): Plain<KeyMetadata> => {
  const { key, arn, tx } = found;
  const isSymmetric = key.spec === 'SYMMETRIC_DEFAULT';
  return {
    AWSAccountId: tx.account,
    KeyId: key.id,
    Arn: arn,
    CreationDate: key.createdAt,
    Enabled: key.state === 'Enabled',
    Description: key.description,
    KeyUsage: key.usage,
    KeyState: key.state,
    ...(key.deletionAt === null ? {} : { DeletionDate: key.deletionAt }),
    ...(key.state === 'PendingReplicaDeletion' && key.pendingWindowDays !== null
      ? { PendingDeletionWindowInDays: key.pendingWindowDays }
      : {}),
    Origin: 'AWS_KMS',
    KeyManager: key.managedAlias === null ? 'CUSTOMER' : 'AWS',
    CustomerMasterKeySpec: key.spec,
    KeySpec: key.spec,
    ...(isSymmetric
      ? {
          EncryptionAlgorithms: ['SYMMETRIC_DEFAULT' as const],
          CurrentKeyMaterialId: currentMaterial(found).id,
        }
      : { MacAlgorithms: [macAlgorithm(key.spec)] }),
    MultiRegion: key.related !== null,
    ...(key.related === null
      ? {}
      : { MultiRegionConfiguration: configurationOf(found, key.related) }),
  };
};

export const describeKey: Operation<DescribeKeyRequest, DescribeKeyResponse> = (tx, input) => {
  const found = findKey(tx, input.KeyId, 'aliases');
  return isDomainError(found) ? found : { KeyMetadata: metadataOf(found) };
};

/** ListKeys: those of the account and, from their first use on, those that AWS keeps for it. */
export const listKeys: Operation<ListKeysRequest, ListKeysResponse> = (tx, input) => {
  const page = markedPage(tx.list(Keys), input, 100, ({ id }) => id);
  if (isDomainError(page)) return page;
  return {
    Keys: page.items.map(({ id }) => ({ KeyId: id, KeyArn: keyArn(tx, id) })),
    ...page.next,
  };
};

export const updateKeyDescription: Operation<UpdateKeyDescriptionRequest, Nothing> = (
  tx,
  input,
) => {
  const found = changeableKey(tx, input.KeyId, 'UpdateKeyDescription');
  if (isDomainError(found)) return found;
  const fault = deletionFault(found);
  if (fault !== undefined) return fault;
  found.tx.put(Keys, { ...found.key, description: input.Description ?? '' });
  return {};
};
