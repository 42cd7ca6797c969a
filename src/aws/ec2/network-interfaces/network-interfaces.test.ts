import { describe, expect, test } from 'vitest';
import { allocateAddress, describeAddresses } from '../addresses/addresses.ts';
import { associateAddress } from '../addresses/associate.ts';
import { Subnets, type Subnet } from '../entities.ts';
import { modifyInstanceAttribute } from '../instances/instance-attributes.ts';
import { describeInstances, runInstances, terminateInstances } from '../instances/instances.ts';
import { createSecurityGroup } from '../network/security-groups.ts';
import { createInstanceWorld, testImage, type InstanceWorld } from '../instances/test-instances.ts';
import { present } from '../test-region.ts';
import {
  describeNetworkInterfaceAttribute,
  modifyNetworkInterfaceAttribute,
  resetNetworkInterfaceAttribute,
} from './attributes.ts';
import { describeNetworkInterfaces } from './describe.ts';
import {
  attachNetworkInterface,
  createNetworkInterface,
  deleteNetworkInterface,
  detachNetworkInterface,
} from './life.ts';
import { assignPrivateIpAddresses, unassignPrivateIpAddresses } from './private-addresses.ts';

const subnetIn = (it: InstanceWorld, zoneId: string): Subnet =>
  present(
    it
      .view()
      .list(Subnets)
      .find((subnet) => subnet.zoneId === zoneId),
  );

const runningIn = (it: InstanceWorld, subnet: Subnet): string => {
  const [id = ''] = it.launch({ SubnetId: subnet.id });
  it.clock.advance(20_000);
  return id;
};

const create = (it: InstanceWorld, subnet: Subnet): string =>
  present(
    it.call(createNetworkInterface, { SubnetId: subnet.id }).NetworkInterface?.NetworkInterfaceId,
  );

const described = (it: InstanceWorld, id: string) =>
  present(it.call(describeNetworkInterfaces, { NetworkInterfaceIds: [id] }).NetworkInterfaces?.[0]);

/** The n-th usable address of a default subnet. */
const nth = (subnet: Subnet, n: number): string => subnet.cidrBlock.replace(/\d+\/20$/, String(n));

