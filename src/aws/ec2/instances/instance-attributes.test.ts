import { describe, expect, test } from 'vitest';
import { describeInstanceCreditSpecifications } from './cpu-credits.ts';
import {
  describeInstanceAttribute,
  modifyInstanceAttribute,
  resetInstanceAttribute,
} from './instance-attributes.ts';
import {
  modifyInstanceMetadataOptions,
  monitorInstances,
  unmonitorInstances,
} from './instance-metadata.ts';
import { stopInstances, terminateInstances } from './instances.ts';
import { createSecurityGroup } from '../network/security-groups.ts';
import { createInstanceWorld } from './test-instances.ts';
import { createVpc } from '../network/vpcs.ts';

const minute = 60_000;

/** A stopped instance. */
const stopped = async () => {
  const it = await createInstanceWorld();
  const [id = ''] = it.launch({ UserData: btoa('#!/bin/sh\necho 1\n') });
  it.clock.advance(minute);
  it.call(stopInstances, { InstanceIds: [id] });
  it.clock.advance(minute);
  return { it, id };
};

describe('ModifyInstanceAttribute', () => {
  test.each([
    [
      { InstanceType: { Value: 't3.small' } },
      'instanceType',
      { InstanceType: { Value: 't3.small' } },
    ],
    [
      { Attribute: 'instanceType' as const, Value: 'm5.large' },
      'instanceType',
      { InstanceType: { Value: 'm5.large' } },
    ],
    [
      { UserData: { Value: new TextEncoder().encode('#!/bin/sh\necho 2\n') } },
      'userData',
      { UserData: { Value: btoa('#!/bin/sh\necho 2\n') } },
    ],
    [
      { DisableApiTermination: { Value: true } },
      'disableApiTermination',
      { DisableApiTermination: { Value: true } },
    ],
    [
      { Attribute: 'disableApiStop' as const, Value: 'true' },
      'disableApiStop',
      { DisableApiStop: { Value: true } },
    ],
    [
      { InstanceInitiatedShutdownBehavior: { Value: 'terminate' } },
      'instanceInitiatedShutdownBehavior',
      { InstanceInitiatedShutdownBehavior: { Value: 'terminate' } },
    ],
    [
      { SourceDestCheck: { Value: false } },
      'sourceDestCheck',
      { SourceDestCheck: { Value: false } },
    ],
    [{ EbsOptimized: { Value: true } }, 'ebsOptimized', { EbsOptimized: { Value: true } }],
    [
      { BlockDeviceMappings: [{ DeviceName: '/dev/xvda', Ebs: { DeleteOnTermination: false } }] },
      'blockDeviceMapping',
      { BlockDeviceMappings: [{ DeviceName: '/dev/xvda', Ebs: { DeleteOnTermination: false } }] },
    ],
  ] as const)(
    '%j is what DescribeInstanceAttribute then says of %s',
    async (change, name, answer) => {
      const { it, id } = await stopped();
      it.call(modifyInstanceAttribute, { InstanceId: id, ...change });
      expect(it.call(describeInstanceAttribute, { InstanceId: id, Attribute: name })).toMatchObject(
        {
          InstanceId: id,
          ...answer,
        },
      );
    },
  );

  test('groups change while it runs, within the VPC', async () => {
    const it = await createInstanceWorld();
    const [id = ''] = it.launch();
    it.clock.advance(minute);
    const VpcId = it.describe(id).VpcId;
    const { GroupId: web = '' } = it.call(createSecurityGroup, {
      GroupName: 'web',
      Description: 'web',
      VpcId,
    });
    it.call(modifyInstanceAttribute, { InstanceId: id, Groups: [web] });
    expect(it.describe(id).SecurityGroups).toEqual([{ GroupId: web, GroupName: 'web' }]);
    const { Vpc } = it.call(createVpc, { CidrBlock: '10.9.0.0/16' });
    const { GroupId: foreign = '' } = it.call(createSecurityGroup, {
      GroupName: 'far',
      Description: 'far',
      VpcId: Vpc?.VpcId,
    });
    expect(it.fail(modifyInstanceAttribute, { InstanceId: id, Groups: [foreign] })).toMatchObject({
      code: 'InvalidParameter',
      message: expect.stringContaining('belong to different networks'),
    });
  });

  test.each([
    [{ InstanceType: { Value: 't3.small' } }],
    [{ UserData: { Value: new TextEncoder().encode('#!/bin/sh\n') } }],
    [{ EbsOptimized: { Value: true } }],
  ])('%j needs it to be stopped', async (change) => {
    const it = await createInstanceWorld();
    const [id = ''] = it.launch();
    it.clock.advance(minute);
    expect(it.fail(modifyInstanceAttribute, { InstanceId: id, ...change })).toMatchObject({
      code: 'IncorrectInstanceState',
      message: `The instance '${id}' is not in the 'stopped' state.`,
    });
  });

  test.each([
    [{}, 'MissingParameter'],
    [{ InstanceType: { Value: 't4g.small' } }, 'InvalidParameterValue'],
    [
      { DisableApiStop: { Value: true }, SourceDestCheck: { Value: true } },
      'InvalidParameterCombination',
    ],
    [{ Kernel: { Value: 'aki-1' } }, 'UnsupportedOperation'],
    [{ Groups: ['sg-00000000'] }, 'InvalidGroup.NotFound'],
  ])('%j is refused with %s', async (change, code) => {
    const { it, id } = await stopped();
    expect(it.fail(modifyInstanceAttribute, { InstanceId: id, ...change }).code).toBe(code);
  });

  test('protection against stopping protects', async () => {
    const it = await createInstanceWorld();
    const [id = ''] = it.launch({ DisableApiStop: true });
    it.clock.advance(minute);
    expect(it.fail(stopInstances, { InstanceIds: [id] }).code).toBe('OperationNotPermitted');
    it.call(modifyInstanceAttribute, { InstanceId: id, DisableApiStop: { Value: false } });
    it.call(stopInstances, { InstanceIds: [id] });
  });
});

