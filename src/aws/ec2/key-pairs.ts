import type {
  CreateKeyPairRequest,
  DeleteKeyPairRequest,
  DeleteKeyPairResult,
  DescribeKeyPairsRequest,
  DescribeKeyPairsResult,
  ImportKeyPairRequest,
  ImportKeyPairResult,
  KeyPair as ApiKeyPair,
  KeyPairInfo,
} from '@aws-sdk/client-ec2';
import { DomainError, isDomainError } from '../../world/domain-error.ts';
import type { Tx, View } from '../../world/transaction.ts';
import type { Operation, Plain } from '../operation.ts';
import { applyFilters, type FilterFields } from '../shared/filters.ts';
import { newResourceId } from '../shared/ids.ts';
import { addTags, tagsForType, tagsOf } from '../shared/tags.ts';
import { deleteResource } from './delete-resource.ts';
import { resourcesByIds } from './describe.ts';
import { KeyPairs, type KeyPair } from './entities.ts';
import {
  invalidParameterValue,
  kinds,
  limitExceeded,
  missingParameter,
  notBuilt,
} from './errors.ts';
import { quotas } from './launch/quotas.ts';
import { readPublicKey, type DerKey, type PublicKey } from './public-key-forms.ts';

/**
 * Cryptography for key pairs, from outside: pure code has none, and a private key must come from real randomness
 * rather than from the world's seed. What it answers decides nothing else in the world.
 */
export interface KeyMaker {
  /** A new key pair. */
  generate(type: KeyPair['type']): NewKey | DomainError;
  /** AWS's fingerprint of a public key that was imported; undefined when it is none. */
  fingerprintOf(key: PublicKey): string | DomainError | undefined;
  /** A public key that came in DER, as OpenSSH has it; undefined when it is none, or of an algorithm that AWS does not take. */
  fromDer(key: DerKey): PublicKey | DomainError | undefined;
}

/** A key pair as a KeyMaker makes it. */
export interface NewKey {
  readonly publicKey: PublicKey;
  /** In the PEM form that AWS gives for its type. */
  readonly privateKey: string;
  /** AWS's fingerprint of a key that was made, not imported. */
  readonly fingerprint: string;
}

const noKeys = (): DomainError => notBuilt('cryptography for key pairs in this world');

/** For a world that was given none: key pairs are refused, not made up. */
export const noKeyMaker: KeyMaker = {
  generate: noKeys,
  fingerprintOf: noKeys,
  fromDer: noKeys,
};

const keyPairNamed = (view: View, name: string): KeyPair | undefined =>
  view.find(KeyPairs, 'name', name)[0];

const checkName = (tx: Tx, name: string | undefined): string | DomainError => {
  if (name === undefined || name === '') return missingParameter('keyName');
  // "KeyName: up to 255 ASCII characters" (CreateKeyPair, Amazon EC2 API Reference).
  if (!/^[\u0020-\u007e]{1,255}$/.test(name)) {
    return invalidParameterValue(
      `Value (${name}) for parameter KeyName is invalid. Up to 255 ASCII characters are allowed.`,
    );
  }
  if (keyPairNamed(tx, name) !== undefined) {
    return new DomainError('InvalidKeyPair.Duplicate', 'The keypair already exists');
  }
  return tx.list(KeyPairs).length >= quotas.keyPairsPerRegion
    ? limitExceeded('KeyPairLimitExceeded', 'key pairs')
    : name;
};

const putKeyPair = (tx: Tx, name: string, key: PublicKey, fingerprint: string): KeyPair => {
  const algorithm = key.type === 'rsa' ? 'ssh-rsa' : 'ssh-ed25519';
  const pair: KeyPair = {
    id: newResourceId(tx, 'key'),
    name,
    type: key.type,
    fingerprint,
    publicKey: `${algorithm} ${key.base64} ${name}`,
    createdAt: tx.now,
  };
  tx.put(KeyPairs, pair);
  return pair;
};

const summary = (view: View, pair: KeyPair): Plain<ImportKeyPairResult> => ({
  KeyPairId: pair.id,
  KeyName: pair.name,
  KeyFingerprint: pair.fingerprint,
  Tags: tagsOf(view, pair.id),
});

