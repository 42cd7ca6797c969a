import { nearestNames } from './choose/nearest-names.ts';
import { explainCityLookup, findCity } from './gazetteer.ts';
import { awsLocalZones, Geography, wayKey, type Zone } from './geography.ts';
import { foreignRegions, awsRegions, type Region } from './regions.ts';
import {
  isTypeOrFamily,
  vcpuGroups,
  type CapacityStock,
  type Rush,
  type VcpuGroup,
} from './supply.ts';

/** Why a description of a world is refused: one sentence that begins with the place in the file. */
interface WorldFileProblem {
  readonly kind: 'problem';
  readonly message: string;
}

/** What a description of a world came to. */
export type WorldFileResult =
  | { readonly kind: 'geography'; readonly geography: Geography }
  | WorldFileProblem;

type Fields = Readonly<Record<string, unknown>>;

/** Reads data of any shape, and keeps what is wrong with it; after a problem it goes on with something harmless. */
class Reading {
  readonly problems: string[] = [];

  wrong(where: string, message: string): void {
    this.problems.push(`${where}: ${message}`);
  }

  fields(value: unknown, where: string, known: readonly string[]): Fields {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) {
      this.wrong(where, `it is a set of names with values, such as '${known[0]}: ...'.`);
      return {};
    }
    for (const name of Object.keys(value)) {
      if (known.includes(name)) continue;
      const [near] = nearestNames(name, known, 1);
      const hint = near === undefined ? `it may have ${known.join(', ')}` : `'${near}' is`;
      this.wrong(where, `'${name}' is nothing that is known here; ${hint}.`);
    }
    // An object that is no list has names and values.
    return value as Fields;
  }

  list(value: unknown, where: string): readonly unknown[] {
    if (value === undefined) return [];
    if (Array.isArray(value)) return value;
    this.wrong(where, 'it is a list.');
    return [];
  }

  text(value: unknown, where: string, pattern: RegExp, example: string): string {
    if (typeof value === 'string' && pattern.test(value)) return value;
    this.wrong(where, `it is a text such as '${example}', not ${JSON.stringify(value ?? null)}.`);
    return example;
  }

  number(value: unknown, where: string, low: number, high: number): number {
    if (typeof value === 'number' && value >= low && value <= high) return value;
    this.wrong(
      where,
      `it is a number from ${low} to ${high}, not ${JSON.stringify(value ?? null)}.`,
    );
    return low;
  }

  flag(value: unknown, where: string): boolean {
    if (value === undefined || typeof value === 'boolean') return value ?? false;
    this.wrong(where, 'it is true or false.');
    return false;
  }
}

const codePattern = /^[a-z]{2,4}(-[a-z]+)+-\d{1,2}$/;
const zoneIdPattern = /^[a-z]{2,8}\d{1,2}(-[a-z]{3}\d)?-az\d{1,2}$/;
const namePattern = /\S/;

/** The first letters of a Region's zone ids, as AWS makes them: `eu-southeast-9` gives `euse9`. */
const zoneIdPrefix = (code: string): string => {
  const [area = '', ...rest] = code.split('-');
  const number = rest.pop() ?? '';
  const letters = rest.map((word) =>
    word.replace(
      /^(north|south)(east|west)$/,
      (_, one: string, other: string) => `${one[0]}${other[0]}`,
    ),
  );
  return `${area}${letters.map((word) => (word.length === 2 ? word : word[0])).join('')}${number}`;
};

const keptRegions = (reading: Reading, value: unknown): readonly Region[] => {
  if (value === undefined) return awsRegions;
  const codes = reading.list(value, 'regions').map((code, index) => {
    const where = `regions[${index}]`;
    const text = reading.text(code, where, namePattern, 'us-east-1');
    if (awsRegions.some((region) => region.code === text)) return text;
    const foreign = foreignRegions.find((region) => region.code === text);
    const hint = nearestNames(
      text,
      awsRegions.map((region) => region.code),
    );
    const isNear = hint.length > 0 ? ` Near it are ${hint.join(', ')}.` : '';
    reading.wrong(
      where,
      foreign === undefined
        ? `AWS has no Region '${text}'.${isNear} A new one stands under addRegions.`
        : `${text} is a Region of the partition ${foreign.partition}, which is not built.`,
    );
    return text;
  });
  return awsRegions.filter((region) => codes.includes(region.code));
};

