import { describe, expect, test } from 'vitest';
import { WireFault } from '../fault.ts';
import { serviceModel } from '../model.ts';
import { awsQuery } from './aws-query.ts';
import type { Codec } from './codec.ts';
import { ec2Query } from './ec2-query.ts';

const parse = async (codec: Codec, service: string, form: string, query = ''): Promise<unknown> => {
  const parsed = codec.parse(await serviceModel(service), {
    method: 'POST',
    path: '/',
    query,
    headers: {},
    body: Buffer.from(form),
  });
  return parsed instanceof WireFault
    ? { code: parsed.code, message: parsed.message, status: parsed.status }
    : { operation: parsed.operation.name, input: parsed.input };
};

const ec2 = (form: string, query = ''): Promise<unknown> =>
  parse(ec2Query, 'ec2', form === '' ? '' : `Version=2016-11-15&${form}`, query);
const elb = (form: string): Promise<unknown> => parse(awsQuery, 'elasticloadbalancing', form);

describe('a request of the ec2 protocol', () => {
  test.each([
    [
      'lists and structures',
      'Filter.1.Name=zone-type&Filter.1.Value.1=a&Filter.1.Value.2=b',
      { Filters: [{ Name: 'zone-type', Values: ['a', 'b'] }] },
    ],
    [
      'indices in any order and with gaps',
      'ZoneId.12=c&ZoneId.2=b&ZoneId.1=a',
      { ZoneIds: ['a', 'b', 'c'] },
    ],
    [
      'spaces written either way, and text beyond ASCII',
      'ZoneId.1=a+b%20c%2B%C3%A9',
      { ZoneIds: ['a b c+é'] },
    ],
    [
      'booleans',
      'AllAvailabilityZones=true&DryRun=FALSE',
      { AllAvailabilityZones: true, DryRun: false },
    ],
    ['an empty text', 'ZoneId.1=', { ZoneIds: [''] }],
    ['nothing but the action, with stray ampersands', '&&', {}],
  ])('may have %s', async (_what, form, input) => {
    expect(await ec2(`Action=DescribeAvailabilityZones&${form}`)).toEqual({
      operation: 'DescribeAvailabilityZones',
      input,
    });
  });

  test('may leave a choice empty, which is none', async () => {
    expect(await ec2('Action=AllocateAddress&Domain=&Address=')).toEqual({
      operation: 'AllocateAddress',
      input: {},
    });
  });

  test.each([
    ['IamInstanceProfile.Name=', {}],
    ['IamInstanceProfile.Name=&IamInstanceProfile.Arn=a', { IamInstanceProfile: { Arn: 'a' } }],
    [
      'Placement.AvailabilityZone=&Placement.GroupName=&Placement.Tenancy=default',
      { Placement: { Tenancy: 'default' } },
    ],
    [
      'BlockDeviceMapping.1.DeviceName=a&BlockDeviceMapping.1.Ebs.SnapshotId=',
      { BlockDeviceMappings: [{ DeviceName: 'a' }] },
    ],
    [
      'BlockDeviceMapping.1.DeviceName=a&BlockDeviceMapping.1.NoDevice=',
      { BlockDeviceMappings: [{ DeviceName: 'a', NoDevice: '' }] },
    ],
  ])('may leave %s empty within structures as well', async (form, input) => {
    expect(await ec2(`Action=RunInstances&MinCount=1&MaxCount=1&${form}`)).toEqual({
      operation: 'RunInstances',
      input: { MinCount: 1, MaxCount: 1, ...input },
    });
  });

  test('says by an empty text that an attribute shall be empty', async () => {
    expect(
      await ec2(
        'Action=ModifyNetworkInterfaceAttribute&NetworkInterfaceId=eni-1&Description.Value=',
      ),
    ).toEqual({
      operation: 'ModifyNetworkInterfaceAttribute',
      input: { NetworkInterfaceId: 'eni-1', Description: { Value: '' } },
    });
  });

  test('may leave parameters empty, which are none, but not the elements of lists and values of tags', async () => {
    expect(await ec2('Action=CreateTags&ResourceId.1=&Tag.1.Key=a&Tag.1.Value=')).toEqual({
      operation: 'CreateTags',
      input: { Resources: [''], Tags: [{ Key: 'a', Value: '' }] },
    });
    expect(
      await ec2('Action=CreateSubnet&VpcId=vpc-1&AvailabilityZone=us-east-1a&AvailabilityZoneId='),
    ).toEqual({
      operation: 'CreateSubnet',
      input: { VpcId: 'vpc-1', AvailabilityZone: 'us-east-1a' },
    });
  });

  test('may stand in the URL, signed or not', async () => {
    expect(
      await ec2('', 'Action=DescribeRegions&X-Amz-Signature=0&Version=2016-11-15&RegionName.1=a'),
    ).toEqual({
      operation: 'DescribeRegions',
      input: { RegionNames: ['a'] },
    });
  });

  test.each([
    [
      'Action=DescribeZones',
      'InvalidAction',
      'The action DescribeZones is not valid for this web service.',
    ],
    ['A=b', 'MissingAction', 'The request is missing an action or a required parameter'],
    [
      'Action=DescribeRegions&Colour=red',
      'UnknownParameter',
      'The parameter Colour is not recognized',
    ],
    [
      'Action=DescribeRegions&Filter.1.Colour=red',
      'UnknownParameter',
      'The parameter Filter.1.Colour is not recognized',
    ],
    [
      'Action=DescribeRegions&RegionName=a',
      'UnknownParameter',
      'The parameter RegionName is not recognized',
    ],
    [
      'Action=DescribeRegions&RegionName.0=a',
      'UnknownParameter',
      'The parameter RegionName.0 is not recognized',
    ],
    [
      'Action=DescribeRegions&DryRun.1=a',
      'UnknownParameter',
      'The parameter DryRun.1 is not recognized',
    ],
    [
      'Action=DescribeRegions&__proto__.a=1',
      'UnknownParameter',
      'The parameter __proto__ is not recognized',
    ],
    [
      'Action=DescribeRegions&DryRun=maybe',
      'InvalidParameterValue',
      'Value (maybe) for parameter dryRun is invalid. Expecting true or false.',
    ],
    [
      'Action=DescribeVpcs&MaxResults=abc',
      'InvalidParameterValue',
      'Value (abc) for parameter maxResults is invalid. Expecting an integer.',
    ],
    [
      'Action=DescribeVpcs&MaxResults=5000000000',
      'InvalidParameterValue',
      'Value (5000000000) for parameter maxResults is invalid. Expecting an integer.',
    ],
    [
      'Action=DescribeVpcs&MaxResults=3',
      'InvalidParameterValue',
      'Value ( 3 ) for parameter maxResults is invalid. Expecting a value greater than 5.',
    ],
    [
      'Action=DescribeVpcs&MaxResults=1001',
      'InvalidParameterValue',
      'Value ( 1001 ) for parameter maxResults is invalid. Expecting a value smaller than 1000.',
    ],
    [
      'Action=RunInstances&ImageId=ami-1&MaxCount=1',
      'MissingParameter',
      'The request must contain the parameter MinCount',
    ],
    [
      'Action=CreateTags&ResourceId.1=i-1',
      'MissingParameter',
      'The request must contain the parameter Tag',
    ],
    [
      'Action=ImportKeyPair&KeyName=k&PublicKeyMaterial=!',
      'InvalidParameterValue',
      'Value (!) for parameter publicKeyMaterial is invalid. Expecting base64.',
    ],
    [
      'Action=RunInstances&MinCount=1&MaxCount=1&Placement.Tenancy=shared',
      'InvalidParameterValue',
      'Value (shared) for parameter tenancy is invalid. Valid values: default, dedicated, host.',
    ],
  ])('is refused: %s', async (form, code, message) => {
    expect(await ec2(form)).toEqual({ code, message, status: 400 });
  });

  test('leaves an unknown instance type to the operation, which has words of its own', async () => {
    expect(
      await ec2('Action=RunInstances&MinCount=1&MaxCount=1&InstanceType=t3.humongous'),
    ).toMatchObject({
      input: { InstanceType: 't3.humongous' },
    });
  });

  test('does not repeat a whole book in its error', async () => {
    const { message } = (await ec2(`Action=DescribeVpcs&MaxResults=${'9'.repeat(100_000)}`)) as {
      message: string;
    };
    expect(message.length).toBeLessThan(2_000);
  });
});

