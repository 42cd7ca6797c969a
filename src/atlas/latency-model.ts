import type { Coordinates } from './distance.ts';
import facts from './facts/latency-model.json' with { type: 'json' };
import { modelledMs, residualsOf, type Coefficients, type Residuals } from './latency-fit.ts';
import { measuredSamples } from './measured-round-trips.ts';

/** A round trip that nobody measured. */
export interface Estimate {
  readonly ms: number;
  /** Four in five of such estimates had their measured value between these two. */
  readonly lowMs: number;
  readonly highMs: number;
}

const coefficients: Coefficients = facts.coefficients;

/** Estimates of places that nobody measured were this wrong, by cross-validation with both ends left out. */
const { low, high } = facts.crossValidation.bothEndsLeftOut;

let residuals: Residuals | undefined;
const known = new WeakMap<Coordinates, WeakMap<Coordinates, Estimate>>();

const rounded = (ms: number): number => Math.round(ms * 100) / 100;

/**
 * The round trip between two points of the Earth, in milliseconds, over a wired network of a large provider: from the
 * kilometres along the submarine cables and trunks, the pair of continents, and what was measured near both ends.
 * `docs/atlas.md` tells how wrong it is. The same for the same two objects for ever: they must not change.
 */
export const estimate = (from: Coordinates, to: Coordinates): Estimate => {
  const fromHere = known.get(from) ?? new WeakMap<Coordinates, Estimate>();
  known.set(from, fromHere);
  const before = fromHere.get(to);
  if (before !== undefined) return before;
  // What the measured ways teach is a constant of the facts; it is computed once, and only by those who need it.
  residuals ??= residualsOf(coefficients, measuredSamples());
  const ms = modelledMs(coefficients, residuals, from, to);
  const made = { ms: rounded(ms), lowMs: rounded(ms * low), highMs: rounded(ms * high) };
  fromHere.set(to, made);
  return made;
};
