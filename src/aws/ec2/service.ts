import { extend, follow } from '../../world/rules.ts';
import { noAccount } from '../../world/entity.ts';
import type { Service } from '../operation.ts';
import { absentResources } from './absent-resources.ts';
import { about } from './about.ts';
import { addressOperations } from './addresses/operations.ts';
import { prepareDefaultNetwork } from './network/default-network.ts';
import { reconcileFaults } from './instances/instance-plane.ts';
import { instanceTimers } from './instances/instance-lifecycle.ts';
import { describeAccountAttributes } from './account-attributes.ts';
import { describeAvailabilityZones } from './zones/availability-zones.ts';
import { getConsoleOutput } from './instances/console-output.ts';
import { classicLinkOperations } from './network/classic-link.ts';
import { dhcpOptionOperations } from './network/dhcp-options.ts';
import { endpointServiceOperations } from './endpoints/endpoint-services.ts';
import { vpcEndpointOperations } from './endpoints/vpc-endpoints.ts';
import { imageOperations } from './images/operations.ts';
import {
  describeInstanceAttribute,
  modifyInstanceAttribute,
  resetInstanceAttribute,
} from './instances/instance-attributes.ts';
import { instanceOptionOperations } from './instances/operations.ts';
import { instanceProfileOperations } from './instance-profiles/operations.ts';
import { describeInstanceStatus } from './instances/instance-status.ts';
import {
  describeInstanceTypeOfferings,
  describeInstanceTypes,
} from './instances/instance-types.ts';
import {
  describeInstances,
  rebootInstances,
  runInstances,
  startInstances,
  stopInstances,
  terminateInstances,
} from './instances/instances.ts';
import {
  attachInternetGateway,
  createInternetGateway,
  deleteInternetGateway,
  describeInternetGateways,
  detachInternetGateway,
} from './network/internet-gateways.ts';
import {
  createKeyPair,
  deleteKeyPair,
  describeKeyPairs,
  importKeyPair,
  type KeyMaker,
  noKeyMaker,
} from './key-pairs.ts';
import {
  createNetworkAcl,
  createNetworkAclEntry,
  deleteNetworkAcl,
  deleteNetworkAclEntry,
  describeNetworkAcls,
  replaceNetworkAclAssociation,
  replaceNetworkAclEntry,
} from './network/network-acls.ts';
import { launchTemplateOperations } from './launch-templates/operations.ts';
import { networkInterfaceOperations } from './network-interfaces/operations.ts';
import { peeringTimers, peeringReceivers } from './peering/life.ts';
import { placementGroupOperations } from './placement-groups/operations.ts';
import { subnetReservationOperations } from './network/subnet-reservations.ts';
import { flowLogOperations } from './flow-logs/flow-logs.ts';
import { vpnTimers } from './vpn/life.ts';
import { vpnOperations } from './vpn/operations.ts';
import { prefixListOperations } from './prefix-lists/operations.ts';
import { peeringOperations } from './peering/operations.ts';
import { transitGatewayTimers } from './transit-gateways/life.ts';
import { transitGatewayOperations } from './transit-gateways/operations.ts';
import { transitPeeringReceivers } from './transit-gateways/peering-life.ts';
import { Receivers } from '../shared/outbox.ts';
import { describeRegions } from './zones/regions.ts';
import {
  associateRouteTable,
  createRouteTable,
  deleteRouteTable,
  describeRouteTables,
  disassociateRouteTable,
  replaceRouteTableAssociation,
} from './network/route-tables.ts';
import { natGatewayTimers } from './nat-gateways/life.ts';
import { natGatewayOperations } from './nat-gateways/operations.ts';
import { createRoute, deleteRoute, replaceRoute } from './network/routes.ts';
import {
  authorizeSecurityGroupEgress,
  authorizeSecurityGroupIngress,
  describeSecurityGroupRules,
  modifySecurityGroupRules,
  revokeSecurityGroupEgress,
  revokeSecurityGroupIngress,
  updateSecurityGroupRuleDescriptionsEgress,
  updateSecurityGroupRuleDescriptionsIngress,
} from './network/security-group-rules.ts';
import {
  createSecurityGroup,
  deleteSecurityGroup,
  describeSecurityGroups,
} from './network/security-groups.ts';
import {
  createDefaultSubnet,
  createSubnet,
  deleteSubnet,
  describeSubnets,
  modifySubnetAttribute,
} from './network/subnets.ts';
import { sharedVolumeTimers } from './storage/multi-attach.ts';
import { volumeTimers } from './storage/volume-life.ts';
import { volumeModificationTimers } from './storage/volume-modifications.ts';
import { volumeOperations } from './storage/volume-operations.ts';
import { copyTimers, reconcileCopies } from './storage/copies.ts';
import { UserDataRules } from './launch/launch-user-data.ts';
import { userDataRefusal } from './launch/user-data.ts';
import { snapshotTimers } from './storage/snapshot-life.ts';
import { snapshotKeyTimers } from './storage/volume-keys.ts';
import { snapshotTierTimers } from './storage/snapshot-tiers.ts';
import { snapshotOperations } from './storage/snapshot-operations.ts';
import { Instances } from './instances/instance-entities.ts';
import { followFleetInstance, followFleetInterruption, fleetTimers } from './fleets/fleet-life.ts';
import { fleetOperations } from './fleets/operations.ts';
import { SpotInterruptions } from './spot/entities.ts';
import { spotInterruptionTimers } from './spot/interruptions.ts';
import { spotOperations } from './spot/operations.ts';
import { followSpotInstance, spotRequestTimers } from './spot/request-life.ts';
import {
  createEgressOnlyInternetGateway,
  deleteEgressOnlyInternetGateway,
  describeEgressOnlyInternetGateways,
} from './network/egress-only-gateways.ts';
import { associateSubnetCidrBlock, disassociateSubnetCidrBlock } from './network/ipv6-blocks.ts';
import { createTags, deleteTags, describeTags } from './tags.ts';
import {
  associateVpcCidrBlock,
  createDefaultVpc,
  createVpc,
  deleteVpc,
  describeVpcAttribute,
  describeVpcs,
  disassociateVpcCidrBlock,
  modifyVpcAttribute,
} from './network/vpcs.ts';
import { modifyAvailabilityZoneGroup } from './zones/zone-groups.ts';

