import { DomainError, isDomainError } from '../world/domain-error.ts';
import { durationMs } from '../text/duration.ts';

/** Reads one value of a drill file; `place` says where it stands, for example `traffic[0].rate`. */
export type Read<T> = (value: unknown, place: string) => T | DomainError;

/** What is wrong with a drill file, and where in it. */
export const invalid = (place: string, what: string): DomainError =>
  new DomainError('InvalidDrill', place === '' ? what : `${place}: ${what}`);

const shown = (value: unknown): string => {
  if (value === undefined) return 'missing';
  const text = JSON.stringify(value) ?? typeof value;
  return text.length > 60 ? `${text.slice(0, 57)}...` : text;
};

/** The usual complaint: what it must be and what stands there. */
export const mustBe = (place: string, what: string, value: unknown): DomainError =>
  value === undefined
    ? invalid(place, `is missing; it is ${what}.`)
    : invalid(place, `is ${what}, not ${shown(value)}.`);

/** A text that is not empty. */
export const text: Read<string> = (value, place) =>
  typeof value === 'string' && value.trim() !== '' ? value : mustBe(place, 'a text', value);

/** A number that `accepts` takes; `what` describes those, for example `a number above 0`. */
export const number =
  (what: string, accepts: (value: number) => boolean): Read<number> =>
  (value, place) =>
    typeof value === 'number' && Number.isFinite(value) && accepts(value)
      ? value
      : mustBe(place, what, value);

/** True or false. */
export const flag: Read<boolean> = (value, place) =>
  typeof value === 'boolean' ? value : mustBe(place, 'true or false', value);

/** A duration such as `90s` or `10m`, in milliseconds of world time. */
export const duration: Read<number> = (value, place) => {
  const parsed = typeof value === 'string' ? durationMs(value) : undefined;
  return parsed ?? mustBe(place, 'a duration such as 90s, 10m or 1h30m', value);
};

/** A value that may be missing. */
export const optional =
  <T>(read: Read<T>): Read<T | undefined> =>
  (value, place) =>
    value === undefined || value === null ? undefined : read(value, place);

/** A list of values of one kind. */
export const list =
  <T>(read: Read<T>): Read<readonly T[]> =>
  (value, place) => {
    if (!Array.isArray(value)) return mustBe(place, 'a list', value);
    const all: T[] = [];
    for (const [index, item] of value.entries()) {
      const one = read(item, `${place}[${index}]`);
      if (isDomainError(one)) return one;
      all.push(one);
    }
    return all;
  };

/** A mapping of names to values, as YAML has it. */
export const isMapping = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Texts by name, such as the headers of a request. */
export const texts: Read<Readonly<Record<string, string>>> = (value, place) => {
  if (!isMapping(value)) return mustBe(place, 'a mapping of names to texts', value);
  const all: Record<string, string> = {};
  for (const [name, item] of Object.entries(value)) {
    const one = text(item, `${place}.${name}`);
    if (isDomainError(one)) return one;
    all[name] = one;
  }
  return all;
};

type Fields = Readonly<Record<string, Read<unknown>>>;

/** What a mapping with those fields reads as. */
export type Fielded<F extends Fields> = {
  readonly [Name in keyof F]: Exclude<ReturnType<F[Name]>, DomainError>;
};

/** A mapping with exactly these fields; another one is refused with the list of those there are. */
export const fields =
  <F extends Fields>(readers: F): Read<Fielded<F>> =>
  (value, place) => {
    if (!isMapping(value)) {
      return mustBe(place, `a mapping with ${Object.keys(readers).join(', ')}`, value);
    }
    const within = (name: string): string => (place === '' ? name : `${place}.${name}`);
    const unknown = Object.keys(value).find((name) => !Object.hasOwn(readers, name));
    if (unknown !== undefined) {
      return invalid(
        within(unknown),
        `is not known here; there are ${Object.keys(readers).join(', ')}.`,
      );
    }
    const all: Record<string, unknown> = {};
    for (const [name, read] of Object.entries(readers)) {
      const one = read(value[name], within(name));
      if (isDomainError(one)) return one;
      all[name] = one;
    }
    // Every reader has been asked for its field, so the mapping has the type that the readers say.
    return all as Fielded<F>;
  };
