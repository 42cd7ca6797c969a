import type { Coordinates } from './distance.ts';
import { estimate } from './latency-model.ts';
import { measuredMs } from './measured-round-trips.ts';
import type { Region } from './regions.ts';

/** How long a packet takes there and back. */
export interface RoundTrip {
  readonly ms: number;
  /**
   * `measured` by others between these two places, `estimated` by the latency model, `stated` in general words, or
   * `set` by the file that describes the world.
   */
  readonly basis: 'measured' | 'estimated' | 'stated' | 'set';
  /**
   * The error band. Of a measurement: the lower and the higher of its two directions. Of an estimate: four in five
   * lay within it, by cross-validation. Of a statement: its words. What was set is exact.
   */
  readonly lowMs: number;
  readonly highMs: number;
}

/** The round trip that the latency model gives between two points. */
export const estimatedRoundTrip = (from: Coordinates, to: Coordinates): RoundTrip => ({
  ...estimate(from, to),
  basis: 'estimated',
});

/** From one Region to another (or the same): as measured, else estimated. */
export const roundTrip = (from: Region, to: Region): RoundTrip => {
  const ms = measuredMs(from.code, to.code);
  if (ms === undefined) return estimatedRoundTrip(from, to);
  const back = measuredMs(to.code, from.code) ?? ms;
  return { ms, basis: 'measured', lowMs: Math.min(ms, back), highMs: Math.max(ms, back) };
};

/**
 * AWS says "single-digit millisecond" between the zones of a Region ("AWS Fault Isolation Boundaries"), James
 * Hamilton "less than 2 ms apart, usually less than 1" (re:Invent 2014, SPOT301). Within a zone AWS states nothing;
 * a fifth of it is assumed.
 */
const betweenZones: RoundTrip = { ms: 1, basis: 'stated', lowMs: 0.2, highMs: 2 };
const withinZone: RoundTrip = { ms: 0.2, basis: 'stated', lowMs: 0.05, highMs: 1 };

/** From one zone to another of the same Region, or within one. */
export const zoneRoundTrip = (fromZoneId: string, toZoneId: string): RoundTrip =>
  fromZoneId === toZoneId ? withinZone : betweenZones;