const operations = {
  ...absentResources,
  ...imageOperations,
  ...snapshotOperations,
  ...addressOperations,
  ...networkInterfaceOperations,
  ...launchTemplateOperations,
  ...instanceOptionOperations,
  ...instanceProfileOperations,
  ...natGatewayOperations,
  ...peeringOperations,
  ...transitGatewayOperations,
  ...placementGroupOperations,
  ...prefixListOperations,
  ...vpnOperations,
  ...flowLogOperations,
  ...subnetReservationOperations,
  ...dhcpOptionOperations,
  ...vpcEndpointOperations,
  ...classicLinkOperations,
  ...endpointServiceOperations,
  ...spotOperations,
  ...fleetOperations,
  AssociateRouteTable: associateRouteTable,
  AssociateSubnetCidrBlock: associateSubnetCidrBlock,
  AssociateVpcCidrBlock: associateVpcCidrBlock,
  AttachInternetGateway: attachInternetGateway,
  AuthorizeSecurityGroupEgress: authorizeSecurityGroupEgress,
  AuthorizeSecurityGroupIngress: authorizeSecurityGroupIngress,
  CreateDefaultSubnet: createDefaultSubnet,
  CreateDefaultVpc: createDefaultVpc,
  CreateEgressOnlyInternetGateway: createEgressOnlyInternetGateway,
  CreateInternetGateway: createInternetGateway,
  CreateNetworkAcl: createNetworkAcl,
  CreateNetworkAclEntry: createNetworkAclEntry,
  CreateRoute: createRoute,
  CreateRouteTable: createRouteTable,
  CreateSecurityGroup: createSecurityGroup,
  CreateSubnet: createSubnet,
  CreateTags: createTags,
  CreateVpc: createVpc,
  DeleteEgressOnlyInternetGateway: deleteEgressOnlyInternetGateway,
  DeleteInternetGateway: deleteInternetGateway,
  DeleteKeyPair: deleteKeyPair,
  DeleteNetworkAcl: deleteNetworkAcl,
  DeleteNetworkAclEntry: deleteNetworkAclEntry,
  DeleteRoute: deleteRoute,
  DeleteRouteTable: deleteRouteTable,
  DeleteSecurityGroup: deleteSecurityGroup,
  DeleteSubnet: deleteSubnet,
  DeleteTags: deleteTags,
  DeleteVpc: deleteVpc,
  DescribeAccountAttributes: describeAccountAttributes,
  DescribeAvailabilityZones: describeAvailabilityZones,
  DescribeEgressOnlyInternetGateways: describeEgressOnlyInternetGateways,
  DescribeInstanceAttribute: describeInstanceAttribute,
  DescribeInstanceStatus: describeInstanceStatus,
  DescribeInstanceTypeOfferings: describeInstanceTypeOfferings,
  DescribeInstanceTypes: describeInstanceTypes,
  DescribeInstances: describeInstances,
  DescribeInternetGateways: describeInternetGateways,
  DescribeKeyPairs: describeKeyPairs,
  DescribeNetworkAcls: describeNetworkAcls,
  DescribeRegions: describeRegions,
  DescribeRouteTables: describeRouteTables,
  DescribeSecurityGroupRules: describeSecurityGroupRules,
  DescribeSecurityGroups: describeSecurityGroups,
  DescribeSubnets: describeSubnets,
  DescribeTags: describeTags,
  DescribeVpcAttribute: describeVpcAttribute,
  DescribeVpcs: describeVpcs,
  DetachInternetGateway: detachInternetGateway,
  DisassociateRouteTable: disassociateRouteTable,
  DisassociateSubnetCidrBlock: disassociateSubnetCidrBlock,
  DisassociateVpcCidrBlock: disassociateVpcCidrBlock,
  GetConsoleOutput: getConsoleOutput,
  ModifyAvailabilityZoneGroup: modifyAvailabilityZoneGroup,
  ModifyInstanceAttribute: modifyInstanceAttribute,
  ModifySecurityGroupRules: modifySecurityGroupRules,
  ModifySubnetAttribute: modifySubnetAttribute,
  ModifyVpcAttribute: modifyVpcAttribute,
  RebootInstances: rebootInstances,
  ReplaceNetworkAclAssociation: replaceNetworkAclAssociation,
  ReplaceNetworkAclEntry: replaceNetworkAclEntry,
  ReplaceRoute: replaceRoute,
  ReplaceRouteTableAssociation: replaceRouteTableAssociation,
  ResetInstanceAttribute: resetInstanceAttribute,
  RevokeSecurityGroupEgress: revokeSecurityGroupEgress,
  RevokeSecurityGroupIngress: revokeSecurityGroupIngress,
  RunInstances: runInstances,
  StartInstances: startInstances,
  StopInstances: stopInstances,
  TerminateInstances: terminateInstances,
  UpdateSecurityGroupRuleDescriptionsEgress: updateSecurityGroupRuleDescriptionsEgress,
  UpdateSecurityGroupRuleDescriptionsIngress: updateSecurityGroupRuleDescriptionsIngress,
};

