import type {
  CreateVpcEndpointRequest,
  CreateVpcEndpointResult,
  DeleteVpcEndpointsRequest,
  DeleteVpcEndpointsResult,
  DescribeVpcEndpointsRequest,
  DescribeVpcEndpointsResult,
  ModifyVpcEndpointRequest,
  ModifyVpcEndpointResult,
  VpcEndpoint as Answer,
} from '@aws-sdk/client-ec2';
import { DomainError, isDomainError } from '../../../world/domain-error.ts';
import type { Tx, View } from '../../../world/transaction.ts';
import type { Operation, Plain } from '../../operation.ts';
import { zoneNameOf } from '../../shared/account-zones.ts';
import type { FilterFields } from '../../shared/filters.ts';
import { newResourceId } from '../../shared/ids.ts';
import { addTags, tagsForType, tagsOf } from '../../shared/tags.ts';
import { prefixListIdOf } from '../prefix-lists/aws-prefix-lists.ts';
import { deleteResource } from '../delete-resource.ts';
import { describeResources, resourceById } from '../describe.ts';
import { RouteTables, Subnets, Vpcs, type Vpc } from '../entities.ts';
import {
  invalidParameterCombination,
  invalidParameterValue,
  kinds,
  limitExceeded,
  notBuilt,
} from '../errors.ts';
import { NetworkInterfaces } from '../instances/instance-entities.ts';
import { checkGroups } from '../launch/launch-groups.ts';
import { quotaIn } from '../launch/raisable-quotas.ts';
import { groupIdentifiers } from '../network-interfaces/answer.ts';
import {
  addNetworkInterface,
  removeNetworkInterface,
} from '../network-interfaces/network-interfaces.ts';
import {
  endpointServiceOf,
  hasInterfaces,
  isGatewayService,
  noSuchService,
  privateNameOf,
} from './endpoint-services.ts';
import { VpcEndpoints, type VpcEndpoint } from './entities.ts';

/** From CreateVpcEndpoint to `available`, in world time: AWS promises none; gateways are there at once. */
const pendingMs = 30_000;

/** "The default policy allows full access" (AWS PrivateLink Guide, "Control access using endpoint policies"). */
const openPolicy =
  '{"Version":"2008-10-17","Statement":[{"Effect":"Allow","Principal":"*","Action":"*","Resource":"*"}]}';

const stateOf = (view: View, endpoint: VpcEndpoint): 'pending' | 'available' =>
  view.now < endpoint.availableAt ? 'pending' : 'available';

const serviceOf = (view: View, endpoint: VpcEndpoint): string =>
  endpointServiceOf(view.shard, endpoint.serviceName) ?? '';

/** The names of an interface endpoint: one for all its zones, one for each, and the service's own where it is private. */
const dnsEntriesOf = (view: View, endpoint: VpcEndpoint): Answer['DnsEntries'] => {
  if (endpoint.type === 'Gateway') return [];
  const service = serviceOf(view, endpoint);
  const host = `${endpoint.id}-${endpoint.nameSuffix}`;
  const domain = `${service}.${view.shard}.vpce.amazonaws.com`;
  const zones = endpoint.interfaces.flatMap(({ networkInterfaceId }) => {
    const zoneId = view.get(NetworkInterfaces, networkInterfaceId)?.zoneId;
    return zoneId === undefined ? [] : zoneNameOf(view, zoneId);
  });
  return [
    { DnsName: `${host}.${domain}` },
    ...zones.map((zone) => ({ DnsName: `${host}-${zone}.${domain}` })),
    ...(endpoint.privateDnsEnabled ? [{ DnsName: privateNameOf(view.shard, service) }] : []),
  ];
};

