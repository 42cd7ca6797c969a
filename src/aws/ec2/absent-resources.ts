import { DomainError } from '../../world/domain-error.ts';
import { emptyLists, type EmptyList } from '../shared/empty-lists.ts';

/** An operation, its list, and of one that takes ids: their member, and AWS's code for an id of nothing. */
type Row =
  | readonly [operation: string, list: string]
  | readonly [operation: string, list: string, ids: string, notFoundCode: string];

/**
 * What EC2 lists and nobody has here, since nothing makes it yet or AWS has retired it: tools look for these beside what they
 * made. Where the codes are not in "Error codes for the Amazon EC2 API" they are in its manner.
 */
const rows: readonly Row[] = [
  ['DescribeAddressTransfers', 'AddressTransfers'],
  ['DescribeBundleTasks', 'BundleTasks', 'BundleIds', 'InvalidBundleID.NotFound'],
  ['DescribeByoipCidrs', 'ByoipCidrs'],
  [
    'DescribeCapacityReservations',
    'CapacityReservations',
    'CapacityReservationIds',
    'InvalidCapacityReservationId.NotFound',
  ],
  [
    'DescribeCarrierGateways',
    'CarrierGateways',
    'CarrierGatewayIds',
    'InvalidCarrierGatewayID.NotFound',
  ],
  // EC2-Classic is retired.
  ['DescribeClassicLinkInstances', 'Instances'],
  [
    'DescribeClientVpnEndpoints',
    'ClientVpnEndpoints',
    'ClientVpnEndpointIds',
    'InvalidClientVpnEndpointId.NotFound',
  ],
  ['DescribeCoipPools', 'CoipPools', 'PoolIds', 'InvalidPoolID.NotFound'],
  ['DescribeConversionTasks', 'ConversionTasks', 'ConversionTaskIds', 'InvalidConversionTaskId'],
  ['DescribeElasticGpus', 'ElasticGpuSet'],
  ['DescribeExportTasks', 'ExportTasks', 'ExportTaskIds', 'InvalidExportTaskID.NotFound'],
  ['DescribeFastSnapshotRestores', 'FastSnapshotRestores'],
  ['DescribeHostReservations', 'HostReservationSet'],
  ['DescribeHosts', 'Hosts', 'HostIds', 'InvalidHostID.NotFound'],
  ['DescribeImportImageTasks', 'ImportImageTasks', 'ImportTaskIds', 'InvalidConversionTaskId'],
  [
    'DescribeImportSnapshotTasks',
    'ImportSnapshotTasks',
    'ImportTaskIds',
    'InvalidConversionTaskId',
  ],
  [
    'DescribeInstanceConnectEndpoints',
    'InstanceConnectEndpoints',
    'InstanceConnectEndpointIds',
    'InvalidInstanceConnectEndpointId.NotFound',
  ],
  [
    'DescribeInstanceEventWindows',
    'InstanceEventWindows',
    'InstanceEventWindowIds',
    'InvalidInstanceEventWindowID.NotFound',
  ],
  ['DescribeIpamPools', 'IpamPools', 'IpamPoolIds', 'InvalidIpamPoolId.NotFound'],
  ['DescribeIpamScopes', 'IpamScopes', 'IpamScopeIds', 'InvalidIpamScopeId.NotFound'],
  ['DescribeIpams', 'Ipams', 'IpamIds', 'InvalidIpamId.NotFound'],
  ['DescribeIpv6Pools', 'Ipv6Pools', 'PoolIds', 'InvalidPoolID.NotFound'],
  ['DescribeLocalGateways', 'LocalGateways', 'LocalGatewayIds', 'InvalidLocalGatewayID.NotFound'],
  ['DescribeMovingAddresses', 'MovingAddressStatuses'],
  [
    'DescribeNetworkInsightsAnalyses',
    'NetworkInsightsAnalyses',
    'NetworkInsightsAnalysisIds',
    'InvalidNetworkInsightsAnalysisId.NotFound',
  ],
  [
    'DescribeNetworkInsightsPaths',
    'NetworkInsightsPaths',
    'NetworkInsightsPathIds',
    'InvalidNetworkInsightsPathId.NotFound',
  ],
  ['DescribeNetworkInterfacePermissions', 'NetworkInterfacePermissions'],
  ['DescribePublicIpv4Pools', 'PublicIpv4Pools', 'PoolIds', 'InvalidPublicIpv4PoolID.NotFound'],
  ['DescribeReplaceRootVolumeTasks', 'ReplaceRootVolumeTasks'],
  [
    'DescribeReservedInstances',
    'ReservedInstances',
    'ReservedInstancesIds',
    'InvalidReservedInstancesId',
  ],
  ['DescribeScheduledInstances', 'ScheduledInstanceSet'],
  ['DescribeSecurityGroupVpcAssociations', 'SecurityGroupVpcAssociations'],
  [
    'DescribeSpotFleetRequests',
    'SpotFleetRequestConfigs',
    'SpotFleetRequestIds',
    'InvalidSpotFleetRequestId.NotFound',
  ],
  [
    'DescribeTrafficMirrorFilters',
    'TrafficMirrorFilters',
    'TrafficMirrorFilterIds',
    'InvalidTrafficMirrorFilterId.NotFound',
  ],
  [
    'DescribeTrafficMirrorSessions',
    'TrafficMirrorSessions',
    'TrafficMirrorSessionIds',
    'InvalidTrafficMirrorSessionId.NotFound',
  ],
  [
    'DescribeTrafficMirrorTargets',
    'TrafficMirrorTargets',
    'TrafficMirrorTargetIds',
    'InvalidTrafficMirrorTargetId.NotFound',
  ],
  [
    'DescribeTransitGatewayConnectPeers',
    'TransitGatewayConnectPeers',
    'TransitGatewayConnectPeerIds',
    'InvalidTransitGatewayConnectPeerID.NotFound',
  ],
  [
    'DescribeTransitGatewayConnects',
    'TransitGatewayConnects',
    'TransitGatewayAttachmentIds',
    'InvalidTransitGatewayAttachmentID.NotFound',
  ],
  [
    'DescribeTransitGatewayMulticastDomains',
    'TransitGatewayMulticastDomains',
    'TransitGatewayMulticastDomainIds',
    'InvalidTransitGatewayMulticastDomainId.NotFound',
  ],
  [
    'DescribeTransitGatewayPolicyTables',
    'TransitGatewayPolicyTables',
    'TransitGatewayPolicyTableIds',
    'InvalidTransitGatewayPolicyTableId.NotFound',
  ],
  [
    'DescribeTransitGatewayRouteTableAnnouncements',
    'TransitGatewayRouteTableAnnouncements',
    'TransitGatewayRouteTableAnnouncementIds',
    'InvalidTransitGatewayRouteTableAnnouncementId.NotFound',
  ],
  [
    'DescribeVerifiedAccessEndpoints',
    'VerifiedAccessEndpoints',
    'VerifiedAccessEndpointIds',
    'InvalidVerifiedAccessEndpointId.NotFound',
  ],
  [
    'DescribeVerifiedAccessGroups',
    'VerifiedAccessGroups',
    'VerifiedAccessGroupIds',
    'InvalidVerifiedAccessGroupId.NotFound',
  ],
  [
    'DescribeVerifiedAccessInstances',
    'VerifiedAccessInstances',
    'VerifiedAccessInstanceIds',
    'InvalidVerifiedAccessInstanceId.NotFound',
  ],
  [
    'DescribeVerifiedAccessTrustProviders',
    'VerifiedAccessTrustProviders',
    'VerifiedAccessTrustProviderIds',
    'InvalidVerifiedAccessTrustProviderId.NotFound',
  ],
  ['DescribeVpcEndpointConnectionNotifications', 'ConnectionNotificationSet'],
  ['DescribeVpcEndpointConnections', 'VpcEndpointConnections'],
  [
    'DescribeVpcEndpointServiceConfigurations',
    'ServiceConfigurations',
    'ServiceIds',
    'InvalidVpcEndpointServiceId.NotFound',
  ],
];

const emptyList = ([, list, member, code]: Row): EmptyList => ({
  answer: { [list]: [] },
  ...(member === undefined || code === undefined
    ? {}
    : {
        ids: {
          member,
          notFound: (id) => new DomainError(code, `The ID '${id}' does not exist`),
        },
      }),
});

/** The operations that list what nobody has. */
export const absentResources = emptyLists(
  Object.fromEntries(rows.map((row) => [row[0], emptyList(row)])),
);
