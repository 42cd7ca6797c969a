import { createSubnet } from '../network/subnets.ts';
import { createRoute } from '../network/routes.ts';
import { describeRouteTables } from '../network/route-tables.ts';
import type { Home, PeeringWorld } from '../peering/test-peering.ts';
import { present } from '../test-region.ts';
import { createTransitGateway } from './transit-gateways.ts';
import { createTransitGatewayVpcAttachment } from './vpc-attachments.ts';

/** A transit gateway of a home, with its default route table. */
export interface Hub {
  readonly home: Home;
  readonly id: string;
  readonly tableId: string;
}

/** A VPC with a subnet in each of two zones, attached to a gateway by those that are asked for. */
export interface Spoke {
  readonly home: Home;
  readonly vpcId: string;
  readonly cidr: string;
  /** The VPC's main route table. */
  readonly tableId: string;
  /** By the letter of their zone. */
  readonly subnets: Readonly<Record<'a' | 'b', string>>;
  readonly attachmentId: string;
}

export const settle = ({ it }: PeeringWorld): void => it.clock.advance(120_000);

export const hubIn = (world: PeeringWorld, home: Home): Hub => {
  const { TransitGateway } = home.call(createTransitGateway, {});
  settle(world);
  return {
    home,
    id: present(TransitGateway?.TransitGatewayId),
    tableId: present(TransitGateway?.Options?.AssociationDefaultRouteTableId),
  };
};

export const spokeOf = (
  world: PeeringWorld,
  hub: Hub,
  second: number,
  zones: readonly ('a' | 'b')[] = ['a', 'b'],
): Spoke => {
  const { home } = hub;
  const { vpcId } = home.vpc(second);
  const subnetIn = (zone: 'a' | 'b', third: number): string =>
    present(
      home.call(createSubnet, {
        VpcId: vpcId,
        CidrBlock: `10.${second}.${third}.0/24`,
        AvailabilityZone: `${home.region}${zone}`,
      }).Subnet?.SubnetId,
    );
  const subnets = { a: subnetIn('a', 1), b: subnetIn('b', 2) };
  const { TransitGatewayVpcAttachment } = home.call(createTransitGatewayVpcAttachment, {
    TransitGatewayId: hub.id,
    VpcId: vpcId,
    SubnetIds: zones.map((zone) => subnets[zone]),
  });
  settle(world);
  const Filters = [{ Name: 'vpc-id', Values: [vpcId] }];
  const { RouteTables } = home.call(describeRouteTables, { Filters });
  return {
    home,
    vpcId,
    cidr: `10.${second}.0.0/16`,
    tableId: present(RouteTables?.[0]?.RouteTableId),
    subnets,
    attachmentId: present(TransitGatewayVpcAttachment?.TransitGatewayAttachmentId),
  };
};

/** Leads a VPC's packets for a block to a transit gateway. */
export const leadTo = ({ home, tableId }: Spoke, hub: Hub, cidr = '10.0.0.0/8'): void => {
  home.call(createRoute, {
    RouteTableId: tableId,
    DestinationCidrBlock: cidr,
    TransitGatewayId: hub.id,
  });
};
