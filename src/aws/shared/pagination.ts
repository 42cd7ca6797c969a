import { DomainError } from '../../world/domain-error.ts';

/** One page of a list, and the token that asks for the next. */
export interface Page<T> {
  readonly items: readonly T[];
  readonly nextToken: string | undefined;
}

/** How a service says that a token is not one of its own. */
export type InvalidToken = (token: string) => DomainError;

const invalidNextToken: InvalidToken = () =>
  new DomainError('InvalidNextToken', 'The token that was supplied is invalid.');

/**
 * Base64url of the key of the last item given, after a letter that tells our tokens from strangers'. Keys are
 * ids and names in ASCII; others are percent-encoded first.
 */
const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';

const encodeToken = (key: string): string => {
  const text = encodeURIComponent(key);
  let bits = 0;
  let value = 0;
  let token = 'f';
  for (let i = 0; i < text.length; i++) {
    value = (value << 8) | text.charCodeAt(i);
    bits += 8;
    while (bits >= 6) {
      bits -= 6;
      token += alphabet[(value >> bits) & 63] ?? '';
    }
    value &= (1 << bits) - 1;
  }
  return bits === 0 ? token : token + (alphabet[(value << (6 - bits)) & 63] ?? '');
};

const decodeToken = (token: string): string | undefined => {
  if (!/^f[\w-]{1,4096}$/.test(token)) return undefined;
  let bits = 0;
  let value = 0;
  let text = '';
  for (const letter of token.slice(1)) {
    value = (value << 6) | alphabet.indexOf(letter);
    bits += 6;
    if (bits >= 8) {
      bits -= 8;
      text += String.fromCharCode((value >> bits) & 255);
      value &= (1 << bits) - 1;
    }
  }
  try {
    return decodeURIComponent(text);
  } catch {
    // A token that does not decode is not one of ours: the caller answers the service's own error.
    return undefined;
  }
};

/**
 * Cuts a list into pages. The list comes in a stable order and `keyOf` tells its items apart; the token names the
 * last item given, so that what is added or deleted meanwhile neither repeats nor hides other items. When that
 * item is gone, the page goes on where it stood in `compare` order, or is empty when there is none.
 */
export const paginate = <T>(
  items: readonly T[],
  request: { readonly token: string | undefined; readonly maxResults: number | undefined },
  keyOf: (item: T) => string,
  invalid: InvalidToken = invalidNextToken,
): Page<T> | DomainError => {
  let start = 0;
  if (request.token !== undefined && request.token !== '') {
    const decoded = decodeToken(request.token);
    if (decoded === undefined) return invalid(request.token);
    const [position = '', key = ''] = decoded.split(/:(.*)/s);
    const found = items.findIndex((item) => keyOf(item) === key);
    // Items keep their order, so one that was deleted leaves its place to its successor.
    start = found === -1 ? Math.min(Number(position), items.length) : found + 1;
    if (!Number.isSafeInteger(start) || start < 0) return invalid(request.token);
  }
  const end = request.maxResults === undefined ? items.length : start + request.maxResults;
  const page = items.slice(start, end);
  const last = page.at(-1);
  const more = end < items.length && last !== undefined;
  return { items: page, nextToken: more ? encodeToken(`${end - 1}:${keyOf(last)}`) : undefined };
};