const answerOf = (view: View, endpoint: VpcEndpoint): Plain<Answer> => ({
  VpcEndpointId: endpoint.id,
  VpcEndpointType: endpoint.type,
  VpcId: endpoint.vpcId,
  ServiceName: endpoint.serviceName,
  ServiceRegion: view.shard,
  // The service answers in small letters; the model's enumeration begins with capitals.
  State: stateOf(view, endpoint) as 'Pending' & 'pending',
  PolicyDocument: endpoint.policyDocument ?? openPolicy,
  RouteTableIds: endpoint.routeTableIds.filter((id) => view.get(RouteTables, id) !== undefined),
  SubnetIds: endpoint.interfaces.map(({ subnetId }) => subnetId),
  Groups: groupIdentifiers(view, endpoint.groupIds),
  ...(endpoint.type === 'Interface'
    ? { IpAddressType: 'ipv4', DnsOptions: { DnsRecordIpType: 'ipv4' } }
    : {}),
  PrivateDnsEnabled: endpoint.privateDnsEnabled,
  RequesterManaged: false,
  NetworkInterfaceIds: endpoint.interfaces.map((each) => each.networkInterfaceId),
  DnsEntries: dnsEntriesOf(view, endpoint),
  CreationTimestamp: endpoint.createdAt,
  Tags: tagsOf(view, endpoint.id),
  OwnerId: view.account,
});

/** The policy of a request, which must be JSON. */
const policyFault = (text: string | undefined): DomainError | undefined => {
  if (text === undefined) return undefined;
  try {
    const document: unknown = JSON.parse(text);
    return typeof document === 'object' && document !== null && 'Statement' in document
      ? undefined
      : new DomainError('InvalidPolicyDocument', 'The policy document has no Statement.');
  } catch {
    return new DomainError('InvalidPolicyDocument', 'The policy document is not valid JSON.');
  }
};

const checkRouteTables = (
  view: View,
  endpoint: Pick<VpcEndpoint, 'id' | 'vpcId' | 'serviceName'>,
  ids: readonly string[],
): DomainError | undefined => {
  for (const id of ids) {
    const table = resourceById(view, RouteTables, kinds.routeTable, id);
    if (isDomainError(table)) return table;
    if (table.vpcId !== endpoint.vpcId) {
      return invalidParameterValue(
        `Route table ${id} and network ${endpoint.vpcId} belong to different networks`,
      );
    }
    const other = view
      .find(VpcEndpoints, 'routeTable', id)
      .find((each) => each.id !== endpoint.id && each.serviceName === endpoint.serviceName);
    if (other !== undefined) {
      const list = prefixListIdOf(view.shard, endpoint.serviceName.split('.').at(-1) ?? '');
      return new DomainError(
        'RouteAlreadyExists',
        `route table ${id} already has a route with destination-prefix-list-id ${list}`,
      );
    }
  }
  return undefined;
};

/** An interface of the endpoint in a subnet; in one zone there is at most one. */
const addInterfaces = (
  tx: Tx,
  endpoint: VpcEndpoint,
  subnetIds: readonly string[],
): VpcEndpoint | DomainError => {
  const interfaces = [...endpoint.interfaces];
  for (const subnetId of new Set(subnetIds)) {
    const subnet = resourceById(tx, Subnets, kinds.subnet, subnetId);
    if (isDomainError(subnet)) return subnet;
    if (subnet.vpcId !== endpoint.vpcId) {
      return invalidParameterValue(`Subnet ${subnetId} is not in VPC ${endpoint.vpcId}`);
    }
    if (interfaces.some((each) => each.subnetId === subnetId)) continue;
    const zones = interfaces.map((each) => tx.get(Subnets, each.subnetId)?.zoneId);
    if (zones.includes(subnet.zoneId)) {
      return new DomainError(
        'DuplicateSubnetsInSameZone',
        `Found another VPC endpoint subnet in the availability zone of ${subnetId}`,
      );
    }
    const made = addNetworkInterface(tx, {
      subnet,
      groupIds: endpoint.groupIds,
      description: `VPC Endpoint Interface ${endpoint.id}`,
      publicAddress: false,
      interfaceType: 'vpc_endpoint',
      requesterManaged: true,
      attachment: null,
    });
    if (isDomainError(made)) return made;
    interfaces.push({ subnetId, networkInterfaceId: made.id });
  }
  return { ...endpoint, interfaces };
};

const unbuilt = (input: Plain<CreateVpcEndpointRequest>): DomainError | undefined => {
  const type = input.VpcEndpointType ?? 'Gateway';
  if (type !== 'Gateway' && type !== 'Interface') return notBuilt(`endpoints of type ${type}`);
  if (input.ServiceRegion !== undefined) return notBuilt('endpoints of services of other Regions');
  if ((input.IpAddressType ?? 'ipv4') !== 'ipv4') return notBuilt('endpoints with IPv6 addresses');
  return input.SubnetConfigurations === undefined
    ? undefined
    : notBuilt('addresses of endpoints by choice (SubnetConfigurations)');
};

