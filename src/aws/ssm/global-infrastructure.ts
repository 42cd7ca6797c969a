import type { Geography, Zone } from '../../atlas/geography.ts';
import { foreignRegions, type Region } from '../../atlas/regions.ts';
import type { Service } from '../../atlas/services.ts';
import { localZonePlace } from '../ec2/zones/local-zone-places.ts';
import { borderGroupOf, parentZoneIdOf, zoneGroupOf } from '../ec2/zones/zone-groups.ts';
import { serviceFacts } from '../shared/service-facts.ts';
import type { PublicParameter } from './public-parameter.ts';

export const infrastructurePrefix = '/aws/service/global-infrastructure/';

/** When the facts behind the parameters were taken: 24 May 2025. AWS says for each when it last changed it. */
const modifiedMs = 1_748_044_800_000;

/** What the parameters say of a Region of whatever partition. */
interface RegionFacts {
  readonly code: string;
  readonly longName: string;
  readonly partition: string;
  readonly domain: string;
  readonly country: string | undefined;
  /** ISO 3166-2, with the country. */
  readonly subdivision: string | undefined;
}

const isoSubdivision = (region: Region): string | undefined =>
  region.subdivision === undefined ? undefined : `${region.country}-${region.subdivision}`;

/** The partitions whose Regions the public parameters of the partition `aws` name too, and their countries. */
const foreignCountries: Readonly<Record<string, string>> = { 'aws-cn': 'CN', 'aws-us-gov': 'US' };

const regionFacts = (geography: Geography): readonly RegionFacts[] => [
  ...geography.regions.map((region) => ({
    code: region.code,
    longName: region.longName,
    partition: region.partition,
    domain: 'amazonaws.com',
    country: region.country,
    subdivision: isoSubdivision(region),
  })),
  // AWS lists the Regions of China and GovCloud everywhere, and none of the other partitions.
  ...foreignRegions
    .filter((region) => region.partition in foreignCountries)
    .map((region) => ({
      code: region.code,
      longName: region.longName,
      partition: region.partition,
      domain: region.dnsSuffix,
      country: foreignCountries[region.partition],
      subdivision: undefined,
    })),
];

/** What Faultline runs in every Region, and so in one that AWS does not have and the facts do not know. */
const servicesOfNewRegions: readonly string[] = ['ebs', 'ec2', 'elb', 'ssm', 'sts', 'vpc'];

/** Services whose host names do not follow `<name>.<region>.<domain>` (botocore's endpoints.json). */
const irregularHosts: readonly string[] = [
  'datazone',
  'docdb',
  'eks-auth',
  'gameliftstreams',
  'internetmonitor',
  'iotwireless',
  'kendra-ranking',
  'neptune',
  'notifications',
  'qbusiness',
  'sdb',
];

/** The services that AWS's own list names: one without a name of its own is known as an endpoint only. */
const namedServices = (): readonly Service[] =>
  (serviceFacts.loaded?.services ?? []).filter((service) => service.name !== service.id);

const isIn = (service: Service, region: RegionFacts): boolean => {
  const known = serviceFacts.value;
  if (region.partition !== 'aws') return false;
  const isNew = known.serviceAvailability('ec2', region.code) === 'unknown';
  return isNew
    ? servicesOfNewRegions.includes(service.id)
    : known.serviceAvailability(service.id, region.code) === 'present';
};

/** Values by their names behind the prefix; those without a value are left out. */
type Values = Readonly<Record<string, string | undefined>>;

const regionValues = (region: RegionFacts): Values => ({
  [`regions/${region.code}`]: region.code,
  [`regions/${region.code}/domain`]: region.domain,
  [`regions/${region.code}/geolocationCountry`]: region.country,
  [`regions/${region.code}/geolocationRegion`]: region.subdivision,
  [`regions/${region.code}/longName`]: region.longName,
  [`regions/${region.code}/partition`]: region.partition,
});

