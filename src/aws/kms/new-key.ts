import type { Tx, View } from '../../world/transaction.ts';
import { toBase64 } from '../shared/base64.ts';
import type { KeyCryptography } from './cryptography.ts';
import { Keys, type Key, type KeyMaterial, type KeySpec } from './entities.ts';

/** Bytes of the secret of each kind of key ("Key spec reference", Developer Guide). */
const secretBytes: Readonly<Record<KeySpec, number>> = {
  SYMMETRIC_DEFAULT: 32,
  HMAC_224: 28,
  HMAC_256: 32,
  HMAC_384: 48,
  HMAC_512: 64,
};

const hexOf = (bytes: Uint8Array): string =>
  Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');

/** Another secret for a key. */
export const newMaterial = (
  view: View,
  cryptography: KeyCryptography,
  spec: KeySpec,
  by: KeyMaterial['by'],
): KeyMaterial => ({
  id: hexOf(cryptography.random(32)),
  secret: toBase64(cryptography.random(secretBytes[spec])),
  since: view.now,
  by,
});

/** The policy of a key for which none was given ("Default key policy", Developer Guide), as KMS writes it. */
export const defaultPolicy = (account: string): string =>
  `{\n  "Version" : "2012-10-17",\n  "Id" : "key-default-1",\n  "Statement" : [ {\n    "Sid" : "Enable IAM User Permissions",\n    "Effect" : "Allow",\n    "Principal" : {\n      "AWS" : "arn:aws:iam::${account}:root"\n    },\n    "Action" : "kms:*",\n    "Resource" : "*"\n  } ]\n}`;

/** Puts a key with a first secret; what is not said is as KMS has it. */
export const putNewKey = (
  tx: Tx,
  cryptography: KeyCryptography,
  facts: Pick<Key, 'id' | 'spec' | 'usage'> & Partial<Key>,
): Key => {
  const key: Key = {
    managedAlias: null,
    description: '',
    createdAt: tx.now,
    state: 'Enabled',
    pendingWindowDays: null,
    deletionAt: null,
    materials: [newMaterial(tx, cryptography, facts.spec, 'creation')],
    rotation: null,
    policy: defaultPolicy(tx.account),
    related: null,
    ...facts,
  };
  tx.put(Keys, key);
  return key;
};