const tooMany = (view: View, vpc: Vpc, type: VpcEndpoint['type']): DomainError | undefined => {
  const ofType = (endpoints: readonly VpcEndpoint[]): number =>
    endpoints.filter((endpoint) => endpoint.type === type).length;
  const isFull =
    type === 'Gateway'
      ? ofType(view.list(VpcEndpoints)) >= quotaIn(view, 'gatewayEndpointsPerRegion')
      : ofType(view.find(VpcEndpoints, 'vpc', vpc.id)) >= quotaIn(view, 'interfaceEndpointsPerVpc');
  return isFull ? limitExceeded('VpcEndpointLimitExceeded', 'VPC endpoints') : undefined;
};

/** What does not go with the type of the endpoint. */
const mismatch = (
  type: VpcEndpoint['type'],
  input: {
    readonly routeTables: readonly string[] | undefined;
    readonly subnets: readonly string[] | undefined;
    readonly groups: readonly string[] | undefined;
    readonly privateDns: boolean | undefined;
  },
): DomainError | undefined => {
  const strange =
    type === 'Gateway'
      ? input.subnets !== undefined || input.groups !== undefined || input.privateDns === true
      : input.routeTables !== undefined;
  return strange
    ? invalidParameterCombination(
        type === 'Gateway'
          ? 'Subnets, security groups and private DNS are only for endpoints of type Interface.'
          : 'Route tables are only for endpoints of type Gateway.',
      )
    : undefined;
};

/** The endpoint that a request asks for, without its interfaces. */
const newEndpoint = (
  tx: Tx,
  vpc: Vpc,
  input: Plain<CreateVpcEndpointRequest>,
): VpcEndpoint | DomainError => {
  const { ServiceName: serviceName = '' } = input;
  const type = input.VpcEndpointType === 'Interface' ? 'Interface' : 'Gateway';
  const service = endpointServiceOf(tx.shard, serviceName);
  if (service === undefined) return noSuchService(serviceName);
  if (type === 'Gateway' && !isGatewayService(service)) {
    return invalidParameterValue(
      `Endpoint type (Gateway) does not match available service types ([Interface]).`,
    );
  }
  if (type === 'Interface' && !hasInterfaces(service)) {
    return invalidParameterValue(
      `Endpoint type (Interface) does not match available service types ([Gateway]).`,
    );
  }
  const groupIds =
    type === 'Gateway'
      ? []
      : checkGroups(tx, input.SecurityGroupIds ?? [], { id: '', vpcId: vpc.id });
  if (isDomainError(groupIds)) return groupIds;
  return {
    id: newResourceId(tx, kinds.vpcEndpoint.prefix),
    type,
    vpcId: vpc.id,
    serviceName,
    policyDocument: input.PolicyDocument,
    routeTableIds: [...new Set(input.RouteTableIds ?? [])],
    interfaces: [],
    groupIds,
    // "Default: true", of interface endpoints (CreateVpcEndpoint, Amazon EC2 API Reference).
    privateDnsEnabled: type === 'Interface' && (input.PrivateDnsEnabled ?? true),
    nameSuffix: tx.random('ec2/endpoint-names').hex(8),
    createdAt: tx.now,
    availableAt: type === 'Gateway' ? tx.now : tx.now + pendingMs,
  };
};

/** The service's own name leads to one endpoint of a VPC, whose VPC has names at all. */
const privateDnsFault = (view: View, vpc: Vpc, endpoint: VpcEndpoint): DomainError | undefined => {
  if (!endpoint.privateDnsEnabled) return undefined;
  if (!vpc.enableDnsSupport || !vpc.enableDnsHostnames) {
    return new DomainError(
      'InvalidParameter',
      'Enabling private DNS requires both enableDnsSupport and enableDnsHostnames VPC attributes set to true',
    );
  }
  const other = view
    .find(VpcEndpoints, 'vpc', vpc.id)
    .some(
      (each) =>
        each.id !== endpoint.id &&
        each.privateDnsEnabled &&
        each.serviceName === endpoint.serviceName,
    );
  return other
    ? new DomainError(
        'InvalidParameter',
        `private-dns-enabled cannot be set because there is already a conflicting DNS domain for ${endpoint.serviceName} in the VPC ${vpc.id}`,
      )
    : undefined;
};

