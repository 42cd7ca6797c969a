import { nearestNames } from '../../atlas/choose/nearest-names.ts';
import { earth } from '../../atlas/geography.ts';
import { earthPlaces } from '../../atlas/places.ts';
import { sourcesOf } from '../../atlas/region-sources.ts';
import { foreignRegions, type Region } from '../../atlas/regions.ts';
import { hundredths } from '../choose/choice-json.ts';
import { keyAccount } from '../caller-options.ts';
import { regionProfile, servicesReference, type RegionProfile } from '../choose/region-profile.ts';
import { regionText } from '../choose/region-text.ts';
import { stdoutPaint } from '../../text/paint.ts';
import { orNames } from '../choose/wish-words.ts';
import { UsageError } from '../../text/usage-error.ts';

/** The options of `faultline region`, as the command line gives them. */
export interface RegionOptions {
  readonly account?: string;
  readonly seed?: string;
  readonly sources?: boolean;
  readonly json?: boolean;
}

const regionOf = (text: string): Region => {
  const lookup = earthPlaces.find(text);
  const code = lookup.kind === 'found' ? lookup.place.region : undefined;
  const region = code === undefined ? undefined : earth.region(code);
  if (region !== undefined) return region;
  const foreign = foreignRegions.find((one) => one.code === text.trim().toLowerCase());
  if (foreign !== undefined) {
    throw new UsageError(
      `${foreign.code} (${foreign.longName}) belongs to the partition ${foreign.partition}, which has accounts and facts of its own; there is only the partition aws here.`,
    );
  }
  const known = earth.regions.flatMap((one) => [one.code, one.longName]);
  const nearest = nearestNames(text, known).map(
    (name) => earth.regions.find((one) => one.longName === name)?.code ?? name,
  );
  throw new UsageError(`there is no Region '${text}'${orNames([...new Set(nearest)])}.`);
};

const accountOf = (text: string): string => {
  if (!/^\d{12}$/.test(text)) throw new UsageError(`--account is 12 digits, not '${text}'.`);
  return text;
};

/** The seed that names of zones come from. */
export const seedOf = (text = '1'): number => {
  if (!/^\d+$/.test(text) || Number(text) > 4_294_967_295) {
    throw new UsageError(`--seed is a whole number from 0 to 4294967295, not '${text}'.`);
  }
  return Number(text);
};

const neighboursJson = (profile: RegionProfile): readonly Record<string, unknown>[] =>
  profile.neighbours.map(({ region, roundTrip, distanceKm }) => ({
    region: region.code,
    roundTripMs: hundredths(roundTrip.ms),
    basis: roundTrip.basis,
    lowMs: hundredths(roundTrip.lowMs),
    highMs: hundredths(roundTrip.highMs),
    distanceKm: Math.round(distanceKm),
  }));

const profileJson = (profile: RegionProfile, withSources: boolean): Record<string, unknown> => {
  const { region } = profile;
  return {
    region: region.code,
    longName: region.longName,
    partition: region.partition,
    country: region.country,
    city: region.city,
    latitude: region.latitude,
    longitude: region.longitude,
    launchYear: region.launchYear,
    optIn: region.optIn,
    grid: profile.grid ?? null,
    zones: profile.zones.map(({ id, name }) => ({ id, name: name ?? null })),
    localZones: profile.localZones.map(({ id, name }) => ({ id, name: name ?? null })),
    services: {
      count: profile.serviceCount,
      against: servicesReference,
      missing: profile.missingServices,
      unknown: profile.unknownServices,
    },
    nearest: neighboursJson(profile),
    prices: profile.prices.map(({ name, unit, price }) => ({
      name,
      unit,
      usd: price?.value ?? null,
      basis: price?.basis ?? 'unknown',
    })),
    carbonGramsPerKwh: profile.carbon?.value ?? null,
    incidents: profile.incidents,
    ...(withSources ? { sources: sourcesOf(region.code) } : {}),
  };
};

/** `faultline region CODE`: all that is known of one Region. */
export const region = (code: string, options: RegionOptions): void => {
  const found = regionOf(code);
  const profile = regionProfile(
    found,
    accountOf(options.account ?? keyAccount() ?? '000000000000'),
    seedOf(options.seed),
  );
  const withSources = options.sources === true;
  process.stdout.write(
    options.json === true
      ? `${JSON.stringify(profileJson(profile, withSources), null, 2)}\n`
      : `${regionText(profile, stdoutPaint, withSources)}\n`,
  );
};
