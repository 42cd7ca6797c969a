import type {
  GetFederationTokenRequest,
  GetFederationTokenResponse,
  GetSessionTokenRequest,
  GetSessionTokenResponse,
} from '@aws-sdk/client-sts';
import { partitionShard } from '../../world/entity.ts';
import type { Tx } from '../../world/transaction.ts';
import type { Caller } from '../caller.ts';
import { Users } from '../iam/entities.ts';
import type { CallerOperation } from '../operation.ts';
import { accessDenied, notBuilt } from './errors.ts';
import { openSession } from './role-sessions.ts';
import { federatedCaller, type Session } from './session-credentials.ts';
import { packedPolicySize, passedFault } from './session-policies.ts';

/** "The default is 43,200 seconds (12 hours)" for users (GetSessionToken, GetFederationToken). */
const usualSeconds = 43_200;

/** "The maximum session duration for AWS account owners is restricted to 3,600 seconds" (ditto). */
const longestOfRootSeconds = 3600;

/** The user that calls; undefined for a root user. */
const callingUser = (tx: Tx, caller: Caller): Pick<Session, 'user'> => {
  const [user] =
    tx.elsewhere(partitionShard)?.forAccount(caller.account).find(Users, 'userId', caller.userId) ??
    [];
  return user === undefined ? {} : { user: { key: user.id, id: user.userId } };
};

/** A root user's session "defaults to one hour" when it asks for more. */
const lengthOf = (asked: number | undefined, { user }: Pick<Session, 'user'>): number =>
  user === undefined
    ? Math.min(asked ?? longestOfRootSeconds, longestOfRootSeconds)
    : (asked ?? usualSeconds);

/** GetSessionToken: credentials of the caller itself that expire. */
export const getSessionToken: CallerOperation<GetSessionTokenRequest, GetSessionTokenResponse> = (
  tx,
  input,
  caller,
) => {
  if (input.SerialNumber !== undefined || input.TokenCode !== undefined) {
    return notBuilt('multi-factor authentication (SerialNumber and TokenCode of GetSessionToken)');
  }
  if (caller.isTemporary) {
    return accessDenied('Cannot call GetSessionToken with session credentials');
  }
  const user = callingUser(tx, caller);
  const session = { account: caller.account, ...user, sessionName: '' };
  return { Credentials: openSession(tx, session, lengthOf(input.DurationSeconds, user)) };
};

/** GetFederationToken: credentials of somebody whom the caller vouches for by a name. */
export const getFederationToken: CallerOperation<
  GetFederationTokenRequest,
  GetFederationTokenResponse
> = (tx, input, caller) => {
  if (caller.isTemporary) {
    return accessDenied('Cannot call GetFederationToken with session credentials');
  }
  const fault = passedFault(input);
  if (fault !== undefined) return fault;
  const { account } = caller;
  const { Name: name = '' } = input;
  const user = callingUser(tx, caller);
  const session = { account, ...user, isFederated: true as const, sessionName: name };
  const { userId, arn } = federatedCaller(account, name);
  return {
    Credentials: openSession(tx, session, lengthOf(input.DurationSeconds, user)),
    FederatedUser: { FederatedUserId: userId, Arn: arn },
    ...packedPolicySize(input),
  };
};
