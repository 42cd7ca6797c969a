import type { GetAccessKeyInfoRequest, GetAccessKeyInfoResponse } from '@aws-sdk/client-sts';
import { accountOfAccessKey } from '../iam/access-key-form.ts';
import type { Operation } from '../operation.ts';
import { validationError } from './errors.ts';

/** GetAccessKeyInfo: the account that a key tells, whether or not anybody has the key: "it does not ... indicate the state of the key". */
export const getAccessKeyInfo: Operation<GetAccessKeyInfoRequest, GetAccessKeyInfoResponse> = (
  _tx,
  { AccessKeyId: key = '' },
) => {
  const account = accountOfAccessKey(key);
  return account === undefined
    ? validationError(`The access key ${key} is not valid.`)
    : { Account: account };
};
