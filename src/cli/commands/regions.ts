import { carbonIntensity } from '../../atlas/carbon.ts';
import { earth } from '../../atlas/geography.ts';
import { instancePrice } from '../../atlas/prices.ts';
import type { Region } from '../../atlas/regions.ts';
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

const regionJson = (region: Region): Record<string, unknown> => ({
  region: region.code,
  longName: region.longName,
  country: region.country,
  city: region.city,
  latitude: region.latitude,
  longitude: region.longitude,
  launchYear: region.launchYear,
  optIn: region.optIn,
  zoneIds: region.zoneIds,
  services: serviceCountOf(region),
  usdPerHour: { [comparedType]: instancePrice(comparedType, region.code)?.value ?? null },
  carbonGramsPerKwh: carbonIntensity(region.code)?.value ?? null,
});

/** `faultline regions`: all Regions, one a line. */
export const regions = (options: { readonly json?: boolean }): void => {
  if (options.json === true) {
    const all = earth.regions.map(regionJson);
    process.stdout.write(`${JSON.stringify({ regions: all }, null, 2)}\n`);
    return;
  }
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
    ],
    earth.regions.map(rowOf),
  );
  const hint = paint.dim('faultline region CODE tells more of one; --sources names the sources.');
  process.stdout.write(`${[paint.dim(titles), ...rows, '', hint].join('\n')}\n`);
};
