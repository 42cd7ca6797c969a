import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { AwsQueryProtocol } from '@aws-sdk/core/protocols';
import { SmithyRpcV2CborProtocol } from '@smithy/core/cbor';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { DomainError } from '../../src/world/domain-error.ts';
import { wireCases } from './cases.ts';
import type { WireCase } from './cases.ts';
import type { FakeWorld } from './fake-world.ts';
import { startFakeWorld } from './fake-world.ts';
import { javascriptClient, javascriptCommand, plainOutput } from './javascript-clients.ts';

let world: FakeWorld;
let answer: unknown;

beforeAll(async () => {
  world = await startFakeWorld(() => answer);
});
afterAll(() => world.close());
beforeEach(() => {
  world.calls.length = 0;
  answer = {};
});

const send = async (
  client: WireCase['client'],
  operation: string,
  input: object,
  configuration: object = {},
): Promise<unknown> => {
  const sdk = javascriptClient(client, world.endpoint, configuration);
  try {
    return plainOutput(await sdk.send(javascriptCommand(client, operation, input)));
  } finally {
    sdk.destroy();
  }
};

/** The error that the SDK throws, as its user sees it. */
const refused = async (
  client: WireCase['client'],
  operation: string,
  input: object,
): Promise<unknown> => {
  try {
    await send(client, operation, input);
  } catch (error) {
    const { name, message, $metadata } = error as {
      name: string;
      message: string;
      $metadata?: { httpStatusCode?: number; attempts?: number; requestId?: string };
    };
    return {
      name,
      message,
      status: $metadata?.httpStatusCode,
      attempts: $metadata?.attempts,
      hasRequestId: $metadata?.requestId !== undefined,
    };
  }
  throw new Error(`${operation} was not refused`);
};

describe('the JavaScript SDK', () => {
  test.each(wireCases)(
    'reads the answer of $name',
    async ({ client, operation, input, output }) => {
      answer = output;
      const read = await send(client, operation, input);
      // An EC2 operation without an output answers <return>true</return>, which the SDK passes over.
      expect(read).toEqual(output ?? {});
    },
  );

  test.each<WireCase['client']>(['ec2', 'elbv2', 'sts', 'route53', 'ssm', 'account'])(
    'shows the code and message of an error of %s, and its request id',
    async (client) => {
      const one = wireCases.find((known) => known.client === client);
      answer = new DomainError('InvalidThing', 'The thing <x> & "y" é is wrong');
      const error = await refused(client, one?.operation ?? '', one?.input ?? {});
      expect(error).toMatchObject({
        message: 'The thing <x> & "y" é is wrong',
        status: 400,
        attempts: 1,
      });
      expect(error).toMatchObject({ name: 'InvalidThing', hasRequestId: true });
    },
  );

  test("makes a service's own exceptions of its codes", async () => {
    answer = new DomainError('LoadBalancerNotFound', 'One or more load balancers not found');
    expect(await refused('elbv2', 'DescribeLoadBalancers', {})).toMatchObject({
      name: 'LoadBalancerNotFoundException',
    });
    answer = new DomainError('NoSuchHostedZone', 'No hosted zone found with ID: Z1');
    expect(await refused('route53', 'GetHostedZone', { Id: 'Z1' })).toMatchObject({
      name: 'NoSuchHostedZone',
      status: 404,
    });
    answer = new DomainError('ParameterNotFound', 'no such parameter');
    expect(await refused('ssm', 'GetParameter', { Name: 'a' })).toMatchObject({
      name: 'ParameterNotFound',
    });
  });

  test.each([
    ['CBOR', { protocol: SmithyRpcV2CborProtocol }],
    ['the query protocol', { protocol: AwsQueryProtocol }],
  ])('speaks %s with CloudWatch when it is told to', async (_protocol, configuration) => {
    const cloudWatchCases = wireCases.filter(({ client }) => client === 'cloudwatch');
    expect(cloudWatchCases.length).toBeGreaterThan(0);
    for (const { client, operation, input, output } of cloudWatchCases) {
      world.calls.length = 0;
      answer = output;
      expect(await send(client, operation, input, configuration)).toEqual(output ?? {});
      expect(world.calls).toMatchObject([{ service: 'monitoring', operation, input }]);
    }
    answer = new DomainError('ResourceNotFound', 'Unknown alarm(s): é');
    await expect(
      send('cloudwatch', 'DeleteAlarms', { AlarmNames: ['é'] }, configuration),
    ).rejects.toMatchObject({
      name: 'ResourceNotFound',
      message: 'Unknown alarm(s): é',
      $metadata: { httpStatusCode: 404 },
    });
  });

  test('reads the members of an error beside its message', async () => {
    answer = new DomainError('InvalidChangeBatch', 'see messages', {
      messages: ['one', 'two <x>'],
    });
    const input =
      wireCases.find(({ operation }) => operation === 'ChangeResourceRecordSets')?.input ?? {};
    await expect(send('route53', 'ChangeResourceRecordSets', input)).rejects.toMatchObject({
      name: 'InvalidChangeBatch',
      messages: ['one', 'two <x>'],
    });
  });

  test('is told at once, without a retry, that an operation is not built', async () => {
    for (const [client, operation, input] of [
      ['ec2', 'CreateTrafficMirrorFilter', {}],
      ['elbv2', 'CreateRule', { ListenerArn: 'a', Conditions: [], Priority: 1, Actions: [] }],
      ['route53', 'ListTrafficPolicies', {}],
      ['ssm', 'CreateDocument', { Name: 'a', Content: 'b' }],
      ['account', 'GetPrimaryEmail', { AccountId: '111122223333' }],
    ] as const) {
      const error = await refused(client, operation, input);
      expect(error).toMatchObject({ name: 'NotImplemented', status: 501, attempts: 1 });
      expect(error).toMatchObject({ message: expect.stringContaining(operation) });
      expect(error).toMatchObject({ message: expect.stringContaining('docs/coverage.md') });
    }
    expect(world.calls).toHaveLength(0);
  });

  test('retries a lack of capacity, as it does with AWS', async () => {
    answer = new DomainError(
      'InsufficientInstanceCapacity',
      'We currently do not have sufficient capacity',
    );
    const input = { ImageId: 'ami-1', MinCount: 1, MaxCount: 1 };
    expect(await refused('ec2', 'RunInstances', input)).toMatchObject({ status: 500 });
    expect(world.calls.length).toBeGreaterThan(1);
  });

  test('may sign as any account by its access key, and as the default one by any other key', async () => {
    const as = async (accessKeyId: string): Promise<string | undefined> => {
      await send(
        'sts',
        'GetCallerIdentity',
        {},
        { credentials: { accessKeyId, secretAccessKey: 's' } },
      );
      return world.calls.at(-1)?.account;
    };
    expect(await as('210987654321')).toBe('210987654321');
    expect(await as('AKIAIOSFODNN7EXAMPLE')).toBe('000000000000');
    expect(await as('12345678901x')).toBe('000000000000');
  });

  test("tells its Region by the signature's scope", async () => {
    await send('ec2', 'DescribeRegions', {}, { region: 'eu-west-1' });
    expect(world.calls.at(-1)?.region).toBe('eu-west-1');
  });
});