/** Members of inputs that are not built: refused instead of passed over. */
const refusedMembers: Service['refuses'] = {
  CreateImage: ['BootModeOverride'],
  CreateLaunchTemplate: ['LaunchTemplateData.Monitoring.MetricCategoryIds'],
  CreateLaunchTemplateVersion: ['LaunchTemplateData.Monitoring.MetricCategoryIds'],
  CreateVpnConnection: [
    'Options.EnableAcceleration',
    'Options.LocalIpv6NetworkCidr',
    'Options.RemoteIpv6NetworkCidr',
    'Options.TransportTransitGatewayAttachmentId',
    'Options.TunnelOptions.LogOptions',
    'Options.TunnelOptions.Phase1AdditionalKeyExchanges',
    'Options.TunnelOptions.Phase2AdditionalKeyExchanges',
    'Options.TunnelOptions.TunnelInsideIpv6Cidr',
    'TransitGatewayId',
    'VpnConcentratorId',
  ],
  CreateVpnGateway: ['AvailabilityZone'],
  CreateVpcPeeringConnection: ['RequesterPeeringConnectionOptions'],
  ModifyVpcPeeringConnectionOptions: [
    'AccepterPeeringConnectionOptions.AllowMultipathResilience',
    'AccepterPeeringConnectionOptions.MultipathResilienceMode',
    'RequesterPeeringConnectionOptions.AllowMultipathResilience',
    'RequesterPeeringConnectionOptions.MultipathResilienceMode',
  ],
  CreatePlacementGroup: ['LinkedGroupId', 'Operator', 'ParentGroupId'],
  ModifyManagedPrefixList: ['IpamPrefixListResolverSyncEnabled'],
  CreateTransitGatewayPeeringAttachment: [
    'Options.AllowMultipathResilience',
    'Options.MultipathResilienceMode',
  ],
  DisableTransitGatewayRouteTablePropagation: ['TransitGatewayRouteTableAnnouncementId'],
  EnableTransitGatewayRouteTablePropagation: ['TransitGatewayRouteTableAnnouncementId'],
  ModifyTransitGateway: ['Options.EncryptionSupport'],
  CreateFlowLogs: ['TagFieldSpecifications'],
  MonitorInstances: ['MetricCategoryIds'],
  RunInstances: ['Monitoring.MetricCategoryIds'],
  UnmonitorInstances: ['MetricCategoryIds'],
};

