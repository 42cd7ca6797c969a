import { describe, expect, it } from 'vitest';
import { awsClients, given, refusalOf } from '../../support/aws-clients.ts';
import { eventually } from '../../support/eventually.ts';
import type { Running } from '../../support/faultline-process.ts';

const [here, there] = ['ap-southeast-1', 'eu-north-1'] as const;

/** VPCs of two Regions that are peered. */
export const walkPeering = (world: () => Running): void => {
  describe('a VPC peering connection', () => {
    it('joins VPCs of two Regions, with options and routes, and ends for both', async () => {
      const one = awsClients(world().endpoint, { region: here }).ec2;
      const other = awsClients(world().endpoint, { region: there }).ec2;
      const { Vpc } = await one.createVpc({ CidrBlock: '10.61.0.0/16' });
      const { Vpc: PeerVpc } = await other.createVpc({ CidrBlock: '10.62.0.0/16' });
      const [VpcId, PeerVpcId] = [given(Vpc?.VpcId), given(PeerVpc?.VpcId)];
      const ask = async (): Promise<string> => {
        const { VpcPeeringConnection } = await one.createVpcPeeringConnection({
          VpcId,
          PeerVpcId,
          PeerRegion: there,
        });
        return given(VpcPeeringConnection?.VpcPeeringConnectionId);
      };
      const codeAt = async (ec2: typeof one, id: string) => {
        const { VpcPeeringConnections } = await ec2.describeVpcPeeringConnections({
          VpcPeeringConnectionIds: [id],
        });
        return VpcPeeringConnections?.[0]?.Status?.Code;
      };
      const rejected = await ask();
      await eventually(async () => (await codeAt(other, rejected)) === 'pending-acceptance');
      await other.rejectVpcPeeringConnection({ VpcPeeringConnectionId: rejected });
      const VpcPeeringConnectionId = await ask();
      await eventually(
        async () => (await codeAt(other, VpcPeeringConnectionId)) === 'pending-acceptance',
      );
      expect(
        await refusalOf(one.acceptVpcPeeringConnection({ VpcPeeringConnectionId })),
      ).toMatchObject({ code: 'OperationNotPermitted' });
      await other.acceptVpcPeeringConnection({ VpcPeeringConnectionId });
      await eventually(async () => (await codeAt(one, VpcPeeringConnectionId)) === 'active');
      await one.modifyVpcAttribute({ VpcId, EnableDnsHostnames: { Value: true } });
      const { RequesterPeeringConnectionOptions } = await one.modifyVpcPeeringConnectionOptions({
        VpcPeeringConnectionId,
        RequesterPeeringConnectionOptions: { AllowDnsResolutionFromRemoteVpc: true },
      });
      expect(RequesterPeeringConnectionOptions?.AllowDnsResolutionFromRemoteVpc).toBe(true);
      await one.deleteVpcPeeringConnection({ VpcPeeringConnectionId });
      expect(await codeAt(other, VpcPeeringConnectionId)).toBe('deleted');
      await one.deleteVpc({ VpcId });
      await other.deleteVpc({ VpcId: PeerVpcId });
    });
  });
};
