import { isDomainError, type DomainError } from '../../world/domain-error.ts';
import { paginate } from '../shared/pagination.ts';
import { invalidMarker } from './errors.ts';

/** One page of a list of KMS, and what its answer says of the next. */
export interface MarkedPage<T> {
  readonly items: readonly T[];
  readonly next: { readonly Truncated: boolean; readonly NextMarker?: string };
}

/** Cuts a list into KMS's pages. Error: InvalidMarkerException. */
export const markedPage = <T>(
  items: readonly T[],
  input: { readonly Limit?: number | undefined; readonly Marker?: string | undefined },
  usualLimit: number,
  keyOf: (item: T) => string,
): MarkedPage<T> | DomainError => {
  const page = paginate(
    items,
    { token: input.Marker, maxResults: input.Limit ?? usualLimit },
    keyOf,
    invalidMarker,
  );
  if (isDomainError(page)) return page;
  return {
    items: page.items,
    next:
      page.nextToken === undefined
        ? { Truncated: false }
        : { Truncated: true, NextMarker: page.nextToken },
  };
};
