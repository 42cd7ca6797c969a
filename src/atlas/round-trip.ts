import facts from './facts/round-trips.json' with { type: 'json' };
import { distanceKm, type Coordinates } from './distance.ts';
import { awsRegions, type Region } from './regions.ts';

/** How long a packet takes there and back. */
export interface RoundTrip {
  readonly ms: number;
  /** `measured` by others between these two places, `estimated` from their distance, or `stated` in general words. */
  readonly basis: 'measured' | 'estimated' | 'stated';
}

/** Milliseconds from Region to Region as measured: not symmetric, and a Region to itself is what its public endpoint takes. */
const measured: Readonly<Record<string, Readonly<Record<string, number>>>> = facts.rtt;

/** Light in fibre goes about 200 km a millisecond, so there and back take a millisecond for 100 km. */
const fibreMsPerKm = 0.01;

/** What the ends of a way add whatever its length. Chosen: between 0 and 5 the estimates are about equally good. */
const endsMs = 3;

/** How much longer than a straight fibre the ways of the measured Regions are: the median (about 1.7). */
const fitStretch = (): number => {
  const known = awsRegions.filter((region) => region.code in measured);
  const stretches = known.flatMap((from) =>
    known
      .filter((to) => to !== from)
      .map((to) => {
        const ms = measured[from.code]?.[to.code] ?? Number.NaN;
        return (ms - endsMs) / (distanceKm(from, to) * fibreMsPerKm);
      })
      .filter((stretch) => !Number.isNaN(stretch)),
  );
  const inOrder = stretches.toSorted((a, b) => a - b);
  return inOrder[Math.floor(inOrder.length / 2)] ?? 1;
};

let stretch: number | undefined;

/**
 * The round trip that the distance suggests: a line fitted to the measured matrix, half of whose entries are within
 * 17 % of it. Ways that go round a continent take longer than this says.
 */
export const estimatedRoundTrip = (from: Coordinates, to: Coordinates): RoundTrip => {
  // The fit is a constant of the facts; it is computed once, and only by those who need it.
  stretch ??= fitStretch();
  const ms = endsMs + distanceKm(from, to) * fibreMsPerKm * stretch;
  return { ms: Math.round(ms * 100) / 100, basis: 'estimated' };
};

/** From one Region to another (or the same): as measured, else estimated. */
export const roundTrip = (from: Region, to: Region): RoundTrip => {
  const ms = measured[from.code]?.[to.code];
  return ms === undefined ? estimatedRoundTrip(from, to) : { ms, basis: 'measured' };
};

/**
 * AWS says "single-digit millisecond" between the zones of a Region ("AWS Fault Isolation Boundaries"), James
 * Hamilton "less than 2 ms apart, usually less than 1" (re:Invent 2014, SPOT301). Within a zone AWS states nothing;
 * a fifth of it is assumed.
 */
const betweenZonesMs = 1;
const withinZoneMs = 0.2;

/** From one zone to another of the same Region, or within one. */
export const zoneRoundTrip = (fromZoneId: string, toZoneId: string): RoundTrip => ({
  ms: fromZoneId === toZoneId ? withinZoneMs : betweenZonesMs,
  basis: 'stated',
});
