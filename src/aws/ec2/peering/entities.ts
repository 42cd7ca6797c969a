import { defineTable, type Entity } from '../../../world/entity.ts';

/** One of the two VPCs of a peering connection, as the other one knows it. */
export interface PeeringSide {
  readonly account: string;
  readonly region: string;
  readonly vpcId: string;
  /** Empty of an accepter that is not known yet. */
  readonly cidrBlocks: readonly string[];
  readonly ipv6CidrBlocks: readonly string[];
  readonly allowDnsResolutionFromRemoteVpc: boolean;
}

/** "VPC peering connection lifecycle", Amazon VPC Peering Guide, in the order in which they follow each other. */
export type PeeringStatus =
  | 'initiating-request'
  | 'pending-acceptance'
  | 'provisioning'
  | 'active'
  | 'failed'
  | 'expired'
  | 'rejected'
  | 'deleted';

/**
 * A peering connection between two VPCs. The Region and account of each VPC have one, with the same id: where both are the same
 * there is one entity.
 */
export interface PeeringConnection extends Entity {
  readonly requester: PeeringSide;
  readonly accepter: PeeringSide;
  readonly status: PeeringStatus;
  readonly message: string;
  /** World time, milliseconds since 1970: until then it can be accepted. */
  readonly expiresAt: number;
}

export const PeeringConnections = defineTable<PeeringConnection>('ec2-peering-connections', {
  vpc: ({ requester, accepter }) => [requester.vpcId, accepter.vpcId],
});
