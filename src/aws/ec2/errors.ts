import { DomainError } from '../../world/domain-error.ts';

/** How EC2 names one kind of resource in ids and errors. Its codes follow no rule, so each stands as AWS has it. */
export interface ResourceKind {
  /** The resource type as in tags, for example `internet-gateway`. */
  readonly type: string;
  /** What ids begin with, without the dash. */
  readonly prefix: string;
  /** The parameter of a Describe operation that takes ids, as errors write it. */
  readonly idsParameter: string;
  readonly malformedCode: string;
  readonly notFoundCode: string;
  readonly notFoundMessage: (id: string) => string;
}

/** "Error codes for the Amazon EC2 API", Amazon EC2 API Reference; messages as the service answers them. */
export const kinds = {
  vpc: {
    type: 'vpc',
    prefix: 'vpc',
    idsParameter: 'vpcIds',
    malformedCode: 'InvalidVpcID.Malformed',
    notFoundCode: 'InvalidVpcID.NotFound',
    notFoundMessage: (id) => `The vpc ID '${id}' does not exist`,
  },
  subnet: {
    type: 'subnet',
    prefix: 'subnet',
    idsParameter: 'subnetIds',
    malformedCode: 'InvalidSubnetID.Malformed',
    notFoundCode: 'InvalidSubnetID.NotFound',
    notFoundMessage: (id) => `The subnet ID '${id}' does not exist`,
  },
  internetGateway: {
    type: 'internet-gateway',
    prefix: 'igw',
    idsParameter: 'internetGatewayIds',
    malformedCode: 'InvalidInternetGatewayId.Malformed',
    notFoundCode: 'InvalidInternetGatewayID.NotFound',
    notFoundMessage: (id) => `The internetGateway ID '${id}' does not exist`,
  },
  egressOnlyInternetGateway: {
    type: 'egress-only-internet-gateway',
    prefix: 'eigw',
    idsParameter: 'egressOnlyInternetGatewayIds',
    malformedCode: 'InvalidGatewayID.Malformed',
    notFoundCode: 'InvalidGatewayID.NotFound',
    notFoundMessage: (id) => `The eigw ID '${id}' does not exist`,
  },
  vpcPeeringConnection: {
    type: 'vpc-peering-connection',
    prefix: 'pcx',
    idsParameter: 'vpcPeeringConnectionIds',
    malformedCode: 'InvalidVpcPeeringConnectionId.Malformed',
    notFoundCode: 'InvalidVpcPeeringConnectionID.NotFound',
    notFoundMessage: (id) => `The vpcPeeringConnection ID '${id}' does not exist`,
  },
  subnetCidrReservation: {
    type: 'subnet-cidr-reservation',
    prefix: 'scr',
    idsParameter: 'subnetCidrReservationIds',
    malformedCode: 'InvalidSubnetCidrReservationId.Malformed',
    notFoundCode: 'InvalidSubnetCidrReservationId.NotFound',
    notFoundMessage: (id) => `The subnet CIDR reservation ID '${id}' does not exist`,
  },
  flowLog: {
    type: 'vpc-flow-log',
    prefix: 'fl',
    idsParameter: 'flowLogIds',
    malformedCode: 'InvalidFlowLogId.Malformed',
    notFoundCode: 'InvalidFlowLogId.NotFound',
    notFoundMessage: (id) => `The flow log id '${id}' does not exist`,
  },
  prefixList: {
    type: 'prefix-list',
    prefix: 'pl',
    idsParameter: 'prefixListIds',
    malformedCode: 'InvalidPrefixListId.Malformed',
    notFoundCode: 'InvalidPrefixListID.NotFound',
    notFoundMessage: (id) => `The prefix list ID '${id}' does not exist`,
  },
  transitGateway: {
    type: 'transit-gateway',
    prefix: 'tgw',
    idsParameter: 'transitGatewayIds',
    malformedCode: 'InvalidTransitGatewayID.Malformed',
    notFoundCode: 'InvalidTransitGatewayID.NotFound',
    notFoundMessage: (id) => `Transit Gateway ${id} was deleted or does not exist.`,
  },
  transitGatewayAttachment: {
    type: 'transit-gateway-attachment',
    prefix: 'tgw-attach',
    idsParameter: 'transitGatewayAttachmentIds',
    malformedCode: 'InvalidTransitGatewayAttachmentID.Malformed',
    notFoundCode: 'InvalidTransitGatewayAttachmentID.NotFound',
    notFoundMessage: (id) => `Transit Gateway Attachment ${id} was deleted or does not exist.`,
  },
  transitGatewayRouteTable: {
    type: 'transit-gateway-route-table',
    prefix: 'tgw-rtb',
    idsParameter: 'transitGatewayRouteTableIds',
    malformedCode: 'InvalidRouteTableId.Malformed',
    notFoundCode: 'InvalidRouteTableID.NotFound',
    notFoundMessage: (id) => `Transit Gateway Route Table ${id} was deleted or does not exist.`,
  },
  placementGroup: {
    type: 'placement-group',
    prefix: 'pg',
    idsParameter: 'groupIds',
    malformedCode: 'InvalidPlacementGroupId.Malformed',
    notFoundCode: 'InvalidPlacementGroup.Unknown',
    notFoundMessage: (id) => `The Placement Group '${id}' is unknown.`,
  },
  vpcEndpoint: {
    type: 'vpc-endpoint',
    prefix: 'vpce',
    idsParameter: 'vpcEndpointIds',
    malformedCode: 'InvalidVpcEndpointId.Malformed',
    notFoundCode: 'InvalidVpcEndpointId.NotFound',
    notFoundMessage: (id) => `The Vpc Endpoint Id '${id}' does not exist`,
  },
  customerGateway: {
    type: 'customer-gateway',
    prefix: 'cgw',
    idsParameter: 'customerGatewayIds',
    malformedCode: 'InvalidCustomerGatewayId.Malformed',
    notFoundCode: 'InvalidCustomerGatewayID.NotFound',
    notFoundMessage: (id) => `The customerGateway ID '${id}' does not exist`,
  },
  vpnGateway: {
    type: 'vpn-gateway',
    prefix: 'vgw',
    idsParameter: 'vpnGatewayIds',
    malformedCode: 'InvalidVpnGatewayId.Malformed',
    notFoundCode: 'InvalidVpnGatewayID.NotFound',
    notFoundMessage: (id) => `The vpnGateway ID '${id}' does not exist`,
  },
  vpnConnection: {
    type: 'vpn-connection',
    prefix: 'vpn',
    idsParameter: 'vpnConnectionIds',
    malformedCode: 'InvalidVpnConnectionId.Malformed',
    notFoundCode: 'InvalidVpnConnectionID.NotFound',
    notFoundMessage: (id) => `The vpnConnection ID '${id}' does not exist`,
  },
  routeTable: {
    type: 'route-table',
    prefix: 'rtb',
    idsParameter: 'routeTableIds',
    malformedCode: 'InvalidRouteTableId.Malformed',
    notFoundCode: 'InvalidRouteTableID.NotFound',
    notFoundMessage: (id) => `The routeTable ID '${id}' does not exist`,
  },
  routeTableAssociation: {
    type: 'route-table-association',
    prefix: 'rtbassoc',
    idsParameter: 'associationIds',
    malformedCode: 'InvalidAssociationID.Malformed',
    notFoundCode: 'InvalidAssociationID.NotFound',
    notFoundMessage: (id) => `The association ID '${id}' does not exist`,
  },
  securityGroup: {
    type: 'security-group',
    prefix: 'sg',
    idsParameter: 'groupIds',
    malformedCode: 'InvalidGroupId.Malformed',
    notFoundCode: 'InvalidGroup.NotFound',
    notFoundMessage: (id) => `The security group '${id}' does not exist`,
  },
  securityGroupRule: {
    type: 'security-group-rule',
    prefix: 'sgr',
    idsParameter: 'securityGroupRuleIds',
    malformedCode: 'InvalidSecurityGroupRuleId.Malformed',
    notFoundCode: 'InvalidSecurityGroupRuleId.NotFound',
    notFoundMessage: (id) => `The security group rule ID '${id}' does not exist`,
  },
  networkAcl: {
    type: 'network-acl',
    prefix: 'acl',
    idsParameter: 'networkAclIds',
    malformedCode: 'InvalidNetworkAclId.Malformed',
    notFoundCode: 'InvalidNetworkAclID.NotFound',
    notFoundMessage: (id) => `The networkAcl ID '${id}' does not exist`,
  },
  networkAclAssociation: {
    type: 'network-acl-association',
    prefix: 'aclassoc',
    idsParameter: 'associationIds',
    malformedCode: 'InvalidAssociationID.Malformed',
    notFoundCode: 'InvalidAssociationID.NotFound',
    notFoundMessage: (id) => `The association ID '${id}' does not exist`,
  },
  natGateway: {
    type: 'natgateway',
    prefix: 'nat',
    idsParameter: 'natGatewayIds',
    malformedCode: 'NatGatewayMalformed',
    notFoundCode: 'NatGatewayNotFound',
    notFoundMessage: (id) => `NAT gateway ${id} was not found`,
  },
  keyPair: {
    type: 'key-pair',
    prefix: 'key',
    idsParameter: 'keyPairIds',
    malformedCode: 'InvalidKeyPair.Malformed',
    notFoundCode: 'InvalidKeyPair.NotFound',
    notFoundMessage: (id) => `The key pair ID '${id}' does not exist`,
  },
  dhcpOptions: {
    type: 'dhcp-options',
    prefix: 'dopt',
    idsParameter: 'dhcpOptionsIds',
    malformedCode: 'InvalidDhcpOptionsId.Malformed',
    notFoundCode: 'InvalidDhcpOptionID.NotFound',
    notFoundMessage: (id) => `The dhcpOption ID '${id}' does not exist`,
  },
  instance: {
    type: 'instance',
    prefix: 'i',
    idsParameter: 'instancesSet',
    malformedCode: 'InvalidInstanceID.Malformed',
    notFoundCode: 'InvalidInstanceID.NotFound',
    notFoundMessage: (id) => `The instance ID '${id}' does not exist`,
  },
  image: {
    type: 'image',
    prefix: 'ami',
    idsParameter: 'imagesSet',
    malformedCode: 'InvalidAMIID.Malformed',
    notFoundCode: 'InvalidAMIID.NotFound',
    notFoundMessage: (id) => `The image id '[${id}]' does not exist`,
  },
  volume: {
    type: 'volume',
    prefix: 'vol',
    idsParameter: 'volumeSet',
    malformedCode: 'InvalidVolumeID.Malformed',
    notFoundCode: 'InvalidVolume.NotFound',
    notFoundMessage: (id) => `The volume '${id}' does not exist.`,
  },
  snapshot: {
    type: 'snapshot',
    prefix: 'snap',
    idsParameter: 'snapshotSet',
    malformedCode: 'InvalidSnapshotID.Malformed',
    notFoundCode: 'InvalidSnapshot.NotFound',
    notFoundMessage: (id) => `The snapshot '${id}' does not exist.`,
  },
  elasticIp: {
    type: 'elastic-ip',
    prefix: 'eipalloc',
    idsParameter: 'allocationIds',
    malformedCode: 'InvalidAllocationID.Malformed',
    notFoundCode: 'InvalidAllocationID.NotFound',
    notFoundMessage: (id) => `The allocation ID '${id}' does not exist`,
  },
  elasticIpAssociation: {
    type: 'elastic-ip-association',
    prefix: 'eipassoc',
    idsParameter: 'associationIds',
    malformedCode: 'InvalidAssociationID.Malformed',
    notFoundCode: 'InvalidAssociationID.NotFound',
    notFoundMessage: (id) => `The association ID '${id}' does not exist`,
  },
  iamInstanceProfileAssociation: {
    type: 'iam-instance-profile-association',
    prefix: 'iip-assoc',
    idsParameter: 'associationIds',
    malformedCode: 'InvalidAssociationID.Malformed',
    notFoundCode: 'InvalidAssociationID.NotFound',
    notFoundMessage: (id) => `An invalid association-id of '${id}' was given`,
  },
  networkInterfaceAttachment: {
    type: 'network-interface-attachment',
    prefix: 'eni-attach',
    idsParameter: 'attachmentIds',
    malformedCode: 'InvalidAttachmentID.Malformed',
    notFoundCode: 'InvalidAttachmentID.NotFound',
    notFoundMessage: (id) => `The interface attachment '${id}' does not exist.`,
  },
  fleet: {
    type: 'fleet',
    prefix: 'fleet',
    idsParameter: 'fleetIds',
    malformedCode: 'InvalidFleetId.Malformed',
    notFoundCode: 'InvalidFleetId.NotFound',
    notFoundMessage: (id) => `The fleet ID '${id}' does not exist`,
  },
  spotInstancesRequest: {
    type: 'spot-instances-request',
    prefix: 'sir',
    idsParameter: 'spotInstanceRequestIds',
    malformedCode: 'InvalidSpotInstanceRequestID.Malformed',
    notFoundCode: 'InvalidSpotInstanceRequestID.NotFound',
    notFoundMessage: (id) => `The spot instance request ID '${id}' does not exist`,
  },
  networkInterface: {
    type: 'network-interface',
    prefix: 'eni',
    idsParameter: 'networkInterfaceIds',
    malformedCode: 'InvalidNetworkInterfaceId.Malformed',
    notFoundCode: 'InvalidNetworkInterfaceID.NotFound',
    notFoundMessage: (id) => `The networkInterface ID '${id}' does not exist`,
  },
} as const satisfies Readonly<Record<string, ResourceKind>>;

