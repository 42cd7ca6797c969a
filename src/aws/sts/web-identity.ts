import type {
  AssumeRoleWithWebIdentityRequest,
  AssumeRoleWithWebIdentityResponse,
} from '@aws-sdk/client-sts';
import { isDomainError, type DomainError } from '../../world/domain-error.ts';
import { partitionShard } from '../../world/entity.ts';
import type { Tx } from '../../world/transaction.ts';
import { OidcProviders } from '../iam/entities.ts';
import { roleOfArn } from '../iam/identifiers.ts';
import type { RequestKeys } from '../iam/trust-evaluation.ts';
import type { Operation } from '../operation.ts';
import { accessDenied, expiredToken, invalidIdentityToken, notBuilt } from './errors.ts';
import {
  actionNotTrusted,
  openRoleSession,
  roleArnFault,
  roleByArn,
  tooLongForRole,
  usualDurationSeconds,
} from './role-sessions.ts';
import { packedPolicySize, passedFault } from './session-policies.ts';
import { readIdToken, type IdToken } from './web-identity-token.ts';

/** Providers that AWS knows without an entity in IAM; a trust policy names them by their domain. */
const wellKnown: ReadonlySet<string> = new Set([
  'accounts.google.com',
  'cognito-identity.amazonaws.com',
]);

/** The provider as trust policies name it, with the audience that it and the token have in common. */
interface Accepted {
  readonly provider: string;
  /** Its host and path: what condition keys begin with. */
  readonly name: string;
  readonly audience: string;
}

const accepted = (tx: Tx, account: string, token: IdToken): Accepted | DomainError => {
  const name = token.issuer.replace(/^https:\/\//, '');
  const [first = ''] = token.audiences;
  if (wellKnown.has(name)) {
    return { provider: name, name, audience: token.authorizedParty ?? first };
  }
  const arn = `arn:aws:iam::${account}:oidc-provider/${name}`;
  const provider = tx.elsewhere(partitionShard)?.forAccount(account).get(OidcProviders, arn);
  if (provider === undefined) {
    return invalidIdentityToken(
      `No OpenIDConnect provider found in your account for ${token.issuer}`,
    );
  }
  const audience = token.audiences.find((one) => provider.clientIds.includes(one));
  return audience === undefined
    ? invalidIdentityToken('Incorrect token audience')
    : { provider: arn, name, audience };
};

/** "Available keys for AWS web identity federation" (IAM User Guide): those that every provider has. */
const requestKeys = (
  { name, audience }: Accepted,
  token: IdToken,
  sessionName: string,
): RequestKeys => ({
  [`${name}:aud`.toLowerCase()]: audience,
  [`${name}:sub`.toLowerCase()]: token.subject,
  ...(name === 'accounts.google.com' ? { [`${name}:oaud`]: token.audiences[0] ?? '' } : {}),
  ...Object.fromEntries(
    Object.entries(token.tags).map(([key, value]) => [
      `aws:requesttag/${key.toLowerCase()}`,
      value,
    ]),
  ),
  ...(token.sourceIdentity === undefined ? {} : { 'sts:sourceidentity': token.sourceIdentity }),
  'sts:rolesessionname': sessionName,
  'aws:securetransport': 'false',
});

const expiryFault = (token: IdToken, now: number): DomainError | undefined => {
  const seconds = Math.floor(now / 1000);
  return seconds < token.expiresAt
    ? undefined
    : // AWS's words, without the blank as AWS has them.
      expiredToken(
        `Token expired: current date/time ${seconds} must be before the expiration date/time${Math.floor(token.expiresAt)}`,
      );
};

/** AssumeRoleWithWebIdentity: nobody signs it; who calls is whom the token of an OpenID Connect provider names. */
export const assumeRoleWithWebIdentity: Operation<
  AssumeRoleWithWebIdentityRequest,
  AssumeRoleWithWebIdentityResponse
> = (tx, input) => {
  const { RoleArn: arn = '', RoleSessionName: sessionName = '' } = input;
  if (input.ProviderId !== undefined) {
    return notBuilt('OAuth 2.0 access tokens (ProviderId of AssumeRoleWithWebIdentity)');
  }
  const fault = passedFault(input) ?? roleArnFault(arn);
  if (fault !== undefined) return fault;
  const token = readIdToken(input.WebIdentityToken ?? '');
  if (isDomainError(token)) return token;
  const found = accepted(tx, roleOfArn(arn)?.account ?? '', token);
  if (isDomainError(found)) return found;
  const expired = expiryFault(token, tx.now);
  if (expired !== undefined) return expired;
  const tags = Object.entries(token.tags).map(([Key, Value]) => ({ Key, Value }));
  const badTags = passedFault({ ...input, Tags: tags });
  if (badTags !== undefined) return badTags;
  const role = roleByArn(tx, arn);
  const refused = actionNotTrusted(
    role,
    { kind: 'federated', provider: found.provider },
    'sts:AssumeRoleWithWebIdentity',
    requestKeys(found, token, sessionName),
    { tags, sourceIdentity: token.sourceIdentity },
  );
  if (role === undefined || refused !== undefined) {
    return accessDenied(`Not authorized to perform ${refused ?? 'sts:AssumeRoleWithWebIdentity'}`);
  }
  const seconds = input.DurationSeconds ?? usualDurationSeconds;
  const tooLong = tooLongForRole(seconds, role);
  if (tooLong !== undefined) return tooLong;
  return {
    ...openRoleSession(tx, role, sessionName, seconds),
    SubjectFromWebIdentityToken: token.subject,
    Provider: found.provider,
    Audience: found.audience,
    ...packedPolicySize({ ...input, Tags: tags }),
    ...(token.sourceIdentity === undefined ? {} : { SourceIdentity: token.sourceIdentity }),
  };
};