/** EC2 with the cryptography that makes and reads its key pairs. */
export const ec2With = (keys: KeyMaker, isStrictAboutUserData = false): Service => ({
  ...about,
  refuses: refusedMembers,
  follows: [
    follow(Instances, followSpotInstance),
    follow(Instances, followFleetInstance),
    follow(SpotInterruptions, followFleetInterruption),
  ],
  extends: [
    ...Object.entries({ ...peeringReceivers, ...transitPeeringReceivers }).map(([kind, receiver]) =>
      extend(Receivers, kind, receiver),
    ),
    ...(isStrictAboutUserData ? [extend(UserDataRules, 'strict', userDataRefusal)] : []),
  ],
  // Which Regions an account has opted in to is state of the partition.
  partitionReads: ['DescribeRegions'],
  prepare: prepareDefaultNetwork,
  refreshes: { GetConsoleOutput: 'console' },
  settles: {
    CreateSnapshot: 'snapshots-taken',
    CreateSnapshots: 'snapshots-taken',
    CreateImage: 'snapshots-taken',
    // Programs look for a volume's directory.
    AttachVolume: 'volumes-placed',
    DetachVolume: 'volumes-placed',
  },
  followConditions: (tx) => {
    if (tx.account === noAccount) reconcileCopies(tx);
    else reconcileFaults(tx);
  },
  timers: {
    ...instanceTimers,
    ...volumeTimers,
    ...sharedVolumeTimers,
    ...volumeModificationTimers,
    ...snapshotTimers,
    ...snapshotKeyTimers,
    ...snapshotTierTimers,
    ...copyTimers,
    ...natGatewayTimers,
    ...vpnTimers,
    ...peeringTimers,
    ...transitGatewayTimers,
    ...spotRequestTimers,
    ...spotInterruptionTimers,
    ...fleetTimers,
  },
  operations: {
    ...operations,
    ...volumeOperations,
    CreateKeyPair: createKeyPair(keys),
    ImportKeyPair: importKeyPair(keys),
  },
});

/** EC2 as it is listed. Whoever runs its operations gives it the host's cryptography. */
export const ec2: Service = ec2With(noKeyMaker);
