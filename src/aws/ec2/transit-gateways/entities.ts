import { defineTable, type Entity } from '../../../world/entity.ts';

export type Toggle = 'enable' | 'disable';

/** What can be switched on a transit gateway, under AWS's names. */
export type GatewayToggle =
  | 'AutoAcceptSharedAttachments'
  | 'DefaultRouteTableAssociation'
  | 'DefaultRouteTablePropagation'
  | 'DnsSupport'
  | 'MulticastSupport'
  | 'SecurityGroupReferencingSupport'
  | 'VpnEcmpSupport';

/** A hub of a Region: VPCs are attached to it, and gateways of other Regions by peering. */
export interface TransitGateway extends Entity {
  readonly state: 'pending' | 'available' | 'modifying' | 'deleting' | 'deleted';
  readonly description: string | undefined;
  readonly amazonSideAsn: number;
  readonly cidrBlocks: readonly string[];
  readonly toggles: Readonly<Record<GatewayToggle, Toggle>>;
  /** The table that new attachments are associated with; null while none are. */
  readonly associationDefaultRouteTableId: string | null;
  /** The table to which new attachments propagate their routes; null while they do not. */
  readonly propagationDefaultRouteTableId: string | null;
  readonly createdAt: number;
}

export const TransitGateways = defineTable<TransitGateway>('ec2-transit-gateways', {});

/** A static route: to an attachment, or to nowhere. */
export interface StaticRoute {
  readonly cidr: string;
  readonly attachmentId: string | null;
}

export interface TransitRouteTable extends Entity {
  readonly transitGatewayId: string;
  readonly state: 'pending' | 'available' | 'deleting' | 'deleted';
  readonly staticRoutes: readonly StaticRoute[];
  readonly createdAt: number;
}

export const TransitRouteTables = defineTable<TransitRouteTable>('ec2-transit-route-tables', {
  transitGateway: (table) => table.transitGatewayId,
});

export type AttachmentState =
  | 'initiatingRequest'
  | 'pendingAcceptance'
  | 'pending'
  | 'available'
  | 'modifying'
  | 'rejected'
  | 'failed'
  | 'deleting'
  | 'deleted';

interface AttachmentFields extends Entity {
  readonly transitGatewayId: string;
  readonly state: AttachmentState;
  /** The table that packets go by which come from it: there is one at most. */
  readonly association: {
    readonly routeTableId: string;
    readonly state: 'associating' | 'associated' | 'disassociating';
  } | null;
  /** The tables that have routes to what it attaches by themselves. */
  readonly propagatesTo: readonly string[];
  readonly createdAt: number;
}

/** Where a VPC is reached: by an interface in one subnet of a zone. */
export interface AttachedSubnet {
  readonly subnetId: string;
  readonly zoneId: string;
  readonly networkInterfaceId: string;
}

/** What can be switched on the attachment of a VPC, under AWS's names. */
export type VpcAttachmentToggle =
  | 'ApplianceModeSupport'
  | 'DnsSupport'
  | 'Ipv6Support'
  | 'SecurityGroupReferencingSupport';

export interface VpcAttachment extends AttachmentFields {
  readonly kind: 'vpc';
  readonly vpcId: string;
  readonly subnets: readonly AttachedSubnet[];
  readonly toggles: Readonly<Record<VpcAttachmentToggle, Toggle>>;
}

/** One of the two transit gateways of a peering. */
export interface PeeredGateway {
  readonly account: string;
  readonly region: string;
  readonly transitGatewayId: string;
}

/** A peering of two transit gateways. The Region and account of each has one, with the same id. */
export interface PeeringAttachment extends AttachmentFields {
  readonly kind: 'peering';
  readonly requester: PeeredGateway;
  readonly accepter: PeeredGateway;
  readonly failure: { readonly code: string; readonly message: string } | null;
}

export type TransitAttachment = VpcAttachment | PeeringAttachment;

export const TransitAttachments = defineTable<TransitAttachment>('ec2-transit-attachments', {
  transitGateway: (attachment) => attachment.transitGatewayId,
  vpc: (attachment) => (attachment.kind === 'vpc' ? attachment.vpcId : undefined),
  associatedTable: (attachment) => attachment.association?.routeTableId,
  propagatedTable: (attachment) => attachment.propagatesTo,
});