/** The error for an id that names nothing in this Region. */
export const notFound = (kind: ResourceKind, id: string): DomainError =>
  new DomainError(kind.notFoundCode, kind.notFoundMessage(id));

/**
 * Ids are the prefix and 17 hexadecimal digits, or 8 of old ("Resource IDs", Amazon EC2 User Guide); AWS takes any number of
 * digits between for well-formed.
 */
export const checkIdForm = (kind: ResourceKind, id: string): DomainError | undefined => {
  if (!id.startsWith(`${kind.prefix}-`)) {
    return new DomainError(
      kind.malformedCode,
      `Invalid id: "${id}" (expecting "${kind.prefix}-...")`,
    );
  }
  return /^[0-9a-f]{8,17}$/.test(id.slice(kind.prefix.length + 1))
    ? undefined
    : new DomainError(kind.malformedCode, `Invalid id: "${id}"`);
};

export const invalidParameterValue = (message: string): DomainError =>
  new DomainError('InvalidParameterValue', message);

export const invalidParameterCombination = (message: string): DomainError =>
  new DomainError('InvalidParameterCombination', message);

export const missingParameter = (parameter: string): DomainError =>
  new DomainError('MissingParameter', `The request must contain the parameter ${parameter}`);

/** For a part of an operation that Faultline does not have: clear, and never a pretended success. */
export const notBuilt = (what: string): DomainError =>
  new DomainError('UnsupportedOperation', `Faultline does not have ${what}.`);

