import { isDomainError, type DomainError } from '../../world/domain-error.ts';
import { paginate } from '../shared/pagination.ts';
import { validationError } from './errors.ts';

/** A page as IAM's List operations answer it. */
export interface ListPage<T> {
  readonly items: readonly T[];
  readonly IsTruncated: boolean;
  readonly Marker: string | undefined;
}

/** "If you do not include this parameter, the number of items defaults to 100" (IAM API Reference). */
const usualItems = 100;

/** Cuts a list into pages by Marker and MaxItems; `keyOf` tells its items apart. */
export const listPage = <T>(
  items: readonly T[],
  input: { readonly Marker?: string | undefined; readonly MaxItems?: number | undefined },
  keyOf: (item: T) => string,
): ListPage<T> | DomainError => {
  const page = paginate(
    items,
    { token: input.Marker, maxResults: input.MaxItems ?? usualItems },
    keyOf,
    (marker) => validationError(`Invalid Marker: ${marker}`),
  );
  if (isDomainError(page)) return page;
  return {
    items: page.items,
    IsTruncated: page.nextToken !== undefined,
    Marker: page.nextToken,
  };
};
