import { isDomainError, type DomainError } from '../../world/domain-error.ts';
import type { Tx } from '../../world/transaction.ts';
import { cryptographyOf } from './cryptography.ts';
import { Aliases, Keys, type Key } from './entities.ts';
import { aliasNotFound, disabled, invalidKeyId, invalidState, keyNotFound } from './errors.ts';
import { aliasArn, keyArn } from './key-arns.ts';
import { managedAliases, managedAliasOf, managedKeyId } from './managed-keys.ts';
import { putNewKey } from './new-key.ts';

/** A key, and the account in whose books it is. */
export interface FoundKey {
  readonly key: Key;
  readonly arn: string;
  /** The transaction on behalf of the key's account. */
  readonly tx: Tx;
}

/** What AWS keeps for an account is there from its first use on ("AWS managed keys", Developer Guide). */
const managedKey = (tx: Tx, alias: string): Key | DomainError => {
  const id = managedKeyId(tx, alias);
  const known = tx.get(Keys, id);
  if (known !== undefined) return known;
  const cryptography = cryptographyOf(tx);
  if (isDomainError(cryptography)) return cryptography;
  const service = alias.slice('alias/aws/'.length);
  return putNewKey(tx, cryptography, {
    id,
    spec: 'SYMMETRIC_DEFAULT',
    usage: 'ENCRYPT_DECRYPT',
    managedAlias: alias,
    description: `Default key that protects my ${service.toUpperCase()} data when no other key is defined`,
    policy: JSON.stringify({
      Version: '2012-10-17',
      Id: `auto-${service}-1`,
      Statement: [
        {
          Sid: `Allow access through ${service} for all principals in the account that are authorized to use it`,
          Effect: 'Allow',
          Principal: { AWS: '*' },
          Action: ['kms:Encrypt', 'kms:Decrypt', 'kms:ReEncrypt*', 'kms:GenerateDataKey*'],
          Resource: '*',
          Condition: {
            StringEquals: {
              'kms:CallerAccount': tx.account,
              'kms:ViaService': `${service}.${tx.shard}.amazonaws.com`,
            },
          },
        },
      ],
    }),
  });
};

const found = (tx: Tx, key: Key): FoundKey => ({ key, arn: keyArn(tx, key.id), tx });

const byId = (tx: Tx, id: string): FoundKey | DomainError => {
  const key = tx.get(Keys, id);
  if (key !== undefined) return found(tx, key);
  const alias = managedAliasOf(tx, id);
  if (alias === undefined) return keyNotFound(keyArn(tx, id));
  const managed = managedKey(tx, alias);
  return isDomainError(managed) ? managed : found(tx, managed);
};

const byAlias = (tx: Tx, name: string): FoundKey | DomainError => {
  if (managedAliases.includes(name)) {
    const managed = managedKey(tx, name);
    return isDomainError(managed) ? managed : found(tx, managed);
  }
  const alias = tx.get(Aliases, name);
  return alias === undefined ? aliasNotFound(aliasArn(tx, name)) : byId(tx, alias.keyId);
};

const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
const multiRegionId = /^mrk-[0-9a-f]{32}$/;

/**
 * The key that a request names: by id or ARN and, where `aliases` says so, by an alias or an alias's ARN. An ARN may be of
 * another account, never of another Region. Errors: NotFoundException.
 */
export const findKey = (
  tx: Tx,
  named: string | undefined = '',
  aliases: 'aliases' | 'no aliases' = 'no aliases',
): FoundKey | DomainError => {
  const [prefix, , service, region, account = '', resource = ''] = named.split(':');
  const isArn = prefix === 'arn';
  if (isArn && (service !== 'kms' || !/^\d{12}$/.test(account))) return invalidKeyId(named);
  if (isArn && region !== tx.shard) return invalidKeyId(named);
  const owner = isArn ? tx.forAccount(account) : tx;
  const name = isArn ? resource.replace(/^key\//, '') : named;
  if (name.startsWith('alias/')) {
    return aliases === 'aliases' ? byAlias(owner, name) : invalidKeyId(named);
  }
  return uuid.test(name) || multiRegionId.test(name) ? byId(owner, name) : invalidKeyId(named);
};

/** Why a key cannot be used now, if so: it is switched off, or waits for its deletion. */
export const stateFault = ({
  key,
  arn,
}: Pick<FoundKey, 'key' | 'arn'>): DomainError | undefined => {
  switch (key.state) {
    case 'Enabled':
      return undefined;
    case 'Disabled':
      return disabled(arn);
    case 'PendingDeletion':
    case 'PendingReplicaDeletion':
      return invalidState(`${arn} is pending deletion.`);
  }
};

/** Why a key that waits for its deletion can be changed no more, if so. */
export const deletionFault = (found: FoundKey): DomainError | undefined =>
  found.key.state === 'Disabled' ? undefined : stateFault(found);

/** The key, ready to be used. Errors: NotFoundException, DisabledException, KMSInvalidStateException. */
export const usableKey = (tx: Tx, named: string | undefined): FoundKey | DomainError => {
  const key = findKey(tx, named, 'aliases');
  return isDomainError(key) ? key : (stateFault(key) ?? key);
};
