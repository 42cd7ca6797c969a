import behaviours from '../../../atlas/facts/behaviours.json' with { type: 'json' };

/**
 * How many of each an account may have, unless it asks AWS for more ("Amazon VPC quotas", Amazon VPC User Guide;
 * "Amazon EC2 security groups", Amazon EC2 User Guide).
 */
export const quotas = {
  vpcsPerRegion: behaviours.quotas.vpcsPerRegion,
  cidrBlocksPerVpc: 5,
  ipv6CidrBlocksPerVpc: 5,
  /** Goes with the quota of VPCs. */
  egressOnlyInternetGatewaysPerRegion: behaviours.quotas.vpcsPerRegion,
  dhcpOptionSetsPerRegion: 50,
  gatewayEndpointsPerRegion: 20,
  interfaceEndpointsPerVpc: 50,
  /** Active ones and requests together; AWS has two quotas, 50 and 25. */
  peeringConnectionsPerVpc: 50,
  /** "Quotas for your transit gateways", Transit Gateways Guide. */
  transitGatewaysPerRegion: 5,
  transitGatewaysPerVpc: 5,
  attachmentsPerTransitGateway: 5000,
  peeringsPerTransitGateway: 50,
  routeTablesPerTransitGateway: 20,
  staticRoutesPerTransitGateway: 10_000,
  subnetsPerVpc: behaviours.quotas.subnetsPerVpc,
  /** Goes with the quota of VPCs. */
  internetGatewaysPerRegion: behaviours.quotas.vpcsPerRegion,
  routeTablesPerVpc: 200,
  routesPerRouteTable: 500,
  securityGroupsPerRegion: 2500,
  /** Counted for each direction, and for IPv4 and IPv6 apart. */
  rulesPerSecurityGroup: 60,
  networkAclsPerVpc: 200,
  /** For each direction. */
  entriesPerNetworkAcl: 20,
  keyPairsPerRegion: 5000,
  elasticIpsPerRegion: behaviours.quotas.elasticIpsPerRegion,
  networkInterfacesPerRegion: 5000,
  natGatewaysPerZone: 5,
  placementGroupsPerRegion: 500,
  prefixListsPerRegion: 100,
  /** "Site-to-Site VPN quotas", Site-to-Site VPN User Guide. */
  customerGatewaysPerRegion: 50,
  vpnGatewaysPerRegion: 5,
  vpnConnectionsPerRegion: 50,
  vpnConnectionsPerGateway: 10,
  routesPerVpnConnection: 100,
  /** AWS publishes no figure. */
  reservationsPerSubnet: 50,
} as const;
