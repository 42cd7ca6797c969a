import { describe, expect, test } from 'vitest';
import { describeNetworkInterfaces } from './describe.ts';
import { modifyInstanceAttribute } from '../instances/instance-attributes.ts';
import { terminateInstances } from '../instances/instances.ts';
import { publicAddressOwner } from '../addresses/public-addresses.ts';
import { deleteSubnet } from '../network/subnets.ts';
import { createInstanceWorld } from '../instances/test-instances.ts';
import { present } from '../test-region.ts';
import { describeVolumes } from '../storage/volumes.ts';

describe('DescribeNetworkInterfaces', () => {
  test('tells of an instance its addresses, groups, zone and attachment', async () => {
    const it = await createInstanceWorld();
    const [id = ''] = it.launch();
    const instance = it.describe(id);
    const { NetworkInterfaces = [] } = it.call(describeNetworkInterfaces, {
      Filters: [{ Name: 'attachment.instance-id', Values: [id] }],
    });
    expect(NetworkInterfaces).toMatchObject([
      {
        NetworkInterfaceId: instance.NetworkInterfaces?.[0]?.NetworkInterfaceId,
        PrivateIpAddress: instance.PrivateIpAddress,
        Association: { PublicIp: instance.PublicIpAddress, IpOwnerId: 'amazon' },
        AvailabilityZone: instance.Placement?.AvailabilityZone,
        Attachment: { InstanceId: id, DeviceIndex: 0, Status: 'attached' },
        Groups: [{ GroupName: 'default' }],
        RequesterId: '123456789012',
        RequesterManaged: false,
        Status: 'in-use',
        InterfaceType: 'interface',
        MacAddress: expect.stringMatching(/^0[26ae](:[0-9a-f]{2}){5}$/),
      },
    ]);
  });

  test('finds by private and by public address', async () => {
    const it = await createInstanceWorld();
    const [id = ''] = it.launch({ MinCount: 3, MaxCount: 3 });
    const instance = it.describe(id);
    for (const [Name, value] of [
      ['private-ip-address', instance.PrivateIpAddress],
      ['association.public-ip', instance.PublicIpAddress],
    ] as const) {
      const found = it.call(describeNetworkInterfaces, {
        Filters: [{ Name, Values: [value ?? ''] }],
      });
      expect(found.NetworkInterfaces).toHaveLength(1);
    }
  });
});

test('two accounts never get the same public address, and the Region knows whose each is', async () => {
  const it = await createInstanceWorld();
  const [id = ''] = it.launch();
  const instance = it.describe(id);
  const address = present(instance.PublicIpAddress);
  expect(publicAddressOwner(it.view().forAccount('999999999999'), address)).toEqual({
    id: address,
    account: it.account,
    ownerId: instance.NetworkInterfaces?.[0]?.NetworkInterfaceId,
  });
  it.call(terminateInstances, { InstanceIds: [id] });
  it.clock.advance(60_000);
  expect(publicAddressOwner(it.view(), address)).toBeUndefined();
});

test('a subnet with an instance in it cannot be deleted', async () => {
  const it = await createInstanceWorld();
  const [id = ''] = it.launch();
  const { SubnetId } = it.describe(id);
  expect(it.fail(deleteSubnet, { SubnetId }).code).toBe('DependencyViolation');
  it.call(terminateInstances, { InstanceIds: [id] });
  it.clock.advance(60_000);
  it.call(deleteSubnet, { SubnetId });
});

test('the root volume goes with its instance, unless it was told to stay', async () => {
  const it = await createInstanceWorld();
  const [id = ''] = it.launch({
    BlockDeviceMappings: [
      { DeviceName: '/dev/xvda', Ebs: { VolumeSize: 20, VolumeType: 'gp3', Iops: 4000 } },
    ],
  });
  const [keeping = ''] = it.launch();
  it.clock.advance(60_000);
  it.call(modifyInstanceAttribute, {
    InstanceId: keeping,
    BlockDeviceMappings: [{ DeviceName: '/dev/xvda', Ebs: { DeleteOnTermination: false } }],
  });
  expect(
    it.call(describeVolumes, { Filters: [{ Name: 'attachment.instance-id', Values: [id] }] })
      .Volumes,
  ).toMatchObject([
    {
      Size: 20,
      VolumeType: 'gp3',
      Iops: 4000,
      Throughput: 125,
      State: 'in-use',
      Attachments: [{ InstanceId: id, Device: '/dev/xvda', State: 'attached' }],
    },
  ]);
  it.call(terminateInstances, { InstanceIds: [id, keeping] });
  it.clock.advance(60_000);
  expect(it.call(describeVolumes, {}).Volumes).toMatchObject([
    { State: 'available', Attachments: [], Size: 8 },
  ]);
});
