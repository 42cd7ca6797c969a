import facts from './facts/cable-routes.json' with { type: 'json' };
import { distanceKm, type Coordinates } from './distance.ts';

/** How a packet goes from one point of the Earth to another. */
export interface CableWay {
  /**
   * Kilometres along the cables and trunks; where no cable helps, the great circle, lengthened by what a way that
   * nobody built a trunk for takes.
   */
  readonly km: number;
  /** The continents that the two ends are on, in the order of their codes, for example `AS-EU`. */
  readonly continents: string;
}

/**
 * A way that has no trunk counts more a kilometre than one along a trunk, the more so the longer it is; from a place
 * to its trunk it goes by road. The three numbers were chosen for the smallest cross-validated error on the measured
 * round trips.
 */
const directPenalty = (km: number): number => 1.2 + km / 4000;
const accessPenalty = 1.25;

/** A place is joined to its nearest towns on the trunks. */
const joinedHubs = 4;

interface Hub extends Coordinates {
  readonly name: string;
  readonly continent: string;
}

const hubs: readonly Hub[] = Object.entries(facts.hubs).map(([name, hub]) => ({
  name,
  continent: hub.continent,
  latitude: hub.lat,
  longitude: hub.lon,
}));

const hubIndex = (name: string | number | undefined): number => {
  const index = hubs.findIndex((hub) => hub.name === name);
  if (index < 0) throw new Error(`A cable route names '${name}', which is no hub.`);
  return index;
};

/** The shortest ways between all hubs along the links, by Floyd and Warshall: a row a hub. */
const shortestWays = (): readonly Float64Array[] => {
  const km = hubs.map((_, row) =>
    new Float64Array(hubs.length).fill(Number.POSITIVE_INFINITY).fill(0, row, row + 1),
  );
  for (const [from, to, stated] of facts.links) {
    const [a, b] = [hubIndex(from), hubIndex(to)];
    const [hubA, hubB] = [hubs[a], hubs[b]];
    const [rowA, rowB] = [km[a], km[b]];
    if (hubA === undefined || hubB === undefined || rowA === undefined || rowB === undefined)
      continue;
    const length = typeof stated === 'number' ? stated : distanceKm(hubA, hubB);
    rowA[b] = length;
    rowB[a] = length;
  }
  for (const [middle, fromMiddle] of km.entries()) {
    for (const row of km) {
      const toMiddle = row[middle] ?? Number.POSITIVE_INFINITY;
      if (toMiddle === Number.POSITIVE_INFINITY) continue;
      for (let to = 0; to < row.length; to += 1) {
        const through = toMiddle + (fromMiddle[to] ?? Number.POSITIVE_INFINITY);
        if (through < (row[to] ?? 0)) row[to] = through;
      }
    }
  }
  return km;
};

interface Access {
  readonly hub: number;
  readonly km: number;
}

let ways: readonly Float64Array[] | undefined;
const accessesOf = new WeakMap<Coordinates, readonly Access[]>();

/** The nearest hubs of a point, nearest first. */
const accesses = (point: Coordinates): readonly Access[] => {
  const known = accessesOf.get(point);
  if (known !== undefined) return known;
  const found = hubs
    .map((hub, index): Access => ({ hub: index, km: distanceKm(point, hub) }))
    .toSorted((a, b) => a.km - b.km)
    .slice(0, joinedHubs);
  accessesOf.set(point, found);
  return found;
};

const continentOf = (nearest: readonly Access[]): string =>
  hubs[nearest[0]?.hub ?? 0]?.continent ?? '';

/** The way from one point to another: along the trunks, or straight where that is shorter. The same both ways. */
export const cableWay = (from: Coordinates, to: Coordinates): CableWay => {
  ways ??= shortestWays();
  const [fromAccesses, toAccesses] = [accesses(from), accesses(to)];
  const straightKm = distanceKm(from, to);
  let km = straightKm * directPenalty(straightKm);
  for (const start of fromAccesses) {
    for (const end of toAccesses) {
      const trunk = ways[start.hub]?.[end.hub] ?? Number.POSITIVE_INFINITY;
      km = Math.min(km, (start.km + end.km) * accessPenalty + trunk);
    }
  }
  const continents = [continentOf(fromAccesses), continentOf(toAccesses)].toSorted().join('-');
  return { km, continents };
};
