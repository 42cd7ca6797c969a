import { isDomainError, type DomainError } from '../../world/domain-error.ts';
import { invalidIdentityToken } from './errors.ts';

/** What an ID token of OpenID Connect says. Moments are seconds since 1970. */
export interface IdToken {
  readonly issuer: string;
  readonly subject: string;
  readonly audiences: readonly string[];
  /** The party that the token was issued to, where it differs from its audience. */
  readonly authorizedParty: string | undefined;
  readonly expiresAt: number;
  readonly sourceIdentity: string | undefined;
  /** Session tags, of the claim that AWS reads them from. */
  readonly tags: Readonly<Record<string, string>>;
}

type Claims = Readonly<Record<string, unknown>>;

const isClaims = (value: unknown): value is Claims =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const jsonOf = (part: string): Claims | undefined => {
  try {
    const letters = atob(part.replaceAll('-', '+').replaceAll('_', '/'));
    const bytes = Uint8Array.from(letters, (letter) => letter.charCodeAt(0));
    const value: unknown = JSON.parse(new TextDecoder().decode(bytes));
    return isClaims(value) ? value : undefined;
  } catch {
    // What is no base64 or no JSON is answered as InvalidIdentityToken by whoever asked.
    return undefined;
  }
};

const claimsOf = (token: string): Claims | DomainError => {
  const [header = '', payload = '', ...rest] = token.split('.');
  const claims = jsonOf(payload);
  return jsonOf(header) === undefined || claims === undefined || rest.length !== 1
    ? // AWS's words.
      invalidIdentityToken(
        'The ID Token provided is not a valid JWT. (You may see this error if you sent an Access Token)',
      )
    : claims;
};

const textsOf = (value: unknown): readonly string[] => {
  const list: readonly unknown[] = Array.isArray(value) ? value : [value];
  return list.filter((one) => typeof one === 'string');
};

/** "https://aws.amazon.com/tags": `{principal_tags: {key: [value]}}` ("Passing session tags in AWS STS", IAM User Guide). */
const tagsOf = (claims: Claims): Readonly<Record<string, string>> => {
  const claim = claims['https://aws.amazon.com/tags'];
  const given = isClaims(claim) ? claim['principal_tags'] : undefined;
  if (!isClaims(given)) return {};
  return Object.fromEntries(
    Object.entries(given).map(([key, values]) => [key, textsOf(values)[0] ?? '']),
  );
};

const claimMissing = (name: string): DomainError =>
  invalidIdentityToken(`Missing a required claim: ${name}`);

/** Reads an ID token. Its signature is not verified: the provider's keys are on the Internet, where nobody looks from here. */
export const readIdToken = (token: string): IdToken | DomainError => {
  const claims = claimsOf(token);
  if (isDomainError(claims)) return claims;
  const { iss: issuer, sub: subject, exp: expiresAt, azp: authorizedParty } = claims;
  const audiences = textsOf(claims['aud']);
  const sourceIdentity = claims['https://aws.amazon.com/source_identity'];
  if (typeof issuer !== 'string') return claimMissing('iss');
  if (typeof subject !== 'string') return claimMissing('sub');
  if (audiences.length === 0) return claimMissing('aud');
  if (typeof expiresAt !== 'number') return claimMissing('exp');
  return {
    issuer,
    subject,
    audiences,
    authorizedParty: typeof authorizedParty === 'string' ? authorizedParty : undefined,
    expiresAt,
    sourceIdentity: typeof sourceIdentity === 'string' ? sourceIdentity : undefined,
    tags: tagsOf(claims),
  };
};
