import { describe, expect, test } from 'vitest';
import { noAccount } from '../../../world/entity.ts';
import { startInstances, stopInstances, terminateInstances } from '../instances/instances.ts';
import { attachNetworkInterface, createNetworkInterface } from '../network-interfaces/life.ts';
import { PublicAddresses, publicAddressOwner } from './public-addresses.ts';
import { createTags } from '../tags.ts';
import { createInstanceWorld, type InstanceWorld } from '../instances/test-instances.ts';
import { present } from '../test-region.ts';
import { createVpc } from '../network/vpcs.ts';
import { createSubnet } from '../network/subnets.ts';
import { attachInternetGateway, createInternetGateway } from '../network/internet-gateways.ts';
import {
  describeAddressesAttribute,
  modifyAddressAttribute,
  resetAddressAttribute,
} from './address-attributes.ts';
import { allocateAddress, describeAddresses, releaseAddress } from './addresses.ts';
import { associateAddress, disassociateAddress } from './associate.ts';

interface Allocated {
  readonly id: string;
  readonly ip: string;
}

const allocate = (it: InstanceWorld): Allocated => {
  const { AllocationId, PublicIp } = it.call(allocateAddress, { Domain: 'vpc' });
  return { id: present(AllocationId), ip: present(PublicIp) };
};

const running = (it: InstanceWorld): string => {
  const [id = ''] = it.launch();
  it.clock.advance(20_000);
  return id;
};

const addressOf = (it: InstanceWorld, allocationId: string) =>
  present(it.call(describeAddresses, { AllocationIds: [allocationId] }).Addresses?.[0]);

describe('AllocateAddress', () => {
  test('gives an address of the Region that stays unassociated until somebody says where it leads', async () => {
    const it = await createInstanceWorld();
    const allocated = it.call(allocateAddress, {
      TagSpecifications: [{ ResourceType: 'elastic-ip', Tags: [{ Key: 'Name', Value: 'front' }] }],
    });
    expect(allocated).toMatchObject({
      AllocationId: expect.stringMatching(/^eipalloc-[0-9a-f]{17}$/),
      Domain: 'vpc',
      NetworkBorderGroup: 'us-east-1',
      PublicIpv4Pool: 'amazon',
    });
    expect(it.call(describeAddresses, {}).Addresses).toEqual([
      {
        AllocationId: allocated.AllocationId,
        Domain: 'vpc',
        NetworkBorderGroup: 'us-east-1',
        PublicIp: allocated.PublicIp,
        PublicIpv4Pool: 'amazon',
        Tags: [{ Key: 'Name', Value: 'front' }],
      },
    ]);
    expect(publicAddressOwner(it.view(), present(allocated.PublicIp))?.ownerId).toBe(
      allocated.AllocationId,
    );
    it.call(createTags, {
      Resources: [present(allocated.AllocationId)],
      Tags: [{ Key: 'more', Value: '1' }],
    });
    expect(addressOf(it, present(allocated.AllocationId)).Tags).toHaveLength(2);
  });

  test('gives five to an account in a Region, and no more', async () => {
    const it = await createInstanceWorld();
    for (let count = 0; count < 5; count++) allocate(it);
    expect(it.fail(allocateAddress, {})).toMatchObject({
      code: 'AddressLimitExceeded',
      message: 'The maximum number of addresses has been reached.',
    });
  });

  test('gives a former address back under another id, without its tags', async () => {
    const it = await createInstanceWorld();
    const before = allocate(it);
    it.call(createTags, { Resources: [before.id], Tags: [{ Key: 'a', Value: 'b' }] });
    expect(it.fail(allocateAddress, { Address: before.ip }).code).toBe('InvalidIPAddress.InUse');
    it.call(releaseAddress, { AllocationId: before.id });
    expect(it.fail(releaseAddress, { AllocationId: before.id }).code).toBe(
      'InvalidAllocationID.NotFound',
    );
    const after = it.call(allocateAddress, { Address: before.ip });
    expect(after.PublicIp).toBe(before.ip);
    expect(after.AllocationId).not.toBe(before.id);
    expect(addressOf(it, present(after.AllocationId)).Tags).toEqual([]);
  });

  test('does not give back what somebody else has by now, or what one never had', async () => {
    const it = await createInstanceWorld();
    const { id, ip } = allocate(it);
    it.call(releaseAddress, { AllocationId: id });
    expect(it.fail(allocateAddress, { Address: '198.51.100.7' }).code).toBe(
      'InvalidAddress.NotFound',
    );
    it.transact((tx) =>
      tx
        .forAccount(noAccount)
        .put(PublicAddresses, { id: ip, account: '999999999999', ownerId: 'somebody' }),
    );
    expect(it.fail(allocateAddress, { Address: ip }).code).toBe('AuthFailure');
    expect(it.fail(releaseAddress, { AllocationId: id }).code).toBe('AuthFailure');
    expect(it.fail(releaseAddress, { PublicIp: ip }).code).toBe('AuthFailure');
    expect(it.fail(describeAddresses, { PublicIps: [ip] }).code).toBe('InvalidAddress.NotFound');
  });

  test('takes Domain standard for what it has meant since EC2-Classic went', async () => {
    const it = await createInstanceWorld();
    expect(it.call(allocateAddress, { Domain: 'standard' }).Domain).toBe('vpc');
  });

  test.each([
    [{ NetworkBorderGroup: 'eu-west-1' }, 'InvalidParameterValue'],
    [{ PublicIpv4Pool: 'ipv4pool-ec2-012345' }, 'UnsupportedOperation'],
    [{ IpamPoolId: 'ipam-pool-012345' }, 'UnsupportedOperation'],
  ])('%j is refused with %s', async (input, code) => {
    const it = await createInstanceWorld();
    expect(it.fail(allocateAddress, input).code).toBe(code);
    expect(it.call(describeAddresses, {}).Addresses).toEqual([]);
  });
});

