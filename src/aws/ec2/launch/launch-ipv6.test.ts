import { describe, expect, test } from 'vitest';
import { describeInstances, runInstances } from '../instances/instances.ts';
import { modifyPrivateDnsNameOptions } from '../instances/option-changes.ts';
import { createInstanceWorld, testImage, type InstanceWorld } from '../instances/test-instances.ts';
import { createSubnet } from '../network/subnets.ts';
import { createVpc } from '../network/vpcs.ts';
import { assignIpv6Addresses } from '../network-interfaces/ipv6-addresses.ts';
import { createNetworkInterface } from '../network-interfaces/life.ts';
import { present } from '../test-region.ts';

/** A subnet of a VPC with IPv6. */
const ipv6Subnet = (it: InstanceWorld): { readonly SubnetId: string; readonly block: string } => {
  const { Vpc } = it.call(createVpc, {
    CidrBlock: '10.0.0.0/16',
    AmazonProvidedIpv6CidrBlock: true,
  });
  const [association] = present(Vpc?.Ipv6CidrBlockAssociationSet);
  const block = present(association?.Ipv6CidrBlock).replace('/56', '/64');
  const { Subnet } = it.call(createSubnet, {
    VpcId: present(Vpc?.VpcId),
    CidrBlock: '10.0.0.0/24',
    Ipv6CidrBlock: block,
  });
  return { SubnetId: present(Subnet?.SubnetId), block };
};

const launch = {
  ImageId: testImage(),
  MinCount: 1,
  MaxCount: 1,
  InstanceType: 't3.micro',
} as const;

describe('a launch with IPv6', () => {
  test('gets as many addresses as its type takes, and no more', async () => {
    const it = await createInstanceWorld();
    const { SubnetId } = ipv6Subnet(it);
    const { Instances } = it.call(runInstances, { ...launch, SubnetId, Ipv6AddressCount: 2 });
    expect(Instances?.[0]?.NetworkInterfaces?.[0]?.Ipv6Addresses).toHaveLength(2);
    for (const asked of [
      { SubnetId, Ipv6AddressCount: 3 },
      { NetworkInterfaces: [{ DeviceIndex: 0, SubnetId, Ipv6AddressCount: 3 }] },
    ]) {
      expect(it.fail(runInstances, { ...launch, ...asked }).code).toBe('Ipv6AddressLimitExceeded');
    }
    // The largest types take 64 on an interface.
    const { NetworkInterface } = it.call(createNetworkInterface, {
      SubnetId,
      Ipv6AddressCount: 64,
    });
    expect(NetworkInterface?.Ipv6Addresses).toHaveLength(64);
    expect(it.fail(createNetworkInterface, { SubnetId, Ipv6AddressCount: 65 }).code).toBe(
      'Ipv6AddressLimitExceeded',
    );
  });

  test('names an address for one instance only', async () => {
    const it = await createInstanceWorld();
    const { SubnetId, block } = ipv6Subnet(it);
    const Ipv6Addresses = [{ Ipv6Address: block.replace('/64', '77') }];
    const two = it.fail(runInstances, {
      ...launch,
      MinCount: 2,
      MaxCount: 2,
      SubnetId,
      Ipv6Addresses,
    });
    expect(two.code).toBe('InvalidParameterCombination');
    const { Instances } = it.call(runInstances, { ...launch, SubnetId, Ipv6Addresses });
    expect(Instances?.[0]?.Ipv6Address).toBe(Ipv6Addresses[0]?.Ipv6Address);
  });

  test("leaves AWS's five addresses of the subnet alone", async () => {
    const it = await createInstanceWorld();
    const { SubnetId, block } = ipv6Subnet(it);
    const { NetworkInterface } = it.call(createNetworkInterface, { SubnetId });
    const NetworkInterfaceId = present(NetworkInterface?.NetworkInterfaceId);
    const assign = (end: string) => ({
      NetworkInterfaceId,
      Ipv6Addresses: [block.replace('::/64', end)],
    });
    for (const end of ['::', '::1', '::2', '::3', ':ffff:ffff:ffff:ffff']) {
      expect(it.fail(assignIpv6Addresses, assign(end))).toMatchObject({
        code: 'InvalidParameterValue',
        message: expect.stringContaining('reserved'),
      });
    }
    for (const end of ['::4', ':ffff:ffff:ffff:fffe']) it.call(assignIpv6Addresses, assign(end));
  });

  test('reads back that its name has an AAAA record', async () => {
    const it = await createInstanceWorld();
    const { SubnetId } = ipv6Subnet(it);
    const { Instances } = it.call(runInstances, {
      ...launch,
      SubnetId,
      Ipv6AddressCount: 1,
      PrivateDnsNameOptions: { EnableResourceNameDnsAAAARecord: true },
    });
    const InstanceId = present(Instances?.[0]?.InstanceId);
    const hasRecord = () =>
      it.call(describeInstances, { InstanceIds: [InstanceId] }).Reservations?.[0]?.Instances?.[0]
        ?.PrivateDnsNameOptions?.EnableResourceNameDnsAAAARecord;
    expect(hasRecord()).toBe(true);
    it.call(modifyPrivateDnsNameOptions, { InstanceId, EnableResourceNameDnsAAAARecord: false });
    expect(hasRecord()).toBe(false);
  });
});