const serviceValues = (service: Service, regions: readonly RegionFacts[]): Values => {
  const { id, endpoint } = service;
  const values: Record<string, string> = {
    [`services/${id}`]: id,
    [`services/${id}/longName`]: service.name,
  };
  const hasHosts = endpoint !== undefined && !service.global && !irregularHosts.includes(endpoint);
  for (const region of regions) {
    if (!isIn(service, region)) continue;
    const { code, domain } = region;
    values[`services/${id}/regions/${code}`] = code;
    values[`regions/${code}/services/${id}`] = id;
    if (hasHosts) {
      values[`regions/${code}/services/${id}/endpoint`] = `${endpoint}.${code}.${domain}`;
    }
  }
  return values;
};

const availabilityZoneValues = (zone: Zone, region: Region | undefined): Values => {
  const path = `availability-zones/${zone.id}`;
  return {
    [path]: zone.id,
    [`${path}/geolocationCountry`]: region?.country,
    [`${path}/geolocationRegion`]: region === undefined ? undefined : isoSubdivision(region),
    [`${path}/network-border-group`]: borderGroupOf(zone),
    [`${path}/parent-region`]: zone.region,
    [`${path}/zone-group`]: zoneGroupOf(zone),
    [`regions/${zone.region}/${path}`]: zone.id,
  };
};

const localZoneValues = (geography: Geography, zone: Zone): Values => {
  const path = `local-zones/${zone.id}`;
  const place = localZonePlace(zoneGroupOf(zone));
  return {
    [path]: zone.id,
    [`${path}/geolocationCountry`]: place?.country,
    [`${path}/geolocationRegion`]: place?.subdivision,
    [`${path}/location`]: place?.longName,
    [`${path}/network-border-group`]: borderGroupOf(zone),
    [`${path}/parent-availability-zone`]: parentZoneIdOf(geography, zone),
    [`${path}/parent-region`]: zone.region,
    [`${path}/zone-group`]: zoneGroupOf(zone),
    [`regions/${zone.region}/${path}`]: zone.id,
  };
};

const parametersOf = (geography: Geography): readonly PublicParameter[] => {
  const regions = regionFacts(geography);
  const all: readonly Values[] = [
    ...regions.map(regionValues),
    ...namedServices().map((service) => serviceValues(service, regions)),
    ...geography.zones.map((zone) =>
      zone.kind === 'local-zone'
        ? localZoneValues(geography, zone)
        : availabilityZoneValues(zone, geography.region(zone.region)),
    ),
  ];
  return all
    .flatMap((values) =>
      Object.entries(values).flatMap(([name, value]) =>
        value === undefined
          ? []
          : {
              name: infrastructurePrefix + name,
              value,
              dataType: 'text' as const,
              version: 1,
              lastModifiedMs: modifiedMs,
            },
      ),
    )
    .toSorted((a, b) => (a.name < b.name ? -1 : 1));
};

/** They follow from the geography and the facts alone, and there are tens of thousands of them: made once, at the first question. */
const known = new WeakMap<Geography, readonly PublicParameter[]>();

const allParameters = (geography: Geography): readonly PublicParameter[] => {
  const made = known.get(geography);
  if (made !== undefined) return made;
  // Who asks without the facts of services, as a launch by a parameter's name does, looks for no service.
  const parameters = parametersOf(geography);
  if (serviceFacts.loaded !== undefined) known.set(geography, parameters);
  return parameters;
};

/** The place of the first parameter whose name is not before a text. */
const lowerBound = (parameters: readonly PublicParameter[], text: string): number => {
  let low = 0;
  let high = parameters.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((parameters[middle]?.name ?? '') < text) low = middle + 1;
    else high = middle;
  }
  return low;
};

/** The parameters whose names begin with a text, in the order of their names. */
export const infrastructureUnder = (
  geography: Geography,
  prefix: string,
): readonly PublicParameter[] => {
  const all = allParameters(geography);
  const from = lowerBound(all, prefix);
  // Names are ASCII: no name that begins with the prefix stands behind this.
  return all.slice(from, lowerBound(all, `${prefix}\u{ffff}`));
};

/** The parameter of that name. */
export const infrastructureParameter = (
  geography: Geography,
  name: string,
): PublicParameter | undefined => {
  const all = allParameters(geography);
  const found = all[lowerBound(all, name)];
  return found?.name === name ? found : undefined;
};
