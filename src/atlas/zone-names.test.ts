import { expect, test } from 'vitest';
import { earth } from './geography.ts';
import type { Region } from './regions.ts';
import { zoneNameOfId, zoneNamesOf } from './zone-names.ts';

const region = (code: string): Region => {
  const found = earth.region(code);
  if (found === undefined) throw new Error(code);
  return found;
};

const accounts = Array.from({ length: 200 }, (_, index) => String(index).padStart(12, '0'));

test.each([
  ['us-east-1', ['a', 'b', 'c', 'd', 'e', 'f']],
  ['us-west-1', ['a', 'b']],
  ['us-west-2', ['a', 'b', 'c', 'd']],
  ['ap-northeast-1', ['a', 'c', 'd']],
  ['ap-northeast-2', ['a', 'b', 'c', 'd']],
  ['ca-central-1', ['a', 'b', 'd']],
  ['eu-west-2', ['a', 'b', 'c', 'd']],
  ['eu-central-1', ['a', 'b', 'c']],
])('an account sees in %s the zones %j', (code, letters) => {
  const names = zoneNamesOf(region(code), '000000000000', 0);
  expect(names.map((zone) => zone.name)).toEqual(letters.map((letter) => code + letter));
  for (const zone of names) expect(region(code).zoneIds).toContain(zone.id);
  expect(new Set(names.map((zone) => zone.id)).size).toBe(names.length);
});

test.each([
  ['eu-central-1', 'eu-central-1a', 'euc1-az1'],
  ['ca-central-1', 'ca-central-1d', 'cac1-az4'],
  ['ap-south-1', 'ap-south-1b', 'aps1-az3'],
  ['eu-west-2', 'eu-west-2a', 'euw2-az2'],
  ['eu-west-2', 'eu-west-2d', 'euw2-az4'],
])('in %s, launched after November 2012, %s is %s for everyone', (code, name, id) => {
  for (const account of accounts) expect(zoneNameOfId(region(code), account, 7, id)).toBe(name);
});

test.each([
  'us-east-1',
  'us-west-1',
  'us-west-2',
  'eu-west-1',
  'sa-east-1',
  'ap-northeast-1',
  'ap-southeast-1',
  'ap-southeast-2',
])('in %s the zone behind a name differs from account to account', (code) => {
  const behindA = accounts.map(
    (account) => zoneNamesOf(region(code), account, 7).find(({ name }) => name === `${code}a`)?.id,
  );
  const visible = zoneNamesOf(region(code), '000000000000', 7).map((zone) => zone.id);
  expect(new Set(behindA)).toEqual(new Set(visible));
});

test('an account and a seed see the same for ever, another seed something else', () => {
  const seen = zoneNamesOf(region('us-east-1'), '000000000000', 1);
  expect(zoneNamesOf(region('us-east-1'), '000000000000', 1)).toEqual(seen);
  expect(seen.map((zone) => zone.id)).toMatchInlineSnapshot(`
    [
      "use1-az3",
      "use1-az1",
      "use1-az2",
      "use1-az5",
      "use1-az6",
      "use1-az4",
    ]
  `);
  const others = [2, 3, 4].map((seed) => zoneNamesOf(region('us-east-1'), '000000000000', seed));
  expect(others).not.toContainEqual(seen);
});

test('zones that take no new customers are hidden', () => {
  expect(zoneNameOfId(region('us-west-1'), '000000000000', 0, 'usw1-az2')).toBeUndefined();
});
