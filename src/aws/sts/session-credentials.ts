import { hash32, hashHex } from '../../atlas/hash.ts';
import type { View } from '../../world/transaction.ts';
import { rootCaller, type Caller } from '../caller.ts';
import { Roles } from '../iam/entities.ts';
import { nameKey } from '../iam/identifiers.ts';
import { fromOpaqueText, opaqueText } from '../shared/opaque-text.ts';

/** For whom temporary credentials stand. */
export interface Session {
  readonly account: string;
  /** The role that was assumed; undefined for a session of the account itself. */
  readonly role?: { readonly name: string; readonly id: string; readonly path: string };
  /** Empty for a session of the account itself. */
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

const base32 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';
const base64 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';

const lettersOf = (count: number, alphabet: string, ...parts: readonly (string | number)[]) =>
  Array.from(
    { length: count },
    (_, index) => alphabet[hash32(...parts, index) % alphabet.length] ?? 'A',
  ).join('');

/** Temporary access keys begin with ASIA ("Unique identifiers", IAM User Guide). */
const accessKeyOf = (seed: number, contents: string): string =>
  `ASIA${lettersOf(16, base32, seed, 'sts/access-key', contents)}`;

const sealOf = (seed: number, contents: string): string =>
  hashHex(16, seed, 'sts/session-token', contents);

/** The secret key of a temporary access key: a function of it, so that nothing needs to be kept of it. */
const secretOf = (seed: number, accessKeyId: string): string =>
  lettersOf(40, base64, seed, 'sts/secret-key', accessKeyId);

/**
 * Credentials for a session. All that is known of them is in their token, as with AWS's own, so that every Region can read
 * them and none has to keep them. What seals the token is a hash with the world's seed and no cipher: it tells apart who
 * calls, and keeps no secret from somebody who knows the world.
 */
export const issueCredentials = (seed: number, session: Session): SessionCredentials => {
  const { account, role, sessionName, nonce, expiresAt } = session;
  const contents = JSON.stringify([
    account,
    role?.name ?? '',
    role?.id ?? '',
    role?.path ?? '',
    sessionName,
    nonce,
    expiresAt,
  ]);
  const accessKeyId = accessKeyOf(seed, contents);
  return {
    accessKeyId,
    secretAccessKey: secretOf(seed, accessKeyId),
    sessionToken: opaqueText(`${sealOf(seed, contents)}${contents}`),
    expiresAt,
  };
};

const sessionOf = (fields: readonly (string | number)[]): Session => {
  const [account, roleName, roleId, rolePath, sessionName, nonce, expiresAt] = fields;
  return {
    account: String(account),
    ...(roleName === ''
      ? {}
      : { role: { name: String(roleName), id: String(roleId), path: String(rolePath) } }),
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
  if (accessKeyId !== accessKeyOf(seed, contents)) return undefined;
  // Its seal says that it was written above.
  return sessionOf(JSON.parse(contents) as readonly (string | number)[]);
};

/** The caller that a session is. */
export const callerOfSession = ({ account, role, sessionName }: Session): Caller =>
  role === undefined
    ? { ...rootCaller(account), isTemporary: true }
    : {
        account,
        arn: `arn:aws:sts::${account}:assumed-role/${role.name}/${sessionName}`,
        userId: `${role.id}:${sessionName}`,
        roleArn: `arn:aws:iam::${account}:role${role.path}${role.name}`,
        isTemporary: true,
      };

/** What temporary credentials come to when somebody calls with them. */
export type Identified =
  | { readonly kind: 'known'; readonly caller: Caller; readonly secretAccessKey: string }
  | { readonly kind: 'expired' }
  | { readonly kind: 'unknown' };

/**
 * Who calls with a temporary access key. `partition` is a view of the partition's shard: a session ends with its role, and
 * its time is world time.
 */
export const identify = (
  partition: View,
  accessKeyId: string,
  sessionToken: string | undefined,
): Identified => {
  const session = readSessionToken(partition.seed, accessKeyId, sessionToken ?? '');
  if (session === undefined) return { kind: 'unknown' };
  if (partition.now >= session.expiresAt) return { kind: 'expired' };
  const { role } = session;
  if (role !== undefined) {
    const now = partition.forAccount(session.account).get(Roles, nameKey(role.name));
    if (now?.roleId !== role.id) return { kind: 'unknown' };
  }
  return {
    kind: 'known',
    caller: callerOfSession(session),
    secretAccessKey: secretOf(partition.seed, accessKeyId),
  };
};
