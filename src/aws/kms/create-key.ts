import type { CreateKeyRequest, CreateKeyResponse } from '@aws-sdk/client-kms';
import { isDomainError, type DomainError } from '../../world/domain-error.ts';
import type { Operation, Plain } from '../operation.ts';
import { uuidOf } from '../shared/uuids.ts';
import { cryptographyOf } from './cryptography.ts';
import type { Key, KeySpec } from './entities.ts';
import { notBuilt, validation } from './errors.ts';
import { metadataOf } from './key-metadata.ts';
import { keyArn } from './key-arns.ts';
import { policyFault } from './key-policies.ts';
import { tagKey } from './key-tags.ts';
import { putNewKey } from './new-key.ts';

const isBuilt = (spec: string): spec is KeySpec =>
  spec === 'SYMMETRIC_DEFAULT' || /^HMAC_(224|256|384|512)$/.test(spec);

/** What kind of key a request asks for. Errors: ValidationException, NotImplemented. */
const kindOf = (input: Plain<CreateKeyRequest>): Pick<Key, 'spec' | 'usage'> | DomainError => {
  const { KeySpec: asked, CustomerMasterKeySpec: older, Origin: origin = 'AWS_KMS' } = input;
  if (asked !== undefined && older !== undefined && asked !== older) {
    return validation('You cannot specify KeySpec and CustomerMasterKeySpec in the same request.');
  }
  const spec = asked ?? older ?? 'SYMMETRIC_DEFAULT';
  if (origin !== 'AWS_KMS') return notBuilt(`keys of the origin ${origin}`);
  if (!isBuilt(spec))
    return notBuilt(`keys of the spec ${spec}: there are symmetric keys and HMAC keys`);
  const isMac = spec !== 'SYMMETRIC_DEFAULT';
  const usual = isMac ? undefined : 'ENCRYPT_DECRYPT';
  const { KeyUsage: usage = usual } = input;
  if (usage === undefined)
    return validation(`You must specify a KeyUsage value for the key spec ${spec}.`);
  if (usage !== (isMac ? 'GENERATE_VERIFY_MAC' : 'ENCRYPT_DECRYPT')) {
    return validation(`KeyUsage ${usage} is not compatible with KeySpec ${spec}`);
  }
  return { spec, usage };
};

/** CreateKey: symmetric, or for HMACs. Errors: those of the API Reference; NotImplemented of other kinds. */
export const createKey: Operation<CreateKeyRequest, CreateKeyResponse> = (tx, input) => {
  const kind = kindOf(input);
  if (isDomainError(kind)) return kind;
  const badPolicy = input.Policy === undefined ? undefined : policyFault(input.Policy);
  if (badPolicy !== undefined) return badPolicy;
  const cryptography = cryptographyOf(tx);
  if (isDomainError(cryptography)) return cryptography;
  const digits = tx.random('kms/ids').hex(32);
  const isMultiRegion = input.MultiRegion === true;
  const key = putNewKey(tx, cryptography, {
    ...kind,
    id: isMultiRegion ? `mrk-${digits}` : uuidOf(digits),
    description: input.Description ?? '',
    ...(input.Policy === undefined ? {} : { policy: input.Policy }),
    related: isMultiRegion ? { primaryRegion: tx.shard, replicaRegions: [], revision: 1 } : null,
  });
  const found = { key, arn: keyArn(tx, key.id), tx };
  return tagKey(found, input.Tags) ?? { KeyMetadata: metadataOf(found) };
};
