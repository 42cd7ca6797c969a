import { describe, expect, it } from 'vitest';
import { awsClients, given } from '../../support/aws-clients.ts';
import { eventually } from '../../support/eventually.ts';
import type { Running } from '../../support/faultline-process.ts';

/** Prefix lists, and addresses that subnets keep. */
export const walkPrefixLists = (world: () => Running): void => {
  describe('a prefix list', () => {
    it('has versions, and is named by rules', async () => {
      const { ec2 } = awsClients(world().endpoint, { region: 'eu-central-1' });
      const made = await ec2.createManagedPrefixList({
        PrefixListName: 'offices',
        AddressFamily: 'IPv4',
        MaxEntries: 3,
        Entries: [{ Cidr: '198.51.100.0/24', Description: 'Berlin' }],
      });
      const PrefixListId = given(made.PrefixList?.PrefixListId);
      const isComplete = async () => {
        const { PrefixLists } = await ec2.describeManagedPrefixLists({
          PrefixListIds: [PrefixListId],
        });
        return PrefixLists?.[0]?.State?.endsWith('-complete') === true;
      };
      await eventually(isComplete);
      await ec2.modifyManagedPrefixList({
        PrefixListId,
        CurrentVersion: 1,
        AddEntries: [{ Cidr: '203.0.113.0/24' }],
      });
      await eventually(isComplete);
      await ec2.restoreManagedPrefixListVersion({
        PrefixListId,
        PreviousVersion: 1,
        CurrentVersion: 2,
      });
      const { Entries } = await ec2.getManagedPrefixListEntries({ PrefixListId });
      expect(Entries).toEqual([{ Cidr: '198.51.100.0/24', Description: 'Berlin' }]);
      const { PrefixListAssociations } = await ec2.getManagedPrefixListAssociations({
        PrefixListId,
      });
      expect(PrefixListAssociations).toEqual([]);
      const { PrefixList } = await ec2.deleteManagedPrefixList({ PrefixListId });
      expect(PrefixList?.State).toBe('delete-in-progress');
    });
  });

  describe('a subnet', () => {
    it('keeps addresses', async () => {
      const { ec2 } = awsClients(world().endpoint, { region: 'eu-central-1' });
      const { Subnets } = await ec2.describeSubnets({});
      const SubnetId = given(Subnets?.[0]?.SubnetId);
      const { SubnetCidrReservation } = await ec2.createSubnetCidrReservation({
        SubnetId,
        Cidr: given(Subnets?.[0]?.CidrBlock).replace('/20', '/28'),
        ReservationType: 'explicit',
      });
      const { SubnetIpv4CidrReservations } = await ec2.getSubnetCidrReservations({ SubnetId });
      expect(SubnetIpv4CidrReservations).toHaveLength(1);
      await ec2.deleteSubnetCidrReservation({
        SubnetCidrReservationId: given(SubnetCidrReservation?.SubnetCidrReservationId),
      });
    });
  });
};
