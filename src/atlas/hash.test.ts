import { expect, test } from 'vitest';
import { hash32, hashHex, shuffledBy } from './hash.ts';

test('a hash is the same in every release', () => {
  expect(hash32('us-east-1', 42)).toBe(hash32('us-east-1', '42'));
  expect([hash32(), hash32('a'), hash32('us-east-1', 42)]).toMatchInlineSnapshot(`
    [
      2462723854,
      2030713746,
      1582394249,
    ]
  `);
});

test('the boundary between two parts counts', () => {
  expect(hash32('ab', 'c')).not.toBe(hash32('a', 'bc'));
  expect(hash32('ab')).not.toBe(hash32('ab', ''));
});

test('hexadecimal digits are as many as asked for', () => {
  for (const digits of [1, 8, 17, 32])
    expect(hashHex(digits, 'x')).toMatch(new RegExp(`^[0-9a-f]{${digits}}$`));
  expect(hashHex(17, 'x')).not.toBe(hashHex(17, 'y'));
});

test('a shuffle keeps all elements, and every order comes up about as often', () => {
  const counts = new Map<string, number>();
  for (let seed = 0; seed < 6000; seed++) {
    const order = shuffledBy(['a', 'b', 'c'], 'test', seed).join('');
    counts.set(order, (counts.get(order) ?? 0) + 1);
  }
  expect([...counts.keys()].toSorted()).toEqual(['abc', 'acb', 'bac', 'bca', 'cab', 'cba']);
  for (const count of counts.values()) expect(count).toBeGreaterThan(850);
});
