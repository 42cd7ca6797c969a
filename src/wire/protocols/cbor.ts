import { deepestNesting, mostParameters } from '../limits.ts';

/** A moment as CBOR has it (tag 1): seconds since 1970, with a fraction. Source: RFC 8949, "Epoch-Based Date/Time". */
export class CborMoment {
  readonly seconds: number;

  constructor(seconds: number) {
    this.seconds = seconds;
  }
}

/** What a CBOR text means: maps are records of text keys, byte strings are Uint8Array, tag 1 is a CborMoment. */
export type CborValue =
  | string
  | number
  | boolean
  | null
  | undefined
  | Uint8Array
  | CborMoment
  | readonly CborValue[]
  | { readonly [key: string]: CborValue };

/** Why bytes are no CBOR that is taken here. */
export class CborProblem {
  readonly message: string;

  constructor(message: string) {
    this.message = message;
  }
}

/** Thrown inside this file alone, so that the reader need not ask after each byte whether it may go on. */
class Malformed extends Error {}

const major = {
  unsigned: 0,
  negative: 1,
  bytes: 2,
  text: 3,
  list: 4,
  map: 5,
  tag: 6,
  simple: 7,
} as const;

/** The length of what says by a break where it ends. */
const indefinite = Infinity;

/** The end of a list, map or string of indefinite length; a value that no reader outside ever sees. */
const breakMark = Symbol('break');

type Item = CborValue | typeof breakMark;

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

const halfFloat = (bits: number): number => {
  const exponent = (bits >> 10) & 0x1f;
  const fraction = bits & 0x3ff;
  const sign = (bits & 0x8000) === 0 ? 1 : -1;
  if (exponent === 0) return sign * 2 ** -24 * fraction;
  if (exponent === 0x1f) return fraction === 0 ? sign * Infinity : NaN;
  return sign * 2 ** (exponent - 25) * (1_024 + fraction);
};

class CborReader {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  #at = 0;
  #items = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  whole(): CborValue {
    const value = this.#value(0);
    if (this.#at !== this.#bytes.length) throw new Malformed('there are bytes after its end');
    return value;
  }

  #value(depth: number): CborValue {
    const item = this.#item(depth);
    if (item === breakMark) throw new Malformed('a break stands where a value is expected');
    return item;
  }

  #take(length: number): number {
    const at = this.#at;
    if (length > this.#bytes.length - at) throw new Malformed('it ends too early');
    this.#at += length;
    return at;
  }

  #item(depth: number): Item {
    this.#items += 1;
    if (depth > deepestNesting || this.#items > mostParameters) {
      throw new Malformed(
        `it is nested deeper than ${deepestNesting} levels or has more than ${mostParameters} parts`,
      );
    }
    const initial = this.#view.getUint8(this.#take(1));
    const type = initial >> 5;
    const information = initial & 0x1f;
    if (type === major.simple) return this.#simple(information);
    const argument = this.#argument(type, information);
    switch (type) {
      case major.unsigned:
        return argument;
      case major.negative:
        return -1 - argument;
      case major.bytes:
        return this.#byteString(argument);
      case major.text:
        return this.#text(argument);
      case major.list:
        return this.#list(argument, depth);
      case major.map:
        return this.#map(argument, depth);
      default:
        return this.#tagged(argument, depth);
    }
  }

  /** A length, a number or a tag; `indefinite` where the type may have no length of its own. */
  #argument(type: number, information: number): number {
    if (information < 24) return information;
    switch (information) {
      case 24:
        return this.#view.getUint8(this.#take(1));
      case 25:
        return this.#view.getUint16(this.#take(2));
      case 26:
        return this.#view.getUint32(this.#take(4));
      case 27: {
        const long = this.#view.getBigUint64(this.#take(8));
        if (long > BigInt(Number.MAX_SAFE_INTEGER)) throw new Malformed('a number is too large');
        return Number(long);
      }
      case 31:
        if (type >= major.bytes && type <= major.map) return indefinite;
        break;
      default:
        break;
    }
    throw new Malformed('it holds a byte that begins no value');
  }

  #simple(information: number): Item {
    switch (information) {
      case 20:
        return false;
      case 21:
        return true;
      case 22:
        return null;
      case 23:
        return undefined;
      case 25:
        return halfFloat(this.#view.getUint16(this.#take(2)));
      case 26:
        return this.#view.getFloat32(this.#take(4));
      case 27:
        return this.#view.getFloat64(this.#take(8));
      case 31:
        return breakMark;
      default:
        throw new Malformed('it holds a simple value that is not known');
    }
  }

  #byteString(length: number): Uint8Array {
    if (length !== indefinite) {
      const at = this.#take(length);
      return new Uint8Array(this.#bytes.subarray(at, at + length));
    }
    const chunks = this.#chunks(major.bytes);
    const whole = new Uint8Array(chunks.reduce((sum, chunk) => sum + chunk.length, 0));
    let at = 0;
    for (const chunk of chunks) {
      whole.set(chunk, at);
      at += chunk.length;
    }
    return whole;
  }

  #text(length: number): string {
    if (length !== indefinite) return this.#textAt(this.#take(length), length);
    return this.#chunks(major.text)
      .map((chunk) => this.#decode(chunk))
      .join('');
  }

  #textAt(at: number, length: number): string {
    return this.#decode(this.#bytes.subarray(at, at + length));
  }

  #decode(bytes: Uint8Array): string {
    try {
      return utf8.decode(bytes);
    } catch (error) {
      if (error instanceof TypeError) throw new Malformed('a text is not UTF-8');
      throw error;
    }
  }

  /** The parts of a string of indefinite length: strings of the same type, each with a length. */
  #chunks(type: number): readonly Uint8Array[] {
    const chunks: Uint8Array[] = [];
    for (;;) {
      this.#items += 1;
      if (this.#items > mostParameters) throw new Malformed('it has too many parts');
      const initial = this.#view.getUint8(this.#take(1));
      if (initial === 0xff) return chunks;
      if (initial >> 5 !== type) throw new Malformed('a string has parts of another type');
      const length = this.#argument(type, initial & 0x1f);
      if (length === indefinite) throw new Malformed('a part of a string has no length');
      const at = this.#take(length);
      chunks.push(this.#bytes.subarray(at, at + length));
    }
  }

  #list(length: number, depth: number): readonly CborValue[] {
    const values: CborValue[] = [];
    for (let count = 0; count < length; count += 1) {
      const item = this.#item(depth + 1);
      if (item === breakMark) {
        if (length === indefinite) break;
        throw new Malformed('a list ends before its length');
      }
      values.push(item);
    }
    return values;
  }

  #map(length: number, depth: number): { readonly [key: string]: CborValue } {
    const pairs: [string, CborValue][] = [];
    const seen = new Set<string>();
    for (let count = 0; count < length; count += 1) {
      const key = this.#item(depth + 1);
      if (key === breakMark && length === indefinite) break;
      if (typeof key !== 'string') throw new Malformed('a key of a map is not a text');
      if (seen.has(key)) throw new Malformed('a key stands twice in a map');
      seen.add(key);
      pairs.push([key, this.#value(depth + 1)]);
    }
    return Object.fromEntries(pairs);
  }

  #tagged(tag: number, depth: number): CborValue {
    const value = this.#value(depth + 1);
    if (tag !== 1) throw new Malformed(`tag ${tag} is not known`);
    if (typeof value !== 'number' || !Number.isFinite(value)) {
      throw new Malformed('a moment is not a number of seconds');
    }
    return new CborMoment(value);
  }
}

