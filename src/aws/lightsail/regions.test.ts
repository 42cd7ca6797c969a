import { beforeAll, expect, test } from 'vitest';
import { createTestWorld } from '../../world/test-world.ts';
import type { World } from '../../world/world.ts';
import { accountZones } from '../shared/account-zones.ts';
import { execute } from '../execute.ts';
import { lightsailRegions } from './regions.ts';
import { lightsail } from './service.ts';

beforeAll(() => lightsail.load?.());

const me = '111122223333';

interface Zone {
  readonly zoneName: string;
  readonly state: string;
}

interface Answer {
  readonly code?: string;
  readonly message?: string;
  readonly regions?: readonly {
    readonly name: string;
    readonly displayName: string;
    readonly availabilityZones: readonly Zone[];
    readonly relationalDatabaseAvailabilityZones: readonly Zone[];
  }[];
}

const getRegions = (world: World, input: object = {}, region = 'us-east-1'): Answer =>
  // GetRegions answers with these members.
  execute(world, {
    service: lightsail,
    operation: 'GetRegions',
    region,
    account: me,
    input: { ...input },
  }).output as Answer;

test('a Region is answered as AWS does it', async () => {
  const { world } = await createTestWorld();
  const { regions } = getRegions(world);
  expect(regions?.find((region) => region.name === 'us-east-2')).toEqual({
    name: 'us-east-2',
    displayName: 'Ohio',
    description: 'This region is recommended to serve users in the eastern United States',
    continentCode: 'NA',
    availabilityZones: [],
    relationalDatabaseAvailabilityZones: [],
  });
  expect(regions?.find((region) => region.name === 'ap-southeast-2')).toMatchObject({
    displayName: 'Sydney',
    continentCode: 'AP',
  });
});

test('only Regions that have Lightsail are listed, each with a name and a description', async () => {
  const { world } = await createTestWorld();
  const { regions = [] } = getRegions(world);
  const names = regions.map((region) => region.name);
  expect(names).toEqual(lightsailRegions(world.geography));
  expect(names).toContain('eu-north-1');
  expect(names).not.toContain('us-west-1');
  expect(names).not.toContain('af-south-1');
  for (const region of regions) expect(region.displayName).toMatch(/^[A-Z]/);
});

test('zones are listed when they are asked for, under the names that the account has for them', async () => {
  const { world } = await createTestWorld();
  const { regions = [] } = getRegions(world, { includeAvailabilityZones: true });
  for (const region of regions) {
    expect(region.availabilityZones.map((zone) => zone.zoneName)).toEqual(
      accountZones(world.view(region.name, me)).map((zone) => zone.name),
    );
    expect(region.relationalDatabaseAvailabilityZones).toEqual([]);
  }
  const databases = getRegions(world, { includeRelationalDatabaseAvailabilityZones: true });
  expect(databases.regions?.[0]?.availabilityZones).toEqual([]);
  expect(databases.regions?.[0]?.relationalDatabaseAvailabilityZones[0]).toEqual({
    zoneName: 'us-east-1a',
    state: 'available',
  });
});

test('a Region without Lightsail has no endpoint of it, and the answer names those that have', async () => {
  const { world } = await createTestWorld();
  const refusal = getRegions(world, {}, 'us-west-1');
  expect(refusal.code).toBe('UnknownEndpoint');
  expect(refusal.message).toMatch(/^Amazon Lightsail has no endpoint in 'us-west-1'.*eu-west-1/);
});

test.each([
  ['cn-north-1', /China \(Beijing\).*'aws-cn'/],
  ['us-gov-west-1', /'aws-us-gov' \(AWS GovCloud \(US\)\)/],
  ['us-west-9', /^There is no Region 'us-west-9' in this world\. Regions: us-east-1,/],
])('a call to %s is told why there is no such Region', async (region, reason) => {
  const { world } = await createTestWorld();
  const refusal = getRegions(world, {}, region);
  expect(refusal.code).toBe('InvalidRegion');
  expect(refusal.message).toMatch(reason);
});
