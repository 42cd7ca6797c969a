import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import {
  geoGraticule10,
  geoNaturalEarth1,
  geoPath,
  type GeoPermissibleObjects,
  type GeoProjection,
} from 'd3-geo';
import { feature, mesh } from 'topojson-client';
import type { GeometryCollection, Topology } from 'topojson-specification';
import type { Coordinates } from '../../atlas/distance.ts';
import { xmlText } from '../../text/xml-text.ts';

/** A Region on the map. */
export interface MapRegion extends Coordinates {
  readonly code: string;
  /** Shown when the pointer rests on it, and read by a screen reader. */
  readonly title: string;
  readonly state: 'first' | 'second' | 'ranked' | 'excluded';
}

/** Users on the map. */
export interface MapUsers extends Coordinates {
  readonly name: string;
  readonly sharePercent: number;
}

/** A great circle between users and a Region, or between two Regions. */
export interface MapArc {
  readonly from: Coordinates;
  readonly to: Coordinates;
  readonly kind: 'near' | 'middle' | 'far' | 'replica' | 'lost';
  readonly title: string;
}

const width = 1200;
const height = 540;

/** Antarctica has neither users nor Regions: the map of the world ends above it. */
const wholeWorld: readonly Coordinates[] = [
  { longitude: -168, latitude: -54 },
  { longitude: -168, latitude: 0 },
  { longitude: -168, latitude: 74 },
  { longitude: 190, latitude: 74 },
  { longitude: 190, latitude: 0 },
  { longitude: 190, latitude: -54 },
];

type World = Topology<{ countries: GeometryCollection; land: GeometryCollection }>;

/** Coastlines at 1:110 million serve the world, those at 1:50 million a part of it. */
const readWorld = (scale: '110m' | '50m'): World => {
  const file = createRequire(import.meta.url).resolve(`world-atlas/countries-${scale}.json`);
  // The package's own files are topologies of countries and land.
  return JSON.parse(readFileSync(file, 'utf8')) as World;
};

const point = ({ latitude, longitude }: Coordinates): [number, number] => [longitude, latitude];

const round = (value: number): number => Math.round(value * 10) / 10;

/** About how wide a letter of each kind of label is; the bold ones are wider. */
const letterWidths: Readonly<Record<string, number>> = {
  'code first': 8.6,
  'code second': 8.6,
  place: 7.8,
};

/** A label goes where it covers no other label: right of its dot, else left, above or below. */
class Labels {
  readonly #taken: { x: number; y: number; width: number; height: number }[] = [];

  /** Keeps other labels off a dot. */
  reserve(x: number, y: number, radius: number): void {
    this.#taken.push({ x: x - radius, y: y - radius, width: 2 * radius, height: 2 * radius });
  }

  /** The text at the first free place; nothing where there is none and it may be left out. */
  place(
    x: number,
    y: number,
    text: string,
    className: string,
    gap: number,
    isNeeded: boolean,
  ): string {
    const wide = text.length * (letterWidths[className] ?? 6.6);
    const places = [
      { dx: gap, dy: 4 },
      { dx: -gap - wide, dy: 4 },
      { dx: -wide / 2, dy: -gap - 2 },
      { dx: -wide / 2, dy: gap + 11 },
      { dx: gap - 2, dy: -gap + 2 },
      { dx: gap - 2, dy: gap + 8 },
      { dx: -gap - wide + 2, dy: -gap + 2 },
      { dx: -gap - wide + 2, dy: gap + 8 },
    ];
    const free = places.find(({ dx, dy }) => this.#isFree(x + dx, y + dy - 11, wide, 13));
    const { dx, dy } = free ?? places[0] ?? { dx: 0, dy: 0 };
    if (free === undefined && !isNeeded) return '';
    this.#taken.push({ x: x + dx, y: y + dy - 11, width: wide, height: 13 });
    return `<text class="${className}" x="${round(x + dx)}" y="${round(y + dy)}">${xmlText(text)}</text>`;
  }

  #isFree(x: number, y: number, wide: number, high: number): boolean {
    if (x < 4 || x + wide > width - 4) return false;
    return this.#taken.every(
      (other) =>
        x >= other.x + other.width ||
        x + wide <= other.x ||
        y >= other.y + other.height ||
        y + high <= other.y,
    );
  }
}

const regionRadius: Readonly<Record<MapRegion['state'], number>> = {
  first: 8,
  second: 7,
  ranked: 5,
  excluded: 3.5,
};

/** The most important are drawn last, so that they lie on top; their labels are placed first. */
const byImportance: readonly MapRegion['state'][] = ['excluded', 'ranked', 'second', 'first'];

const userRadius = (users: MapUsers): number => 5 + Math.sqrt(users.sharePercent) * 0.9;