test('ResetInstanceAttribute turns the source and destination check on again', async () => {
  const { it, id } = await stopped();
  it.call(modifyInstanceAttribute, { InstanceId: id, SourceDestCheck: { Value: false } });
  expect(it.describe(id).SourceDestCheck).toBe(false);
  it.call(resetInstanceAttribute, { InstanceId: id, Attribute: 'sourceDestCheck' });
  expect(it.describe(id).SourceDestCheck).toBe(true);
});

test('ModifyInstanceMetadataOptions changes what is named and keeps the rest', async () => {
  const { it, id } = await stopped();
  const answer = it.call(modifyInstanceMetadataOptions, { InstanceId: id, HttpTokens: 'optional' });
  expect(answer.InstanceMetadataOptions).toMatchObject({
    State: 'pending',
    HttpTokens: 'optional',
  });
  expect(it.describe(id).MetadataOptions).toEqual({
    State: 'applied',
    HttpTokens: 'optional',
    HttpPutResponseHopLimit: 2,
    HttpEndpoint: 'enabled',
    HttpProtocolIpv6: 'disabled',
    InstanceMetadataTags: 'disabled',
  });
  expect(
    it.fail(modifyInstanceMetadataOptions, { InstanceId: id, HttpPutResponseHopLimit: 65 }).code,
  ).toBe('InvalidParameterValue');
  it.call(terminateInstances, { InstanceIds: [id] });
  expect(it.fail(modifyInstanceMetadataOptions, { InstanceId: id }).code).toBe(
    'IncorrectInstanceState',
  );
});

test('monitoring goes on and off', async () => {
  const { it, id } = await stopped();
  it.call(monitorInstances, { InstanceIds: [id] });
  expect(it.describe(id).Monitoring).toEqual({ State: 'enabled' });
  it.call(unmonitorInstances, { InstanceIds: [id] });
  expect(it.describe(id).Monitoring).toEqual({ State: 'disabled' });
});

test('credit specifications are those of burstable instances', async () => {
  const it = await createInstanceWorld();
  const [burstable = ''] = it.launch();
  const [standard = ''] = it.launch({ CreditSpecification: { CpuCredits: 'standard' } });
  const [large = ''] = it.launch({ InstanceType: 'm5.large' });
  const credits = (InstanceIds?: readonly string[]) =>
    it.call(describeInstanceCreditSpecifications, { InstanceIds }).InstanceCreditSpecifications;
  expect(credits()).toEqual([{ InstanceId: burstable, CpuCredits: 'unlimited' }]);
  expect(credits([standard, large])).toEqual([{ InstanceId: standard, CpuCredits: 'standard' }]);
});
