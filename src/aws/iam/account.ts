import type { GetUserRequest, GetUserResponse } from '@aws-sdk/client-iam';
import type { CallerOperation } from '../operation.ts';
import { noSuchUser, validationError } from './errors.ts';

/** GetUser: there are no users, so that only a root user has something to hear: of itself. */
export const getUser: CallerOperation<GetUserRequest, GetUserResponse> = (_tx, input, caller) => {
  if (input.UserName !== undefined) return noSuchUser(input.UserName);
  if (caller.roleArn !== undefined) {
    return validationError('Must specify userName when calling with non-User credentials');
  }
  return {
    User: {
      // A root user has neither name nor path, though the API's model says that every user has.
      Path: undefined,
      UserName: undefined,
      UserId: caller.account,
      Arn: caller.arn,
      CreateDate: undefined,
    },
  };
};
