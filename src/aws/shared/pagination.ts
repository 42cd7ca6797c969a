import { DomainError } from '../../world/domain-error.ts';
import { fromOpaqueText, opaqueText } from './opaque-text.ts';

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
    const decoded = fromOpaqueText(request.token);
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
  return { items: page, nextToken: more ? opaqueText(`${end - 1}:${keyOf(last)}`) : undefined };
};
