import { defineTable, type Entity } from '../../../world/entity.ts';

/** Why a NAT gateway could not be made, in AWS's words. */
export interface NatGatewayFailure {
  readonly code: string;
  readonly message: string;
}

/**
 * A NAT gateway: the way out of the subnets whose routes lead to it. It stands in one zone, that of its subnet, and
 * works as long as that zone does.
 */
export interface NatGateway extends Entity {
  readonly vpcId: string;
  readonly subnetId: string;
  readonly zoneId: string;
  readonly connectivityType: 'public' | 'private';
  readonly state: 'pending' | 'failed' | 'available' | 'deleting' | 'deleted';
  /** Of a public one: the Elastic IP that it was made with. */
  readonly allocationId: string | null;
  /** Null when the subnet had no address left. The interface is gone after a failure and a deletion. */
  readonly networkInterfaceId: string | null;
  readonly privateIpAddress: string | null;
  /** What a gateway had, for those who ask about a deleted one. */
  readonly publicIp: string | null;
  readonly associationId: string | null;
  readonly failure: NatGatewayFailure | null;
  readonly createdAt: number;
  readonly deletedAt: number | null;
}

export const NatGateways = defineTable<NatGateway>('ec2-nat-gateways', {
  vpc: (gateway) => gateway.vpcId,
  subnet: (gateway) => gateway.subnetId,
  zone: (gateway) => gateway.zoneId,
  networkInterface: (gateway) => gateway.networkInterfaceId ?? undefined,
});