const zoneIdsOf = (
  reading: Reading,
  value: unknown,
  where: string,
  code: string,
): readonly string[] => {
  if (value === undefined || typeof value === 'number') {
    const count = reading.number(value ?? 3, where, 1, 26);
    return Array.from({ length: count }, (_, index) => `${zoneIdPrefix(code)}-az${index + 1}`);
  }
  const ids = reading
    .list(value, where)
    .map((id, index) => reading.text(id, `${where}[${index}]`, zoneIdPattern, 'eun9-az1'));
  if (ids.length < 1 || ids.length > 26) reading.wrong(where, 'a Region has 1 to 26 zones.');
  return ids;
};

interface Standing {
  readonly city: string;
  readonly country: string;
  readonly latitude: number;
  readonly longitude: number;
}

const standingOf = (reading: Reading, fields: Fields, where: string): Standing => {
  const { latitude, longitude, country } = fields;
  const city = reading.text(fields['city'], `${where}.city`, namePattern, 'Oslo,NO');
  if (latitude !== undefined || longitude !== undefined) {
    return {
      city,
      country: reading.text(country, `${where}.country`, /^[A-Z]{2}$/, 'NO'),
      latitude: reading.number(latitude, `${where}.latitude`, -90, 90),
      longitude: reading.number(longitude, `${where}.longitude`, -180, 180),
    };
  }
  const found = findCity(city);
  if (found.kind === 'found') return { ...found.city, city: found.city.name };
  reading.wrong(
    `${where}.city`,
    `${explainCityLookup(city, found)} Or give latitude, longitude and country.`,
  );
  return { city, country: 'NO', latitude: 0, longitude: 0 };
};

const regionFields = ['code', 'name', 'city', 'country', 'latitude', 'longitude', 'zones', 'optIn'];

const addedRegion = (reading: Reading, value: unknown, where: string): Region => {
  const fields = reading.fields(value, where, regionFields);
  const code = reading.text(fields['code'], `${where}.code`, codePattern, 'eu-north-9');
  if ([...awsRegions, ...foreignRegions].some((region) => region.code === code)) {
    reading.wrong(`${where}.code`, `AWS has ${code} already.`);
  }
  const standing = standingOf(reading, fields, where);
  const name = fields['name'] ?? `${standing.city} (${code})`;
  return {
    code,
    longName: reading.text(name, `${where}.name`, namePattern, 'Europe (Oslo)'),
    partition: 'aws',
    ...standing,
    subdivision: undefined,
    // Later than every Region of AWS, so that its zones have the same names for every account.
    launchYear: 9999,
    optIn: reading.flag(fields['optIn'], `${where}.optIn`),
    zoneIds: zoneIdsOf(reading, fields['zones'], `${where}.zones`, code),
  };
};

const addedZone = (reading: Reading, value: unknown, where: string): Zone => {
  const fields = reading.fields(value, where, ['id', 'region', 'localZoneName']);
  const { localZoneName: name } = fields;
  return {
    id: reading.text(fields['id'], `${where}.id`, zoneIdPattern, 'use1-az7'),
    region: reading.text(fields['region'], `${where}.region`, namePattern, 'us-east-1'),
    kind: name === undefined ? 'availability-zone' : 'local-zone',
    name:
      name === undefined
        ? undefined
        : reading.text(name, `${where}.localZoneName`, /^[a-z0-9-]+-\d[a-z]$/, 'us-east-1-osl-1a'),
  };
};

