import { expect, test } from 'vitest';
import { isDomainError } from '../../world/domain-error.ts';
import { createTestWorld } from '../../world/test-world.ts';
import { rulesOf } from '../loaded-services.ts';
import { testImage } from '../ec2/instances/test-instances.ts';
import { ec2 } from '../ec2/service.ts';
import { execute } from '../execute.ts';
import { awsPolicyFacts } from '../iam/aws-policies.ts';
import { ec2Trust } from '../iam/test-iam.ts';
import { iam } from '../iam/service.ts';
import type { Service } from '../operation.ts';
import { servicequotas } from './service.ts';

const open = async () => {
  await awsPolicyFacts.load();
  const { world, clock } = await createTestWorld({ rules: rulesOf([iam, ec2, servicequotas]) });
  const call = (service: Service, operation: string, input: object = {}, region = 'us-east-1') =>
    execute(world, { service, operation, region, account: '111122223333', input: { ...input } })
      .output;
  const quotas = (operation: string, input: object = {}, region = 'us-east-1') =>
    call(servicequotas, operation, input, region);
  return { clock, call, quotas };
};

const vpcs = { ServiceCode: 'vpc', QuotaCode: 'L-F678F1CE' };
const ten = 10 * 60_000;

test('a quota is raised after a while, and then holds, in its Region alone', async () => {
  const { clock, call, quotas } = await open();
  const createVpc = (region = 'us-east-1') =>
    call(ec2, 'CreateVpc', { CidrBlock: '10.0.0.0/16' }, region);
  // The default VPC is one of five.
  while (!isDomainError(createVpc()));
  while (!isDomainError(createVpc('eu-west-1')));
  expect(quotas('GetServiceQuota', vpcs)).toMatchObject({
    Quota: {
      Value: 5,
      Adjustable: true,
      QuotaArn: 'arn:aws:servicequotas:us-east-1:111122223333:vpc/L-F678F1CE',
    },
  });
  const asked = quotas('RequestServiceQuotaIncrease', { ...vpcs, DesiredValue: 6 });
  expect(asked).toMatchObject({ RequestedQuota: { Status: 'PENDING', DesiredValue: 6 } });
  expect(createVpc()).toMatchObject({ code: 'VpcLimitExceeded' });
  clock.advance(ten);
  expect(quotas('GetServiceQuota', vpcs)).toMatchObject({ Quota: { Value: 6 } });
  expect(quotas('GetAWSDefaultServiceQuota', vpcs)).toMatchObject({ Quota: { Value: 5 } });
  expect(isDomainError(createVpc())).toBe(false);
  expect(createVpc()).toMatchObject({ code: 'VpcLimitExceeded' });
  expect(createVpc('eu-west-1')).toMatchObject({ code: 'VpcLimitExceeded' });
  expect(quotas('ListRequestedServiceQuotaChangeHistory', { Status: 'APPROVED' })).toMatchObject({
    RequestedQuotas: [{ QuotaCode: 'L-F678F1CE', Status: 'APPROVED' }],
  });
});

test('a global quota is asked for in us-east-1', async () => {
  const { clock, call, quotas } = await open();
  const roles = { ServiceCode: 'iam', QuotaCode: 'L-FE177D64' };
  expect(quotas('GetServiceQuota', roles, 'eu-west-1')).toMatchObject({
    code: 'NoSuchResourceException',
    message: 'The request failed because the specified service does not exist.',
  });
  const createRole = (name: number) =>
    call(iam, 'CreateRole', { RoleName: `r${name}`, AssumeRolePolicyDocument: ec2Trust });
  for (let made = 0; made < 1000; made += 1) createRole(made);
  expect(createRole(1000)).toMatchObject({ code: 'LimitExceeded' });
  quotas('RequestServiceQuotaIncrease', { ...roles, DesiredValue: 1001 });
  clock.advance(ten);
  expect(isDomainError(createRole(1000))).toBe(false);
  expect(createRole(1001)).toMatchObject({
    message: 'Cannot exceed quota for RolesPerAccount: 1001',
  });
  expect(call(iam, 'GetAccountSummary')).toMatchObject({ SummaryMap: { RolesQuota: 1001 } });
});

test('vCPUs are counted once their quota was asked for', async () => {
  const { clock, call, quotas } = await open();
  const standard = { ServiceCode: 'ec2', QuotaCode: 'L-1216C47A' };
  const launch = () =>
    call(ec2, 'RunInstances', {
      ImageId: testImage('us-east-1'),
      InstanceType: 'm5.2xlarge',
      MinCount: 1,
      MaxCount: 1,
    });
  expect(quotas('GetServiceQuota', standard)).toMatchObject({ Quota: { Value: 5 } });
  expect(isDomainError(launch())).toBe(false);
  quotas('RequestServiceQuotaIncrease', { ...standard, DesiredValue: 9 });
  clock.advance(ten);
  expect(launch()).toMatchObject({ code: 'VcpuLimitExceeded' });
});

test.each([
  ['an unknown service', { ServiceCode: 's9' }, 'NoSuchResourceException'],
  ['an unknown quota', { QuotaCode: 'L-00000000' }, 'NoSuchResourceException'],
  ['less than there is', { DesiredValue: 4 }, 'IllegalArgumentException'],
  ['as much as there is', { DesiredValue: 5 }, 'IllegalArgumentException'],
  ['half of one', { DesiredValue: 7.5 }, 'IllegalArgumentException'],
])('a request for %s is refused', async (_what, change, code) => {
  const { quotas } = await open();
  const input = { ...vpcs, DesiredValue: 7, ...change };
  expect(quotas('RequestServiceQuotaIncrease', input)).toMatchObject({ code });
});

test('a quota has one open request', async () => {
  const { clock, quotas } = await open();
  const ask = (DesiredValue: number) =>
    quotas('RequestServiceQuotaIncrease', { ...vpcs, DesiredValue });
  ask(7);
  expect(ask(8)).toMatchObject({
    code: 'ResourceAlreadyExistsException',
    message: 'Only one open service quota increase request is allowed per quota.',
  });
  clock.advance(ten);
  expect(ask(8)).toMatchObject({ RequestedQuota: { Status: 'PENDING' } });
});

test('lists come in pages, with tokens that the model allows', async () => {
  const { quotas } = await open();
  const codes: string[] = [];
  let NextToken: string | undefined;
  do {
    // ListServiceQuotas answers with these members.
    const page = quotas('ListServiceQuotas', { ServiceCode: 'vpc', MaxResults: 4, NextToken }) as {
      Quotas: { QuotaCode: string }[];
      NextToken?: string;
    };
    codes.push(...page.Quotas.map(({ QuotaCode }) => QuotaCode));
    NextToken = page.NextToken;
    expect(NextToken ?? '').toMatch(/^[a-zA-Z0-9/+]*={0,2}$/);
  } while (NextToken !== undefined);
  expect(new Set(codes).size).toBe(17);
  expect(quotas('ListServiceQuotas', { ServiceCode: 'vpc', NextToken: 'other' })).toMatchObject({
    code: 'InvalidPaginationTokenException',
  });
});
