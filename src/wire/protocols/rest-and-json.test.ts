import { describe, expect, test } from 'vitest';
import { WireFault } from '../fault.ts';
import { serviceModel } from '../model.ts';
import type { Codec } from './codec.ts';
import { json } from './json.ts';
import { restJson } from './rest-json.ts';
import { restXml } from './rest-xml.ts';

const parse = async (
  codec: Codec,
  service: string,
  request: { readonly line: string; readonly body?: string; readonly target?: string },
): Promise<unknown> => {
  const [method = '', url = ''] = request.line.split(' ');
  const [path = '', query = ''] = url.split('?');
  const parsed = codec.parse(await serviceModel(service), {
    method,
    path,
    query,
    headers: request.target === undefined ? {} : { 'x-amz-target': request.target },
    body: Buffer.from(request.body ?? ''),
  });
  return parsed instanceof WireFault
    ? { code: parsed.code, message: parsed.message, status: parsed.status }
    : { operation: parsed.operation.name, input: parsed.input };
};

const route53 = (line: string, body?: string): Promise<unknown> =>
  parse(restXml, 'route53', { line, body });
const ssm = (operation: string, body: string): Promise<unknown> =>
  parse(json, 'ssm', { line: 'POST /', body, target: `AmazonSSM.${operation}` });
const account = (line: string, body: string): Promise<unknown> =>
  parse(restJson, 'account', { line, body });

const zone = (inside: string): string =>
  `<?xml version="1.0"?><CreateHostedZoneRequest xmlns="https://route53.amazonaws.com/doc/2013-04-01/">${inside}</CreateHostedZoneRequest>`;

describe('a request of Route 53', () => {
  test.each([
    ['GET /2013-04-01/hostedzone/Z1', 'GetHostedZone', { Id: 'Z1' }],
    ['GET /2013-04-01/hostedzone/%2Fa+b/', 'GetHostedZone', { Id: '/a+b' }],
    [
      'GET /2013-04-01/hostedzone?maxitems=5&marker=a%20b',
      'ListHostedZones',
      { MaxItems: 5, Marker: 'a b' },
    ],
    [
      'GET /2013-04-01/hostedzone/Z1/rrset?name=a&type=A',
      'ListResourceRecordSets',
      { HostedZoneId: 'Z1', StartRecordName: 'a', StartRecordType: 'A' },
    ],
    ['GET /2013-04-01/hostedzone/Z1/rrset/', 'ListResourceRecordSets', { HostedZoneId: 'Z1' }],
    ['GET /2013-04-01/healthcheck/a/status', 'GetHealthCheckStatus', { HealthCheckId: 'a' }],
  ])('is found by its path: %s', async (line, operation, input) => {
    expect(await route53(line)).toEqual({ operation, input });
  });

  test('has its body read', async () => {
    expect(
      await route53(
        'POST /2013-04-01/hostedzone',
        zone(
          '<Name>a&#x2e;b</Name><!-- so --><CallerReference><![CDATA[r & s]]></CallerReference><HostedZoneConfig><PrivateZone> true </PrivateZone></HostedZoneConfig>',
        ),
      ),
    ).toEqual({
      operation: 'CreateHostedZone',
      input: { Name: 'a.b', CallerReference: 'r & s', HostedZoneConfig: { PrivateZone: true } },
    });
  });

  test.each([
    ['GET /2013-04-01/nowhere', undefined, 'UnknownOperationException', 404],
    ['GET /2013-04-01/trafficpolicies', undefined, 'UnknownOperationException', 404],
    ['GET /2013-04-01/hostedzone/%zz', undefined, 'InvalidInput', 400],
    ['GET /2013-04-01/hostedzone?maxitems=many', undefined, 'InvalidInput', 400],
    ['POST /2013-04-01/hostedzone', '<Other/>', 'MalformedInput', 400],
    ['POST /2013-04-01/hostedzone', zone('<Name>a</Name>'), 'InvalidInput', 400],
    ['POST /2013-04-01/hostedzone', zone('<Name>a</Name><Name>b</Name>'), 'InvalidInput', 400],
    ['POST /2013-04-01/hostedzone', zone('<Colour>red</Colour>'), 'InvalidInput', 400],
    ['POST /2013-04-01/hostedzone', zone('<Name><b/></Name>'), 'InvalidInput', 400],
    [
      'POST /2013-04-01/hostedzone',
      zone('<HostedZoneConfig><PrivateZone>x</PrivateZone></HostedZoneConfig>'),
      'InvalidInput',
      400,
    ],
    ['POST /2013-04-01/hostedzone', '', 'InvalidInput', 400],
  ])('is refused: %s %s', async (line, body, code, status) => {
    expect(await route53(line, body)).toMatchObject({ code, status });
  });

  test('names the members that miss', async () => {
    expect(await route53('POST /2013-04-01/hostedzone', zone('<Name>a</Name>'))).toMatchObject({
      message:
        "1 validation error detected: Value null at 'callerReference' failed to satisfy constraint: Member must not be null",
    });
  });
});

