import { describe, expect, test } from 'vitest';
import {
  blockContains,
  blocksOverlap,
  canonicalCidr,
  formatIpv4Cidr,
  parseIpv4Cidr,
} from './cidr.ts';

const block = (text: string) => {
  const parsed = parseIpv4Cidr(text);
  if (parsed === undefined) throw new Error(`${text} is not a block.`);
  return parsed;
};

describe('IPv4 blocks', () => {
  test.each([
    ['10.0.0.0/16', '10.0.0.0/16'],
    ['100.68.0.18/18', '100.68.0.0/18'],
    ['255.255.255.255/32', '255.255.255.255/32'],
    ['200.1.2.3/0', '0.0.0.0/0'],
  ])('%s is %s', (text, canonical) => {
    expect(formatIpv4Cidr(block(text))).toBe(canonical);
  });

  test.each([
    '10.0.0.0',
    '10.0.0/8',
    '10.0.0.256/8',
    '10.0.0.0/33',
    '10.0.0.0/08',
    '010.0.0.0/8',
    '/8',
    'x/8',
    '10.0.0.0/8/8',
    '',
  ])('%s is no block', (text) => {
    expect(parseIpv4Cidr(text)).toBeUndefined();
  });

  test.each([
    ['10.0.0.0/16', '10.0.5.0/24', true, true],
    ['10.0.5.0/24', '10.0.0.0/16', false, true],
    ['10.0.0.0/24', '10.0.1.0/24', false, false],
    ['10.0.0.0/24', '10.0.0.0/24', true, true],
    ['0.0.0.0/0', '255.0.0.0/8', true, true],
  ])('%s and %s: contains %s, overlaps %s', (outer, inner, contains, overlaps) => {
    expect(blockContains(block(outer), block(inner))).toBe(contains);
    expect(blocksOverlap(block(outer), block(inner))).toBe(overlaps);
  });
});

describe('canonical forms', () => {
  test.each([
    ['10.1.2.3/8', { kind: 'ipv4', cidr: '10.0.0.0/8' }],
    ['::/0', { kind: 'ipv6', cidr: '::/0' }],
    ['2001:DB8:0:0:1::1/64', { kind: 'ipv6', cidr: '2001:db8::/64' }],
    ['2001:db8:1:2:3:4:5:6/128', { kind: 'ipv6', cidr: '2001:db8:1:2:3:4:5:6/128' }],
    ['2001:db8:0:0:1:0:0:1/128', { kind: 'ipv6', cidr: '2001:db8::1:0:0:1/128' }],
    ['::ffff:10.1.2.3/128', { kind: 'ipv6', cidr: '::ffff:a01:203/128' }],
    ['fe80::1/10', { kind: 'ipv6', cidr: 'fe80::/10' }],
    ['1:2:3:4:5:6:7::/128', { kind: 'ipv6', cidr: '1:2:3:4:5:6:7:0/128' }],
  ])('%s', (text, canonical) => {
    expect(canonicalCidr(text)).toEqual(canonical);
  });

  test.each([
    '::/129',
    '1::2::3/64',
    '1:2:3:4:5:6:7:8:9/64',
    '12345::/64',
    'g::/64',
    '::1',
    ':1/64',
  ])('%s is neither', (text) => {
    expect(canonicalCidr(text)).toBeUndefined();
  });
});