describe('AssociateAddress', () => {
  test('leads the address to an instance, which gives its assigned one back', async () => {
    const it = await createInstanceWorld();
    const id = running(it);
    const assigned = present(it.describe(id).PublicIpAddress);
    const { id: AllocationId, ip } = allocate(it);
    const { AssociationId } = it.call(associateAddress, { AllocationId, InstanceId: id });
    expect(AssociationId).toMatch(/^eipassoc-[0-9a-f]{17}$/);
    const instance = it.describe(id);
    expect(instance.PublicIpAddress).toBe(ip);
    expect(instance.PublicDnsName).toBe(`ec2-${ip.replaceAll('.', '-')}.compute-1.amazonaws.com`);
    expect(instance.NetworkInterfaces?.[0]?.Association).toEqual({
      IpOwnerId: it.account,
      PublicDnsName: instance.PublicDnsName,
      PublicIp: ip,
    });
    expect(publicAddressOwner(it.view(), assigned)).toBeUndefined();
    expect(addressOf(it, AllocationId)).toMatchObject({
      AssociationId,
      InstanceId: id,
      NetworkInterfaceId: instance.NetworkInterfaces?.[0]?.NetworkInterfaceId,
      NetworkInterfaceOwnerId: it.account,
      PrivateIpAddress: instance.PrivateIpAddress,
    });
    // The same once more changes nothing.
    expect(it.call(associateAddress, { AllocationId, InstanceId: id })).toEqual({ AssociationId });
  });

  test('moves the address, unless it may not, and both instances say so', async () => {
    const it = await createInstanceWorld();
    const [first, second] = [running(it), running(it)];
    const { id: AllocationId, ip } = allocate(it);
    const { AssociationId } = it.call(associateAddress, { AllocationId, InstanceId: first });
    expect(
      it.fail(associateAddress, { AllocationId, InstanceId: second, AllowReassociation: false }),
    ).toMatchObject({
      code: 'Resource.AlreadyAssociated',
      message: `resource ${AllocationId} is already associated with associate-id ${AssociationId}`,
    });
    const moved = it.call(associateAddress, { AllocationId, InstanceId: second });
    expect(moved.AssociationId).not.toBe(AssociationId);
    expect(it.describe(second).PublicIpAddress).toBe(ip);
    expect(it.describe(first).PublicIpAddress).not.toBe(ip);
    expect(it.describe(first).PublicIpAddress).toEqual(expect.any(String));
  });

  test('leaves the other Elastic IP of the instance without an association', async () => {
    const it = await createInstanceWorld();
    const InstanceId = running(it);
    const [one, two] = [allocate(it), allocate(it)];
    it.call(associateAddress, { AllocationId: one.id, InstanceId });
    it.call(associateAddress, { AllocationId: two.id, InstanceId });
    expect(it.describe(InstanceId).PublicIpAddress).toBe(two.ip);
    expect(addressOf(it, one.id).AssociationId).toBeUndefined();
  });

  test('refuses what makes no sense, with the reason', async () => {
    const it = await createInstanceWorld();
    const InstanceId = running(it);
    const [pending = ''] = it.launch();
    const { id: AllocationId, ip } = allocate(it);
    const NetworkInterfaceId = it.describe(InstanceId).NetworkInterfaces?.[0]?.NetworkInterfaceId;
    for (const [input, code] of [
      [{ InstanceId }, 'MissingParameter'],
      [{ AllocationId }, 'MissingParameter'],
      [{ AllocationId: 'eipalloc-0123456789abcdef0', InstanceId }, 'InvalidAllocationID.NotFound'],
      [{ AllocationId: 'address', InstanceId }, 'InvalidAllocationID.Malformed'],
      [{ AllocationId, InstanceId: 'i-0123456789abcdef0' }, 'InvalidInstanceID.NotFound'],
      [{ AllocationId, InstanceId: pending }, 'InvalidInstanceID'],
      [{ AllocationId, InstanceId, NetworkInterfaceId }, 'InvalidParameterCombination'],
      [{ AllocationId, PublicIp: ip, InstanceId }, 'InvalidParameterCombination'],
      [{ PublicIp: ip, InstanceId }, 'InvalidParameterCombination'],
      [{ PublicIp: '198.51.100.1', InstanceId }, 'InvalidAddress.NotFound'],
      [{ PublicIp: 'here', InstanceId }, 'InvalidAddress.Malformed'],
      [
        { AllocationId, NetworkInterfaceId: 'eni-0123456789abcdef0' },
        'InvalidNetworkInterfaceID.NotFound',
      ],
      [{ AllocationId, InstanceId, PrivateIpAddress: '172.31.0.9' }, 'InvalidParameterValue'],
    ] as const) {
      expect({ input, code: it.fail(associateAddress, input).code }).toEqual({ input, code });
    }
    it.call(terminateInstances, { InstanceIds: [InstanceId] });
    expect(it.fail(associateAddress, { AllocationId, InstanceId }).code).toBe(
      'IncorrectInstanceState',
    );
  });

  test('needs a way to the Internet, and one interface where an instance is named', async () => {
    const it = await createInstanceWorld();
    const { id: AllocationId, ip } = allocate(it);
    const VpcId = present(it.call(createVpc, { CidrBlock: '10.0.0.0/16' }).Vpc?.VpcId);
    const { Subnet } = it.call(createSubnet, { VpcId, CidrBlock: '10.0.0.0/24' });
    const [InstanceId = ''] = it.launch({ SubnetId: present(Subnet?.SubnetId) });
    it.clock.advance(20_000);
    expect(it.fail(associateAddress, { AllocationId, InstanceId })).toMatchObject({
      code: 'Gateway.NotAttached',
      message: `Network ${VpcId} is not attached to any internet gateway`,
    });
    const InternetGatewayId = present(
      it.call(createInternetGateway, {}).InternetGateway?.InternetGatewayId,
    );
    it.call(attachInternetGateway, { InternetGatewayId, VpcId });
    const { NetworkInterface } = it.call(createNetworkInterface, {
      SubnetId: Subnet?.SubnetId,
    });
    const NetworkInterfaceId = present(NetworkInterface?.NetworkInterfaceId);
    it.call(attachNetworkInterface, { NetworkInterfaceId, InstanceId, DeviceIndex: 1 });
    expect(it.fail(associateAddress, { AllocationId, InstanceId })).toMatchObject({
      code: 'InvalidInstanceID',
      message: expect.stringContaining('There are multiple interfaces attached'),
    });
    it.call(associateAddress, { AllocationId, NetworkInterfaceId });
    expect(addressOf(it, AllocationId)).toMatchObject({ InstanceId, NetworkInterfaceId });
    expect(it.describe(InstanceId).PublicIpAddress).toBeUndefined();
    expect(it.describe(InstanceId).NetworkInterfaces?.[1]?.Association?.PublicIp).toBe(ip);
    // Outside of the default VPC an address in use is not let go.
    expect(it.fail(releaseAddress, { AllocationId }).code).toBe('InvalidIPAddress.InUse');
  });
});