/** Makes a key pair; the private key is in the answer and nowhere else. */
export const createKeyPair =
  (keys: KeyMaker): Operation<CreateKeyPairRequest, ApiKeyPair> =>
  (tx, input) => {
    const name = checkName(tx, input.KeyName);
    if (isDomainError(name)) return name;
    if (input.KeyFormat === 'ppk') return notBuilt("private keys in PuTTY's form (ppk)");
    const tags = tagsForType(input.TagSpecifications, 'key-pair');
    if (isDomainError(tags)) return tags;
    const made = keys.generate(input.KeyType ?? 'rsa');
    if (isDomainError(made)) return made;
    const { publicKey, privateKey, fingerprint } = made;
    const pair = putKeyPair(tx, name, publicKey, fingerprint);
    return (
      addTags(tx, pair.id, 'key-pair', tags) ?? { ...summary(tx, pair), KeyMaterial: privateKey }
    );
  };

/** The key in a text of any form that AWS takes, as OpenSSH has it. */
const importedKey = (keys: KeyMaker, text: string): PublicKey | DomainError | undefined => {
  const read = readPublicKey(text);
  return read === undefined || 'type' in read ? read : keys.fromDer(read);
};

/** Takes the public half of a key pair that the user has made. */
export const importKeyPair =
  (keys: KeyMaker): Operation<ImportKeyPairRequest, ImportKeyPairResult> =>
  (tx, input) => {
    const name = checkName(tx, input.KeyName);
    if (isDomainError(name)) return name;
    const { PublicKeyMaterial: material } = input;
    if (material === undefined) return missingParameter('publicKeyMaterial');
    const key = importedKey(keys, String.fromCharCode(...material.subarray(0, 4096)));
    if (isDomainError(key)) return key;
    const fingerprint = key && keys.fingerprintOf(key);
    if (isDomainError(fingerprint)) return fingerprint;
    if (key === undefined || fingerprint === undefined) {
      return new DomainError('InvalidKey.Format', 'Key is not in valid OpenSSH public key format');
    }
    const tags = tagsForType(input.TagSpecifications, 'key-pair');
    if (isDomainError(tags)) return tags;
    const pair = putKeyPair(tx, name, key, fingerprint);
    return addTags(tx, pair.id, 'key-pair', tags) ?? summary(tx, pair);
  };

const filterFields: FilterFields<KeyPair> = {
  fingerprint: (pair) => pair.fingerprint,
  'key-name': (pair) => pair.name,
  'key-pair-id': (pair) => pair.id,
};

const selected = (
  view: View,
  input: Plain<DescribeKeyPairsRequest>,
): readonly KeyPair[] | DomainError => {
  const { KeyNames: names = [], KeyPairIds: ids = [] } = input;
  if (names.length === 0 && ids.length === 0) return view.list(KeyPairs);
  const byIds = resourcesByIds(view, KeyPairs, kinds.keyPair, ids);
  if (isDomainError(byIds)) return byIds;
  const pairs = new Set(byIds);
  for (const name of names) {
    const pair = keyPairNamed(view, name);
    if (pair === undefined) {
      return new DomainError('InvalidKeyPair.NotFound', `The key pair '${name}' does not exist`);
    }
    pairs.add(pair);
  }
  return [...pairs];
};

export const describeKeyPairs: Operation<DescribeKeyPairsRequest, DescribeKeyPairsResult> = (
  tx,
  input,
) => {
  const pairs = selected(tx, input);
  if (isDomainError(pairs)) return pairs;
  const kept = applyFilters(pairs, input.Filters, filterFields, (pair) => tagsOf(tx, pair.id));
  if (isDomainError(kept)) return kept;
  return {
    KeyPairs: kept.map((pair): Plain<KeyPairInfo> => ({
      ...summary(tx, pair),
      KeyType: pair.type,
      CreateTime: pair.createdAt,
      PublicKey: input.IncludePublicKey === true ? pair.publicKey : undefined,
    })),
  };
};

/** Deletes a key pair by name or id; of one that is not there AWS says nothing. */
export const deleteKeyPair: Operation<DeleteKeyPairRequest, DeleteKeyPairResult> = (tx, input) => {
  const { KeyName: name, KeyPairId: id } = input;
  if (name === undefined && id === undefined) return missingParameter('keyName');
  const pair = id === undefined ? keyPairNamed(tx, name ?? '') : tx.get(KeyPairs, id);
  if (pair === undefined) return { Return: true };
  deleteResource(tx, KeyPairs, pair.id);
  return { Return: true, KeyPairId: pair.id };
};
