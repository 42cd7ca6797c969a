import { beforeAll, expect, test } from 'vitest';
import { earth, Geography } from '../../atlas/geography.ts';
import { createTestWorld } from '../../world/test-world.ts';
import type { World } from '../../world/world.ts';
import { execute } from '../execute.ts';
import { infrastructureUnder } from './global-infrastructure.ts';
import { ssm } from './service.ts';

beforeAll(() => ssm.load?.());

const root = '/aws/service/global-infrastructure';

interface Parameter {
  readonly Name: string;
  readonly Value: string;
}

interface Answer {
  readonly code?: string;
  readonly Parameter?: Parameter & Readonly<Record<string, unknown>>;
  readonly Parameters?: readonly Parameter[];
  readonly NextToken?: string;
}

const call = (world: World, operation: string, input: object, region = 'us-east-1'): Answer =>
  // The operations answer with these members.
  execute(world, { service: ssm, operation, region, account: '111122223333', input: { ...input } })
    .output as Answer;

/** All values below a path, page by page. */
const valuesBelow = (world: World, path: string): readonly string[] => {
  const values: string[] = [];
  let token: string | undefined;
  do {
    const page = call(world, 'GetParametersByPath', { Path: path, NextToken: token });
    expect(page.Parameters?.length).toBeLessThanOrEqual(10);
    values.push(...(page.Parameters ?? []).map((parameter) => parameter.Value));
    token = page.NextToken;
  } while (token !== undefined);
  return values;
};

const valueOf = (world: World, name: string): string | undefined =>
  call(world, 'GetParameter', { Name: `${root}/${name}` }).Parameter?.Value;

test('the Regions are those of the world and those of China and GovCloud, as AWS lists them', async () => {
  const { world } = await createTestWorld();
  expect(valuesBelow(world, `${root}/regions`)).toEqual(
    [
      ...world.geography.regions.map((region) => region.code),
      'cn-north-1',
      'cn-northwest-1',
      'us-gov-east-1',
      'us-gov-west-1',
    ].toSorted(),
  );
});

test.each([
  ['regions/eu-west-1', 'eu-west-1'],
  ['regions/eu-west-1/longName', 'Europe (Ireland)'],
  ['regions/eu-west-1/domain', 'amazonaws.com'],
  ['regions/eu-west-1/partition', 'aws'],
  ['regions/eu-west-1/geolocationCountry', 'IE'],
  ['regions/us-east-1/geolocationRegion', 'US-VA'],
  ['regions/cn-north-1/partition', 'aws-cn'],
  ['regions/cn-north-1/domain', 'amazonaws.com.cn'],
  ['regions/us-gov-west-1/geolocationCountry', 'US'],
  ['regions/us-east-2/services/ssm', 'ssm'],
  ['regions/us-east-2/services/ssm/endpoint', 'ssm.us-east-2.amazonaws.com'],
  ['regions/us-east-1/availability-zones/use1-az6', 'use1-az6'],
  ['services/accessanalyzer/longName', 'AWS IAM Access Analyzer'],
  ['services/elb/regions/ap-southeast-6', 'ap-southeast-6'],
  ['availability-zones/apne1-az3', 'apne1-az3'],
  ['availability-zones/apne1-az3/parent-region', 'ap-northeast-1'],
  ['local-zones/usw2-lax1-az2', 'usw2-lax1-az2'],
  ['local-zones/usw2-lax1-az2/parent-region', 'us-west-2'],
  ['local-zones/use1-bos1-az1/location', 'US East (Boston)'],
  ['local-zones/use1-bos1-az1/geolocationRegion', 'US-MA'],
  ['local-zones/use1-bos1-az1/parent-availability-zone', 'use1-az4'],
  ['local-zones/euc1-waw1-az1/geolocationCountry', 'PL'],
  ['local-zones/usw2-lax1-az2/zone-group', 'us-west-2-lax-1'],
  ['local-zones/usw2-lax1-az2/network-border-group', 'us-west-2-lax-1'],
])('%s is %s', async (name, value) => {
  const { world } = await createTestWorld();
  expect(valueOf(world, name)).toBe(value);
});

