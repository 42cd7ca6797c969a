import { expect, test } from 'vitest';
import { readAwsHost } from './aws-host.ts';

test.each([
  ['ec2.us-east-1.localhost:4566', { prefix: 'ec2', region: 'us-east-1' }],
  ['ec2.us-east-1.amazonaws.com', { prefix: 'ec2', region: 'us-east-1' }],
  ['STS.amazonaws.com', { prefix: 'sts', region: undefined }],
  ['ec2.eu-west-1.api.aws', { prefix: 'ec2', region: 'eu-west-1' }],
  ['ec2-fips.us-east-2.amazonaws.com', { prefix: 'ec2', region: 'us-east-2' }],
  ['api.ecr.ap-southeast-4.amazonaws.com', { prefix: 'api.ecr', region: 'ap-southeast-4' }],
  ['s3.amazonaws.com', { prefix: 's3', region: undefined }],
  ['s3.eu-west-1.localhost:4566', { prefix: 's3', region: 'eu-west-1' }],
  ['s3-us-west-2.amazonaws.com', { prefix: 's3', region: 'us-west-2' }],
  ['pictures.s3.localhost:4566', { prefix: 's3', region: undefined, bucket: 'pictures' }],
  ['a.s3.b.s3.dualstack.us-west-2.amazonaws.com', { region: 'us-west-2', bucket: 'a.s3.b' }],
])('%s is one of AWS', (host, expected) => {
  expect(readAwsHost(host)).toMatchObject(expected);
});

test.each([
  undefined,
  '',
  'localhost:4566',
  '127.0.0.1',
  'web.localhost',
  'ec2-52-1-2-3.compute-1.amazonaws.com',
  'internal-web-1.us-east-1.elb.amazonaws.com',
  'abc.execute-api.us-east-1.amazonaws.com',
  'ec2.us-east-1.amazonaws.com.evil.example',
  'evil.example',
  'ec2.us-east-1.amazonaws.com:x',
  'pictures.s3-website.us-east-1.amazonaws.com',
])('%s is none', (host) => {
  expect(readAwsHost(host)).toBeUndefined();
});