const haveBoto3 = await promisify(execFile)('python3', ['-c', 'import boto3']).then(
  () => true,
  () => false,
);

describe.skipIf(!haveBoto3)('boto3 (skipped where python3 has none)', () => {
  test('reads every answer, error and refusal as the JavaScript SDK does', async () => {
    const script = fileURLToPath(new URL('boto3-answers.py', import.meta.url));
    const outputs = await startFakeWorld(
      (call) => wireCases.find(({ operation }) => operation === call.operation)?.output ?? {},
    );
    const blobs = (_name: string, value: unknown): unknown =>
      value instanceof Uint8Array ? { $blob: Buffer.from(value).toString('base64') } : value;
    const run = promisify(execFile)('python3', [script, outputs.endpoint]);
    run.child.stdin?.end(JSON.stringify(wireCases, blobs));
    const { stdout } = await run;
    await outputs.close();
    const read: { answers: unknown; errors: unknown } = JSON.parse(stdout);
    // botocore leaves page sizes of Route 53 as text.
    const expected = wireCases.map(({ name, output }) => [
      name,
      { ...output, ...(output?.['MaxItems'] === 2 ? { MaxItems: '2' } : {}) },
    ]);
    expect(read.answers).toEqual(JSON.parse(JSON.stringify(Object.fromEntries(expected), blobs)));
    expect(read.errors).toEqual({
      'ec2 CreateTrafficMirrorFilter': ['NotImplemented', 501, 0],
      'ec2 RunInstances': ['InvalidParameterValue', 400, 0],
      'elbv2 CreateLoadBalancer': ['ValidationError', 400, 0],
      'route53 ListTrafficPolicies': ['NotImplemented', 501, 0],
      'ssm GetParametersByPath': ['ValidationException', 400, 0],
      'account GetRegionOptStatus': ['ValidationException', 400, 0],
      'dynamodb ListTables': ['NotImplemented', 501, 0],
      's3 ListBuckets': ['NotImplemented', 501, 0],
      'lambda ListFunctions': ['NotImplemented', 501, 0],
      'elb DescribeLoadBalancers': ['NotImplemented', 501, 0],
    });
  });
});