describe('an Elastic IP', () => {
  test('survives stop and start, while an assigned address changes and a private one stays', async () => {
    const it = await createInstanceWorld();
    const [kept, plain] = [running(it), running(it)];
    const { id: AllocationId, ip } = allocate(it);
    it.call(associateAddress, { AllocationId, InstanceId: kept });
    const before = { kept: it.describe(kept), plain: it.describe(plain) };
    it.call(stopInstances, { InstanceIds: [kept, plain] });
    it.clock.advance(60_000);
    expect(it.describe(kept).PublicIpAddress).toBe(ip);
    expect(it.describe(plain).PublicIpAddress).toBeUndefined();
    it.call(startInstances, { InstanceIds: [kept, plain] });
    it.clock.advance(60_000);
    expect(it.describe(kept).PublicIpAddress).toBe(ip);
    expect(it.describe(plain).PublicIpAddress).toEqual(expect.any(String));
    expect(it.describe(plain).PublicIpAddress).not.toBe(before.plain.PublicIpAddress);
    expect(it.describe(kept).PrivateIpAddress).toBe(before.kept.PrivateIpAddress);
    expect(it.describe(plain).PrivateIpAddress).toBe(before.plain.PrivateIpAddress);
  });

  test('is free when its instance is terminated', async () => {
    const it = await createInstanceWorld();
    const id = running(it);
    const { id: AllocationId } = allocate(it);
    it.call(associateAddress, { AllocationId, InstanceId: id });
    it.call(terminateInstances, { InstanceIds: [id] });
    it.clock.advance(60_000);
    expect(addressOf(it, AllocationId).AssociationId).toBeUndefined();
  });

  test('that leads into the default VPC can be released at once', async () => {
    const it = await createInstanceWorld();
    const id = running(it);
    const { id: AllocationId, ip } = allocate(it);
    it.call(associateAddress, { AllocationId, InstanceId: id });
    expect(it.fail(releaseAddress, { PublicIp: ip }).code).toBe('InvalidParameterValue');
    expect(it.fail(releaseAddress, { AllocationId, NetworkBorderGroup: 'x' }).code).toBe(
      'InvalidAddress.NotFound',
    );
    it.call(releaseAddress, { AllocationId });
    expect(it.describe(id).PublicIpAddress).not.toBe(ip);
    expect(publicAddressOwner(it.view(), ip)).toBeUndefined();
  });

  test('is unknown in every other Region', async () => {
    const here = await createInstanceWorld();
    const { id: AllocationId } = allocate(here);
    const there = await createInstanceWorld({ region: 'eu-west-1' });
    const id = running(there);
    for (const run of [
      () => there.fail(associateAddress, { AllocationId, InstanceId: id }),
      () => there.fail(releaseAddress, { AllocationId }),
      () => there.fail(describeAddresses, { AllocationIds: [AllocationId] }),
      () => there.fail(modifyAddressAttribute, { AllocationId, DomainName: 'a.example.com' }),
    ]) {
      expect(run()).toMatchObject({
        code: 'InvalidAllocationID.NotFound',
        message: `The allocation ID '${AllocationId}' does not exist`,
      });
    }
  });
});

