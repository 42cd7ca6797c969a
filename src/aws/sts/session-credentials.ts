import { hashHex } from '../../atlas/hash.ts';
import type { View } from '../../world/transaction.ts';
import { rootCaller, type Caller } from '../caller.ts';
import {
  accountOfAccessKey,
  isLongTerm,
  secretAccessKeyOf,
  temporaryAccessKey,
} from '../iam/access-key-form.ts';
import { AccessKeys, Roles, Users } from '../iam/entities.ts';
import { nameKey } from '../iam/identifiers.ts';
import { fromOpaqueText, opaqueText } from '../shared/opaque-text.ts';

/** For whom temporary credentials stand. */
export interface Session {
  readonly account: string;
  /** The role that was assumed; undefined for a session of the account itself or of a user. */
  readonly role?: { readonly name: string; readonly id: string; readonly path: string };
  /** The user whose session it is (GetSessionToken), or who vouches for a federated one. */
  readonly user?: { readonly key: string; readonly id: string };
  /** Whether it is of somebody whom the account or a user vouches for (GetFederationToken). */
  readonly isFederated?: true;
  /** Of a role's session and of a federated one. */
  readonly sessionName: string;
  /** Tells sessions of the same name and moment apart. */
  readonly nonce: string;
  /** World time, milliseconds since 1970. */
  readonly expiresAt: number;
}

/** Credentials that expire. */
export interface SessionCredentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken: string;
  readonly expiresAt: number;
}

const sealOf = (seed: number, contents: string): string =>
  hashHex(16, seed, 'sts/session-token', contents);

/**
 * Credentials for a session. All that is known of them is in their token, as with AWS's own, so that every Region can read
 * them and none has to keep them. What seals the token is a hash with the world's seed and no cipher: it tells apart who
 * calls, and keeps no secret from somebody who knows the world.
 */
export const issueCredentials = (seed: number, session: Session): SessionCredentials => {
  const { account, role, user, sessionName, nonce, expiresAt } = session;
  const contents = JSON.stringify([
    account,
    role?.name ?? '',
    role?.id ?? '',
    role?.path ?? '',
    sessionName,
    nonce,
    expiresAt,
    user?.key ?? '',
    user?.id ?? '',
    session.isFederated === true ? 'federated' : '',
  ]);
  const accessKeyId = temporaryAccessKey(seed, account, contents);
  return {
    accessKeyId,
    secretAccessKey: secretAccessKeyOf(seed, accessKeyId),
    sessionToken: opaqueText(`${sealOf(seed, contents)}${contents}`),
    expiresAt,
  };
};

const sessionOf = (fields: readonly (string | number)[]): Session => {
  const [account, roleName, roleId, rolePath, sessionName, nonce, expiresAt, ...more] = fields;
  // Tokens of before users and federated sessions have nothing there.
  const [userKey = '', userId = '', federated = ''] = more;
  return {
    account: String(account),
    ...(roleName === ''
      ? {}
      : { role: { name: String(roleName), id: String(roleId), path: String(rolePath) } }),
    ...(userKey === '' ? {} : { user: { key: String(userKey), id: String(userId) } }),
    ...(federated === '' ? {} : { isFederated: true as const }),
    sessionName: String(sessionName),
    nonce: String(nonce),
    expiresAt: Number(expiresAt),
  };
};

/** The session that a token stands for; undefined when it was not issued in this world, or for another access key. */
const readSessionToken = (
  seed: number,
  accessKeyId: string,
  sessionToken: string,
): Session | undefined => {
  const text = fromOpaqueText(sessionToken) ?? '';
  const [seal, contents] = [text.slice(0, 16), text.slice(16)];
  // A token that decodes to the same and is written otherwise was not written here.
  if (contents === '' || opaqueText(text) !== sessionToken) return undefined;
  if (seal !== sealOf(seed, contents)) return undefined;
  // Its seal says that it was written above.
  const session = sessionOf(JSON.parse(contents) as readonly (string | number)[]);
  return accessKeyId === temporaryAccessKey(seed, session.account, contents) ? session : undefined;
};

/** The caller that a session of a role is. */
export const callerOfRole = (
  account: string,
  role: { readonly name: string; readonly id: string; readonly path: string },
  sessionName: string,
): Caller => ({
  account,
  arn: `arn:aws:sts::${account}:assumed-role/${role.name}/${sessionName}`,
  userId: `${role.id}:${sessionName}`,
  roleArn: `arn:aws:iam::${account}:role${role.path}${role.name}`,
  isTemporary: true,
});

/** The caller that a federated session is ("IAM identifiers", IAM User Guide: `account:caller-specified-name`). */
export const federatedCaller = (account: string, name: string): Caller => ({
  account,
  arn: `arn:aws:sts::${account}:federated-user/${name}`,
  userId: `${account}:${name}`,
  isTemporary: true,
});

/** Whom a session stands for now; undefined when its role or user is gone, also when another has taken the name. */
const callerOfSession = (partition: View, session: Session): Caller | undefined => {
  const { account, role, user, sessionName } = session;
  const view = partition.forAccount(account);
  if (role !== undefined) {
    const isThere = view.get(Roles, nameKey(role.name))?.roleId === role.id;
    return isThere ? callerOfRole(account, role, sessionName) : undefined;
  }
  const holder = user === undefined ? undefined : view.get(Users, user.key);
  if (user !== undefined && holder?.userId !== user.id) return undefined;
  if (session.isFederated === true) return federatedCaller(account, sessionName);
  return holder === undefined
    ? { ...rootCaller(account), isTemporary: true }
    : { account, arn: holder.arn, userId: holder.userId, isTemporary: true };
};

/** What credentials come to when somebody calls with them. */
export type Identified =
  | { readonly kind: 'known'; readonly caller: Caller; readonly secretAccessKey: string }
  | { readonly kind: 'expired' }
  | { readonly kind: 'unknown' }
  /** The key of a user of some other world, or of AWS's own: it stands for an account as any text does. */
  | { readonly kind: 'foreign' };

/** Who calls with the access key of a user. One that was switched off is unknown. */
const identifyUser = (partition: View, accessKeyId: string, account: string): Identified => {
  const view = partition.forAccount(account);
  const key = view.get(AccessKeys, accessKeyId);
  if (key === undefined) return { kind: 'foreign' };
  const user = view.get(Users, key.user);
  if (!key.isActive || user === undefined) return { kind: 'unknown' };
  return {
    kind: 'known',
    caller: { account, arn: user.arn, userId: user.userId, isTemporary: false },
    secretAccessKey: secretAccessKeyOf(partition.seed, accessKeyId),
  };
};

/**
 * Who calls with an access key that was issued here. `partition` is a view of the partition's shard: a session ends with its role, and
 * its time is world time.
 */
export const identify = (
  partition: View,
  accessKeyId: string,
  sessionToken: string | undefined,
): Identified => {
  const account = accountOfAccessKey(accessKeyId);
  if (account !== undefined && isLongTerm(accessKeyId)) {
    return identifyUser(partition, accessKeyId, account);
  }
  const session = readSessionToken(partition.seed, accessKeyId, sessionToken ?? '');
  if (session === undefined) return { kind: 'unknown' };
  if (partition.now >= session.expiresAt) return { kind: 'expired' };
  const caller = callerOfSession(partition, session);
  if (caller === undefined) return { kind: 'unknown' };
  return { kind: 'known', caller, secretAccessKey: secretAccessKeyOf(partition.seed, accessKeyId) };
};
