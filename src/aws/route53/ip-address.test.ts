import { describe, expect, test } from 'vitest';
import { formatIpv4, formatIpv6, parseIpv4, parseIpv6 } from './ip-address.ts';

describe('IPv4', () => {
  test.each(['0.0.0.0', '192.0.2.1', '255.255.255.255'])('%s is an address', (text) => {
    expect(formatIpv4(parseIpv4(text) ?? new Uint8Array(4))).toBe(text);
  });
  test.each(['', '1.2.3', '1.2.3.4.5', '256.1.1.1', '01.2.3.4', '1.2.3.', 'a.b.c.d', ' 1.2.3.4'])(
    '"%s" is none',
    (text) => {
      expect(parseIpv4(text)).toBeUndefined();
    },
  );
});

describe('IPv6', () => {
  test.each([
    ['::', '::'],
    ['::1', '::1'],
    ['2001:DB8:0:0:0:0:0:1', '2001:db8::1'],
    ['2001:db8:0:1:0:0:0:1', '2001:db8:0:1::1'],
    ['1:0:0:2:0:0:0:3', '1:0:0:2::3'],
    ['::ffff:192.0.2.1', '::ffff:c000:201'],
    ['1:2:3:4:5:6:7:0', '1:2:3:4:5:6:7:0'],
    ['1::', '1::'],
  ])('%s is %s', (text, canonical) => {
    expect(formatIpv6(parseIpv6(text) ?? new Uint8Array(16))).toBe(canonical);
  });
  test.each([
    '',
    ':',
    ':::',
    '1:2:3',
    '1::2::3',
    '12345::',
    'g::',
    '1:2:3:4:5:6:7:8:9',
    '::1.2.3',
    '1.2.3.4::',
    '1:2:3:4:5:6:7::8',
  ])('"%s" is none', (text) => {
    expect(parseIpv6(text)).toBeUndefined();
  });
});
