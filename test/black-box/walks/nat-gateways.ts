import type { EC2 } from '@aws-sdk/client-ec2';
import { describe, expect, it } from 'vitest';
import { awsClients, given, refusalOf } from '../../support/aws-clients.ts';
import { eventually } from '../../support/eventually.ts';
import type { Running } from '../../support/faultline-process.ts';

const region = 'eu-north-1';
const everywhere = '0.0.0.0/0';

/** The way out of private subnets. */
export const walkNatGateways = (world: () => Running): void => {
  const ec2 = (): EC2 => awsClients(world().endpoint, { region }).ec2;

  describe('a NAT gateway', () => {
    it('is made, routed to, deleted, and leaves a black hole', async () => {
      const { Subnets = [] } = await ec2().describeSubnets();
      const subnet = given(Subnets[0]);
      const { AllocationId } = await ec2().allocateAddress();
      const { NatGateway } = await ec2().createNatGateway({
        SubnetId: subnet.SubnetId,
        AllocationId,
        TagSpecifications: [{ ResourceType: 'natgateway', Tags: [{ Key: 'Name', Value: 'out' }] }],
      });
      const NatGatewayId = given(NatGateway?.NatGatewayId);
      const state = async (): Promise<string | undefined> => {
        const { NatGateways } = await ec2().describeNatGateways({ NatGatewayIds: [NatGatewayId] });
        return NatGateways?.[0]?.State;
      };
      await eventually(async () => (await state()) === 'available');
      const { RouteTable } = await ec2().createRouteTable({ VpcId: subnet.VpcId });
      const RouteTableId = given(RouteTable?.RouteTableId);
      const outward = { RouteTableId, DestinationCidrBlock: everywhere };
      await ec2().createRoute({ ...outward, NatGatewayId });
      expect(await refusalOf(ec2().releaseAddress({ AllocationId }))).toMatchObject({
        code: 'AuthFailure',
      });
      await ec2().deleteNatGateway({ NatGatewayId });
      await eventually(async () => (await state()) === 'deleted');
      const { RouteTables } = await ec2().describeRouteTables({ RouteTableIds: [RouteTableId] });
      expect(RouteTables?.[0]?.Routes?.[1]).toMatchObject({ NatGatewayId, State: 'blackhole' });
      await ec2().deleteRouteTable({ RouteTableId });
      await ec2().releaseAddress({ AllocationId });
    });
  });
};