/** CreateVpcEndpoint: a gateway in route tables, or an interface in a subnet of each zone. */
const createVpcEndpoint: Operation<CreateVpcEndpointRequest, CreateVpcEndpointResult> = (
  tx,
  input,
) => {
  const refusal = unbuilt(input) ?? policyFault(input.PolicyDocument);
  if (refusal !== undefined) return refusal;
  const vpc = resourceById(tx, Vpcs, kinds.vpc, input.VpcId);
  if (isDomainError(vpc)) return vpc;
  const tags = tagsForType(input.TagSpecifications, kinds.vpcEndpoint.type);
  if (isDomainError(tags)) return tags;
  const planned = newEndpoint(tx, vpc, input);
  if (isDomainError(planned)) return planned;
  const fault =
    mismatch(planned.type, {
      routeTables: input.RouteTableIds,
      subnets: input.SubnetIds,
      groups: input.SecurityGroupIds,
      privateDns: input.PrivateDnsEnabled,
    }) ??
    tooMany(tx, vpc, planned.type) ??
    checkRouteTables(tx, planned, planned.routeTableIds) ??
    privateDnsFault(tx, vpc, planned);
  if (fault !== undefined) return fault;
  const made = addInterfaces(tx, planned, input.SubnetIds ?? []);
  if (isDomainError(made)) return made;
  tx.put(VpcEndpoints, made);
  return (
    addTags(tx, made.id, kinds.vpcEndpoint.type, tags) ?? {
      VpcEndpoint: answerOf(tx, made),
      ClientToken: input.ClientToken,
    }
  );
};

const filterFields = (view: View): FilterFields<VpcEndpoint> => ({
  'ip-address-type': (endpoint) => (endpoint.type === 'Interface' ? 'ipv4' : undefined),
  'service-name': (endpoint) => endpoint.serviceName,
  'service-region': () => view.shard,
  'vpc-id': (endpoint) => endpoint.vpcId,
  'vpc-endpoint-id': (endpoint) => endpoint.id,
  'vpc-endpoint-state': (endpoint) => stateOf(view, endpoint),
  'vpc-endpoint-type': (endpoint) => endpoint.type,
});

const describeVpcEndpoints: Operation<DescribeVpcEndpointsRequest, DescribeVpcEndpointsResult> = (
  tx,
  input,
) => {
  const page = describeResources(
    tx,
    VpcEndpoints,
    kinds.vpcEndpoint,
    { ...input, ids: input.VpcEndpointIds },
    filterFields(tx),
  );
  if (isDomainError(page)) return page;
  return {
    VpcEndpoints: page.items.map((endpoint) => answerOf(tx, endpoint)),
    NextToken: page.nextToken,
  };
};

const changed = (
  before: readonly string[],
  added: readonly string[] = [],
  removed: readonly string[] = [],
): readonly string[] => [...new Set([...before, ...added])].filter((id) => !removed.includes(id));

/** Gives an endpoint other groups, and takes its interfaces in these subnets away. */
const changeInterfaces = (
  tx: Tx,
  endpoint: VpcEndpoint,
  input: Plain<ModifyVpcEndpointRequest>,
): VpcEndpoint | DomainError => {
  const asked = changed(endpoint.groupIds, input.AddSecurityGroupIds, input.RemoveSecurityGroupIds);
  const groupIds =
    endpoint.type === 'Gateway' ? [] : checkGroups(tx, asked, { id: '', vpcId: endpoint.vpcId });
  if (isDomainError(groupIds)) return groupIds;
  const removed = new Set(input.RemoveSubnetIds ?? []);
  for (const { subnetId, networkInterfaceId } of endpoint.interfaces) {
    if (removed.has(subnetId)) removeNetworkInterface(tx, networkInterfaceId);
  }
  const interfaces = endpoint.interfaces.filter(({ subnetId }) => !removed.has(subnetId));
  for (const { networkInterfaceId } of interfaces) {
    const one = tx.get(NetworkInterfaces, networkInterfaceId);
    if (one !== undefined) tx.put(NetworkInterfaces, { ...one, groupIds });
  }
  return addInterfaces(tx, { ...endpoint, groupIds, interfaces }, input.AddSubnetIds ?? []);
};