/** The resource cannot go or change while others need it. `noun` is AWS's own, for example `routeTable`. */
export const dependencyViolation = (noun: string, id: string): DomainError =>
  new DomainError(
    'DependencyViolation',
    `The ${noun} '${id}' has dependencies and cannot be deleted.`,
  );

/** A quota is used up. `what` is a plural noun. */
export const limitExceeded = (code: string, what: string): DomainError =>
  new DomainError(code, `The maximum number of ${what} has been reached.`);

/** `parameter` is written as on the wire, for example `cidrBlock`. */
export const invalidCidrBlock = (parameter: string, value: string): DomainError =>
  invalidParameterValue(
    `Value (${value}) for parameter ${parameter} is invalid. This is not a valid CIDR block.`,
  );

export const invalidVpcRange = (cidr: string): DomainError =>
  new DomainError('InvalidVpc.Range', `The CIDR '${cidr}' is invalid.`);

export const invalidSubnetRange = (cidr: string): DomainError =>
  new DomainError('InvalidSubnet.Range', `The CIDR '${cidr}' is invalid.`);

export const subnetConflict = (cidr: string): DomainError =>
  new DomainError('InvalidSubnet.Conflict', `The CIDR '${cidr}' conflicts with another subnet`);

export const noDefaultVpc = (): DomainError =>
  new DomainError('VPCIdNotSpecified', 'No default VPC for this user');
