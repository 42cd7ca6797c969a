import { describe, expect, it } from 'vitest';
import { awsClients, given, refusalOf } from '../../support/aws-clients.ts';
import { eventually } from '../../support/eventually.ts';
import type { Running } from '../../support/faultline-process.ts';

type Ec2 = ReturnType<typeof awsClients>['ec2'];

const [here, there] = ['ap-northeast-2', 'eu-central-1'] as const;

/** A transit gateway that is available. */
const hubOf = async (ec2: Ec2): Promise<{ readonly id: string; readonly tableId: string }> => {
  const { TransitGateway } = await ec2.createTransitGateway({ Description: 'hub' });
  const id = given(TransitGateway?.TransitGatewayId);
  await eventually(async () => {
    const { TransitGateways } = await ec2.describeTransitGateways({ TransitGatewayIds: [id] });
    return TransitGateways?.[0]?.State === 'available';
  });
  return { id, tableId: given(TransitGateway?.Options?.AssociationDefaultRouteTableId) };
};

const attachmentIs = (ec2: Ec2, id: string, state: string): Promise<boolean> =>
  eventually(async () => {
    const { TransitGatewayAttachments } = await ec2.describeTransitGatewayAttachments({
      TransitGatewayAttachmentIds: [id],
    });
    return TransitGatewayAttachments?.[0]?.State === state;
  });

const walkAttachments = (world: () => Running): void => {
  it('attaches VPCs, and routes between them by its tables', async () => {
    const { ec2 } = awsClients(world().endpoint, { region: here });
    const { id: TransitGatewayId, tableId } = await hubOf(ec2);
    const { Vpc } = await ec2.createVpc({ CidrBlock: '10.71.0.0/16' });
    const VpcId = given(Vpc?.VpcId);
    const { Subnet } = await ec2.createSubnet({ VpcId, CidrBlock: '10.71.0.0/24' });
    const SubnetId = given(Subnet?.SubnetId);
    const { TransitGatewayVpcAttachment } = await ec2.createTransitGatewayVpcAttachment({
      TransitGatewayId,
      VpcId,
      SubnetIds: [SubnetId],
    });
    const TransitGatewayAttachmentId = given(
      TransitGatewayVpcAttachment?.TransitGatewayAttachmentId,
    );
    await attachmentIs(ec2, TransitGatewayAttachmentId, 'available');
    await ec2.modifyTransitGatewayVpcAttachment({
      TransitGatewayAttachmentId,
      Options: { ApplianceModeSupport: 'enable' },
    });
    await attachmentIs(ec2, TransitGatewayAttachmentId, 'available');
    const { TransitGatewayVpcAttachments } = await ec2.describeTransitGatewayVpcAttachments({
      Filters: [{ Name: 'vpc-id', Values: [VpcId] }],
    });
    expect(TransitGatewayVpcAttachments?.[0]?.Options?.ApplianceModeSupport).toBe('enable');
    const ofBoth = { TransitGatewayAttachmentId, TransitGatewayRouteTableId: tableId };
    const { TransitGatewayRouteTable } = await ec2.createTransitGatewayRouteTable({
      TransitGatewayId,
    });
    const other = given(TransitGatewayRouteTable?.TransitGatewayRouteTableId);
    await eventually(async () => {
      const { TransitGatewayRouteTables } = await ec2.describeTransitGatewayRouteTables({
        TransitGatewayRouteTableIds: [other],
      });
      return TransitGatewayRouteTables?.[0]?.State === 'available';
    });
    await ec2.disassociateTransitGatewayRouteTable(ofBoth);
    await eventually(async () => {
      const { Associations } = await ec2.getTransitGatewayRouteTableAssociations({
        TransitGatewayRouteTableId: tableId,
      });
      return Associations?.length === 0;
    });
    await ec2.associateTransitGatewayRouteTable({
      TransitGatewayAttachmentId,
      TransitGatewayRouteTableId: other,
    });
    await ec2.enableTransitGatewayRouteTablePropagation({
      TransitGatewayAttachmentId,
      TransitGatewayRouteTableId: other,
    });
    const { TransitGatewayAttachmentPropagations } =
      await ec2.getTransitGatewayAttachmentPropagations({ TransitGatewayAttachmentId });
    expect(TransitGatewayAttachmentPropagations).toHaveLength(2);
    await ec2.disableTransitGatewayRouteTablePropagation(ofBoth);
    const { TransitGatewayRouteTablePropagations } =
      await ec2.getTransitGatewayRouteTablePropagations({ TransitGatewayRouteTableId: other });
    expect(TransitGatewayRouteTablePropagations).toMatchObject([
      { TransitGatewayAttachmentId, ResourceId: VpcId, State: 'enabled' },
    ]);
    const DestinationCidrBlock = '192.168.0.0/16';
    await ec2.createTransitGatewayRoute({ ...ofBoth, DestinationCidrBlock });
    await ec2.replaceTransitGatewayRoute({
      TransitGatewayRouteTableId: tableId,
      DestinationCidrBlock,
      Blackhole: true,
    });
    const { Routes, AdditionalRoutesAvailable } = await ec2.searchTransitGatewayRoutes({
      TransitGatewayRouteTableId: tableId,
      Filters: [{ Name: 'type', Values: ['static'] }],
    });
    expect(Routes).toMatchObject([{ DestinationCidrBlock, Type: 'static', State: 'blackhole' }]);
    expect(AdditionalRoutesAvailable).toBe(false);
    await ec2.deleteTransitGatewayRoute({
      TransitGatewayRouteTableId: tableId,
      DestinationCidrBlock,
    });
    expect(await refusalOf(ec2.deleteTransitGateway({ TransitGatewayId }))).toMatchObject({
      code: 'IncorrectState',
    });
    await ec2.deleteTransitGatewayVpcAttachment({ TransitGatewayAttachmentId });
    await attachmentIs(ec2, TransitGatewayAttachmentId, 'deleted');
    await ec2.deleteTransitGatewayRouteTable({ TransitGatewayRouteTableId: other });
    await ec2.modifyTransitGateway({ TransitGatewayId, Description: 'empty' });
    await eventually(async () => {
      const { TransitGateways } = await ec2.describeTransitGateways({});
      return TransitGateways?.[0]?.State === 'available';
    });
    await ec2.deleteTransitGateway({ TransitGatewayId });
    await ec2.deleteSubnet({ SubnetId });
    await ec2.deleteVpc({ VpcId });
  });
};

