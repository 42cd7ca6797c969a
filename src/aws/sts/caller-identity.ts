import type { GetCallerIdentityRequest, GetCallerIdentityResponse } from '@aws-sdk/client-sts';
import type { CallerOperation } from '../operation.ts';

/**
 * Who calls: the root user of the account that the access key stands for, whose user id is the account itself, or the
 * role whose credentials it calls with. Nobody needs a permission for it.
 */
export const getCallerIdentity: CallerOperation<
  GetCallerIdentityRequest,
  GetCallerIdentityResponse
> = (_tx, _input, caller) => ({
  UserId: caller.userId,
  Account: caller.account,
  Arn: caller.arn,
});