describe('a network interface', () => {
  test('lives: made, attached, detached, attached elsewhere, deleted', async () => {
    const it = await createInstanceWorld();
    const subnet = subnetIn(it, 'use1-az1');
    const [one, two] = [runningIn(it, subnet), runningIn(it, subnet)];
    const { NetworkInterface } = it.call(createNetworkInterface, {
      SubnetId: subnet.id,
      Description: 'second',
      PrivateIpAddress: nth(subnet, 77),
      TagSpecifications: [
        { ResourceType: 'network-interface', Tags: [{ Key: 'Name', Value: 'eth1' }] },
      ],
    });
    const id = present(NetworkInterface?.NetworkInterfaceId);
    expect(described(it, id)).toMatchObject({
      Status: 'available',
      PrivateIpAddress: nth(subnet, 77),
      Description: 'second',
      TagSet: [{ Key: 'Name', Value: 'eth1' }],
      AvailabilityZoneId: 'use1-az1',
      RequesterManaged: false,
    });
    const attach = { NetworkInterfaceId: id, DeviceIndex: 1 };
    const { AttachmentId } = it.call(attachNetworkInterface, { ...attach, InstanceId: one });
    expect(described(it, id)).toMatchObject({
      Status: 'in-use',
      Attachment: { AttachmentId, InstanceId: one, DeviceIndex: 1, DeleteOnTermination: false },
    });
    expect(it.describe(one).NetworkInterfaces).toMatchObject([
      { Attachment: { DeviceIndex: 0 } },
      { Attachment: { DeviceIndex: 1 }, PrivateIpAddress: nth(subnet, 77) },
    ]);
    expect(it.fail(attachNetworkInterface, { ...attach, InstanceId: two }).code).toBe(
      'InvalidNetworkInterface.InUse',
    );
    expect(it.fail(deleteNetworkInterface, { NetworkInterfaceId: id })).toMatchObject({
      code: 'InvalidParameterValue',
      message: `Network interface '${id}' is currently in use.`,
    });
    it.call(detachNetworkInterface, { AttachmentId });
    expect(it.fail(detachNetworkInterface, { AttachmentId }).code).toBe(
      'InvalidAttachmentID.NotFound',
    );
    it.call(attachNetworkInterface, { ...attach, InstanceId: two });
    it.call(terminateInstances, { InstanceIds: [two] });
    it.clock.advance(60_000);
    expect(described(it, id).Status).toBe('available');
    it.call(deleteNetworkInterface, { NetworkInterfaceId: id });
    expect(it.fail(deleteNetworkInterface, { NetworkInterfaceId: id }).code).toBe(
      'InvalidNetworkInterfaceID.NotFound',
    );
  });

  test('is zonal, and an instance has room for as many as its type allows', async () => {
    const it = await createInstanceWorld();
    const subnet = subnetIn(it, 'use1-az1');
    const InstanceId = runningIn(it, subnet);
    const elsewhere = create(it, subnetIn(it, 'use1-az2'));
    expect(
      it.fail(attachNetworkInterface, {
        NetworkInterfaceId: elsewhere,
        InstanceId,
        DeviceIndex: 1,
      }),
    ).toMatchObject({
      code: 'InvalidParameterCombination',
      message: expect.stringContaining('not in the same availability zone'),
    });
    const [second, third] = [create(it, subnet), create(it, subnet)];
    expect(
      it.fail(attachNetworkInterface, { NetworkInterfaceId: second, InstanceId, DeviceIndex: 0 }),
    ).toMatchObject({
      code: 'InvalidParameterValue',
      message: `Instance '${InstanceId}' already has an interface attached at device index '0'.`,
    });
    it.call(attachNetworkInterface, { NetworkInterfaceId: second, InstanceId, DeviceIndex: 1 });
    // A t3.micro has two.
    expect(
      it.fail(attachNetworkInterface, { NetworkInterfaceId: third, InstanceId, DeviceIndex: 2 }),
    ).toMatchObject({
      code: 'AttachmentLimitExceeded',
      message: 'Interface count 3 exceeds the limit for t3.micro',
    });
    const [primary] = it.describe(InstanceId).NetworkInterfaces ?? [];
    expect(
      it.fail(detachNetworkInterface, { AttachmentId: primary?.Attachment?.AttachmentId }).code,
    ).toBe('OperationNotPermitted');
  });

  test('has attributes that can be changed one at a time', async () => {
    const it = await createInstanceWorld();
    const subnet = subnetIn(it, 'use1-az1');
    const InstanceId = runningIn(it, subnet);
    const [{ NetworkInterfaceId = '', Attachment } = {}] =
      it.describe(InstanceId).NetworkInterfaces ?? [];
    const { GroupId = '' } = it.call(createSecurityGroup, {
      GroupName: 'web',
      Description: 'web',
      VpcId: subnet.vpcId,
    });
    const ask = (Attribute: 'description' | 'groupSet' | 'sourceDestCheck' | 'attachment') =>
      it.call(describeNetworkInterfaceAttribute, { NetworkInterfaceId, Attribute });
    const change = (input: object): void => {
      it.call(modifyNetworkInterfaceAttribute, { NetworkInterfaceId, ...input });
    };
    change({ Description: { Value: 'front' } });
    change({ Groups: [GroupId] });
    change({ SourceDestCheck: { Value: false } });
    change({ Attachment: { AttachmentId: Attachment?.AttachmentId, DeleteOnTermination: false } });
    expect(ask('description').Description).toEqual({ Value: 'front' });
    expect(ask('groupSet').Groups).toEqual([{ GroupId, GroupName: 'web' }]);
    expect(ask('sourceDestCheck').SourceDestCheck).toEqual({ Value: false });
    expect(ask('attachment').Attachment).toMatchObject({ DeleteOnTermination: false, InstanceId });
    expect(it.describe(InstanceId).SecurityGroups).toEqual([{ GroupId, GroupName: 'web' }]);
    it.call(resetNetworkInterfaceAttribute, { NetworkInterfaceId, SourceDestCheck: 'true' });
    expect(it.describe(InstanceId).SourceDestCheck).toBe(true);
    expect(
      it.fail(modifyNetworkInterfaceAttribute, {
        NetworkInterfaceId,
        Description: { Value: 'x' },
        SourceDestCheck: { Value: true },
      }).code,
    ).toBe('InvalidParameterCombination');
    expect(
      it.fail(modifyNetworkInterfaceAttribute, {
        NetworkInterfaceId,
        Groups: ['sg-0123456789abcdef0'],
      }).code,
    ).toBe('InvalidGroup.NotFound');
    it.call(modifyNetworkInterfaceAttribute, {
      NetworkInterfaceId,
      AssociatePublicIpAddress: false,
    });
    expect(it.describe(InstanceId).PublicIpAddress).toBeUndefined();
    it.call(modifyNetworkInterfaceAttribute, {
      NetworkInterfaceId,
      AssociatePublicIpAddress: true,
    });
    expect(it.describe(InstanceId).PublicIpAddress).toEqual(expect.any(String));
  });
});

