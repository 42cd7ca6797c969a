import { describe, expect, test } from 'vitest';
import { present, testRegion, type TestRegion } from '../test-region.ts';
import { createNetworkInterface } from '../network-interfaces/life.ts';
import { assignIpv6Addresses } from '../network-interfaces/ipv6-addresses.ts';
import { createSubnet, deleteSubnet } from './subnets.ts';
import { createVpc } from './vpcs.ts';
import { subnetReservationOperations } from './subnet-reservations.ts';

const { CreateSubnetCidrReservation, DeleteSubnetCidrReservation, GetSubnetCidrReservations } =
  subnetReservationOperations;

const openSubnet = (region: TestRegion, CidrBlock: string) => {
  const { Vpc } = region.call(createVpc, {
    CidrBlock: '10.0.0.0/16',
    AmazonProvidedIpv6CidrBlock: true,
  });
  const [association] = present(Vpc?.Ipv6CidrBlockAssociationSet);
  const ipv6 = present(association?.Ipv6CidrBlock).replace('/56', '/64');
  const VpcId = present(Vpc?.VpcId);
  const { Subnet } = region.call(createSubnet, { VpcId, CidrBlock, Ipv6CidrBlock: ipv6 });
  return { SubnetId: present(Subnet?.SubnetId), ipv6 };
};

const reserve = (region: TestRegion, SubnetId: string, Cidr: string): string =>
  present(
    region.call(CreateSubnetCidrReservation, { SubnetId, Cidr, ReservationType: 'explicit' })
      .SubnetCidrReservation?.SubnetCidrReservationId,
  );

describe('a CIDR reservation of a subnet', () => {
  test('keeps its addresses for those who name them', () => {
    const region = testRegion();
    const { SubnetId } = openSubnet(region, '10.0.0.0/28');
    const id = reserve(region, SubnetId, '10.0.0.8/29');
    const addressOf = (PrivateIpAddress?: string) =>
      region.call(createNetworkInterface, { SubnetId, PrivateIpAddress }).NetworkInterface
        ?.PrivateIpAddress;
    // Of sixteen, five are AWS's and eight are kept, one of them AWS's last.
    expect(Array.from({ length: 4 }, () => addressOf() ?? '').toSorted()).toEqual([
      '10.0.0.4',
      '10.0.0.5',
      '10.0.0.6',
      '10.0.0.7',
    ]);
    expect(region.failCode(createNetworkInterface, { SubnetId })).toBe(
      'InsufficientFreeAddressesInSubnet',
    );
    expect(addressOf('10.0.0.9')).toBe('10.0.0.9');
    region.call(DeleteSubnetCidrReservation, { SubnetCidrReservationId: id });
    expect(addressOf()).toMatch(/^10\.0\.0\.(8|10|11|12|13|14)$/);
  });

  test('is listed by family, and goes with its subnet', () => {
    const region = testRegion();
    const { SubnetId, ipv6 } = openSubnet(region, '10.0.0.0/24');
    reserve(region, SubnetId, '10.0.0.128/25');
    reserve(region, SubnetId, ipv6);
    const found = region.call(GetSubnetCidrReservations, { SubnetId });
    expect(found.SubnetIpv4CidrReservations).toMatchObject([
      { Cidr: '10.0.0.128/25', ReservationType: 'explicit' },
    ]);
    expect(found.SubnetIpv6CidrReservations).toHaveLength(1);
    const { NetworkInterface } = region.call(createNetworkInterface, { SubnetId });
    const NetworkInterfaceId = present(NetworkInterface?.NetworkInterfaceId);
    expect(region.failCode(assignIpv6Addresses, { NetworkInterfaceId, Ipv6AddressCount: 1 })).toBe(
      'InsufficientFreeAddressesInSubnet',
    );
  });

  test.each(['10.1.0.0/28', '10.0.0.0/16', '10.0.0.16/30', 'x'])('is refused: %s', (Cidr) => {
    const region = testRegion();
    const { SubnetId } = openSubnet(region, '10.0.0.0/24');
    reserve(region, SubnetId, '10.0.0.16/28');
    expect(
      region.failCode(CreateSubnetCidrReservation, {
        SubnetId,
        Cidr,
        ReservationType: 'prefix',
      }),
    ).toBe('InvalidParameterValue');
    region.call(deleteSubnet, { SubnetId });
  });
});
