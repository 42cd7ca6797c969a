import { awsClients, given, refusalOf } from '../support/aws-clients.ts';
import type { AwsClients } from '../support/aws-clients.ts';
import { eventually } from '../support/eventually.ts';

/** What the APIs of one Region say of it. */
interface CollectedRegion {
  /** Name and id of each Availability Zone, as EC2 gives them. */
  readonly zones: readonly (readonly [name: string, id: string])[];
  /** By id: name, group, border group, parent's id. */
  readonly localZones: Readonly<Record<string, readonly string[]>>;
  readonly parameterZones: readonly string[];
  /** By id: group, border group, parent's id and Region, as the public parameters give them. */
  readonly parameterLocalZones: Readonly<Record<string, readonly string[]>>;
  /** By kind of location, then by location: instance types. */
  readonly offerings: Readonly<Record<string, Readonly<Record<string, readonly string[]>>>>;
  readonly services: readonly string[];
  /** Names of Lightsail's Regions in this endpoint, or the code of the refusal. */
  readonly lightsail: readonly string[] | string;
}

/**
 * Everything that the APIs say of Regions and zones, in a form in which two clients can be compared. Texts are sorted.
 * `collect.py` makes the same with boto3.
 */
export interface Collected {
  readonly ec2: Readonly<Record<string, string>>;
  readonly account: Readonly<Record<string, string>>;
  /** By Region: domain, country, long name, partition. */
  readonly parameters: Readonly<Record<string, readonly string[]>>;
  readonly regions: Readonly<Record<string, CollectedRegion>>;
  /** By Region: names of the zones, then of those for databases. */
  readonly lightsail: Readonly<Record<string, readonly (readonly string[])[]>>;
  readonly lightsailByParameters: readonly string[];
  /** By Region, then by instance type: USD an hour. */
  readonly prices: Readonly<Record<string, Readonly<Record<string, string>>>>;
}

const root = '/aws/service/global-infrastructure';

type Parameters = readonly (readonly [name: string, value: string])[];

const parametersBelow = async (clients: AwsClients, path: string): Promise<Parameters> => {
  const found: [string, string][] = [];
  let NextToken: string | undefined;
  do {
    const page = await clients.ssm.getParametersByPath({ Path: `${root}/${path}`, NextToken });
    for (const { Name, Value } of page.Parameters ?? []) found.push([given(Name), given(Value)]);
    ({ NextToken } = page);
  } while (NextToken !== undefined);
  return found;
};

const valuesBelow = async (clients: AwsClients, path: string): Promise<readonly string[]> =>
  (await parametersBelow(clients, path)).map(([, value]) => value).toSorted();

/** The values right below a path whose last parts are these, in their order. */
const members = async (
  clients: AwsClients,
  path: string,
  names: readonly string[],
): Promise<readonly string[]> => {
  const below = new Map(await parametersBelow(clients, path));
  return names.map((name) => below.get(`${root}/${path}/${name}`) ?? '');
};

const byKey = async <Value>(
  keys: readonly string[],
  valueOf: (key: string) => Promise<Value>,
): Promise<Readonly<Record<string, Value>>> =>
  Object.fromEntries(
    await Promise.all(keys.map(async (key) => [key, await valueOf(key)] as const)),
  );

const offeringsOf = async (
  clients: AwsClients,
  LocationType: 'region' | 'availability-zone' | 'availability-zone-id',
): Promise<Readonly<Record<string, readonly string[]>>> => {
  const { InstanceTypeOfferings = [] } = await clients.ec2.describeInstanceTypeOfferings({
    LocationType,
  });
  const byLocation = Map.groupBy(InstanceTypeOfferings, ({ Location }) => given(Location));
  return Object.fromEntries(
    [...byLocation].map(([location, list]) => [
      location,
      list.map(({ InstanceType }) => given<string>(InstanceType)).toSorted(),
    ]),
  );
};

const lightsailHere = async (clients: AwsClients): Promise<readonly string[] | string> => {
  const asking = clients.lightsail.getRegions();
  try {
    const { regions = [] } = await asking;
    return regions.map(({ name }) => given<string>(name)).toSorted();
  } catch {
    return (await refusalOf(asking)).code;
  }
};