describe('secondary private addresses', () => {
  test('come by name and by number, as many as the type allows, and go', async () => {
    const it = await createInstanceWorld();
    const subnet = subnetIn(it, 'use1-az1');
    const NetworkInterfaceId = create(it, subnet);
    const named = it.call(assignPrivateIpAddresses, {
      NetworkInterfaceId,
      PrivateIpAddresses: [nth(subnet, 50), nth(subnet, 51)],
    });
    expect(named.AssignedPrivateIpAddresses).toEqual([
      { PrivateIpAddress: nth(subnet, 50) },
      { PrivateIpAddress: nth(subnet, 51) },
    ]);
    it.call(assignPrivateIpAddresses, { NetworkInterfaceId, SecondaryPrivateIpAddressCount: 2 });
    expect(described(it, NetworkInterfaceId).PrivateIpAddresses).toMatchObject([
      { Primary: true },
      { Primary: false, PrivateIpAddress: nth(subnet, 50) },
      { Primary: false, PrivateIpAddress: nth(subnet, 51) },
      { Primary: false },
      { Primary: false },
    ]);
    it.call(unassignPrivateIpAddresses, {
      NetworkInterfaceId,
      PrivateIpAddresses: [nth(subnet, 50)],
    });
    expect(described(it, NetworkInterfaceId).PrivateIpAddresses).toHaveLength(4);
    expect(
      it.fail(unassignPrivateIpAddresses, {
        NetworkInterfaceId,
        PrivateIpAddresses: [nth(subnet, 50)],
      }).code,
    ).toBe('InvalidParameterValue');
    const InstanceId = runningIn(it, subnet);
    // A t3.micro has two addresses an interface.
    expect(
      it.fail(attachNetworkInterface, { NetworkInterfaceId, InstanceId, DeviceIndex: 1 }).code,
    ).toBe('PrivateIpAddressLimitExceeded');
    const [primary] = it.describe(InstanceId).NetworkInterfaces ?? [];
    expect(
      it.fail(assignPrivateIpAddresses, {
        NetworkInterfaceId: primary?.NetworkInterfaceId,
        SecondaryPrivateIpAddressCount: 2,
      }).code,
    ).toBe('PrivateIpAddressLimitExceeded');
  });

  test('move to another interface when they may, and take their Elastic IP along', async () => {
    const it = await createInstanceWorld();
    const subnet = subnetIn(it, 'use1-az1');
    const [from, to] = [create(it, subnet), create(it, subnet)];
    const address = nth(subnet, 60);
    it.call(assignPrivateIpAddresses, {
      NetworkInterfaceId: from,
      PrivateIpAddresses: [address],
    });
    const { AllocationId, PublicIp } = it.call(allocateAddress, {});
    it.call(associateAddress, {
      AllocationId,
      NetworkInterfaceId: from,
      PrivateIpAddress: address,
    });
    expect(
      it.fail(assignPrivateIpAddresses, {
        NetworkInterfaceId: to,
        PrivateIpAddresses: [address],
      }),
    ).toMatchObject({
      code: 'InvalidParameterValue',
      message: `[${address}] assigned, but move is not allowed.`,
    });
    it.call(assignPrivateIpAddresses, {
      NetworkInterfaceId: to,
      PrivateIpAddresses: [address],
      AllowReassignment: true,
    });
    expect(described(it, from).PrivateIpAddresses).toHaveLength(1);
    expect(described(it, to).PrivateIpAddresses?.[1]).toMatchObject({
      PrivateIpAddress: address,
      Association: { PublicIp, AllocationId },
    });
    it.call(unassignPrivateIpAddresses, {
      NetworkInterfaceId: to,
      PrivateIpAddresses: [address],
    });
    expect(it.call(describeAddresses, {}).Addresses?.[0]?.AssociationId).toBeUndefined();
  });
});

