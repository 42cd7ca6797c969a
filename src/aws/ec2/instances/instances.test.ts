import { describe, expect, test } from 'vitest';
import { createRecordingJournal } from '../../../world/test-world.ts';
import { accountZones } from '../../shared/account-zones.ts';
import { availableAddressCount } from '../network/subnet-addresses.ts';
import { Subnets } from '../entities.ts';
import { Instances } from './instance-entities.ts';
import {
  describeInstances,
  rebootInstances,
  runInstances,
  startInstances,
  stopInstances,
  terminateInstances,
} from './instances.ts';
import { noKeyMaker } from '../key-pairs.ts';
import { ec2With } from '../service.ts';
import { createInstanceWorld, testImage, type InstanceWorld } from './test-instances.ts';
import { present } from '../test-region.ts';

const minute = 60_000;

const stateOf = (it: InstanceWorld, id: string): string | undefined => it.describe(id).State?.Name;

const freeAddresses = (it: InstanceWorld): number =>
  it
    .view()
    .list(Subnets)
    .reduce((sum, subnet) => sum + availableAddressCount(it.view(), subnet), 0);

describe('RunInstances', () => {
  test('a launch with nothing but type and image goes to a default subnet and begins as pending', async () => {
    const it = await createInstanceWorld();
    const reservation = it.call(runInstances, {
      ImageId: testImage(),
      InstanceType: 't3.micro',
      MinCount: 1,
      MaxCount: 1,
    });
    expect(reservation).toMatchObject({
      ReservationId: expect.stringMatching(/^r-[0-9a-f]{17}$/),
      OwnerId: it.account,
      Groups: [],
      Instances: [
        {
          InstanceId: expect.stringMatching(/^i-[0-9a-f]{17}$/),
          State: { Code: 0, Name: 'pending' },
          StateReason: { Code: 'pending', Message: 'pending' },
          AmiLaunchIndex: 0,
          PrivateIpAddress: expect.stringMatching(/^172\.31\./),
          PrivateDnsName: expect.stringMatching(/^ip-172-31-\d+-\d+\.ec2\.internal$/),
          SecurityGroups: [{ GroupName: 'default' }],
          BlockDeviceMappings: [{ DeviceName: '/dev/xvda', Ebs: { Status: 'attaching' } }],
          MetadataOptions: { HttpTokens: 'required', HttpPutResponseHopLimit: 2 },
          Placement: { AvailabilityZone: expect.stringMatching(/^us-east-1[a-f]$/) },
        },
      ],
    });
  });

  test('an image may be named by the public parameter that leads to it', async () => {
    const it = await createInstanceWorld();
    const name = '/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-x86_64';
    const launched = (ImageId: string): string | undefined => {
      const [id = ''] = it.launch({ ImageId });
      return it.describe(id).ImageId;
    };
    expect(launched(`resolve:ssm:${name}`)).toBe(testImage());
    expect(launched(`resolve:ssm:${name}:1`)).toBe(testImage());
    const request = { InstanceType: 't3.micro', MinCount: 1, MaxCount: 1 } as const;
    for (const ImageId of ['resolve:ssm:/no/such/name', `resolve:ssm:${name}:2`]) {
      expect(it.fail(runInstances, { ...request, ImageId }).code).toBe('SsmInvalidParameter');
    }
  });

  test('after some seconds it runs, with a public address of its Region and both DNS names', async () => {
    const it = await createInstanceWorld({ region: 'eu-west-1' });
    const [id = ''] = it.launch();
    it.clock.advance(10_000);
    const instance = it.describe(id);
    expect(instance.State).toEqual({ Code: 16, Name: 'running' });
    expect(instance.StateReason).toBeUndefined();
    expect(instance.PublicIpAddress).toMatch(/^\d+\.\d+\.\d+\.\d+$/);
    expect(instance.PublicDnsName).toBe(
      `ec2-${instance.PublicIpAddress?.replaceAll('.', '-')}.eu-west-1.compute.amazonaws.com`,
    );
    expect(instance.PrivateDnsName).toBe(
      `ip-${instance.PrivateIpAddress?.replaceAll('.', '-')}.eu-west-1.compute.internal`,
    );
  });

  test('all instances of a request share its reservation and zone, and differ in address and index', async () => {
    const it = await createInstanceWorld();
    const ids = it.launch({ MinCount: 5, MaxCount: 5 });
    const { Reservations = [] } = it.call(describeInstances, {});
    expect(Reservations).toHaveLength(1);
    const instances = present(Reservations[0]?.Instances);
    expect(instances.map((instance) => instance.InstanceId)).toEqual(ids);
    expect(instances.map((instance) => instance.AmiLaunchIndex)).toEqual([0, 1, 2, 3, 4]);
    expect(new Set(instances.map((instance) => instance.PrivateIpAddress)).size).toBe(5);
    expect(new Set(instances.map((instance) => instance.PublicIpAddress)).size).toBe(5);
    expect(new Set(instances.map((instance) => instance.Placement?.AvailabilityZone)).size).toBe(1);
  });

  test('a zone that is named is the zone that it gets', async () => {
    const it = await createInstanceWorld();
    for (const zone of accountZones(it.view())) {
      const [id = ''] = it.launch({ Placement: { AvailabilityZone: zone.name } });
      expect(it.describe(id).Placement).toMatchObject({
        AvailabilityZone: zone.name,
        AvailabilityZoneId: zone.id,
      });
    }
  });

  test('tags go to instance, volume and network interface as the specifications say', async () => {
    const it = await createInstanceWorld();
    const [id = ''] = it.launch({
      TagSpecifications: [
        { ResourceType: 'instance', Tags: [{ Key: 'Name', Value: 'web' }] },
        { ResourceType: 'volume', Tags: [{ Key: 'disk', Value: 'root' }] },
      ],
    });
    expect(it.describe(id).Tags).toEqual([{ Key: 'Name', Value: 'web' }]);
    const found = it.call(describeInstances, {
      Filters: [{ Name: 'tag:Name', Values: ['w*'] }],
    });
    expect(found.Reservations).toHaveLength(1);
  });

  test('one interface stands for subnet, groups and public address', async () => {
    const it = await createInstanceWorld();
    const subnet = present(it.view().list(Subnets)[0]);
    const [id = ''] = it.launch({
      NetworkInterfaces: [
        {
          DeviceIndex: 0,
          SubnetId: subnet.id,
          AssociatePublicIpAddress: false,
          PrivateIpAddress: subnet.cidrBlock.replace(/0\/20$/, '77'),
          Description: 'primary',
        },
      ],
    });
    const instance = it.describe(id);
    expect(instance.PublicIpAddress).toBeUndefined();
    expect(instance.PublicDnsName).toBe('');
    expect(instance.PrivateIpAddress).toBe(subnet.cidrBlock.replace(/0\/20$/, '77'));
    expect(instance.NetworkInterfaces?.[0]?.Description).toBe('primary');
  });

  test.each([
    [{ InstanceType: 't9.huge' as never }, 'InvalidParameterValue', "Invalid value 't9.huge'"],
    [{ InstanceType: 't4g.micro' as const }, 'InvalidParameterValue', "'arm64' of the specified"],
    [{ ImageId: 'ami-0000000000000000a' }, 'InvalidAMIID.NotFound', 'does not exist'],
    [{ ImageId: testImage('eu-west-1') }, 'InvalidAMIID.NotFound', 'does not exist'],
    [{ ImageId: 'image' }, 'InvalidAMIID.Malformed', 'Invalid id: "image"'],
    [{ KeyName: 'nobody' }, 'InvalidKeyPair.NotFound', "The key pair 'nobody' does not exist"],
    [{ SubnetId: 'subnet-00000000' }, 'InvalidSubnetID.NotFound', 'does not exist'],
    [{ SecurityGroupIds: ['sg-00000000'] }, 'InvalidGroup.NotFound', 'does not exist'],
    [{ SecurityGroups: ['nobody'] }, 'InvalidGroup.NotFound', "'nobody' does not exist in default"],
    [{ MinCount: 3, MaxCount: 2 }, 'InvalidParameterValue', 'minCount'],
    [{ MinCount: 0 }, 'InvalidParameterValue', 'minCount'],
    [{ MinCount: 5000, MaxCount: 5000 }, 'InstanceLimitExceeded', '5000'],
    [{ UserData: '#!/bin/sh' }, 'InvalidUserData.Malformed', 'BASE64'],
    [
      { Placement: { AvailabilityZone: 'us-east-1z' } },
      'InvalidParameterValue',
      'Invalid availability zone: [us-east-1z]',
    ],
    [
      { LaunchTemplate: { LaunchTemplateName: 'web' } },
      'InvalidLaunchTemplateName.NotFoundException',
      'template name web, does not exist',
    ],
    [
      { InstanceMarketOptions: { MarketType: 'capacity-block' as const } },
      'UnsupportedOperation',
      'capacity-block',
    ],
    [{ Placement: { HostId: 'h-1' } }, 'UnsupportedOperation', 'Placement.HostId'],
    [
      {
        InstanceType: 'm3.medium' as const,
        BlockDeviceMappings: [{ DeviceName: '/dev/sdf', VirtualName: 'ephemeral0' }],
      },
      'UnsupportedOperation',
      'VirtualName',
    ],
    [
      { BlockDeviceMappings: [{ DeviceName: '/dev/xvda', Ebs: { VolumeSize: 4 } }] },
      'InvalidBlockDeviceMapping',
      'Volume of size 4GB is smaller than snapshot',
    ],
    [
      { NetworkInterfaces: [{ DeviceIndex: 0 }], SubnetId: 'subnet-00000000' },
      'InvalidParameterCombination',
      'Network interfaces and an instance-level subnet ID',
    ],
    [
      { TagSpecifications: [{ ResourceType: 'vpc' as const, Tags: [] }] },
      'InvalidParameterValue',
      "'vpc' is not a valid taggable resource type",
    ],
  ])('%j is refused with %s', async (input, code, message) => {
    const it = await createInstanceWorld();
    const free = freeAddresses(it);
    const error = it.fail(runInstances, {
      ImageId: testImage(),
      InstanceType: 't3.micro',
      MinCount: 1,
      MaxCount: 1,
      ...input,
    });
    expect(error).toMatchObject({ code, message: expect.stringContaining(message) });
    expect(freeAddresses(it)).toBe(free);
  });

  test('user data is limited to 16 KB before base64', async () => {
    const it = await createInstanceWorld();
    it.launch({ UserData: btoa('x'.repeat(16_384)) });
    it.launch({ UserData: btoa('#cloud-config\nntp: {}\n') });
    expect(
      it.fail(runInstances, {
        ImageId: testImage(),
        InstanceType: 't3.micro',
        MinCount: 1,
        MaxCount: 1,
        UserData: btoa('x'.repeat(16_385)),
      }),
    ).toMatchObject({
      code: 'InvalidParameterValue',
      message: 'User data is limited to 16384 bytes',
    });
  });

  test('a type that the Region does not have is not supported there', async () => {
    const it = await createInstanceWorld({ region: 'eu-north-1' });
    const error = it.fail(runInstances, {
      ImageId: testImage('eu-north-1'),
      InstanceType: 't2.micro',
      MinCount: 1,
      MaxCount: 1,
    });
    expect(error.code).toBe('Unsupported');
  });

  test('a zone without power has no capacity, in the words of EC2', async () => {
    const it = await createInstanceWorld();
    const zones = accountZones(it.view());
    const dead = present(zones[0]);
    it.breakDown(`zone/${dead.id}`, 'power');
    const others = zones.slice(1).map((zone) => zone.name);
    expect(
      it.fail(runInstances, {
        ImageId: testImage(),
        InstanceType: 't3.micro',
        MinCount: 1,
        MaxCount: 1,
        Placement: { AvailabilityZone: dead.name },
      }),
    ).toMatchObject({
      code: 'InsufficientInstanceCapacity',
      message: `We currently do not have sufficient t3.micro capacity in the Availability Zone you requested (${dead.name}). Our system will be working on provisioning additional capacity. You can currently get t3.micro capacity by not specifying an Availability Zone in your request or choosing ${others.join(', ')}.`,
    });
    for (let i = 0; i < 20; i++) {
      const [id = ''] = it.launch();
      expect(it.describe(id).Placement?.AvailabilityZone).not.toBe(dead.name);
    }
  });
});

