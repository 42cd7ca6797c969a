/** Where a group of Local Zones is. */
export interface LocalZonePlace {
  /** As AWS calls the group, for example `US West (Los Angeles)`. */
  readonly longName: string;
  /** ISO 3166-1. */
  readonly country: string;
  /** ISO 3166-2 with the country, for example `US-CA`; undefined where the city alone does not tell. */
  readonly subdivision: string | undefined;
}

/**
 * Long names as public lists of AWS's locations have them; countries and states are those of the city in the name. Groups
 * by their names.
 */
const places: Readonly<
  Record<string, readonly [longName: string, country: string, subdivision?: string]>
> = {
  'af-south-1-los-1': ['Nigeria (Lagos)', 'NG'],
  'ap-northeast-1-tpe-1': ['Taiwan (Taipei)', 'TW'],
  'ap-south-1-ccu-1': ['India (Kolkata)', 'IN'],
  'ap-south-1-del-1': ['India (Delhi)', 'IN'],
  'ap-southeast-2-per-1': ['Australia (Perth)', 'AU'],
  'eu-central-1-ham-1': ['Germany (Hamburg)', 'DE'],
  'eu-central-1-waw-1': ['Poland (Warsaw)', 'PL'],
  'eu-north-1-cph-1': ['Denmark (Copenhagen)', 'DK'],
  'eu-north-1-hel-1': ['Finland (Helsinki)', 'FI'],
  'me-south-1-mct-1': ['Oman (Muscat)', 'OM'],
  'us-east-1-atl-2': ['US East (Atlanta) 2', 'US', 'US-GA'],
  'us-east-1-bos-1': ['US East (Boston)', 'US', 'US-MA'],
  'us-east-1-bue-1': ['Argentina (Buenos Aires)', 'AR'],
  'us-east-1-chi-2': ['US East (Chicago) 2', 'US', 'US-IL'],
  'us-east-1-dfw-2': ['US East (Dallas) 2', 'US', 'US-TX'],
  'us-east-1-iah-2': ['US East (Houston) 2', 'US', 'US-TX'],
  'us-east-1-lim-1': ['Peru (Lima)', 'PE'],
  'us-east-1-mci-1': ['US East (Kansas City) 2', 'US'],
  'us-east-1-mia-2': ['US East (Miami) 2', 'US', 'US-FL'],
  'us-east-1-msp-1': ['US East (Minneapolis)', 'US', 'US-MN'],
  'us-east-1-nyc-1': ['US East (New York City)', 'US'],
  'us-east-1-phl-1': ['US East (Philadelphia)', 'US', 'US-PA'],
  'us-east-1-qro-1': ['Mexico (Queretaro)', 'MX'],
  'us-east-1-scl-1': ['Chile (Santiago)', 'CL'],
  'us-west-2-den-1': ['US West (Denver)', 'US', 'US-CO'],
  'us-west-2-las-1': ['US West (Las Vegas)', 'US', 'US-NV'],
  'us-west-2-lax-1': ['US West (Los Angeles)', 'US', 'US-CA'],
  'us-west-2-pdx-1': ['US West (Portland)', 'US', 'US-OR'],
  'us-west-2-phx-2': ['US West (Phoenix) 2', 'US', 'US-AZ'],
  'us-west-2-sea-1': ['US West (Seattle)', 'US', 'US-WA'],
};

/** The place of a group of Local Zones; undefined of one that AWS does not have. */
export const localZonePlace = (group: string): LocalZonePlace | undefined => {
  const place = places[group];
  if (place === undefined) return undefined;
  const [longName, country, subdivision] = place;
  return { longName, country, subdivision };
};
