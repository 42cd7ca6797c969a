import { gridSource } from '../../atlas/choose/grids.ts';
import { countryName } from '../../atlas/gazetteer.ts';
import { sourcesOf } from '../../atlas/region-sources.ts';
import { msText } from './choice-text.ts';
import { servicesReference, type NamedPrice, type RegionProfile } from './region-profile.ts';
import type { Paint } from '../../text/paint.ts';
import { tableLines, wrapped } from './text-table.ts';

const shownNeighbours = 6;
const shownServices = 24;

/** The first of many names, and where the others are to be had. */
const someOf = (names: readonly string[]): readonly string[] =>
  names.length <= shownServices
    ? names
    : [...names.slice(0, shownServices), 'and more (--json names all)'];

const zoneLines = (profile: RegionProfile): readonly string[] =>
  profile.zones.map(({ id, name }) => `  ${id.padEnd(12)} ${name ?? 'not shown to this account'}`);

const neighbourLines = (profile: RegionProfile): readonly string[] =>
  tableLines(
    [
      { title: '', align: 'left' },
      { title: '', align: 'right' },
      { title: '', align: 'right' },
      { title: '', align: 'left' },
    ],
    profile.neighbours
      .slice(0, shownNeighbours)
      .map(({ region, roundTrip, distanceKm }) => [
        `  ${region.code}`,
        msText(roundTrip.ms, roundTrip.basis),
        `${Math.round(distanceKm).toLocaleString('en-US')} km`,
        roundTrip.basis === 'measured'
          ? 'measured'
          : `${roundTrip.basis}, ${Math.round(roundTrip.lowMs)} to ${Math.round(roundTrip.highMs)} ms`,
      ]),
  ).slice(1);

const priceLine = ({ name, unit, price }: NamedPrice): string => {
  const head = `  ${name.padEnd(16)}`;
  if (price === null) return `${head} unknown`;
  const basis = price.basis === 'published' ? '' : `  ${price.basis}`;
  return `${head} ${price.value} ${unit}${basis}`;
};

const serviceLines = (profile: RegionProfile): readonly string[] => {
  const { missingServices, unknownServices } = profile;
  const lines = [`  ${profile.serviceCount} known`];
  if (profile.region.code === servicesReference) return lines;
  if (missingServices.length > 0) {
    lines.push(
      ...wrapped(
        `${missingServices.length} that ${servicesReference} has are not listed here`,
        someOf(missingServices),
      ),
    );
  }
  if (unknownServices.length > 0) {
    lines.push(
      ...wrapped(`${unknownServices.length} of which no list can tell`, someOf(unknownServices)),
    );
  }
  return lines;
};

const sourceLines = (profile: RegionProfile): readonly string[] => [
  ...sourcesOf(profile.region.code).flatMap(({ fact, value, basis, source, date }) => [
    `  ${fact}: ${value ?? 'unknown'}`,
    `    ${basis}, ${date ?? 'undated'}: ${source}`,
  ]),
  `  grid: ${profile.grid ?? 'unknown'}`,
  `    assumed, undated: ${gridSource}`,
];

/** What `faultline region` prints; with sources each fact's basis, date and source stand at the end. */
export const regionText = (profile: RegionProfile, paint: Paint, withSources: boolean): string => {
  const { region, carbon } = profile;
  const optIn = region.optIn ? 'an account must enable it' : 'enabled for every account';
  return [
    `${paint.bold(region.code)}  ${region.longName}`,
    `  ${region.city}, ${countryName(region.country)}; since ${region.launchYear}; ${optIn}`,
    `  grid: ${profile.grid ?? 'unknown'}; carbon: ${carbon === null ? 'unknown' : `${carbon.value} gCO2e/kWh (2024)`}`,
    '',
    paint.bold('Zones'),
    ...zoneLines(profile),
    ...(profile.localZones.length > 0
      ? wrapped(
          'Local Zones',
          profile.localZones.map(({ name, id }) => name ?? id),
        )
      : []),
    '',
    paint.bold('Nearest Regions'),
    ...neighbourLines(profile),
    '',
    paint.bold('Prices'),
    ...profile.prices.map(priceLine),
    '',
    paint.bold('Services'),
    ...serviceLines(profile),
    '',
    paint.bold('Past incidents'),
    ...(profile.incidents.length === 0
      ? ['  none in the facts']
      : profile.incidents.map(({ date, scope, cause }) => `  ${date}  ${scope}: ${cause}`)),
    ...(withSources ? ['', paint.bold('Sources'), ...sourceLines(profile)] : []),
  ].join('\n');
};
