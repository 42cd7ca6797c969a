import { isIPv4, isIPv6 } from 'node:net';
import fc from 'fast-check';
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

describe('what is an address and what is none', () => {
  const part = fc.oneof(
    { weight: 8, arbitrary: fc.nat({ max: 0xffff }).map((group) => group.toString(16)) },
    fc.constantFrom('0', '', ':', '1.2.3.4', '00001', '010.0.0.1', '1.2.3', 'G', '%1', ' '),
  );
  const colons = fc
    .tuple(fc.array(part, { minLength: 1, maxLength: 9 }), fc.constantFrom('', '::'))
    .map(([parts, gap]) => parts.join(':') + gap);
  const shortened = fc
    .tuple(fc.array(part, { maxLength: 7 }), fc.array(part, { maxLength: 7 }))
    .map(([before, after]) => `${before.join(':')}::${after.join(':')}`);

  test('is what Node.js takes for one', () => {
    fc.assert(
      fc.property(fc.oneof(colons, shortened), (text) => {
        // A zone index names an interface of one machine: it is no part of an address here.
        expect(parseIpv6(text) !== undefined).toBe(isIPv6(text) && !text.includes('%'));
      }),
      { numRuns: 20_000 },
    );
    const number = fc.oneof(fc.nat(300).map(String), fc.constantFrom('', '00', '01', 'a', '-1'));
    fc.assert(
      fc.property(fc.array(number, { minLength: 3, maxLength: 5 }), (numbers) => {
        const text = numbers.join('.');
        expect(parseIpv4(text) !== undefined).toBe(isIPv4(text));
      }),
    );
  });

  test('is read back from its canonical form', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 16, maxLength: 16 }), (bytes) => {
        const sparse = bytes.map((byte, index) => (bytes[index ^ 2] === 0 ? 0 : byte));
        for (const each of [bytes, sparse]) expect(parseIpv6(formatIpv6(each))).toEqual(each);
      }),
    );
  });
});
