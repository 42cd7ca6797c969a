import type { ParameterStringFilter } from '@aws-sdk/client-ssm';
import { isDomainError, type DomainError } from '../../world/domain-error.ts';
import type { Plain } from '../operation.ts';
import {
  invalidFilterKey,
  invalidFilterOption,
  missingFilterValues,
  validation,
} from './errors.ts';

type Filter = Plain<ParameterStringFilter>;

/** What a filter looks at: the values of a parameter under a key. */
type ValuesOf<T> = (of: T, key: string) => readonly string[];

const isBelow = (name: string, path: string, isRecursive: boolean): boolean => {
  const start = path.endsWith('/') ? path : `${path}/`;
  // Names without a slash at their beginning stand right below the root.
  const full = name.startsWith('/') ? name : `/${name}`;
  return full.startsWith(start) && (isRecursive || !full.slice(start.length).includes('/'));
};

type Comparison = (value: string, wanted: string) => boolean;

const equal: Comparison = (value, wanted) => value === wanted;
const begins: Comparison = (value, wanted) => value.startsWith(wanted);

const usualOptions = { Equals: equal, BeginsWith: begins } as const;

/** The options of each key, the first the usual one ("ParameterStringFilter", API Reference). */
const optionsOf = (key: string): Readonly<Record<string, Comparison>> => {
  if (key === 'Path') {
    return {
      OneLevel: (name, path) => isBelow(name, path, false),
      Recursive: (name, path) => isBelow(name, path, true),
    };
  }
  if (key === 'Name') return { ...usualOptions, Contains: (name, part) => name.includes(part) };
  if (key === 'Label' || key.startsWith('tag:')) return { Equals: equal };
  return usualOptions;
};

const compared = <T>(
  filter: Filter,
  keys: readonly string[],
  valuesOf: ValuesOf<T>,
): ((of: T) => boolean) | DomainError => {
  const { Key: key = '', Values: wanted } = filter;
  const isTag = key.startsWith('tag:') && key.length > 4 && keys.includes('tag:');
  if (!isTag && (key === 'tag:' || !keys.includes(key))) return invalidFilterKey(key, keys);
  const options = optionsOf(key);
  const [usual = ''] = Object.keys(options);
  const option = filter.Option ?? usual;
  const compare = Object.hasOwn(options, option) ? options[option] : undefined;
  if (compare === undefined) return invalidFilterOption(option, Object.keys(options));
  // A tag's key alone asks for whatever value.
  if (isTag && (wanted ?? []).length === 0) return (of) => valuesOf(of, key).length > 0;
  if (wanted === undefined || wanted.length === 0) return missingFilterValues(key);
  return (of) => valuesOf(of, key).some((value) => wanted.some((one) => compare(value, one)));
};

/** Those that pass all filters. Errors: InvalidFilterKey, InvalidFilterOption, InvalidFilterValue, ValidationException. */
export const filtered = <T>(
  items: readonly T[],
  filters: readonly Filter[] | undefined,
  keys: readonly string[],
  valuesOf: ValuesOf<T>,
): readonly T[] | DomainError => {
  let left = items;
  const seen = new Set<string>();
  for (const filter of filters ?? []) {
    const passes = compared(filter, keys, valuesOf);
    if (isDomainError(passes)) return passes;
    if (seen.has(filter.Key ?? '')) {
      return validation(`The following filter is duplicated in the request: ${filter.Key ?? ''}.`);
    }
    seen.add(filter.Key ?? '');
    left = left.filter(passes);
  }
  return left;
};