describe('an instance', () => {
  test('stops, starts on another public address with the same private one, and is terminated', async () => {
    const it = await createInstanceWorld();
    const free = freeAddresses(it);
    const [id = ''] = it.launch();
    it.clock.advance(10_000);
    const running = it.describe(id);
    expect(it.call(stopInstances, { InstanceIds: [id] }).StoppingInstances).toEqual([
      {
        InstanceId: id,
        CurrentState: { Code: 64, Name: 'stopping' },
        PreviousState: { Code: 16, Name: 'running' },
      },
    ]);
    it.clock.advance(minute);
    const stopped = it.describe(id);
    expect(stopped).toMatchObject({
      State: { Code: 80, Name: 'stopped' },
      StateReason: {
        Code: 'Client.UserInitiatedShutdown',
        Message: 'Client.UserInitiatedShutdown: User initiated shutdown',
      },
      StateTransitionReason: 'User initiated (2026-01-01 00:00:10 GMT)',
      PublicDnsName: '',
      PrivateIpAddress: running.PrivateIpAddress,
    });
    expect(stopped.PublicIpAddress).toBeUndefined();
    it.call(startInstances, { InstanceIds: [id] });
    it.clock.advance(minute);
    const again = it.describe(id);
    expect(again.State?.Name).toBe('running');
    expect(again.PrivateIpAddress).toBe(running.PrivateIpAddress);
    expect(again.PublicIpAddress).not.toBe(running.PublicIpAddress);
    expect(again.LaunchTime).toBeGreaterThan(running.LaunchTime ?? Infinity);
    it.call(terminateInstances, { InstanceIds: [id] });
    expect(stateOf(it, id)).toBe('shutting-down');
    it.clock.advance(minute);
    expect(it.describe(id)).toMatchObject({
      State: { Code: 48, Name: 'terminated' },
      StateReason: { Code: 'Client.UserInitiatedShutdown' },
      NetworkInterfaces: [],
      SecurityGroups: [],
      BlockDeviceMappings: [],
      PrivateDnsName: '',
    });
    expect(freeAddresses(it)).toBe(free);
    it.clock.advance(61 * minute);
    expect(it.fail(describeInstances, { InstanceIds: [id] })).toMatchObject({
      code: 'InvalidInstanceID.NotFound',
      message: `The instance ID '${id}' does not exist`,
    });
    expect(it.call(describeInstances, {}).Reservations).toEqual([]);
  });

  test('reboots without leaving running: the same addresses, another boot', async () => {
    const it = await createInstanceWorld();
    const [id = ''] = it.launch();
    it.clock.advance(10_000);
    const before = it.describe(id);
    it.call(rebootInstances, { InstanceIds: [id] });
    expect(it.describe(id)).toEqual(before);
    expect(it.view().get(Instances, id)?.bootNumber).toBe(2);
  });

  test('that has never run cannot be stopped or rebooted', async () => {
    const it = await createInstanceWorld();
    const [id = ''] = it.launch();
    expect(it.fail(stopInstances, { InstanceIds: [id] })).toMatchObject({
      code: 'IncorrectInstanceState',
      message: `Instance '${id}' cannot be stopped as it has never reached the 'running' state.`,
    });
    expect(it.fail(rebootInstances, { InstanceIds: [id] }).code).toBe('IncorrectInstanceState');
  });

  test('cannot be started while it stops, nor stopped or started once it is terminated', async () => {
    const it = await createInstanceWorld();
    const InstanceIds = it.launch();
    it.clock.advance(10_000);
    it.call(stopInstances, { InstanceIds });
    expect(it.fail(startInstances, { InstanceIds }).code).toBe('IncorrectInstanceState');
    it.call(terminateInstances, { InstanceIds });
    it.clock.advance(minute);
    expect(it.fail(startInstances, { InstanceIds }).code).toBe('IncorrectInstanceState');
    expect(it.fail(stopInstances, { InstanceIds }).code).toBe('IncorrectInstanceState');
    expect(it.call(terminateInstances, { InstanceIds }).TerminatingInstances).toMatchObject([
      { CurrentState: { Name: 'terminated' }, PreviousState: { Name: 'terminated' } },
    ]);
  });

  test('that is protected keeps all others of the request from being terminated', async () => {
    const it = await createInstanceWorld();
    const [safe = ''] = it.launch({ DisableApiTermination: true });
    const [other = ''] = it.launch();
    expect(it.fail(terminateInstances, { InstanceIds: [other, safe] })).toMatchObject({
      code: 'OperationNotPermitted',
      message: `The instance '${safe}' may not be terminated. Modify its 'disableApiTermination' instance attribute and try again.`,
    });
    expect(stateOf(it, other)).toBe('pending');
  });

  test('of another Region or account does not exist', async () => {
    const it = await createInstanceWorld();
    const InstanceIds = it.launch();
    const other = it.world.transact('eu-west-1', it.account, (tx) =>
      terminateInstances(tx, { InstanceIds }),
    );
    expect(other.output).toMatchObject({ code: 'InvalidInstanceID.NotFound' });
  });

  test.each([
    [['i-1'], 'InvalidInstanceID.Malformed', 'Invalid id: "i-1"'],
    [['i-0000000a'], 'InvalidInstanceID.NotFound', "The instance ID 'i-0000000a' does not exist"],
    [
      ['i-0000000a', 'i-0000000b'],
      'InvalidInstanceID.NotFound',
      "The instance IDs 'i-0000000a, i-0000000b' do not exist",
    ],
  ])('%j is answered with %s', async (InstanceIds, code, message) => {
    const it = await createInstanceWorld();
    expect(it.fail(describeInstances, { InstanceIds })).toMatchObject({ code, message });
  });
});