describe('a request of the query protocol', () => {
  test.each([
    [
      'lists have a word before their index',
      'Names.member.1=a&Names.member.2=b',
      { Names: ['a', 'b'] },
    ],
    ['a list may be empty', 'Names=', { Names: [] }],
    ['what the model has not is passed over', 'Names.member.1=a&Colour=red', { Names: ['a'] }],
  ])('%s', async (_what, form, input) => {
    expect(await elb(`Action=DescribeLoadBalancers&${form}`)).toMatchObject({ input });
  });

  test.each([
    [
      'Action=DescribeZones',
      'InvalidAction',
      'Could not find operation DescribeZones for version 2015-12-01',
    ],
    [
      'Action=CreateListener&Port=0',
      'ValidationError',
      "3 validation errors detected: Value null at 'loadBalancerArn' failed to satisfy constraint: Member must not be null; " +
        "Value '0' at 'port' failed to satisfy constraint: Member must have value greater than or equal to 1; " +
        "Value null at 'defaultActions' failed to satisfy constraint: Member must not be null",
    ],
    [
      'Action=AddTags&ResourceArns.member.1=a&Tags.member.1.Key=%3C',
      'ValidationError',
      "1 validation error detected: Value '<' at 'tags.1.member.key' failed to satisfy constraint: " +
        'Member must satisfy regular expression pattern: ^([\\p{L}\\p{Z}\\p{N}_.:/=+\\-@]*)$',
    ],
    [
      'Action=CreateLoadBalancer&Name=a&Scheme=private',
      'ValidationError',
      "1 validation error detected: Value 'private' at 'scheme' failed to satisfy constraint: Member must satisfy enum value set: [internet-facing, internal]",
    ],
    [
      'Action=CreateListener&Port=eighty',
      'MalformedInput',
      "Value 'eighty' at 'Port' is invalid. Expecting an integer.",
    ],
    ['Action=DescribeLoadBalancers&Names.1=a', 'MalformedInput', 'Unexpected parameter Names.1'],
  ])('is refused: %s', async (form, code, message) => {
    expect(await elb(form)).toEqual({ code, message, status: 400 });
  });

  test('of the classic balancers is told that they are another version', async () => {
    expect(await elb('Action=DescribeLoadBalancers&Version=2012-06-01')).toMatchObject({
      code: 'NoSuchVersion',
    });
  });
});
