import type { Credentials } from '@aws-sdk/client-sts';
import type { DomainError } from '../../world/domain-error.ts';
import { partitionShard } from '../../world/entity.ts';
import type { Tx } from '../../world/transaction.ts';
import { Roles, type Role } from '../iam/entities.ts';
import { nameKey, roleOfArn } from '../iam/identifiers.ts';
import { isTrusted, type RequestingPrincipal, type RequestKeys } from '../iam/trust-evaluation.ts';
import type { Plain } from '../operation.ts';
import { wholeSecond } from '../shared/utc-text.ts';
import { SessionCounts } from './entities.ts';
import { validationError } from './errors.ts';
import { callerOfRole, issueCredentials, type Session } from './session-credentials.ts';

/** "The default is 3600 seconds" (AWS STS API Reference, AssumeRole). */
export const usualDurationSeconds = 3600;

/** The role with this ARN, path included, in whatever account; every Region has a copy of IAM. */
export const roleByArn = (tx: Tx, arn: string): Role | undefined => {
  const named = roleOfArn(arn);
  if (named === undefined) return undefined;
  const role = tx
    .elsewhere(partitionShard)
    ?.forAccount(named.account)
    .get(Roles, nameKey(named.name));
  return role?.arn === arn ? role : undefined;
};

/** An error for an ARN that is none of a role. */
export const roleArnFault = (arn: string): DomainError | undefined =>
  /^arn:aws[\w-]*:iam::\d+:role\/.+$/.test(arn) ? undefined : validationError(`${arn} is invalid`);

/** What a request passes along needs an action of its own ("Passing session tags in AWS STS", IAM User Guide). */
interface PassedAlong {
  readonly tags?: readonly object[] | undefined;
  readonly sourceIdentity?: string | undefined;
}

/** The action that the role's trust policy does not allow somebody; undefined when it allows all that is asked for. */
export const actionNotTrusted = (
  role: Role | undefined,
  principal: RequestingPrincipal,
  action: string,
  keys: RequestKeys,
  { tags = [], sourceIdentity }: PassedAlong,
): string | undefined => {
  if (role === undefined) return action;
  const actions = [
    action,
    ...(tags.length === 0 ? [] : ['sts:TagSession']),
    ...(sourceIdentity === undefined ? [] : ['sts:SetSourceIdentity']),
  ];
  return actions.find((one) => !isTrusted(role.trustPolicy, principal, one, keys));
};

/** An error for a session that would be longer than its role allows. */
export const tooLongForRole = (seconds: number, role: Role): DomainError | undefined =>
  seconds > role.maxSessionDurationSeconds
    ? validationError(
        'The requested DurationSeconds exceeds the MaxSessionDuration set for this role.',
      )
    : undefined;

/** Tells a session from all others of this account's in this Region. */
const nextNonce = (tx: Tx): string => {
  const count = (tx.get(SessionCounts, 'sessions')?.count ?? 0) + 1;
  tx.put(SessionCounts, { id: 'sessions', count });
  return `${tx.shard}/${tx.account}/${count}`;
};

/** New credentials that last so many seconds. */
export const openSession = (
  tx: Tx,
  session: Omit<Session, 'nonce' | 'expiresAt'>,
  seconds: number,
): Plain<Credentials> => {
  const expiresAt = wholeSecond(tx.now) + seconds * 1000;
  const issued = issueCredentials(tx.seed, { ...session, nonce: nextNonce(tx), expiresAt });
  return {
    AccessKeyId: issued.accessKeyId,
    SecretAccessKey: issued.secretAccessKey,
    SessionToken: issued.sessionToken,
    Expiration: issued.expiresAt,
  };
};

/** The part of an answer that everybody gets who assumes a role. */
interface Assumed {
  readonly Credentials: Plain<Credentials>;
  readonly AssumedRoleUser: { readonly AssumedRoleId: string; readonly Arn: string };
}

/** A session of a role. */
export const openRoleSession = (
  tx: Tx,
  role: Role,
  sessionName: string,
  seconds: number,
): Assumed => {
  const account = roleOfArn(role.arn)?.account ?? tx.account;
  const named = { name: role.name, id: role.roleId, path: role.path };
  const { userId, arn } = callerOfRole(account, named, sessionName);
  return {
    Credentials: openSession(tx, { account, role: named, sessionName }, seconds),
    AssumedRoleUser: { AssumedRoleId: userId, Arn: arn },
  };
};