describe('RunInstances', () => {
  test('takes an interface that is there, and leaves it when the instance goes', async () => {
    const it = await createInstanceWorld();
    const NetworkInterfaceId = create(it, subnetIn(it, 'use1-az4'));
    const [id = ''] = it.launch({ NetworkInterfaces: [{ DeviceIndex: 0, NetworkInterfaceId }] });
    expect(it.describe(id)).toMatchObject({
      Placement: { AvailabilityZoneId: 'use1-az4' },
      NetworkInterfaces: [{ NetworkInterfaceId, Attachment: { DeleteOnTermination: false } }],
    });
    it.call(terminateInstances, { InstanceIds: [id] });
    it.clock.advance(60_000);
    expect(described(it, NetworkInterfaceId).Status).toBe('available');
  });

  test('makes several interfaces with secondary addresses; groups change on the first', async () => {
    const it = await createInstanceWorld();
    const subnet = subnetIn(it, 'use1-az1');
    const [id = ''] = it.launch({
      NetworkInterfaces: [
        { DeviceIndex: 1, SubnetId: subnet.id, SecondaryPrivateIpAddressCount: 1 },
        {
          DeviceIndex: 0,
          SubnetId: subnet.id,
          PrivateIpAddresses: [
            { Primary: true, PrivateIpAddress: nth(subnet, 80) },
            { Primary: false, PrivateIpAddress: nth(subnet, 81) },
          ],
        },
      ],
    });
    const instance = it.describe(id);
    expect(instance.PrivateIpAddress).toBe(nth(subnet, 80));
    expect(instance.PublicIpAddress).toBeUndefined();
    expect(instance.NetworkInterfaces).toMatchObject([
      { Attachment: { DeviceIndex: 0 }, PrivateIpAddresses: [{ Primary: true }, {}] },
      { Attachment: { DeviceIndex: 1 }, PrivateIpAddresses: [{ Primary: true }, {}] },
    ]);
    const { GroupId = '' } = it.call(createSecurityGroup, {
      GroupName: 'web',
      Description: 'web',
      VpcId: subnet.vpcId,
    });
    it.call(modifyInstanceAttribute, { InstanceId: id, Groups: [GroupId] });
    expect(it.describe(id).NetworkInterfaces).toMatchObject([
      { Groups: [{ GroupId }] },
      { Groups: [{ GroupName: 'default' }] },
    ]);
    const second = present(instance.NetworkInterfaces?.[1]?.PrivateIpAddresses?.[1]);
    expect(
      it.call(describeInstances, {
        Filters: [
          {
            Name: 'network-interface.addresses.private-ip-address',
            Values: [present(second.PrivateIpAddress)],
          },
        ],
      }).Reservations,
    ).toHaveLength(1);
  });

  test('refuses interfaces that make no sense', async () => {
    const it = await createInstanceWorld();
    const subnet = subnetIn(it, 'use1-az1');
    const NetworkInterfaceId = create(it, subnet);
    const used = present(
      it.describe(runningIn(it, subnet)).NetworkInterfaces?.[0]?.NetworkInterfaceId,
    );
    for (const [NetworkInterfaces, code] of [
      [[{ DeviceIndex: 0, NetworkInterfaceId: used }], 'InvalidNetworkInterface.InUse'],
      [
        [{ DeviceIndex: 0, NetworkInterfaceId, SubnetId: subnet.id }],
        'InvalidParameterCombination',
      ],
      [
        [{ DeviceIndex: 0, NetworkInterfaceId, DeleteOnTermination: true }],
        'InvalidParameterCombination',
      ],
      [[{ DeviceIndex: 1, SubnetId: subnet.id }], 'InvalidParameterValue'],
      [[{ DeviceIndex: 0 }, { DeviceIndex: 0 }], 'InvalidParameterValue'],
      [[0, 1, 2].map((DeviceIndex) => ({ DeviceIndex })), 'AttachmentLimitExceeded'],
      [[{ DeviceIndex: 0, SecondaryPrivateIpAddressCount: 2 }], 'PrivateIpAddressLimitExceeded'],
      [
        [{ DeviceIndex: 0, AssociatePublicIpAddress: true }, { DeviceIndex: 1 }],
        'InvalidParameterCombination',
      ],
      [
        [
          { DeviceIndex: 0, SubnetId: subnet.id },
          { DeviceIndex: 1, SubnetId: subnetIn(it, 'use1-az2').id },
        ],
        'InvalidParameterCombination',
      ],
      [[{ DeviceIndex: 0, Ipv6AddressCount: 1 }], 'InvalidParameterValue'],
      [[{ DeviceIndex: 0, Ipv6PrefixCount: 1 }], 'UnsupportedOperation'],
    ] as const) {
      const error = it.fail(runInstances, {
        ImageId: testImage(),
        InstanceType: 't3.micro',
        MinCount: 1,
        MaxCount: 1,
        NetworkInterfaces,
      });
      expect({ NetworkInterfaces, code: error.code }).toEqual({ NetworkInterfaces, code });
    }
    const two = it.fail(runInstances, {
      ImageId: testImage(),
      InstanceType: 't3.micro',
      MinCount: 2,
      MaxCount: 2,
      NetworkInterfaces: [{ DeviceIndex: 0, NetworkInterfaceId }],
    });
    expect(two.code).toBe('InvalidParameterCombination');
  });
});
