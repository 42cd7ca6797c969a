import type { DomainError } from '../../world/domain-error.ts';
import type { Service } from '../operation.ts';

/** How an operation answers that lists things of which there are none here, since nothing makes them. */
export interface EmptyList {
  /** The whole answer: its lists without elements, and what AWS gives beside them. */
  readonly answer: Readonly<Record<string, readonly never[] | boolean | number>>;
  /** Of an operation that can be asked for things by their ids: the member that has them, and AWS's error for the first. */
  readonly ids?: { readonly member: string; readonly notFound: (id: string) => DomainError };
}

/**
 * Operations of a service that list what nobody has here, by their names: programs that look for such things find none, as in an
 * account of AWS that has never made one. Operations that would make them stay unbuilt, and say so.
 */
export const emptyLists = (table: Readonly<Record<string, EmptyList>>): Service['operations'] =>
  Object.fromEntries(
    Object.entries(table).map(([operation, { answer, ids }]) => [
      operation,
      (_tx: unknown, input: Readonly<Record<string, unknown>>) => {
        const asked = ids === undefined ? undefined : input[ids.member];
        const first: unknown = Array.isArray(asked) ? asked[0] : asked;
        return ids !== undefined && typeof first === 'string' && first !== ''
          ? ids.notFound(first)
          : answer;
      },
    ]),
  );
