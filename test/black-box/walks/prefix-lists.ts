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

  describe('a VPC', () => {
    it('has flow logs', async () => {
      const { ec2 } = awsClients(world().endpoint, { region: 'eu-central-1' });
      const { Vpcs } = await ec2.describeVpcs({});
      const VpcId = given(Vpcs?.[0]?.VpcId);
      const { FlowLogIds } = await ec2.createFlowLogs({
        ResourceIds: [VpcId],
        ResourceType: 'VPC',
        TrafficType: 'REJECT',
        LogDestinationType: 's3',
        LogDestination: 'arn:aws:s3:::flows/all',
        DestinationOptions: {
          FileFormat: 'parquet',
          HiveCompatiblePartitions: true,
          PerHourPartition: false,
        },
      });
      const { FlowLogs } = await ec2.describeFlowLogs({ FlowLogIds: given(FlowLogIds) });
      expect(FlowLogs).toMatchObject([
        { LogDestination: 'arn:aws:s3:::flows/all', DestinationOptions: { FileFormat: 'parquet' } },
      ]);
      const { Unsuccessful } = await ec2.deleteFlowLogs({ FlowLogIds: given(FlowLogIds) });
      expect(Unsuccessful).toEqual([]);
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
