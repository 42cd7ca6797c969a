import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { awsClients, refusalOf, type AwsClients } from '../support/aws-clients.ts';
import { startFakeWorld, type FakeWorld } from './fake-world.ts';

let world: FakeWorld;
let aws: AwsClients;
let failure: 'error' | 'throttle';

beforeAll(async () => {
  world = await startFakeWorld(() => failure);
  aws = awsClients(world.endpoint);
});
afterAll(async () => {
  await world.close();
});

const zoneId = 'Z0123456789ABCDEFGHIJ';

/** What each service says, as its API Reference has it: EC2 in "Error codes", others in "Common Errors" or their models. */
const services: readonly (readonly [
  name: string,
  call: () => Promise<unknown>,
  error: readonly [code: string, status: number],
  throttle: readonly [code: string, status: number],
])[] = [
  ['EC2', () => aws.ec2.describeVpcs({}), ['InternalError', 500], ['RequestLimitExceeded', 503]],
  [
    'Auto Scaling',
    () => aws.autoscaling.describeAutoScalingGroups({}),
    ['InternalFailure', 500],
    ['Throttling', 400],
  ],
  [
    'Elastic Load Balancing',
    () => aws.elbv2.describeLoadBalancers({}),
    ['InternalFailure', 500],
    ['Throttling', 400],
  ],
  ['IAM', () => aws.iam.listRoles({}), ['InternalFailure', 500], ['Throttling', 400]],
  ['STS', () => aws.sts.getCallerIdentity({}), ['InternalFailure', 500], ['Throttling', 400]],
  [
    'Route 53',
    () => aws.route53.getHostedZone({ Id: zoneId }),
    ['InternalFailure', 500],
    ['Throttling', 400],
  ],
  [
    'CloudWatch',
    () => aws.cloudwatch.listMetrics({}),
    ['InternalServiceFault', 500],
    ['Throttling', 400],
  ],
  [
    'Systems Manager',
    () => aws.ssm.getParameters({ Names: ['a'] }),
    ['InternalServerError', 500],
    ['ThrottlingException', 400],
  ],
  [
    'Pricing',
    () => aws.pricing.describeServices({}),
    ['InternalErrorException', 500],
    ['ThrottlingException', 400],
  ],
  [
    'Lightsail',
    () => aws.lightsail.getRegions({}),
    ['ServiceException', 500],
    ['ThrottlingException', 400],
  ],
  [
    'Account',
    () => aws.account.listRegions({}),
    ['InternalServerException', 500],
    ['TooManyRequestsException', 429],
  ],
  [
    'EBS direct',
    () => aws.ebs.listSnapshotBlocks({ SnapshotId: 'snap-0123456789abcdef0' }),
    ['InternalServerException', 500],
    ['RequestThrottledException', 400],
  ],
];

describe('a call that AWS itself fails', () => {
  it.each(services)('%s says so in its own words', async (_, call, error, throttle) => {
    failure = 'error';
    expect(await refusalOf(call())).toMatchObject({ code: error[0], status: error[1] });
    failure = 'throttle';
    expect(await refusalOf(call())).toMatchObject({ code: throttle[0], status: throttle[1] });
  });
});