const collectRegion = async (clients: AwsClients, region: string): Promise<CollectedRegion> => {
  const { AvailabilityZones = [] } = await clients.ec2.describeAvailabilityZones({
    AllAvailabilityZones: true,
  });
  const local = AvailabilityZones.filter(({ ZoneType }) => ZoneType === 'local-zone');
  const parameterLocal = await valuesBelow(clients, `regions/${region}/local-zones`);
  return {
    zones: AvailabilityZones.filter(({ ZoneType }) => ZoneType === 'availability-zone').map(
      ({ ZoneName, ZoneId }) => [given(ZoneName), given(ZoneId)],
    ),
    localZones: Object.fromEntries(
      local.map((zone) => [
        given(zone.ZoneId),
        [
          given(zone.ZoneName),
          given(zone.GroupName),
          given(zone.NetworkBorderGroup),
          given(zone.ParentZoneId),
        ],
      ]),
    ),
    parameterZones: await valuesBelow(clients, `regions/${region}/availability-zones`),
    parameterLocalZones: await byKey(parameterLocal, (id) =>
      members(clients, `local-zones/${id}`, [
        'zone-group',
        'network-border-group',
        'parent-availability-zone',
        'parent-region',
      ]),
    ),
    offerings: {
      region: await offeringsOf(clients, 'region'),
      'availability-zone': await offeringsOf(clients, 'availability-zone'),
      'availability-zone-id': await offeringsOf(clients, 'availability-zone-id'),
    },
    services: await valuesBelow(clients, `regions/${region}/services`),
    lightsail: await lightsailHere(clients),
  };
};

type Rates = Readonly<Record<string, { readonly pricePerUnit: { readonly USD: string } }>>;

const pricesOf = async (clients: AwsClients): Promise<Collected['prices']> => {
  const prices: Record<string, Record<string, string>> = {};
  let NextToken: string | undefined;
  do {
    const page = await clients.pricing.getProducts({
      ServiceCode: 'AmazonEC2',
      Filters: [{ Type: 'TERM_MATCH', Field: 'productFamily', Value: 'Compute Instance' }],
      NextToken,
    });
    for (const text of page.PriceList ?? []) {
      const { product, terms } = JSON.parse(String(text));
      const [term] = Object.values<{ priceDimensions: Rates }>(terms.OnDemand);
      const [rate] = Object.values(term?.priceDimensions ?? {});
      const { regionCode, instanceType } = product.attributes;
      (prices[regionCode] ??= {})[instanceType] = given(rate?.pricePerUnit.USD);
    }
    ({ NextToken } = page);
  } while (NextToken !== undefined);
  return prices;
};

/** Enables every Region for the account; as many at a time as AWS lets it. */
const enableRegions = async (clients: AwsClients): Promise<void> => {
  const { Regions = [] } = await clients.account.listRegions();
  const disabled = Regions.filter(({ RegionOptStatus }) => RegionOptStatus === 'DISABLED').map(
    ({ RegionName }) => given(RegionName),
  );
  while (disabled.length > 0) {
    const batch = disabled.splice(0, 6);
    for (const RegionName of batch) await clients.account.enableRegion({ RegionName });
    await eventually(async () => {
      const { Regions: enabling = [] } = await clients.account.listRegions({
        RegionOptStatusContains: ['ENABLING'],
      });
      return enabling.length === 0;
    });
  }
};

/** Walks through every Region and zone with the AWS SDK for JavaScript, as an account that has enabled all Regions. */
export const collect = async (endpoint: string, accessKeyId: string): Promise<Collected> => {
  const clients = awsClients(endpoint, { accessKeyId });
  await enableRegions(clients);
  const { Regions: ec2 = [] } = await clients.ec2.describeRegions({ AllRegions: true });
  const { Regions: account = [] } = await clients.account.listRegions();
  const codes = ec2.map(({ RegionName }) => given(RegionName)).toSorted();
  const { regions: lightsail = [] } = await clients.lightsail.getRegions({
    includeAvailabilityZones: true,
    includeRelationalDatabaseAvailabilityZones: true,
  });
  const regions: Record<string, CollectedRegion> = {};
  for (const code of codes) {
    regions[code] = await collectRegion(awsClients(endpoint, { accessKeyId, region: code }), code);
  }
  return {
    ec2: Object.fromEntries(ec2.map((one) => [given(one.RegionName), given(one.OptInStatus)])),
    account: Object.fromEntries(
      account.map((one) => [given(one.RegionName), given<string>(one.RegionOptStatus)]),
    ),
    parameters: await byKey(await valuesBelow(clients, 'regions'), (code) =>
      members(clients, `regions/${code}`, [
        'domain',
        'geolocationCountry',
        'longName',
        'partition',
      ]),
    ),
    regions,
    lightsail: Object.fromEntries(
      lightsail.map((one) => [
        given<string>(one.name),
        [one.availabilityZones, one.relationalDatabaseAvailabilityZones].map((zones = []) =>
          zones.map(({ zoneName }) => given(zoneName)),
        ),
      ]),
    ),
    lightsailByParameters: await valuesBelow(clients, 'services/lightsail/regions'),
    prices: await pricesOf(clients),
  };
};
