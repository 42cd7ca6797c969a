import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { WireCase } from './cases.ts';
import { wireCases } from './cases.ts';
import type { FakeWorld } from './fake-world.ts';
import { startFakeWorld } from './fake-world.ts';
import { services } from '../../src/aws/services.ts';
import { readFileSync } from 'node:fs';

interface Recorded {
  readonly method: string;
  readonly url: string;
  readonly headers: Record<string, string>;
  readonly body: string;
}

let world: FakeWorld;

beforeAll(async () => {
  world = await startFakeWorld(() => ({}));
});
afterAll(() => world.close());

const recordedRequest = (one: WireCase): Recorded =>
  JSON.parse(readFileSync(new URL(`golden/${one.name}.requests.json`, import.meta.url), 'utf8'))
    .botocore;

const authorizationFor = (service: string): string =>
  `AWS4-HMAC-SHA256 Credential=123456789012/20260102/us-east-1/${service}/aws4_request, SignedHeaders=host, Signature=0`;

const cborPath = '/service/GraniteServiceVersion20100801/operation/PutMetricData';

const statusOf = async (url: string, request: RequestInit): Promise<number> => {
  const response = await fetch(world.endpoint + url, request);
  await response.arrayBuffer();
  return response.status;
};

/** One edit of a text: a piece is cut, doubled, or replaced by something that parsers trip over. */
const edits = fc.record({
  at: fc.double({ min: 0, max: 1, noNaN: true }),
  length: fc.integer({ min: 0, max: 12 }),
  insert: fc.oneof(
    fc.string({ maxLength: 6 }),
    fc.constantFrom(
      '<',
      '>',
      '&',
      '&#0;',
      '&x;',
      ']]>',
      '<!DOCTYPE a>',
      '%',
      '%ff',
      '=',
      '.',
      '.0=',
      '{',
      '[',
      '"',
      'null',
      '\\u',
      '-1',
      '1e999',
      '__proto__',
      '\u0000',
    ),
  ),
});

const edited = (
  text: string,
  list: readonly { at: number; length: number; insert: string }[],
): string => {
  let result = text;
  for (const { at, length, insert } of list) {
    const from = Math.floor(at * result.length);
    result = result.slice(0, from) + insert + result.slice(from + length);
  }
  return result;
};

describe('whatever is sent, the answer is never a 5xx of our own making', () => {
  test.each(wireCases)('near $name', async (one) => {
    const { method, url, headers, body } = recordedRequest(one);
    await fc.assert(
      fc.asyncProperty(fc.array(edits, { minLength: 1, maxLength: 3 }), async (list) => {
        const sent = body === '' ? {} : { body: edited(body, list) };
        const path =
          body === '' ? `/${encodeURI(edited(url.slice(1), list)).replaceAll('%25', '%')}` : url;
        expect(await statusOf(path, { method, headers, ...sent })).toSatisfy(
          (status: number) => status < 500 || status === 501,
        );
      }),
      { numRuns: 60 },
    );
    expect(world.logged).toEqual([]);
  });

  test.each(services.map(({ name }) => name))('random bytes to %s', async (service) => {
    await fc.assert(
      fc.asyncProperty(
        fc.uint8Array({ maxLength: 200 }),
        fc.constantFrom('/', '/2013-04-01/hostedzone', '/listRegions', '/?Action=DescribeRegions'),
        async (bytes, path) => {
          const status = await statusOf(path, {
            method: 'POST',
            headers: {
              authorization: authorizationFor(service),
              'x-amz-target': 'AmazonSSM.GetParameter',
              'content-type': 'application/octet-stream',
            },
            body: new Uint8Array(bytes),
          });
          expect(status).toSatisfy((of: number) => of < 500 || of === 501);
        },
      ),
      { numRuns: 60 },
    );
    expect(world.logged).toEqual([]);
  });

  test('random bytes as CBOR', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 200 }), async (bytes) => {
        const status = await statusOf(cborPath, {
          method: 'POST',
          headers: {
            authorization: authorizationFor('monitoring'),
            'smithy-protocol': 'rpc-v2-cbor',
            'content-type': 'application/cbor',
          },
          body: new Uint8Array(bytes),
        });
        expect(status).toSatisfy((of: number) => of < 500);
      }),
      { numRuns: 100 },
    );
    expect(world.logged).toEqual([]);
  });
});
