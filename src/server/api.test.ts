import { CloudWatch } from '@aws-sdk/client-cloudwatch';
import { EC2 } from '@aws-sdk/client-ec2';
import { Route53 } from '@aws-sdk/client-route-53';
import { SSM } from '@aws-sdk/client-ssm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { noHost } from '../aws/host.ts';
import { LoadedServices } from '../aws/loaded-services.ts';
import { createWireServer, type WireServer } from '../wire/server.ts';
import { createTestWorld } from '../world/test-world.ts';
import type { World } from '../world/world.ts';
import { createExecute } from './api.ts';

const services = new LoadedServices(noHost);
let world: World;
let server: WireServer;
let endpoint: string;

const settings = () => ({
  endpoint,
  region: 'eu-west-1',
  credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
  maxAttempts: 1,
});

beforeAll(async () => {
  ({ world } = await createTestWorld({ rules: services.rules }));
  server = createWireServer({
    host: '127.0.0.1',
    port: 0,
    execute: createExecute({
      world: () => world,
      services,
      prepare: () => Promise.resolve(),
      settle: () => Promise.resolve(),
      wait: () => Promise.resolve(),
    }),
    admin: () => Promise.resolve({ status: 404, body: {} }),
    log: { error: (fields) => expect.fail(JSON.stringify(fields)), warn: () => undefined },
  });
  const { port } = await server.listen();
  endpoint = `http://127.0.0.1:${port}`;
  await world.close();
});
afterAll(async () => {
  await server.close();
});

describe('a call of a world that has ended', () => {
  it.each([
    ['query', () => new EC2(settings()).createVpc({ CidrBlock: '10.0.0.0/16' })],
    ['JSON', () => new SSM(settings()).getParameter({ Name: '/a/b' })],
    ['CBOR', () => new CloudWatch(settings()).describeAlarms({})],
    ['XML', () => new Route53(settings()).listHostedZones({})],
  ])('is told so in the form of the %s protocol, as something to try again', async (_, call) => {
    await expect(call()).rejects.toMatchObject({
      name: 'ServiceUnavailable',
      $metadata: { httpStatusCode: 503 },
    });
  });
});