/** The Regions and Local Zones of the world, each zone in its Region. */
const landOf = (reading: Reading, file: Fields): Geography => {
  const kept = keptRegions(reading, file['regions']);
  const added = reading
    .list(file['addRegions'], 'addRegions')
    .map((value, index) => addedRegion(reading, value, `addRegions[${index}]`));
  const regions = [...kept, ...added];
  if (regions.length === 0) reading.wrong('regions', 'a world has at least one Region.');
  const zones = reading
    .list(file['addZones'], 'addZones')
    .map((value, index) => addedZone(reading, value, `addZones[${index}]`));
  for (const [index, zone] of zones.entries()) {
    if (regions.some((region) => region.code === zone.region)) continue;
    reading.wrong(`addZones[${index}].region`, `this world has no Region '${zone.region}'.`);
  }
  const grown = regions.map((region) => {
    const more = zones.filter(
      (zone) => zone.region === region.code && zone.kind === 'availability-zone',
    );
    return { ...region, zoneIds: [...region.zoneIds, ...more.map((zone) => zone.id)] };
  });
  const localZones = [...awsLocalZones, ...zones.filter((zone) => zone.kind === 'local-zone')];
  const geography = new Geography(grown, localZones);
  noticeTwins(
    reading,
    'a Region',
    geography.regions.map((region) => region.code),
  );
  noticeTwins(
    reading,
    'a zone',
    geography.zones.map((zone) => zone.id),
  );
  return geography;
};

const noticeTwins = (reading: Reading, what: string, names: readonly string[]): void => {
  const twin = names.find((name, index) => names.indexOf(name) !== index);
  if (twin !== undefined) reading.wrong(twin, `${what} of this name is there twice.`);
};

/** Two Regions, or two zones; each end is in the world. */
const endsOf = (
  reading: Reading,
  fields: Fields,
  where: string,
  land: Geography,
): readonly [string, string] => {
  const from = reading.text(fields['from'], `${where}.from`, namePattern, 'us-east-1');
  const to = reading.text(fields['to'], `${where}.to`, namePattern, 'eu-west-1');
  for (const [name, end] of [
    ['from', from],
    ['to', to],
  ] as const) {
    if (land.region(end) !== undefined || land.zone(end) !== undefined) continue;
    reading.wrong(`${where}.${name}`, `this world has no Region or zone '${end}'.`);
  }
  if ((land.region(from) === undefined) !== (land.region(to) === undefined)) {
    reading.wrong(where, 'both ends are Regions, or both are zones.');
  }
  if (from === to) reading.wrong(where, 'it begins where it ends.');
  return [from, to];
};

const waysOf = (
  reading: Reading,
  value: unknown,
  list: string,
  land: Geography,
  amount: { readonly name: string; readonly low: number; readonly high: number },
): ReadonlyMap<string, number> => {
  const ways = new Map<string, number>();
  for (const [index, item] of reading.list(value, list).entries()) {
    const where = `${list}[${index}]`;
    const fields = reading.fields(item, where, ['from', 'to', amount.name, 'oneWay']);
    const [from, to] = endsOf(reading, fields, where, land);
    const much = reading.number(
      fields[amount.name],
      `${where}.${amount.name}`,
      amount.low,
      amount.high,
    );
    ways.set(wayKey(from, to), much);
    if (!reading.flag(fields['oneWay'], `${where}.oneWay`)) ways.set(wayKey(to, from), much);
  }
  return ways;
};

/** The zones that an entry names: one, all of a Region, or all that there are. */
const zonesNamed = (
  reading: Reading,
  fields: Fields,
  where: string,
  land: Geography,
): readonly string[] => {
  const { zone, region } = fields;
  if (zone !== undefined && region !== undefined) {
    reading.wrong(where, 'it names a zone or a Region, not both.');
  }
  if (zone !== undefined) {
    const id = reading.text(zone, `${where}.zone`, namePattern, 'use1-az1');
    if (land.zone(id) === undefined) {
      reading.wrong(`${where}.zone`, `this world has no zone '${id}'.`);
    }
    return [id];
  }
  if (region === undefined) return land.regions.flatMap(({ zoneIds }) => zoneIds);
  const code = reading.text(region, `${where}.region`, namePattern, 'us-east-1');
  if (land.region(code) === undefined) {
    reading.wrong(`${where}.region`, `this world has no Region '${code}'.`);
  }
  return land.zonesOf(code).map((each) => each.id);
};