test('DescribeInstances gives pages that hold every instance once', async () => {
  const it = await createInstanceWorld();
  const ids = [...it.launch({ MinCount: 4, MaxCount: 4 }), ...it.launch()];
  const seen: (string | undefined)[] = [];
  let token: string | undefined;
  do {
    const page = it.call(describeInstances, { MaxResults: 2, NextToken: token });
    for (const reservation of page.Reservations ?? []) {
      seen.push(...(reservation.Instances ?? []).map((instance) => instance.InstanceId));
    }
    token = page.NextToken;
  } while (token !== undefined);
  expect(seen).toEqual(ids);
});

test('a world that is opened again goes on with the lives that it had begun', async () => {
  const journal = createRecordingJournal();
  const before = await createInstanceWorld({ journal });
  const [launched = ''] = before.launch({ UserData: btoa('#!/bin/sh\n') });
  const [leaving = ''] = before.launch();
  before.clock.advance(10_000);
  before.call(terminateInstances, { InstanceIds: [leaving] });
  const [fresh = ''] = before.launch();
  const seen = before.describe(launched);
  const after = await createInstanceWorld({ journal });
  expect(after.describe(launched)).toEqual(seen);
  expect(stateOf(after, fresh)).toBe('pending');
  after.clock.advance(minute);
  expect(stateOf(after, fresh)).toBe('running');
  expect(stateOf(after, leaving)).toBe('terminated');
});

test('a strict world refuses user data that asks for what is not done', async () => {
  const it = await createInstanceWorld({ services: [ec2With(noKeyMaker, true)] });
  expect(() => it.launch({ UserData: btoa('#cloud-config\nntp: {}\n') })).toThrow('ntp');
  it.launch({ UserData: btoa('#cloud-config\nruncmd: [date]\n') });
});
