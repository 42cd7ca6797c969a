import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { services } from '../../src/aws/services.ts';
import { awsServicesOf, listedVersion, operationAt } from '../../src/wire/aws-operations.ts';
import { UnknownCall } from '../../src/wire/fault.ts';
import { serviceModel } from '../../src/wire/model.ts';
import { routeRest } from '../../src/wire/protocols/rest-routes.ts';
import type { FakeWorld } from './fake-world.ts';
import { startFakeWorld } from './fake-world.ts';

let world: FakeWorld;

beforeAll(async () => {
  world = await startFakeWorld(() => ({}));
});
afterAll(() => world.close());

interface Asked {
  readonly method?: string;
  readonly path?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

const ask = async (scope: string, { method = 'POST', path = '/', headers, body }: Asked) => {
  const response = await fetch(world.endpoint + path, {
    method,
    headers: {
      authorization: `AWS4-HMAC-SHA256 Credential=123456789012/20260102/us-east-1/${scope}/aws4_request, SignedHeaders=host, Signature=0`,
      ...headers,
    },
    ...(body === undefined ? {} : { body }),
  });
  return {
    status: response.status,
    type: response.headers.get('content-type'),
    // REST services of JSON have the error's code in a header.
    text: `${response.headers.get('x-amzn-errortype') ?? ''} ${await response.text()}`,
  };
};

const form = (body: string): Asked => ({
  body,
  headers: { 'content-type': 'application/x-www-form-urlencoded' },
});
const targeted = (target: string): Asked => ({
  body: '{}',
  headers: { 'content-type': 'application/x-amz-json-1.1', 'x-amz-target': target },
});
const at = (method: string, path: string): Asked => ({ method, path });

describe('an operation that AWS has and Faultline has not', () => {
  it.each([
    [
      'query',
      'ec2',
      form('Action=CreateTrafficMirrorFilter&Version=2016-11-15'),
      'EC2 has the operation CreateTrafficMirrorFilter',
    ],
    ['json', 'ssm', targeted('AmazonSSM.CreateDocument'), 'SSM has the operation CreateDocument'],
    [
      'rest-json',
      'account',
      at('POST', '/getPrimaryEmail'),
      'Account has the operation GetPrimaryEmail',
    ],
    [
      'rest-xml',
      'route53',
      at('GET', '/2013-04-01/trafficpolicies'),
      'Route 53 has the operation ListTrafficPolicies',
    ],
    [
      'query of another version',
      'elasticloadbalancing',
      form('Action=DescribeLoadBalancers&Version=2012-06-01'),
      'Elastic Load Balancing has the operation DescribeLoadBalancers',
    ],
    [
      'query of another version alone',
      'elasticloadbalancing',
      form('Action=DescribeInstanceHealth&Version=2012-06-01'),
      'Elastic Load Balancing has the operation DescribeInstanceHealth',
    ],
  ])('answers 501 by its name (%s)', async (_protocol, scope, asked, words) => {
    const { status, text } = await ask(scope, asked);
    expect(status).toBe(501);
    expect(text).toContain('NotImplemented');
    expect(text).toContain(`${words}, but Faultline has not built it yet`);
  });

  it.each([
    [
      'query',
      'sns',
      form('Action=CreateTopic&Version=2010-03-31'),
      'text/xml',
      'SNS has the operation CreateTopic',
    ],
    [
      'json',
      'dynamodb',
      targeted('DynamoDB_20120810.ListTables'),
      'application/x-amz-json-1.1',
      'DynamoDB has the operation ListTables',
    ],
    [
      'rest-json',
      'lambda',
      at('GET', '/2015-03-31/functions'),
      'application/json',
      'Lambda has the operation ListFunctions',
    ],
    [
      'rest-json with a label',
      'lambda',
      at('GET', '/2015-03-31/functions/web'),
      'application/json',
      'Lambda has the operation GetFunction',
    ],
    [
      'rest-xml',
      's3',
      at('GET', '/bucket?tagging'),
      'application/xml',
      '<Error><Code>NotImplemented</Code><Message>S3 has the operation GetBucketTagging',
    ],
    [
      'rest-xml with a greedy label',
      's3',
      at('GET', '/bucket/a/b/c.txt'),
      'application/xml',
      '<Error><Code>NotImplemented</Code><Message>S3 has the operation GetObject',
    ],
    [
      'CBOR',
      'monitoring-of-others',
      { path: '/service/X/operation/Y', headers: { 'smithy-protocol': 'rpc-v2-cbor' } },
      'application/cbor',
      "Faultline has no service 'monitoring-of-others'",
    ],
    [
      'a service that nobody has',
      'nobody',
      at('GET', '/'),
      'text/xml',
      "Faultline has no service 'nobody'",
    ],
  ])(
    'answers so for services that are not built at all (%s)',
    async (_, scope, asked, type, words) => {
      const answer = await ask(scope, asked);
      expect(answer.status).toBe(501);
      expect(answer.type).toContain(type);
      expect(answer.text.replaceAll('&apos;', "'")).toContain(words);
    },
  );
});

describe('an operation that the list does not have', () => {
  it.each([
    ['query', 'ec2', form('Action=CreateWormhole&Version=2016-11-15'), 400, 'InvalidAction'],
    ['query', 'iam', form('Action=CreateWormhole&Version=2010-05-08'), 400, 'InvalidAction'],
    ['json', 'ssm', targeted('AmazonSSM.CreateWormhole'), 400, 'UnknownOperationException'],
    ['rest-json', 'account', at('POST', '/createWormhole'), 404, 'UnknownOperationException'],
  ])(
    'is answered as AWS does, with how new the list is (%s %s)',
    async (_, scope, asked, status, code) => {
      const answer = await ask(scope, asked);
      expect(answer.status).toBe(status);
      expect(answer.text).toContain(code);
      expect(answer.text).toContain(`in botocore ${await listedVersion()}`);
    },
  );
});

describe('the list of operations', () => {
  it('is of the same botocore as the models', async () => {
    const version = await listedVersion();
    const models = services.map(({ name }) => {
      const file = new URL(`../../src/wire/models/${name}.json`, import.meta.url);
      return JSON.parse(readFileSync(file, 'utf8')).botocore;
    });
    expect(new Set(models)).toEqual(new Set([version]));
  });

  it.each(services)('has all operations of $name', async ({ name, model }) => {
    const listed = (await awsServicesOf(name)).find((of) => of.model === model);
    const missing = [...(await serviceModel(name)).operations.keys()].filter(
      (operation) => listed?.operations[operation] === undefined,
    );
    expect(missing).toEqual([]);
  });

  it.each(services.filter(({ protocol }) => protocol.startsWith('rest-')))(
    'has no path of $name that leads to another operation, which is built',
    async ({ name, model }) => {
      const built = await serviceModel(name);
      const listed = (await awsServicesOf(name)).filter((of) => of.model === model);
      const wrong = listed.flatMap((service) =>
        Object.entries(service.operations).flatMap(([operation, route]) => {
          const [method = '', uri = ''] = route.split(' ');
          const [path = '', query = ''] = uri.replaceAll(/\{[^}]*\}/g, 'a').split('?');
          const request = { method, path, query, headers: {}, body: Buffer.alloc(0) };
          const found = routeRest(built, request);
          const reached =
            found instanceof UnknownCall
              ? operationAt(service, request)
              : 'operation' in found && found.operation.name;
          return reached === operation ? [] : [`${operation}: ${String(reached)}`];
        }),
      );
      expect(wrong).toEqual([]);
    },
  );
});
