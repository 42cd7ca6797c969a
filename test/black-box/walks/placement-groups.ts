import { describe, expect, it } from 'vitest';
import { awsClients, given, refusalOf } from '../../support/aws-clients.ts';
import { eventually } from '../../support/eventually.ts';
import type { Running } from '../../support/faultline-process.ts';
import { launchWith, stateOf } from '../web-server.ts';

/** Placement groups, and an instance that changes its own. */
export const walkPlacementGroups = (world: () => Running): void => {
  describe('a placement group', () => {
    it('has instances, which can leave it while they are stopped', async () => {
      const aws = awsClients(world().endpoint, { region: 'ca-central-1' });
      const { PlacementGroup } = await aws.ec2.createPlacementGroup({
        GroupName: 'db',
        Strategy: 'partition',
        PartitionCount: 3,
      });
      expect(PlacementGroup).toMatchObject({ State: 'available', PartitionCount: 3 });
      const id = await launchWith(aws, '', {
        InstanceType: 'm5.large',
        Placement: { GroupName: 'db', PartitionNumber: 2 },
      });
      await eventually(async () => (await stateOf(aws, id)) === 'running');
      expect(await refusalOf(aws.ec2.deletePlacementGroup({ GroupName: 'db' }))).toMatchObject({
        code: 'InvalidPlacementGroup.InUse',
      });
      await aws.ec2.stopInstances({ InstanceIds: [id] });
      await eventually(async () => (await stateOf(aws, id)) === 'stopped');
      await aws.ec2.modifyInstancePlacement({ InstanceId: id, GroupName: '' });
      await aws.ec2.deletePlacementGroup({ GroupName: 'db' });
      const { PlacementGroups } = await aws.ec2.describePlacementGroups({});
      expect(given(PlacementGroups)).toEqual([]);
      await aws.ec2.terminateInstances({ InstanceIds: [id] });
    });
  });
};