const walkPeering = (world: () => Running): void => {
  it('is peered with one of another Region', async () => {
    const one = awsClients(world().endpoint, { region: here }).ec2;
    const other = awsClients(world().endpoint, { region: there }).ec2;
    const [from, to] = [await hubOf(one), await hubOf(other)];
    const { TransitGateways } = await other.describeTransitGateways({});
    const account = given(TransitGateways?.[0]?.OwnerId);
    const ask = async (): Promise<string> => {
      const { TransitGatewayPeeringAttachment } = await one.createTransitGatewayPeeringAttachment({
        TransitGatewayId: from.id,
        PeerTransitGatewayId: to.id,
        PeerAccountId: account,
        PeerRegion: there,
      });
      const id = given(TransitGatewayPeeringAttachment?.TransitGatewayAttachmentId);
      await attachmentIs(other, id, 'pendingAcceptance');
      return id;
    };
    const rejected = await ask();
    await other.rejectTransitGatewayPeeringAttachment({ TransitGatewayAttachmentId: rejected });
    await attachmentIs(one, rejected, 'rejected');
    const TransitGatewayAttachmentId = await ask();
    await other.acceptTransitGatewayPeeringAttachment({ TransitGatewayAttachmentId });
    await attachmentIs(one, TransitGatewayAttachmentId, 'available');
    await one.createTransitGatewayRoute({
      TransitGatewayRouteTableId: from.tableId,
      TransitGatewayAttachmentId,
      DestinationCidrBlock: '10.72.0.0/16',
    });
    const { TransitGatewayPeeringAttachments } =
      await other.describeTransitGatewayPeeringAttachments({
        TransitGatewayAttachmentIds: [TransitGatewayAttachmentId],
      });
    expect(TransitGatewayPeeringAttachments?.[0]).toMatchObject({
      RequesterTgwInfo: { TransitGatewayId: from.id, Region: here },
      AccepterTgwInfo: { TransitGatewayId: to.id, Region: there },
    });
    await one.deleteTransitGatewayPeeringAttachment({ TransitGatewayAttachmentId });
    await attachmentIs(other, TransitGatewayAttachmentId, 'deleted');
    await one.deleteTransitGateway({ TransitGatewayId: from.id });
    await other.deleteTransitGateway({ TransitGatewayId: to.id });
  });
};

/** Transit gateways with what is attached to them. */
export const walkTransitGateways = (world: () => Running): void => {
  describe('a transit gateway', () => {
    walkAttachments(world);
    walkPeering(world);
  });
};