const typesNamed = (
  reading: Reading,
  value: unknown,
  where: string,
): readonly string[] | undefined => {
  if (value === undefined) return undefined;
  const names = typeof value === 'string' ? [value] : reading.list(value, where);
  if (names.length === 0) reading.wrong(where, 'it names at least one family or type.');
  return names.map((name) => {
    if (typeof name === 'string' && isTypeOrFamily(name)) return name;
    reading.wrong(
      where,
      `it is a family such as 'm5' or a type such as 'm5.large', not ${JSON.stringify(name)}.`,
    );
    return 'm5';
  });
};

const stocksOf = (reading: Reading, value: unknown, land: Geography): readonly CapacityStock[] =>
  reading.list(value, 'capacity').flatMap((item, index) => {
    const where = `capacity[${index}]`;
    const fields = reading.fields(item, where, ['zone', 'region', 'types', 'vcpus']);
    const zoneIds = zonesNamed(reading, fields, where, land);
    const types = typesNamed(reading, fields['types'], `${where}.types`);
    const vcpus = reading.number(fields['vcpus'], `${where}.vcpus`, 0, 1_000_000_000);
    return zoneIds.map((zoneId): CapacityStock => ({ zoneId, types, vcpus }));
  });

const rushOf = (reading: Reading, value: unknown): Rush | undefined => {
  if (value === undefined) return undefined;
  const fields = reading.fields(value, 'rush', ['share', 'minutes']);
  return {
    share: reading.number(fields['share'], 'rush.share', 0.001, 1),
    durationMs: reading.number(fields['minutes'], 'rush.minutes', 0.01, 100_000) * 60_000,
  };
};

const vcpuQuotasOf = (
  reading: Reading,
  value: unknown,
): ReadonlyMap<VcpuGroup, number> | undefined => {
  if (value === undefined) return undefined;
  const fields = reading.fields(value, 'vcpuQuotas', vcpuGroups);
  return new Map(
    vcpuGroups
      .filter((group) => fields[group] !== undefined)
      .map((group) => [
        group,
        reading.number(fields[group], `vcpuQuotas.${group}`, 0, 1_000_000_000),
      ]),
  );
};

/**
 * Makes a geography of a description of a world, which is plain data as a YAML file holds it. `docs/atlas.md` tells
 * what may stand in it. Whatever is left out is as on Earth. The first thing that is wrong refuses the whole.
 */
export const readWorldFile = (data: unknown): WorldFileResult => {
  const reading = new Reading();
  const file = reading.fields(data ?? {}, 'the file', [
    'regions',
    'addRegions',
    'addZones',
    'roundTrips',
    'bandwidths',
    'copyGbps',
    'capacity',
    'rush',
    'vcpuQuotas',
  ]);
  const land = landOf(reading, file);
  const roundTripMs = waysOf(reading, file['roundTrips'], 'roundTrips', land, {
    name: 'ms',
    low: 0.01,
    high: 10_000,
  });
  const bandwidthGbps = waysOf(reading, file['bandwidths'], 'bandwidths', land, {
    name: 'gbps',
    low: 0.000_001,
    high: 1_000_000,
  });
  const copyGbps = file['copyGbps'];
  const ways = {
    roundTripMs,
    bandwidthGbps,
    ...(copyGbps === undefined
      ? {}
      : { copyGbps: reading.number(copyGbps, 'copyGbps', 0.000_001, 1_000_000) }),
  };
  const stocks = stocksOf(reading, file['capacity'], land);
  const rush = rushOf(reading, file['rush']);
  const vcpuQuotas = vcpuQuotasOf(reading, file['vcpuQuotas']);
  const [problem] = reading.problems;
  if (problem !== undefined) return { kind: 'problem', message: problem };
  const localZones = land.zones.filter((zone) => zone.kind === 'local-zone');
  return {
    kind: 'geography',
    geography: new Geography(land.regions, localZones, ways, {
      stocks,
      ...(rush === undefined ? {} : { rush }),
      ...(vcpuQuotas === undefined ? {} : { vcpuQuotas }),
    }),
  };
};