/** What is to be taken away must be there. */
const strangeRemoval = (
  view: View,
  endpoint: VpcEndpoint,
  input: Plain<ModifyVpcEndpointRequest>,
): DomainError | undefined => {
  for (const id of input.RemoveRouteTableIds ?? []) {
    const table = resourceById(view, RouteTables, kinds.routeTable, id);
    if (isDomainError(table)) return table;
  }
  for (const id of input.RemoveSubnetIds ?? []) {
    const subnet = resourceById(view, Subnets, kinds.subnet, id);
    if (isDomainError(subnet)) return subnet;
  }
  const parts = [
    [input.RemoveRouteTableIds, endpoint.routeTableIds],
    [input.RemoveSubnetIds, endpoint.interfaces.map(({ subnetId }) => subnetId)],
    [input.RemoveSecurityGroupIds, endpoint.groupIds],
  ] as const;
  const strange = parts.flatMap(([removed = [], present]) =>
    removed.filter((id) => !present.includes(id)),
  );
  return strange.length > 0
    ? invalidParameterValue(`The VPC endpoint ${endpoint.id} does not have ${strange.join(', ')}`)
    : undefined;
};

/** ModifyVpcEndpoint: what the request does not name stays as it is. */
const modifyVpcEndpoint: Operation<ModifyVpcEndpointRequest, ModifyVpcEndpointResult> = (
  tx,
  input,
) => {
  const endpoint = resourceById(tx, VpcEndpoints, kinds.vpcEndpoint, input.VpcEndpointId);
  if (isDomainError(endpoint)) return endpoint;
  const vpc = resourceById(tx, Vpcs, kinds.vpc, endpoint.vpcId);
  if (isDomainError(vpc)) return vpc;
  const next: VpcEndpoint = {
    ...endpoint,
    policyDocument:
      input.ResetPolicy === true ? undefined : (input.PolicyDocument ?? endpoint.policyDocument),
    privateDnsEnabled: input.PrivateDnsEnabled ?? endpoint.privateDnsEnabled,
    routeTableIds: changed(
      endpoint.routeTableIds,
      input.AddRouteTableIds,
      input.RemoveRouteTableIds,
    ),
  };
  const fault =
    policyFault(input.PolicyDocument) ??
    strangeRemoval(tx, endpoint, input) ??
    (input.ResetPolicy === true && input.PolicyDocument !== undefined
      ? invalidParameterCombination(
          'The parameters resetPolicy and policyDocument cannot be used together',
        )
      : undefined) ??
    mismatch(endpoint.type, {
      routeTables: input.AddRouteTableIds,
      subnets: input.AddSubnetIds,
      groups: input.AddSecurityGroupIds,
      privateDns: input.PrivateDnsEnabled,
    }) ??
    ((input.IpAddressType ?? 'ipv4') === 'ipv4'
      ? undefined
      : notBuilt('endpoints with IPv6 addresses')) ??
    checkRouteTables(tx, endpoint, input.AddRouteTableIds ?? []) ??
    privateDnsFault(tx, vpc, next);
  if (fault !== undefined) return fault;
  const modified = changeInterfaces(tx, next, input);
  if (isDomainError(modified)) return modified;
  tx.put(VpcEndpoints, modified);
  return { Return: true };
};

/** DeleteVpcEndpoints: those that are not there are named in the answer. */
const deleteVpcEndpoints: Operation<DeleteVpcEndpointsRequest, DeleteVpcEndpointsResult> = (
  tx,
  input,
) => {
  const unsuccessful: NonNullable<DeleteVpcEndpointsResult['Unsuccessful']> = [];
  for (const id of new Set(input.VpcEndpointIds ?? [])) {
    const endpoint = resourceById(tx, VpcEndpoints, kinds.vpcEndpoint, id);
    if (isDomainError(endpoint)) {
      const { code: Code, message: Message } = endpoint;
      unsuccessful.push({ ResourceId: id, Error: { Code, Message } });
      continue;
    }
    for (const each of endpoint.interfaces) removeNetworkInterface(tx, each.networkInterfaceId);
    deleteResource(tx, VpcEndpoints, id);
  }
  return { Unsuccessful: unsuccessful };
};

/** The operations on VPC endpoints. */
export const vpcEndpointOperations = {
  CreateVpcEndpoint: createVpcEndpoint,
  DeleteVpcEndpoints: deleteVpcEndpoints,
  DescribeVpcEndpoints: describeVpcEndpoints,
  ModifyVpcEndpoint: modifyVpcEndpoint,
};
