import type { View } from '../../../world/transaction.ts';
import { quotasOf, quotaValue } from '../../shared/quotas.ts';
import { quotas } from './quotas.ts';

/** Codes and names as Service Quotas lists them. */
export const raisableQuotas = {
  ...quotasOf('vpc', quotas, {
    cidrBlocksPerVpc: ['L-83CA0A9D', 'IPv4 CIDR blocks per VPC'],
    egressOnlyInternetGatewaysPerRegion: ['L-45FE3B85', 'Egress-only internet gateways per Region'],
    entriesPerNetworkAcl: ['L-2AEEBF1A', 'Rules per network ACL'],
    gatewayEndpointsPerRegion: ['L-1B52E74A', 'Gateway VPC endpoints per Region'],
    interfaceEndpointsPerVpc: ['L-29B6F2EB', 'Interface VPC endpoints per VPC'],
    internetGatewaysPerRegion: ['L-A4707A72', 'Internet gateways per Region'],
    ipv6CidrBlocksPerVpc: ['L-085A6257', 'IPv6 CIDR blocks per VPC'],
    natGatewaysPerZone: ['L-FE5A380F', 'NAT gateways per Availability Zone'],
    networkAclsPerVpc: ['L-B4A6D682', 'Network ACLs per VPC'],
    networkInterfacesPerRegion: ['L-DF5E4CA3', 'Network interfaces per Region'],
    peeringConnectionsPerVpc: ['L-7E9ECCDB', 'Active VPC peering connections per VPC'],
    routeTablesPerVpc: ['L-589F43AA', 'Route tables per VPC'],
    routesPerRouteTable: ['L-93826ACB', 'Routes per route table'],
    rulesPerSecurityGroup: ['L-0EA8095F', 'Inbound or outbound rules per security group'],
    securityGroupsPerRegion: ['L-E79EC296', 'VPC security groups per Region'],
    subnetsPerVpc: ['L-407747CB', 'Subnets per VPC'],
    vpcsPerRegion: ['L-F678F1CE', 'VPCs per Region'],
  }),
  ...quotasOf('ec2', quotas, {
    attachmentsPerTransitGateway: ['L-E0233F82', 'Attachments per transit gateway'],
    elasticIpsPerRegion: ['L-0263D0A3', 'EC2-VPC Elastic IPs'],
    peeringsPerTransitGateway: ['L-A1B5A36F', 'Peering attachments per transit gateway'],
    routeTablesPerTransitGateway: ['L-43872EB7', 'Route tables per transit gateway'],
    staticRoutesPerTransitGateway: ['L-BCC1FB47', 'Routes per transit gateway'],
    transitGatewaysPerRegion: ['L-A2478D36', 'Transit gateways per account'],
  }),
} as const;

/** How many the account may have now. */
export const quotaIn = (view: View, name: keyof typeof raisableQuotas): number =>
  quotaValue(view, raisableQuotas[name]);
