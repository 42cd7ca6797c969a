import { mix32 as mix } from '../atlas/hash.ts';

/**
 * Randomness from one seed. A stream is a pure function of (seed, shard, stream name, counter): the counter is
 * kept in the journal, so that a world goes on drawing where it was after a crash, and a new use of randomness,
 * having a name of its own, does not reshuffle an old one.
 */
export interface RandomStream {
  /** A whole number from 0 to 2^32 - 1. */
  uint32(): number;
  /** A whole number from 0 to bound - 1; bound is at most 2^32. */
  below(bound: number): number;
  /** Lower-case hexadecimal digits. */
  hex(digits: number): string;
  /** One element; undefined of an empty list. */
  pick<T>(list: readonly T[]): T | undefined;
}

const golden = 0x9e3779b9;

/** The n-th number of the stream with this key. */
const draw = (key: number, counter: number): number =>
  mix(mix(key + Math.imul(counter, golden)) ^ mix(counter + golden));

/** A stream that says how far it was drawn, so that its owner can persist it. */
export interface CountedStream extends RandomStream {
  readonly counter: () => number;
}

/** A stream that begins at `counter`. */
export const createRandomStream = (key: number, counter: number): CountedStream => {
  let position = counter;
  const uint32 = (): number => {
    const value = draw(key, position);
    position += 1;
    return value;
  };
  const below = (bound: number): number => {
    // Rejection keeps every value equally likely.
    const limit = 2 ** 32 - (2 ** 32 % bound);
    let value = uint32();
    while (value >= limit) value = uint32();
    return value % bound;
  };
  const hex = (digits: number): string => {
    // The first digits of one number, as below of several.
    if (digits > 0 && digits < 8) {
      return (uint32() >>> (32 - 4 * digits)).toString(16).padStart(digits, '0');
    }
    let text = '';
    while (text.length < digits) text += uint32().toString(16).padStart(8, '0');
    return text.slice(0, digits);
  };
  return {
    uint32,
    below,
    hex,
    pick: (list) => list[below(Math.max(1, list.length))],
    counter: () => position,
  };
};
