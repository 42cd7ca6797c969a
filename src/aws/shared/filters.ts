import { DomainError } from '../../world/domain-error.ts';
import { filterMatcher } from './wildcards.ts';

/** A filter as EC2's Describe operations take it. */
export interface Filter {
  readonly Name?: string | undefined;
  readonly Values?: readonly string[] | undefined;
}

/** What a filter of that name compares: none, one or several values of an item. */
export type FilterField<T> = (item: T) => string | number | boolean | undefined | readonly string[];

/** The filters that an operation knows, by name. Tag filters are known to every operation with tags. */
export type FilterFields<T> = Readonly<Record<string, FilterField<T>>>;

/** A tag on a resource. */
export interface Tag {
  readonly Key: string;
  readonly Value: string;
}

const asTexts = (value: ReturnType<FilterField<unknown>>): readonly string[] => {
  if (value === undefined) return [];
  return typeof value === 'object' ? value : [String(value)];
};

const tagField = <T>(
  name: string,
  tagsOf: ((item: T) => readonly Tag[]) | undefined,
): FilterField<T> | undefined => {
  if (tagsOf === undefined) return undefined;
  if (name === 'tag-key') return (item) => tagsOf(item).map((tag) => tag.Key);
  if (name === 'tag-value') return (item) => tagsOf(item).map((tag) => tag.Value);
  if (!name.startsWith('tag:')) return undefined;
  const key = name.slice('tag:'.length);
  return (item) =>
    tagsOf(item)
      .filter((tag) => tag.Key === key)
      .map((tag) => tag.Value);
};

const fieldOf = <T>(
  fields: FilterFields<T>,
  name: string,
  tagsOf: ((item: T) => readonly Tag[]) | undefined,
): FilterField<T> | undefined =>
  (Object.hasOwn(fields, name) ? fields[name] : undefined) ?? tagField(name, tagsOf);

/**
 * Keeps the items that pass every filter; a filter passes when any of its values matches any value of the item.
 * An unknown name is `InvalidParameterValue`, as EC2 answers it ("The filter 'x' is invalid"); so are more than
 * 200 values.
 */
export const applyFilters = <T>(
  items: readonly T[],
  filters: readonly Filter[] | undefined,
  fields: FilterFields<T>,
  tagsOf?: (item: T) => readonly Tag[],
): readonly T[] | DomainError => {
  let kept = items;
  for (const filter of filters ?? []) {
    const name = filter.Name ?? '';
    const field = fieldOf(fields, name, tagsOf);
    if (field === undefined) {
      return new DomainError('InvalidParameterValue', `The filter '${name}' is invalid`);
    }
    const values = filter.Values ?? [];
    if (values.length === 0) {
      return new DomainError(
        'InvalidParameterValue',
        `The filter '${name}' must have at least one value`,
      );
    }
    if (values.length > 200) {
      return new DomainError(
        'FilterLimitExceeded',
        'The maximum number of filter values specified on a single call is 200',
      );
    }
    const matchers = values.map(filterMatcher);
    kept = kept.filter((item) =>
      asTexts(field(item)).some((text) => matchers.some((matches) => matches(text))),
    );
  }
  return kept;
};