test.each(['regions/eu-west-9', 'regions', 'services/nothing', 'regions/us-east-1/services/x'])(
  '%s is not there',
  async (name) => {
    const { world } = await createTestWorld();
    expect(call(world, 'GetParameter', { Name: `${root}/${name}` }).code).toBe('ParameterNotFound');
  },
);

test('a parameter is read in any Region, under the ARN of that Region', async () => {
  const { world } = await createTestWorld();
  const name = `${root}/regions/eu-west-1/longName`;
  expect(call(world, 'GetParameter', { Name: name }, 'ap-south-1').Parameter).toMatchObject({
    ARN: `arn:aws:ssm:ap-south-1::parameter${name}`,
    Type: 'String',
    Version: 1,
    DataType: 'text',
    LastModifiedDate: Date.UTC(2025, 4, 24),
  });
});

test('the services of a Region and the Regions of a service are the same facts', async () => {
  const { world } = await createTestWorld();
  const services = valuesBelow(world, `${root}/services`);
  expect(services.length).toBeGreaterThan(380);
  for (const region of ['us-east-1', 'ap-southeast-6']) {
    const there = valuesBelow(world, `${root}/regions/${region}/services`);
    expect(there).toEqual(
      services.filter((id) => valueOf(world, `services/${id}/regions/${region}`) === region),
    );
    expect(there).toContain('ec2');
  }
});

test('every parent of a Local Zone is an Availability Zone of its Region', async () => {
  const { world } = await createTestWorld();
  const zones = valuesBelow(world, `${root}/local-zones`);
  expect(zones).toEqual(
    world.geography.regions
      .flatMap((region) => world.geography.localZonesOf(region.code))
      .map((zone) => zone.id)
      .toSorted(),
  );
  for (const id of zones) {
    const region = valueOf(world, `local-zones/${id}/parent-region`) ?? '';
    const parent = valueOf(world, `local-zones/${id}/parent-availability-zone`) ?? '';
    expect(world.geography.zone(parent)).toMatchObject({ region, kind: 'availability-zone' });
    expect(valueOf(world, `local-zones/${id}/location`)).toMatch(/^[A-Z].* \(.+\)/);
  }
});

test('without Recursive a path has the parameters right below it, with it all of them', async () => {
  const { world } = await createTestWorld();
  const path = `${root}/regions/ca-west-1`;
  const plain = call(world, 'GetParametersByPath', { Path: path }).Parameters;
  expect(plain?.map(({ Name }) => Name.slice(path.length + 1))).toEqual([
    'domain',
    'geolocationCountry',
    'geolocationRegion',
    'longName',
    'partition',
  ]);
  const first = call(world, 'GetParametersByPath', { Path: path, Recursive: true }).Parameters;
  expect(first?.[0]?.Name).toBe(`${path}/availability-zones/caw1-az1`);
});

test('names are unique and in order, so that pages neither repeat nor leave out', () => {
  const names = infrastructureUnder(earth, `${root}/`).map((parameter) => parameter.name);
  expect(names).toEqual([...new Set(names)].toSorted());
  expect(names.length).toBeGreaterThan(20_000);
});

test('a world of few Regions, or of a new one, has parameters of these', () => {
  const [ireland] = earth.regions.filter((region) => region.code === 'eu-west-1');
  if (ireland === undefined) throw new Error('eu-west-1 is among the facts.');
  const invented = {
    ...ireland,
    code: 'eu-north-9',
    longName: 'Europe (Reykjavik)',
    zoneIds: ['x'],
  };
  const small = new Geography([ireland, invented]);
  const names = infrastructureUnder(small, `${root}/`).map((parameter) => parameter.name);
  expect(names).toContain(`${root}/regions/eu-north-9/longName`);
  expect(names).toContain(`${root}/regions/eu-north-9/services/ec2`);
  expect(names).not.toContain(`${root}/regions/eu-north-9/services/lightsail`);
  expect(names).not.toContain(`${root}/regions/us-east-1`);
  expect(names).not.toContain(`${root}/services/ec2/regions/us-east-1`);
});
