import type {
  AssumeRoleRequest,
  AssumeRoleResponse,
  Credentials,
  GetSessionTokenRequest,
  GetSessionTokenResponse,
} from '@aws-sdk/client-sts';
import type { DomainError } from '../../world/domain-error.ts';
import { partitionShard } from '../../world/entity.ts';
import type { Tx } from '../../world/transaction.ts';
import type { Caller } from '../caller.ts';
import { wholeSecond } from '../shared/utc-text.ts';
import { Roles, type Role } from '../iam/entities.ts';
import { nameKey, roleOfArn } from '../iam/identifiers.ts';
import { identityPolicyFault } from '../iam/policy-document.ts';
import { isTrusted, type RequestKeys } from '../iam/trust-evaluation.ts';
import type { CallerOperation, Plain } from '../operation.ts';
import { accessDenied, notBuilt, validationError } from './errors.ts';
import { SessionCounts } from './entities.ts';
import {
  callerOfSession,
  issueCredentials,
  type Session,
  type SessionCredentials,
} from './session-credentials.ts';

/** "The default is 3600 seconds" (AWS STS API Reference, AssumeRole). */
const usualDurationSeconds = 3600;

/** "Role chaining limits your ... session to a maximum of one hour" (AssumeRole). */
const longestChainedSeconds = 3600;

const credentialsAnswer = (issued: SessionCredentials): Plain<Credentials> => ({
  AccessKeyId: issued.accessKeyId,
  SecretAccessKey: issued.secretAccessKey,
  SessionToken: issued.sessionToken,
  Expiration: issued.expiresAt,
});

/** The role with this ARN, path included, in whatever account; every Region has a copy of IAM. */
const roleByArn = (tx: Tx, arn: string): Role | undefined => {
  const named = roleOfArn(arn);
  if (named === undefined) return undefined;
  const role = tx
    .elsewhere(partitionShard)
    ?.forAccount(named.account)
    .get(Roles, nameKey(named.name));
  return role?.arn === arn ? role : undefined;
};

/** What the trust policy's conditions may look at ("Available keys for AWS STS", IAM User Guide). */
const requestKeys = (input: Plain<AssumeRoleRequest>, caller: Caller): RequestKeys => ({
  'sts:rolesessionname': input.RoleSessionName ?? '',
  ...(input.ExternalId === undefined ? {} : { 'sts:externalid': input.ExternalId }),
  ...(input.SourceIdentity === undefined ? {} : { 'sts:sourceidentity': input.SourceIdentity }),
  'aws:principalaccount': caller.account,
  'aws:principalarn': caller.roleArn ?? caller.arn,
  'aws:principaltype': caller.roleArn === undefined ? 'Account' : 'AssumedRole',
  'aws:userid': caller.userId,
  'aws:securetransport': 'false',
  ...(caller.isTemporary ? { 'aws:multifactorauthpresent': 'false' } : {}),
});

/** Tells a session from all others of this account's in this Region. */
const nextNonce = (tx: Tx): string => {
  const count = (tx.get(SessionCounts, 'sessions')?.count ?? 0) + 1;
  tx.put(SessionCounts, { id: 'sessions', count });
  return `${tx.shard}/${tx.account}/${count}`;
};

/** Parts of the request that Faultline does not have, or that are wrong in themselves. */
const inputFault = (input: Plain<AssumeRoleRequest>): DomainError | undefined => {
  if (input.SerialNumber !== undefined || input.TokenCode !== undefined) {
    return notBuilt('multi-factor authentication (SerialNumber and TokenCode of AssumeRole)');
  }
  if ((input.ProvidedContexts ?? []).length > 0) {
    return notBuilt('ProvidedContexts of AssumeRole');
  }
  return input.Policy === undefined || input.Policy === ''
    ? undefined
    : identityPolicyFault(input.Policy);
};

/** How long the session lasts. A role assumed with another role's credentials lasts an hour at most. */
const durationFault = (seconds: number, role: Role, caller: Caller): DomainError | undefined => {
  if (seconds > role.maxSessionDurationSeconds) {
    return validationError(
      'The requested DurationSeconds exceeds the MaxSessionDuration set for this role.',
    );
  }
  return caller.roleArn !== undefined && seconds > longestChainedSeconds
    ? validationError(
        'The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining.',
      )
    : undefined;
};

/**
 * AssumeRole: whom the role's trust policy names gets credentials of the role. A role that is not there and one that does
 * not trust the caller are refused in the same words, as AWS does.
 */
export const assumeRole: CallerOperation<AssumeRoleRequest, AssumeRoleResponse> = (
  tx,
  input,
  caller,
) => {
  const fault = inputFault(input);
  if (fault !== undefined) return fault;
  const { RoleArn: arn = '', RoleSessionName: sessionName = '' } = input;
  const seconds = input.DurationSeconds ?? usualDurationSeconds;
  if (!/^arn:aws[\w-]*:iam::\d+:role\/.+$/.test(arn)) {
    return validationError(`${arn} is invalid`);
  }
  const role = roleByArn(tx, arn);
  const principal = {
    kind: 'account',
    account: caller.account,
    arns: [caller.arn, ...(caller.roleArn === undefined ? [] : [caller.roleArn])],
  } as const;
  const trusts =
    role !== undefined &&
    isTrusted(role.trustPolicy, principal, 'sts:AssumeRole', requestKeys(input, caller));
  if (!trusts) {
    return accessDenied(
      `User: ${caller.arn} is not authorized to perform: sts:AssumeRole on resource: ${arn}`,
    );
  }
  const tooLong = durationFault(seconds, role, caller);
  if (tooLong !== undefined) return tooLong;
  const session: Session = {
    account: roleOfArn(arn)?.account ?? tx.account,
    role: { name: role.name, id: role.roleId, path: role.path },
    sessionName,
    nonce: nextNonce(tx),
    expiresAt: wholeSecond(tx.now) + seconds * 1000,
  };
  const assumed = callerOfSession(session);
  return {
    Credentials: credentialsAnswer(issueCredentials(tx.seed, session)),
    AssumedRoleUser: { AssumedRoleId: assumed.userId, Arn: assumed.arn },
    ...(input.SourceIdentity === undefined ? {} : { SourceIdentity: input.SourceIdentity }),
  };
};

/** "The maximum session duration for AWS account owners is restricted to 3,600 seconds" (GetSessionToken). */
const longestOfRootSeconds = 3600;

/** GetSessionToken: credentials of the account itself that expire. */
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
  const seconds = Math.min(input.DurationSeconds ?? longestOfRootSeconds, longestOfRootSeconds);
  const issued = issueCredentials(tx.seed, {
    account: caller.account,
    sessionName: '',
    nonce: nextNonce(tx),
    expiresAt: wholeSecond(tx.now) + seconds * 1000,
  });
  return { Credentials: credentialsAnswer(issued) };
};