/**
 * Reads one CBOR value that fills the bytes (RFC 8949), within the bounds on nesting and number of parts. Integers beyond
 * 2^53, keys that are no text, keys that stand twice and tags beside 1 are not taken.
 */
export const readCbor = (bytes: Uint8Array): CborValue | CborProblem => {
  try {
    return new CborReader(bytes).whole();
  } catch (error) {
    if (error instanceof Malformed) return new CborProblem(error.message);
    throw error;
  }
};

/** Puts CBOR together. Every method writes one value or the head of one. */
export class CborWriter {
  #bytes = Buffer.alloc(512);
  #length = 0;

  text(value: string): void {
    const length = Buffer.byteLength(value);
    this.#head(major.text, length);
    const at = this.#grow(length);
    this.#bytes.write(value, at, length, 'utf8');
  }

  bytes(value: Uint8Array): void {
    this.#head(major.bytes, value.length);
    const at = this.#grow(value.length);
    this.#bytes.set(value, at);
  }

  boolean(value: boolean): void {
    const at = this.#grow(1);
    this.#bytes.writeUInt8(value ? 0xf5 : 0xf4, at);
  }

  /** A whole number in the shortest form. */
  integer(value: number): void {
    if (value < 0) this.#head(major.negative, -1 - value);
    else this.#head(major.unsigned, value);
  }

  double(value: number): void {
    const at = this.#grow(9);
    this.#bytes.writeUInt8(0xfb, at);
    this.#bytes.writeDoubleBE(value, at + 1);
  }

  /** A moment in milliseconds since 1970. */
  moment(ms: number): void {
    this.#head(major.tag, 1);
    if (ms % 1_000 === 0) this.integer(ms / 1_000);
    else this.double(ms / 1_000);
  }

  /** The head of a list; so many values follow. */
  list(length: number): void {
    this.#head(major.list, length);
  }

  /** The head of a map; so many pairs of a text and a value follow. */
  map(length: number): void {
    this.#head(major.map, length);
  }

  /** What has been written. */
  written(): Buffer {
    return this.#bytes.subarray(0, this.#length);
  }

  #head(type: number, argument: number): void {
    const initial = type << 5;
    if (argument < 24) {
      const at = this.#grow(1);
      this.#bytes.writeUInt8(initial | argument, at);
    } else if (argument < 0x100) {
      const at = this.#grow(2);
      this.#bytes.writeUInt8(initial | 24, at);
      this.#bytes.writeUInt8(argument, at + 1);
    } else if (argument < 0x1_0000) {
      const at = this.#grow(3);
      this.#bytes.writeUInt8(initial | 25, at);
      this.#bytes.writeUInt16BE(argument, at + 1);
    } else if (argument < 0x1_0000_0000) {
      const at = this.#grow(5);
      this.#bytes.writeUInt8(initial | 26, at);
      this.#bytes.writeUInt32BE(argument, at + 1);
    } else {
      const at = this.#grow(9);
      this.#bytes.writeUInt8(initial | 27, at);
      this.#bytes.writeBigUInt64BE(BigInt(argument), at + 1);
    }
  }

  /** Makes room for so many bytes and answers where they begin. */
  #grow(length: number): number {
    const at = this.#length;
    this.#length += length;
    if (this.#length > this.#bytes.length) {
      const larger = Buffer.alloc(Math.max(this.#length, this.#bytes.length * 2));
      this.#bytes.copy(larger, 0, 0, at);
      this.#bytes = larger;
    }
    return at;
  }
}