describe('DisassociateAddress', () => {
  test('leaves the address with the account, and the instance gets an assigned one', async () => {
    const it = await createInstanceWorld();
    const id = running(it);
    const { id: AllocationId, ip } = allocate(it);
    const { AssociationId } = it.call(associateAddress, { AllocationId, InstanceId: id });
    expect(it.fail(disassociateAddress, { PublicIp: ip }).code).toBe('InvalidParameterValue');
    it.call(disassociateAddress, { AssociationId });
    expect(addressOf(it, AllocationId)).not.toHaveProperty('AssociationId', expect.anything());
    expect(it.describe(id).PublicIpAddress).not.toBe(ip);
    expect(it.describe(id).PublicIpAddress).toEqual(expect.any(String));
    expect(it.fail(disassociateAddress, { AssociationId }).code).toBe(
      'InvalidAssociationID.NotFound',
    );
    expect(it.fail(disassociateAddress, { AssociationId: 'eipassoc' }).code).toBe(
      'InvalidAssociationID.Malformed',
    );
    expect(it.fail(disassociateAddress, {}).code).toBe('MissingParameter');
  });
});

test('DescribeAddresses filters by everything that an address has', async () => {
  const it = await createInstanceWorld();
  const id = running(it);
  const { id: AllocationId } = allocate(it);
  allocate(it);
  it.call(associateAddress, { AllocationId, InstanceId: id });
  it.call(createTags, { Resources: [AllocationId], Tags: [{ Key: 'Name', Value: 'front' }] });
  const address = addressOf(it, AllocationId);
  for (const [Name, value] of [
    ['allocation-id', AllocationId],
    ['association-id', address.AssociationId],
    ['instance-id', id],
    ['network-interface-id', address.NetworkInterfaceId],
    ['network-interface-owner-id', it.account],
    ['private-ip-address', address.PrivateIpAddress],
    ['public-ip', address.PublicIp],
    ['tag:Name', 'front'],
    ['tag-key', 'Name'],
  ] as const) {
    const { Addresses } = it.call(describeAddresses, {
      Filters: [{ Name, Values: [present(value)] }],
    });
    expect({ Name, found: Addresses?.map((one) => one.AllocationId) }).toEqual({
      Name,
      found: [AllocationId],
    });
  }
  for (const [Name, value] of [
    ['domain', 'vpc'],
    ['network-border-group', 'us-east-1'],
  ] as const) {
    expect(
      it.call(describeAddresses, { Filters: [{ Name, Values: [value] }] }).Addresses,
    ).toHaveLength(2);
  }
});

test('an address has a reverse name, once it was given one', async () => {
  const it = await createInstanceWorld();
  const { id: AllocationId, ip } = allocate(it);
  const described = () =>
    it.call(describeAddressesAttribute, {
      AllocationIds: [AllocationId],
      Attribute: 'domain-name',
    }).Addresses;
  expect(described()).toEqual([{ AllocationId, PublicIp: ip }]);
  expect(
    it.call(modifyAddressAttribute, { AllocationId, DomainName: 'mail.example.com' }).Address,
  ).toEqual({ AllocationId, PublicIp: ip, PtrRecord: 'mail.example.com.' });
  expect(described()?.[0]?.PtrRecord).toBe('mail.example.com.');
  expect(it.fail(modifyAddressAttribute, { AllocationId, DomainName: 'not a name' }).code).toBe(
    'InvalidParameterValue',
  );
  it.call(resetAddressAttribute, { AllocationId, Attribute: 'domain-name' });
  expect(described()).toEqual([{ AllocationId, PublicIp: ip }]);
});
