import type { View } from '../../world/transaction.ts';

/** An account and a Region, as ARNs name them. */
type Home = Pick<View, 'shard' | 'account'>;

export const keyArn = (home: Home, keyId: string, region: string = home.shard): string =>
  `arn:aws:kms:${region}:${home.account}:key/${keyId}`;

/** The ARN of an alias, whose name has `alias/` at its beginning. */
export const aliasArn = (home: Home, name: string): string =>
  `arn:aws:kms:${home.shard}:${home.account}:${name}`;
