import { carbonIntensity } from '../../atlas/carbon.ts';
import { earth } from '../../atlas/geography.ts';
import { instancePrice } from '../../atlas/prices.ts';
import type { Region } from '../../atlas/regions.ts';
import { zoneNamesOf, type ZoneName } from '../../atlas/zone-names.ts';
import { keyAccount, namedAccount, type CallerOptions } from '../caller-options.ts';
import { UsageError } from '../../text/usage-error.ts';
import { seedOf } from './region.ts';
import { serviceCountOf } from '../choose/region-profile.ts';
import { stdoutPaint } from '../../text/paint.ts';
import { tableLines } from '../choose/text-table.ts';

const comparedType = 'm5.large';

const rowOf = (region: Region): readonly string[] => [
  region.code,
  region.longName,
  region.country,
  String(region.launchYear),
  String(region.zoneIds.length),
  region.optIn ? 'opt-in' : '',
  String(serviceCountOf(region)),
  String(instancePrice(comparedType, region.code)?.value ?? 'unknown'),
  String(carbonIntensity(region.code)?.value ?? 'unknown'),
];

const regionJson = (region: Region, names: readonly ZoneName[]): Record<string, unknown> => ({
  region: region.code,
  longName: region.longName,
  country: region.country,
  city: region.city,
  latitude: region.latitude,
  longitude: region.longitude,
  launchYear: region.launchYear,
  optIn: region.optIn,
  zoneIds: region.zoneIds,
  zones: names.map(({ id, name }) => ({ id, name })),
  services: serviceCountOf(region),
  usdPerHour: { [comparedType]: instancePrice(comparedType, region.code)?.value ?? null },
  carbonGramsPerKwh: carbonIntensity(region.code)?.value ?? null,
});

interface RegionsOptions extends CallerOptions {
  readonly json?: boolean;
  readonly seed?: string;
}

const shownRegions = (code: string | undefined): readonly Region[] => {
  if (code === undefined) return earth.regions;
  const region = earth.region(code);
  if (region === undefined) throw new UsageError(`--region: there is no Region '${code}'.`);
  return [region];
};

/** `faultline regions`: all Regions, or one, one a line. */
export const regions = (options: RegionsOptions): void => {
  const shown = shownRegions(options.region);
  const account = namedAccount(options);
  const seed = seedOf(options.seed);
  if (options.json === true) {
    const names = account ?? keyAccount() ?? '000000000000';
    const all = shown.map((region) => regionJson(region, zoneNamesOf(region, names, seed)));
    process.stdout.write(`${JSON.stringify({ regions: all }, null, 2)}\n`);
    return;
  }
  const namesOf = (region: Region): readonly string[] =>
    account === undefined
      ? []
      : [
          zoneNamesOf(region, account, seed)
            .map(({ name, id }) => `${name.slice(region.code.length)}=${id}`)
            .join(' '),
        ];
  const paint = stdoutPaint;
  const [titles = '', ...rows] = tableLines(
    [
      { title: 'Region', align: 'left' },
      { title: 'name', align: 'left' },
      { title: 'in', align: 'left' },
      { title: 'since', align: 'right' },
      { title: 'zones', align: 'right' },
      { title: 'opt-in', align: 'left' },
      { title: 'services', align: 'right' },
      { title: `${comparedType} USD/h`, align: 'right' },
      { title: 'gCO2e/kWh', align: 'right' },
      ...(account === undefined ? [] : [{ title: 'zones by name', align: 'left' } as const]),
    ],
    shown.map((region) => [...rowOf(region), ...namesOf(region)]),
  );
  const hint = paint.dim('faultline region CODE tells more of one; --sources names the sources.');
  process.stdout.write(`${[paint.dim(titles), ...rows, '', hint].join('\n')}\n`);
};
