import {
  Parser,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  parseDocument,
  type CST,
  type Scalar,
} from 'yaml';
import { malformed } from './user-data-problem.ts';

/** How many bytes of YAML are read: what user data holds (16 KB) many times over, since it may come compressed. */
const mostCharacters = 256 * 1024;

/** How deep values may lie in one another; no document of cloud-init's is a tenth as deep. */
const deepest = 64;

/** How many values a document may have, each alias counted as all that it stands for. */
const mostValues = 50_000;

/** Whether a token holds others deeper than allowed, found before anything recurses over it without a bound. */
const isTooDeep = (token: CST.Token | null | undefined, left: number): boolean => {
  if (token === null || token === undefined) return false;
  if (left === 0) return true;
  if (token.type === 'document') return isTooDeep(token.value, left - 1);
  if (!('items' in token)) return false;
  return token.items.some(
    ({ key, value }) => isTooDeep(key, left - 1) || isTooDeep(value, left - 1),
  );
};

/** Thrown within this file alone, where a walk over a document ends early. */
class Refused extends Error {}

/** A moment is taken as it is written: nothing that is read here is one. */
const plainValue = ({ value, source }: Scalar): unknown =>
  typeof value === 'object' && value !== null && !(value instanceof Uint8Array) ? source : value;

/** Makes plain values of nodes, with bounds that the library's own conversion does not have. */
class Reading {
  readonly #anchors = new Map<string, unknown>();
  #values = 0;

  valueOf(node: unknown, left: number): unknown {
    this.#values += 1;
    if (left === 0) throw new Refused(`it is more than ${deepest} deep`);
    if (this.#values > mostValues) throw new Refused(`it has more than ${mostValues} values`);
    if (isAlias(node)) {
      if (!this.#anchors.has(node.source)) throw new Refused(`there is no anchor ${node.source}`);
      return this.valueOf(this.#anchors.get(node.source), left - 1);
    }
    if (isScalar(node) || isMap(node) || isSeq(node)) {
      if (node.anchor !== undefined) this.#anchors.set(node.anchor, node);
    }
    if (isScalar(node)) return plainValue(node);
    if (isSeq(node)) return node.items.map((item) => this.valueOf(item, left - 1));
    if (isMap(node)) return this.#mapping(node.items, left);
    return null;
  }

  /** Of a key that stands twice the last counts, as with PyYAML; what is merged by `<<` gives way to what is written. */
  #mapping(items: readonly { key: unknown; value: unknown }[], left: number): object {
    const merged = new Map<string, unknown>();
    const written = new Map<string, unknown>();
    for (const { key, value } of items) {
      const name = this.valueOf(key, left - 1);
      if (typeof name === 'object' && name !== null)
        throw new Refused('a key is a list or a mapping');
      const held = this.valueOf(value, left - 1);
      // YAML 1.1 reads the merge key as a symbol of the library's own.
      if (typeof name === 'symbol' || name === '<<') {
        for (const one of Array.isArray(held) ? held.toReversed() : [held])
          if (typeof one === 'object' && one !== null)
            for (const [inner, its] of Object.entries(one)) merged.set(inner, its);
      } else written.set(String(name), held);
    }
    return Object.fromEntries([...merged, ...written]);
  }
}

/**
 * Reads YAML 1.1, as cloud-init's parser does, into plain values. A DomainError says what is wrong: what is no YAML, or is
 * larger, deeper or (by aliases) more than any real document.
 */
export const parseYaml = (text: string, what: string): unknown => {
  if (text.length > mostCharacters)
    return malformed(`its ${what} is longer than ${mostCharacters} characters.`);
  for (const token of new Parser().parse(text)) {
    if (isTooDeep(token, deepest)) return malformed(`its ${what} is more than ${deepest} deep.`);
  }
  const document = parseDocument(text, { version: '1.1', uniqueKeys: false });
  const problem = document.errors[0];
  if (problem !== undefined) return malformed(`its ${what} is not YAML: ${problem.message}`);
  try {
    return new Reading().valueOf(document.contents, deepest);
  } catch (refused) {
    if (!(refused instanceof Refused)) throw refused;
    return malformed(`its ${what} is not read: ${refused.message}.`);
  }
};

/** Whether a value of a document is a mapping; binary data is none. */
export const isMapping = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' &&
  value !== null &&
  !Array.isArray(value) &&
  !(value instanceof Uint8Array);
