import { expect, test } from 'vitest';
import { isDomainError } from '../../world/domain-error.ts';
import { noAccount, partitionShard } from '../../world/entity.ts';
import { createRecordingJournal, createTestWorld } from '../../world/test-world.ts';
import type { World } from '../../world/world.ts';
import { execute } from '../execute.ts';
import { regionOptStatus } from './regions.ts';
import { account } from './service.ts';

const me = '111122223333';

const call = (world: World, operation: string, input: object = {}): unknown =>
  execute(world, {
    service: account,
    operation,
    region: 'us-east-1',
    account: me,
    input: { ...input },
  }).output;

const status = (world: World, region: string): unknown =>
  regionOptStatus(world.view(partitionShard, me), region);

const open = (journal = createRecordingJournal()) =>
  createTestWorld({ journal, timers: account.timers ?? {} });

test('Regions that need no opt-in are enabled by default, the others are disabled', async () => {
  const { world } = await open();
  expect(call(world, 'GetRegionOptStatus', { RegionName: 'us-east-1' })).toEqual({
    RegionName: 'us-east-1',
    RegionOptStatus: 'ENABLED_BY_DEFAULT',
  });
  expect(status(world, 'ca-west-1')).toBe('DISABLED');
  expect(status(world, 'eu-west-1')).toBe('ENABLED_BY_DEFAULT');
});

test('enabling a Region takes minutes of world time, and so does disabling it', async () => {
  const { world, clock } = await open();
  expect(call(world, 'EnableRegion', { RegionName: 'ca-west-1' })).toEqual({});
  expect(status(world, 'ca-west-1')).toBe('ENABLING');
  clock.advance(179_999);
  expect(status(world, 'ca-west-1')).toBe('ENABLING');
  clock.advance(1);
  expect(status(world, 'ca-west-1')).toBe('ENABLED');
  expect(regionOptStatus(world.view(partitionShard, '444455556666'), 'ca-west-1')).toBe('DISABLED');

  expect(call(world, 'DisableRegion', { RegionName: 'ca-west-1' })).toEqual({});
  expect(status(world, 'ca-west-1')).toBe('DISABLING');
  clock.advance(180_000);
  expect(status(world, 'ca-west-1')).toBe('DISABLED');
});

test('a Region that was being enabled when the world stopped becomes enabled after it', async () => {
  const journal = createRecordingJournal();
  const first = await open(journal);
  call(first.world, 'EnableRegion', { RegionName: 'ca-west-1' });
  const second = await open(journal);
  expect(status(second.world, 'ca-west-1')).toBe('ENABLING');
  second.clock.advance(180_000);
  expect(status(second.world, 'ca-west-1')).toBe('ENABLED');
});

test.each([
  ['EnableRegion', 'us-east-1', 'ValidationException'],
  ['DisableRegion', 'us-east-1', 'ValidationException'],
  ['EnableRegion', 'mars-north-1', 'ValidationException'],
  ['GetRegionOptStatus', 'mars-north-1', 'ValidationException'],
  ['DisableRegion', 'ca-west-1', 'ValidationException'],
  ['EnableRegion', 'il-central-1', 'ValidationException'],
  ['DisableRegion', 'il-central-1', 'ConflictException'],
  ['EnableRegion', 'mx-central-1', 'ConflictException'],
  ['DisableRegion', 'mx-central-1', 'ValidationException'],
  ['EnableRegion', 'me-central-1', 'ValidationException'],
])('%s of %s is refused with %s', async (operation, region, code) => {
  const { world, clock } = await open();
  call(world, 'EnableRegion', { RegionName: 'mx-central-1' });
  call(world, 'EnableRegion', { RegionName: 'me-central-1' });
  clock.advance(200_000);
  call(world, 'DisableRegion', { RegionName: 'mx-central-1' });
  call(world, 'EnableRegion', { RegionName: 'il-central-1' });
  const before = status(world, region);
  expect(call(world, operation, { RegionName: region })).toMatchObject({ code });
  expect(status(world, region)).toBe(before);
});

test('six Regions at most may be in change at once', async () => {
  const { world, clock } = await open();
  const optIn = world.geography.regions.filter((region) => region.optIn);
  const answers = optIn
    .slice(0, 7)
    .map(({ code }) => call(world, 'EnableRegion', { RegionName: code }));
  expect(answers.map((answer) => isDomainError(answer))).toEqual([
    false,
    false,
    false,
    false,
    false,
    false,
    true,
  ]);
  expect(answers[6]).toMatchObject({ code: 'TooManyRequestsException' });
  clock.advance(180_000);
  expect(call(world, 'EnableRegion', { RegionName: optIn[6]?.code })).toEqual({});
});

test('ListRegions gives all Regions in pages, and those in the wanted states', async () => {
  const { world } = await open();
  const names: string[] = [];
  let token: string | undefined;
  let pages = 0;
  do {
    const page = call(world, 'ListRegions', { MaxResults: 10, NextToken: token });
    if (isDomainError(page)) throw new Error(page.message);
    // ListRegions answers with these members.
    const answer = page as { Regions: { RegionName: string }[]; NextToken?: string };
    names.push(...answer.Regions.map((region) => region.RegionName));
    token = answer.NextToken;
    pages += 1;
  } while (token !== undefined);
  expect(pages).toBe(4);
  expect(names).toEqual(world.geography.regions.map((region) => region.code).toSorted());

  call(world, 'EnableRegion', { RegionName: 'ca-west-1' });
  expect(call(world, 'ListRegions', { RegionOptStatusContains: ['ENABLING'] })).toEqual({
    Regions: [{ RegionName: 'ca-west-1', RegionOptStatus: 'ENABLING' }],
    NextToken: undefined,
  });
  expect(call(world, 'ListRegions', { NextToken: 'stranger' })).toMatchObject({
    code: 'ValidationException',
  });
});

test('another account cannot be named: there is no organization', async () => {
  const { world } = await open();
  expect(call(world, 'ListRegions', { AccountId: '444455556666' })).toMatchObject({
    code: 'AccessDeniedException',
  });
});

test('a Region that is not enabled refuses calls until it is', async () => {
  const { world, clock } = await open();
  const there = (): unknown =>
    execute(world, {
      service: account,
      operation: 'ListRegions',
      region: 'ca-west-1',
      account: me,
      input: {},
    }).output;
  expect(there()).toMatchObject({ code: 'UnrecognizedClientException' });
  call(world, 'EnableRegion', { RegionName: 'ca-west-1' });
  expect(there()).toMatchObject({ code: 'UnrecognizedClientException' });
  clock.advance(180_000);
  expect(there()).toHaveProperty('Regions');
  expect(world.view('ca-west-1', noAccount).accounts()).toEqual([]);
});
