import { defineTable, type Entity } from '../../../world/entity.ts';

/** A device of somebody's own network, as it was described. */
export interface CustomerGateway extends Entity {
  readonly state: 'available' | 'deleted';
  readonly bgpAsn: number;
  readonly ipAddress: string | null;
  readonly certificateArn: string | null;
  readonly deviceName: string | null;
}

export const CustomerGateways = defineTable<CustomerGateway>('ec2-customer-gateways');

/** The end of VPN connections in a VPC. */
export interface VpnGateway extends Entity {
  readonly state: 'available' | 'deleted';
  readonly amazonSideAsn: number;
  /** Null before the first. One that has ended is shown until another begins: programs wait to see it. */
  readonly attachment: {
    readonly vpcId: string;
    readonly state: 'attaching' | 'attached' | 'detaching' | 'detached';
  } | null;
}

export const VpnGateways = defineTable<VpnGateway>('ec2-vpn-gateways', {
  vpc: ({ attachment }) => (attachment?.state === 'detached' ? undefined : attachment?.vpcId),
});

/** What a tunnel was asked to be: absent members are as AWS chooses, and are not shown. */
export interface TunnelOptions {
  readonly phase1LifetimeSeconds?: number;
  readonly phase2LifetimeSeconds?: number;
  readonly rekeyMarginTimeSeconds?: number;
  readonly rekeyFuzzPercentage?: number;
  readonly replayWindowSize?: number;
  readonly dpdTimeoutSeconds?: number;
  readonly dpdTimeoutAction?: string;
  readonly startupAction?: string;
  readonly enableTunnelLifecycleControl?: boolean;
  readonly phase1EncryptionAlgorithms?: readonly string[];
  readonly phase2EncryptionAlgorithms?: readonly string[];
  readonly phase1IntegrityAlgorithms?: readonly string[];
  readonly phase2IntegrityAlgorithms?: readonly string[];
  readonly phase1DhGroupNumbers?: readonly number[];
  readonly phase2DhGroupNumbers?: readonly number[];
  readonly ikeVersions?: readonly string[];
}

export interface Tunnel {
  readonly outsideIpAddress: string;
  /** A /30 of 169.254.0.0/16: its first address is AWS's, its second the customer's. */
  readonly insideCidr: string;
  readonly preSharedKey: string;
  readonly options: TunnelOptions;
}

/** Two tunnels between a customer gateway and a virtual private gateway. */
export interface VpnConnection extends Entity {
  readonly state: 'pending' | 'available' | 'deleting' | 'deleted';
  readonly customerGatewayId: string;
  readonly vpnGatewayId: string;
  readonly staticRoutesOnly: boolean;
  readonly localIpv4NetworkCidr: string;
  readonly remoteIpv4NetworkCidr: string;
  readonly tunnels: readonly Tunnel[];
  /** Blocks behind the customer gateway, in canonical form. */
  readonly routes: readonly string[];
  /** World time, milliseconds since 1970. */
  readonly createdAt: number;
}

export const VpnConnections = defineTable<VpnConnection>('ec2-vpn-connections', {
  customerGateway: (connection) => connection.customerGatewayId,
  vpnGateway: (connection) => connection.vpnGatewayId,
});
