import type { Region } from '../../atlas/regions.ts';

/**
 * The beginning of a Region's usage types, where it is not the prefix of its zone ids (usage types of AWS's Cost and
 * Usage Reports). us-east-1 has none.
 */
const irregularPrefixes: Readonly<Record<string, string>> = {
  'us-east-1': '',
  'ca-central-1': 'CAN1-',
  'ca-west-1': 'CAN2-',
  'eu-west-1': 'EU-',
  'ap-south-1': 'APS3-',
  'ap-south-2': 'APS5-',
  'ap-southeast-1': 'APS1-',
  'ap-southeast-2': 'APS2-',
  'ap-southeast-3': 'APS4-',
  'ap-southeast-4': 'APS6-',
  'ap-southeast-5': 'APS7-',
  'ap-southeast-7': 'APS9-',
};

/** A usage type in a Region: `USW2-BoxUsage:m5.large`. */
export const usageType = (region: Region, usage: string): string => {
  const zonePrefix = region.zoneIds[0]?.split('-')[0] ?? region.code;
  return (irregularPrefixes[region.code] ?? `${zonePrefix.toUpperCase()}-`) + usage;
};

/** The code that stands for a Region in usage types of traffic between two Regions: `USE1`, also for us-east-1. */
export const transferCode = (region: Region): string =>
  region.code === 'us-east-1' ? 'USE1' : usageType(region, '').slice(0, -1);

/** Regions that the price list still calls by the older form of their names. */
const namedEu: readonly string[] = [
  'eu-central-1',
  'eu-north-1',
  'eu-south-1',
  'eu-west-1',
  'eu-west-2',
  'eu-west-3',
];

/** What the price list calls a Region: `EU (Ireland)` where everything else says `Europe (Ireland)`. */
export const locationOf = (region: Region): string =>
  namedEu.includes(region.code) ? region.longName.replace(/^Europe/, 'EU') : region.longName;
