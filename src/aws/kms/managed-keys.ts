import { hashHex } from '../../atlas/hash.ts';
import type { View } from '../../world/transaction.ts';

/** The aliases of keys that AWS keeps for an account, for the services that are here. */
export const managedAliases: readonly string[] = [
  'alias/aws/ebs',
  'alias/aws/secretsmanager',
  'alias/aws/ssm',
];

/** The id of the key that AWS keeps for an account under an alias: the same in every world. */
export const managedKeyId = (view: Pick<View, 'shard' | 'account'>, alias: string): string => {
  const digits = hashHex(32, 'kms-key', view.shard, view.account, alias);
  return digits.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
};

/** The alias of a key that AWS keeps for the account; undefined of any other id. */
export const managedAliasOf = (view: View, keyId: string): string | undefined =>
  managedAliases.find((alias) => managedKeyId(view, alias) === keyId);
