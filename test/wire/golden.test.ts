import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { services } from '../../src/aws/services.ts';
import { DomainError } from '../../src/world/domain-error.ts';
import type { WireCase } from './cases.ts';
import { caseAccount, wireCases } from './cases.ts';
import type { FakeWorld } from './fake-world.ts';
import { startFakeWorld } from './fake-world.ts';

interface Recorded {
  readonly method: string;
  readonly url: string;
  readonly headers: Record<string, string>;
  readonly body: string;
}

/** Requests as `record.ts` has recorded them from real clients. */
const recorded = (one: WireCase): Readonly<Record<'javascript' | 'botocore', Recorded>> =>
  JSON.parse(
    readFileSync(
      fileURLToPath(new URL(`golden/${one.name}.requests.json`, import.meta.url)),
      'utf8',
    ),
  );

let world: FakeWorld;
let answer: unknown;

beforeAll(async () => {
  world = await startFakeWorld(() => answer);
});
afterAll(() => world.close());

const replay = ({ method, url, headers, body }: Recorded): Promise<Response> =>
  fetch(world.endpoint + url, { method, headers, ...(body === '' ? {} : { body }) });

const steadyIds = (text: string): string =>
  text.replaceAll(/[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g, 'REQUEST-ID');

/** An answer as text: status, the headers that mean something to a client, and the body. */
const asText = async (response: Response): Promise<string> => {
  const headers = [...response.headers]
    .filter(([name]) => !['connection', 'content-length', 'date', 'keep-alive'].includes(name))
    .map(([name, value]) => `${name}: ${value}\n`);
  return steadyIds(`${response.status}\n${headers.join('')}\n${await response.text()}\n`);
};

const scopes = new Map(services.map(({ model, name }) => [model, name]));

describe.each(wireCases)('$name', (one) => {
  test.each(['javascript', 'botocore'] as const)('what %s sends arrives whole', async (client) => {
    world.calls.length = 0;
    answer = one.output;
    const response = await replay(recorded(one)[client]);
    expect(response.status).toBeLessThan(300);
    const [call] = world.calls;
    expect(call).toMatchObject({
      service: scopes.get(one.client),
      operation: one.operation,
      region: 'us-east-1',
      account: caseAccount,
    });
    const input = JSON.parse(JSON.stringify(call?.input));
    const override = client === 'botocore' ? one.botocoreInput : undefined;
    expect(input).toEqual(JSON.parse(JSON.stringify(withBuffers({ ...one.input, ...override }))));
  });

  test('the answer is written as before', async () => {
    answer = one.output;
    const response = await replay(recorded(one).botocore);
    await expect(await asText(response)).toMatchFileSnapshot(`golden/${one.name}.response.txt`);
  });

  test('an error is written as before', async () => {
    answer = new DomainError('InvalidThing', 'The thing <x> & "y" is wrong');
    const response = await replay(recorded(one).botocore);
    await expect(await asText(response)).toMatchFileSnapshot(
      `golden/${scopes.get(one.client)}.error.txt`,
    );
  });
});

/** Blobs as the server hands them over, so that both sides of a comparison are written alike. */
const withBuffers = (value: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> =>
  Object.fromEntries(
    Object.entries(value).map(([name, of]) => [
      name,
      of instanceof Uint8Array ? Buffer.from(of) : of,
    ]),
  );
