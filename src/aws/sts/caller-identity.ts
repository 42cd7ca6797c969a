import type { GetCallerIdentityRequest, GetCallerIdentityResponse } from '@aws-sdk/client-sts';
import type { Operation } from '../operation.ts';

/** Who calls: always the account's root user, whose user id is the account itself; there are no others yet. */
export const getCallerIdentity: Operation<GetCallerIdentityRequest, GetCallerIdentityResponse> = (
  tx,
) => ({
  UserId: tx.account,
  Account: tx.account,
  Arn: `arn:${tx.geography.region(tx.shard)?.partition ?? 'aws'}:iam::${tx.account}:root`,
});