const fitted = (places: readonly Coordinates[], margin: number): GeoProjection =>
  geoNaturalEarth1()
    .rotate([-11, 0])
    .fitExtent(
      [
        [margin, margin],
        [width - margin, height - margin],
      ],
      { type: 'MultiPoint', coordinates: places.map(point) },
    );

/** No nearer than this: about a continent stays in view. */
const nearestScale = 1000;

/** Fits the places that matter when they lie in one part of the world, else the world. */
const projectionFor = (
  places: readonly Coordinates[],
): { readonly projection: GeoProjection; readonly isZoomed: boolean } => {
  const world = fitted(wholeWorld, 8);
  if (places.length < 2) return { projection: world, isZoomed: false };
  const near = fitted(places, 110);
  if (near.scale() > nearestScale) {
    const [x, y] = near.invert?.([width / 2, height / 2]) ?? [0, 0];
    near.scale(nearestScale).translate([0, 0]);
    const [centreX, centreY] = near([x, y]) ?? [0, 0];
    near.translate([width / 2 - centreX, height / 2 - centreY]);
  }
  const isZoomed = near.scale() > world.scale() * 1.5;
  return { projection: isZoomed ? near : world, isZoomed };
};

const regionDot = (region: MapRegion, [x, y]: readonly [number, number]): string =>
  `<circle class="region ${region.state}" cx="${round(x)}" cy="${round(y)}" r="${regionRadius[region.state]}"><title>${xmlText(region.title)}</title></circle>`;

const usersDot = (users: MapUsers, [x, y]: readonly [number, number]): string =>
  `<circle class="users" cx="${round(x)}" cy="${round(y)}" r="${round(userRadius(users))}"><title>${xmlText(`${users.name}: ${round(users.sharePercent)} % of users`)}</title></circle>`;

/** Names where there is room for them: those of users, of the first and the second place in any case. */
const nameTexts = (
  regions: readonly MapRegion[],
  users: readonly MapUsers[],
  at: (place: Coordinates) => readonly [number, number],
): readonly string[] => {
  const labels = new Labels();
  for (const one of users) labels.reserve(...at(one), userRadius(one));
  for (const one of regions) labels.reserve(...at(one), regionRadius[one.state]);
  const isPlaced = ({ state }: MapRegion): boolean => state === 'first' || state === 'second';
  const regionLabel = (region: MapRegion, isNeeded: boolean): string => {
    const gap = regionRadius[region.state] + 4;
    return labels.place(...at(region), region.code, `code ${region.state}`, gap, isNeeded);
  };
  return [
    ...regions.filter(isPlaced).map((region) => regionLabel(region, true)),
    ...users.map((one) => labels.place(...at(one), one.name, 'place', userRadius(one) + 4, true)),
    ...regions.filter(({ state }) => state === 'ranked').map((one) => regionLabel(one, false)),
    ...regions.filter(({ state }) => state === 'excluded').map((one) => regionLabel(one, false)),
  ].filter((text) => text !== '');
};

/** A map as inline SVG, drawn here and now: it needs no script and no file beside it. */
export const worldMap = (
  regions: readonly MapRegion[],
  users: readonly MapUsers[],
  arcs: readonly MapArc[],
): string => {
  const { projection, isZoomed } = projectionFor([
    ...users,
    ...regions.filter(({ state }) => state !== 'excluded'),
  ]);
  projection.clipExtent([
    [0, 0],
    [width, height],
  ]);
  const path = geoPath(projection).digits(1);
  const drawn = (shape: GeoPermissibleObjects): string => path(shape) ?? '';
  const at = (place: Coordinates): readonly [number, number] =>
    projection(point(place)) ?? [-100, -100];
  const isInView = (place: Coordinates): boolean => {
    const [x, y] = at(place);
    return x > 0 && x < width && y > 0 && y < height;
  };
  const world = readWorld(isZoomed ? '50m' : '110m');
  const shown = regions
    .filter(isInView)
    .toSorted((a, b) => byImportance.indexOf(a.state) - byImportance.indexOf(b.state));
  const arcLines = arcs.map(
    ({ from, to, kind, title }) =>
      `<path class="arc ${kind}" d="${drawn({ type: 'LineString', coordinates: [point(from), point(to)] })}"><title>${xmlText(title)}</title></path>`,
  );
  return [
    `<svg viewBox="0 0 ${width} ${height}" role="img" aria-label="Map of users and Regions" xmlns="http://www.w3.org/2000/svg">`,
    `<path class="graticule" d="${drawn(geoGraticule10())}"/>`,
    `<path class="land" d="${drawn(feature(world, world.objects.land))}"/>`,
    `<path class="borders" d="${drawn(mesh(world, world.objects.countries, (a, b) => a !== b))}"/>`,
    ...arcLines,
    ...users.map((one) => usersDot(one, at(one))),
    ...shown.map((region) => regionDot(region, at(region))),
    ...nameTexts(shown.toReversed(), users, at),
    '</svg>',
  ].join('\n');
};