describe('a request of Systems Manager', () => {
  test.each([
    ['{"Name":"/a","Colour":"red","WithDecryption":null}', { Name: '/a' }],
    ['{"Name":"/a","__proto__":{"Name":"b"}}', { Name: '/a' }],
  ])('is read: %s', async (body, input) => {
    expect(await ssm('GetParameter', body)).toEqual({ operation: 'GetParameter', input });
  });

  test.each([
    [
      'GetParameter',
      '{"Name":5}',
      'SerializationException',
      'NUMBER_VALUE can not be converted to a String',
    ],
    [
      'GetParameter',
      '{"Name":{}}',
      'SerializationException',
      'Start of structure or map found where not expected.',
    ],
    [
      'GetParameters',
      '{"Names":"a"}',
      'SerializationException',
      'STRING_VALUE can not be converted to a list',
    ],
    [
      'GetParameters',
      '{"Names":["a",null]}',
      'SerializationException',
      'A list of PSParameterName may not hold null',
    ],
    [
      'GetParametersByPath',
      '{"Path":"/","MaxResults":1.5}',
      'SerializationException',
      'NUMBER_VALUE can not be converted to an Integer',
    ],
    ['GetParameter', '{"Name":', 'SerializationException', 'The body is not JSON'],
    ['GetParameter', '[]', 'SerializationException', 'Unexpected value type in payload'],
    [
      'GetParameter',
      '',
      'ValidationException',
      "1 validation error detected: Value null at 'name' failed to satisfy constraint: Member must not be null",
    ],
    [
      'GetParameters',
      '{"Names":["a",""]}',
      'ValidationException',
      "1 validation error detected: Value '[a, ]' at 'names' failed to satisfy constraint: Member must satisfy constraint: [Member must have length greater than or equal to 1]",
    ],
    [
      'GetParameters',
      '{"Names":[]}',
      'ValidationException',
      "1 validation error detected: Value '[]' at 'names' failed to satisfy constraint: Member must have length greater than or equal to 1",
    ],
    ['Get', '{}', 'UnknownOperationException', 'SSM has no operation Get'],
  ])('is refused: %s %s', async (operation, body, code, message) => {
    expect(await ssm(operation, body)).toEqual({ code, message, status: 400 });
  });

  test('without a target, or with that of another service, is refused', async () => {
    for (const target of [undefined, 'DynamoDB_20120810.ListTables', 'GetParameter']) {
      expect(await parse(json, 'ssm', { line: 'POST /', target })).toMatchObject({
        code: 'UnknownOperationException',
      });
    }
  });
});

describe('a request of Account', () => {
  test('is found by its path', async () => {
    expect(await account('POST /listRegions', '{"MaxResults":5}')).toEqual({
      operation: 'ListRegions',
      input: { MaxResults: 5 },
    });
  });

  test.each([
    ['POST /listRegions', '{"MaxResults":"5"}', 'SerializationException', 400],
    ['POST /listRegions', '{"MaxResults":0}', 'ValidationException', 400],
    ['GET /listRegions', '', 'UnknownOperationException', 404],
    ['POST /getPrimaryEmail', '{}', 'UnknownOperationException', 404],
  ])('is refused: %s %s', async (line, body, code, status) => {
    expect(await account(line, body)).toMatchObject({ code, status });
  });
});
