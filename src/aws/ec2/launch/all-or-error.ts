import { isDomainError, type DomainError } from '../../../world/domain-error.ts';

type Checked<T> = { readonly [Key in keyof T]: Exclude<T[Key], DomainError> };

/** Parts of a request that were read apart: all of them, or the first of their errors. */
export const allOrError = <T extends object>(parts: T): Checked<T> | DomainError =>
  // When no part is an error, each has the type that is left without it.
  Object.values(parts).find(isDomainError) ?? (parts as Checked<T>);
