import type { DomainError } from '../../world/domain-error.ts';
import { invalidInput } from './errors.ts';

/** Part of a list, and the first item of the next part. */
export interface Part<T> {
  readonly items: readonly T[];
  readonly next: T | undefined;
}

/** Route 53 carries MaxItems as text; more than `most` counts as `most`. */
export const parseMaxItems = (
  text: string | number | undefined,
  most: number,
): number | DomainError => {
  if (text === undefined || text === '') return most;
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1) {
    return invalidInput(
      `Invalid value '${text}' for MaxItems: it must be a whole number from 1 to ${most}.`,
    );
  }
  return Math.min(value, most);
};

/** The part of a list that begins at an index. */
export const partFrom = <T>(items: readonly T[], start: number, maxItems: number): Part<T> => ({
  items: items.slice(start, start + maxItems),
  next: items[start + maxItems],
});
