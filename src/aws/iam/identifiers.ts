import type { RandomStream } from '../../world/random.ts';

const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';

/**
 * A new unique id, for example `AROAIIAZKPKYKPI46JKUC`: AROA for roles, AIPA for instance profiles, ANPA for managed
 * policies, AIDA for users, AGPA for groups, ASCA for server certificates ("IAM identifiers", IAM User Guide).
 */
export const newUniqueId = (
  prefix: 'AROA' | 'AIPA' | 'ANPA' | 'AIDA' | 'AGPA' | 'ASCA',
  random: RandomStream,
): string => {
  let id: string = prefix;
  for (let i = 0; i < 17; i++) id += letters[random.below(letters.length)] ?? 'A';
  return id;
};

/** The ARN of something in an account's IAM; `path` begins and ends with a slash. */
export const iamArn = (account: string, type: string, path: string, name: string): string =>
  `arn:aws:iam::${account}:${type}${path}${name}`;

/** The account and name of a role by its ARN; undefined when the ARN is of something else. */
export const roleOfArn = (
  arn: string,
): { readonly account: string; readonly name: string } | undefined => {
  const found = /^arn:aws:iam::(\d{12}):role\/(?:.*\/)?([^/]+)$/.exec(arn);
  return found === null ? undefined : { account: found[1] ?? '', name: found[2] ?? '' };
};

/** Names "are not distinguished by case" (IAM API Reference, CreateRole): this is what tells them apart. */
export const nameKey = (name: string): string => name.toLowerCase();

/**
 * A policy document as answers carry it: percent-encoded by RFC 3986 ("policies returned by this operation are
 * URL-encoded", IAM API Reference, GetRole).
 */
export const encodedDocument = (document: string): string =>
  encodeURIComponent(document).replaceAll(
    /[!'()*]/g,
    (letter) => `%${letter.charCodeAt(0).toString(16).toUpperCase()}`,
  );
