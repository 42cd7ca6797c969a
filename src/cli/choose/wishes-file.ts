import { readFileSync } from 'node:fs';
import { parse, YAMLParseError } from 'yaml';
import { nearestNames } from '../../atlas/choose/nearest-names.ts';
import { UsageError } from '../../text/usage-error.ts';
import type { Wishes } from './wishes.ts';

type Key = keyof Wishes;

/** A file may spell a key like the option (`max-latency`) or like the JSON (`maxLatencyMs`). */
const keys: Readonly<Record<string, Key>> = {
  users: 'users',
  services: 'services',
  service: 'services',
  instances: 'instances',
  instance: 'instances',
  storagegb: 'storageGb',
  egressgb: 'egressGb',
  within: 'within',
  maxlatency: 'maxLatencyMs',
  maxlatencyms: 'maxLatencyMs',
  weights: 'weights',
  pair: 'pair',
};

const shownKeys = [
  'users',
  'services',
  'instances',
  'storage-gb',
  'egress-gb',
  'within',
  'max-latency',
  'weights',
  'pair',
];

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const isPlain = (value: unknown): value is string | number =>
  typeof value === 'string' || typeof value === 'number';

/** The words in which an entry of a list may be written as a map, such as `{city: Oslo, country: NO, share: 40}`. */
const entryWords: Readonly<
  Record<string, { readonly names: readonly string[]; readonly amounts: readonly string[] }>
> = {
  users: { names: ['city', 'place', 'country'], amounts: ['share', 'percent'] },
  instances: { names: ['type', 'instance', 'instanceType'], amounts: ['count'] },
};

/** Reads one file's wishes; each refusal is one line that names the file and the key. */
class WishesReader {
  readonly #file: string;

  constructor(file: string) {
    this.#file = file;
  }

  refuse(key: string, expected: string): UsageError {
    return new UsageError(`${this.#file}: ${key} is ${expected}.`);
  }

  keyOf(text: string): Key {
    const key = keys[text.toLowerCase().replaceAll(/[^a-z]/g, '')];
    if (key !== undefined) return key;
    const [nearest] = nearestNames(text, shownKeys, 1);
    const hint = nearest === undefined ? '' : ` Did you mean '${nearest}'?`;
    throw new UsageError(
      `${this.#file}: there is no '${text}' in a choice.${hint} There are ${shownKeys.join(', ')}.`,
    );
  }

  text(key: string, value: unknown): string {
    if (!isPlain(value)) throw this.refuse(key, 'one text or number');
    return String(value);
  }

  /** `London: 60` as a map, `London:60` as a text, or an entry of several words, each as `London:60`. */
  entry(key: string, value: unknown): string {
    if (isPlain(value)) return String(value);
    const words = entryWords[key];
    if (!isRecord(value) || words === undefined) throw this.refuse(key, 'a list of texts');
    const amount = words.amounts.map((word) => value[word]).find(isPlain);
    const names = words.names.map((word) => value[word]).filter(isPlain);
    if (names.length > 0)
      return amount === undefined ? names.join(',') : `${names.join(',')}:${amount}`;
    const [only, ...others] = Object.entries(value);
    if (only === undefined || others.length > 0 || !isPlain(only[1])) {
      throw this.refuse(
        key,
        `a list of entries such as '${key === 'users' ? 'London,GB:60' : 'm5.large:4'}'`,
      );
    }
    return `${only[0]}:${only[1]}`;
  }

  list(key: string, value: unknown): readonly string[] {
    if (Array.isArray(value)) return value.map((one: unknown) => this.entry(key, one));
    if (isRecord(value))
      return Object.entries(value).map((pair) => this.entry(key, { [pair[0]]: pair[1] }));
    return this.text(key, value).split(/\s*;\s*/);
  }

  weights(value: unknown): string {
    if (!isRecord(value)) return this.text('weights', value);
    return Object.entries(value)
      .map(([name, weight]) => `${name}=${this.text('weights', weight)}`)
      .join(',');
  }

  areas(value: unknown): string {
    if (!Array.isArray(value)) return this.text('within', value);
    return value.map((one: unknown) => this.text('within', one)).join(',');
  }

  wishes(content: Readonly<Record<string, unknown>>): Wishes {
    const found = new Map(
      Object.entries(content).map(([text, value]) => [this.keyOf(text), value]),
    );
    const list = (key: Key): readonly string[] =>
      found.has(key) ? this.list(key, found.get(key)) : [];
    const text = (key: Key): string | undefined =>
      found.has(key) ? this.text(key, found.get(key)) : undefined;
    const pair = found.get('pair');
    if (pair !== undefined && typeof pair !== 'boolean') throw this.refuse('pair', 'true or false');
    return {
      users: list('users'),
      services: list('services'),
      instances: list('instances'),
      storageGb: text('storageGb'),
      egressGb: text('egressGb'),
      within: found.has('within') ? this.areas(found.get('within')) : undefined,
      maxLatencyMs: text('maxLatencyMs'),
      weights: found.has('weights') ? this.weights(found.get('weights')) : undefined,
      pair,
    };
  }
}

const contentOf = (file: string): unknown => {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new UsageError(
      `Cannot read the file '${file}' (a name with a space needs quotes): ${why}`,
    );
  }
  try {
    return parse(text);
  } catch (error) {
    if (!(error instanceof YAMLParseError)) throw error;
    throw new UsageError(`${file}: ${error.message.split('\n')[0] ?? ''}`);
  }
};

/** Reads the wishes of a YAML file. What is wrong with it is a UsageError that names the file. */
export const readWishesFile = (file: string): Wishes => {
  const content = contentOf(file);
  if (!isRecord(content))
    throw new UsageError(`${file}: a choice is a map of ${shownKeys.join(', ')}.`);
  return new WishesReader(file).wishes(content);
};
