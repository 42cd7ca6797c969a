/** Numbers that a seed repeats: what a round does and when it is cut short can be run again. */
export interface Random {
  /** A whole number from 0 to bound - 1. */
  below(bound: number): number;
  pick<T>(list: readonly T[]): T | undefined;
}

/** A generator after Mulberry32 (public domain): small, and good enough to choose actions. */
export const createRandom = (seed: number): Random => {
  let state = seed >>> 0;
  const below = (bound: number): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) % bound;
  };
  return { below, pick: (list) => list[below(Math.max(1, list.length))] };
};
