import { cbor, tag } from '@smithy/core/cbor';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { CborMoment, CborProblem, CborWriter, readCbor, type CborValue } from './cbor.ts';

const read = (hex: string): unknown => readCbor(Buffer.from(hex.replaceAll(' ', ''), 'hex'));

describe('CBOR', () => {
  // RFC 8949, Appendix A, "Examples of Encoded CBOR Data Items".
  test.each<[string, unknown]>([
    ['00', 0],
    ['17', 23],
    ['1818', 24],
    ['1903e8', 1_000],
    ['1a000f4240', 1_000_000],
    ['1b000000e8d4a51000', 1_000_000_000_000],
    ['20', -1],
    ['3903e7', -1_000],
    ['f90000', 0],
    ['f93c00', 1],
    ['f97bff', 65_504],
    ['f90001', 5.960_464_477_539_063e-8],
    ['fa47c35000', 100_000],
    ['fb3ff199999999999a', 1.1],
    ['f97c00', Infinity],
    ['f97e00', Number.NaN],
    ['f9fc00', -Infinity],
    ['f4', false],
    ['f5', true],
    ['f6', null],
    ['f7', undefined],
    ['c11a514b67b0', new CborMoment(1_363_896_240)],
    ['c1fb41d452d9ec200000', new CborMoment(1_363_896_240.5)],
    ['4401020304', new Uint8Array([1, 2, 3, 4])],
    ['6449455446', 'IETF'],
    ['62c3bc', 'ü'],
    ['80', []],
    ['8301820203820405', [1, [2, 3], [4, 5]]],
    ['a26161016162820203', { a: 1, b: [2, 3] }],
    ['5f42010243030405ff', new Uint8Array([1, 2, 3, 4, 5])],
    ['7f657374726561646d696e67ff', 'streaming'],
    ['9f018202039f0405ffff', [1, [2, 3], [4, 5]]],
    ['bf61610161629f0203ffff', { a: 1, b: [2, 3] }],
  ])('%s is read', (hex, value) => {
    expect(read(hex)).toEqual(value);
  });

  test.each([
    ['an end that is too early', '6449'],
    ['bytes after the end', '0000'],
    ['a length beyond the body', '9b0000000100000000'],
    ['a text that is no UTF-8', '61ff'],
    ['a key that is no text', 'a10102'],
    ['a key that stands twice', 'a2616101616102'],
    ['a number that is too large', '1bffffffffffffffff'],
    ['a tag that is not known', 'c249010000000000000000'],
    ['a moment without end', 'c1f97c00'],
    ['a break without a beginning', 'ff'],
    ['a break in a list of known length', '8201ff'],
    ['a simple value that is not known', 'e0'],
    ['a reserved byte', '1c'],
    ['a string of parts of another type', '5f6161ff'],
    ['a string of parts without length', '5f5f4101ffff'],
    ['nothing', ''],
    ['lists in lists without end', '81'.repeat(10_000)],
    ['more parts than anybody needs', `9f${'00'.repeat(100_001)}ff`],
  ])('%s is refused', (_what, hex) => {
    expect(read(hex)).toBeInstanceOf(CborProblem);
  });

  const write = (writer: CborWriter, value: CborValue): void => {
    if (typeof value === 'string') writer.text(value);
    else if (typeof value === 'boolean') writer.boolean(value);
    else if (typeof value === 'number') {
      if (Number.isSafeInteger(value) && !Object.is(value, -0)) writer.integer(value);
      else writer.double(value);
    } else if (value instanceof Uint8Array) writer.bytes(value);
    else if (value instanceof CborMoment) writer.moment(value.seconds * 1_000);
    else if (Array.isArray(value)) {
      writer.list(value.length);
      for (const one of value) write(writer, one);
    } else {
      const pairs = Object.entries(value ?? {});
      writer.map(pairs.length);
      for (const [key, one] of pairs) {
        writer.text(key);
        write(writer, one);
      }
    }
  };

  const { value: values } = fc.letrec<{ value: CborValue }>((tie) => ({
    value: fc.oneof(
      { depthSize: 'small' },
      fc.string({ unit: 'grapheme' }),
      fc.boolean(),
      fc.maxSafeInteger(),
      fc.double(),
      fc.uint8Array({ maxLength: 700 }),
      fc.integer({ min: 0 }).map((seconds) => new CborMoment(seconds)),
      fc.array(tie('value')),
      fc.dictionary(fc.string(), tie('value')),
    ),
  }));

  test('what is written is read again', () => {
    fc.assert(
      fc.property(values, (value) => {
        const writer = new CborWriter();
        write(writer, value);
        expect(readCbor(writer.written())).toEqual(value);
      }),
    );
  });

  /** The same as the AWS SDKs' own codec has it; `__proto__` is no key there. */
  const sdkValue = (value: CborValue): unknown => {
    if (value instanceof CborMoment) return tag({ tag: 1, value: value.seconds });
    if (value instanceof Uint8Array) return value;
    if (Array.isArray(value)) return value.map((one) => sdkValue(one));
    if (typeof value !== 'object' || value === null) return value;
    return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, sdkValue(one)]));
  };

  /** The SDKs' codec writes -0 as the integer 0. */
  const hasNegativeZero = (value: CborValue): boolean =>
    Object.is(value, -0) ||
    (typeof value === 'object' &&
      value !== null &&
      Object.values(value).some((one: CborValue) => hasNegativeZero(one)));

  test("is what the AWS SDKs' codec writes and reads", () => {
    fc.assert(
      fc.property(values, (value) => {
        fc.pre(!JSON.stringify(value).includes('__proto__') && !hasNegativeZero(value));
        expect(readCbor(cbor.serialize(sdkValue(value)))).toEqual(value);
        const writer = new CborWriter();
        write(writer, value);
        expect(cbor.deserialize(new Uint8Array(writer.written()))).toEqual(sdkValue(value));
      }),
    );
  });

  test('any bytes are read or refused, and never more', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
        readCbor(bytes);
      }),
      { numRuns: 2_000 },
    );
  });
});
