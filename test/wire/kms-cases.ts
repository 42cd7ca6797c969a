import type { WireCase } from './cases.ts';

const arn = 'arn:aws:kms:us-east-1:123456789012:key/12345678-1234-4234-8234-123456789012';

/** Blobs and maps in requests and answers of JSON 1.1. */
export const kmsCases: readonly WireCase[] = [
  {
    name: 'kms-encrypt',
    client: 'kms',
    operation: 'Encrypt',
    input: {
      KeyId: 'alias/mine',
      Plaintext: new Uint8Array([0, 1, 254, 255]),
      EncryptionContext: { tenant: 'größer', 'a:b': '1' },
    },
    output: {
      CiphertextBlob: new Uint8Array([1, 85, 255, 0]),
      KeyId: arn,
      EncryptionAlgorithm: 'SYMMETRIC_DEFAULT',
    },
  },
  {
    name: 'kms-decrypt',
    client: 'kms',
    operation: 'Decrypt',
    input: { CiphertextBlob: new Uint8Array([1, 85, 255, 0]) },
    output: { KeyId: arn, Plaintext: new Uint8Array([0, 1, 254, 255]) },
  },
];
