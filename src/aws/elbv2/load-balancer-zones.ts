import { isDomainError, type DomainError } from '../../world/domain-error.ts';
import type { Tx, View } from '../../world/transaction.ts';
import {
  InternetGateways,
  SecurityGroups,
  securityGroupNameKey,
  Subnets,
  type Subnet,
} from '../ec2/entities.ts';
import { NetworkInterfaces, type NetworkInterface } from '../ec2/instances/instance-entities.ts';
import {
  addNetworkInterface,
  removeNetworkInterface,
} from '../ec2/network-interfaces/network-interfaces.ts';
import { loadBalancerPath } from './arns.ts';
import type { LoadBalancer, LoadBalancerZone } from './entities.ts';
import {
  invalidConfiguration,
  invalidSecurityGroup,
  noInternetGateway,
  notBuilt,
  subnetNotFound,
  validation,
} from './errors.ts';

/** The subnets of a request: named one by one, or as mappings. */
export interface SubnetsInput {
  readonly Subnets?: readonly string[] | undefined;
  readonly SubnetMappings?:
    | readonly {
        readonly SubnetId?: string | undefined;
        readonly AllocationId?: string | undefined;
        readonly PrivateIPv4Address?: string | undefined;
        readonly IPv6Address?: string | undefined;
      }[]
    | undefined;
}

const requestedIds = (input: SubnetsInput): readonly string[] | DomainError => {
  const { Subnets: subnets = [], SubnetMappings: mappings = [] } = input;
  if (subnets.length > 0 && mappings.length > 0) {
    return validation('You can specify either subnets or subnet mappings, not both');
  }
  for (const mapping of mappings) {
    if (mapping.AllocationId !== undefined || mapping.PrivateIPv4Address !== undefined) {
      return invalidConfiguration(
        "Addresses cannot be specified for load balancers of type 'application'",
      );
    }
    if (mapping.IPv6Address !== undefined) return notBuilt('IPv6 addresses');
  }
  return subnets.length > 0 ? subnets : mappings.flatMap((mapping) => mapping.SubnetId ?? []);
};

/**
 * The subnets that a request names: at least two, each in a zone of its own, all of one VPC. A subnet of another
 * Region does not exist here.
 */
export const requestedSubnets = (
  view: View,
  input: SubnetsInput,
): readonly Subnet[] | DomainError => {
  const ids = requestedIds(input);
  if (isDomainError(ids)) return ids;
  const found: Subnet[] = [];
  for (const id of new Set(ids)) {
    const subnet = view.get(Subnets, id);
    if (subnet === undefined) return subnetNotFound(id);
    found.push(subnet);
  }
  if (new Set(found.map((subnet) => subnet.vpcId)).size > 1) {
    return invalidConfiguration('All subnets must belong to the same VPC');
  }
  if (new Set(found.map((subnet) => subnet.zoneId)).size < found.length) {
    return invalidConfiguration(
      'A load balancer cannot be attached to multiple subnets in the same Availability Zone',
    );
  }
  if (found.length < 2) {
    return validation('At least two subnets in two different Availability Zones must be specified');
  }
  return found;
};

/** An internet-facing load balancer needs a VPC with a way to the Internet. */
export const internetGatewayError = (view: View, vpcId: string): DomainError | undefined =>
  view.find(InternetGateways, 'vpc', vpcId).length === 0 ? noInternetGateway(vpcId) : undefined;

/** The security groups that a request names, or the VPC's default one. */
export const requestedSecurityGroups = (
  view: View,
  vpcId: string,
  groupIds: readonly string[] | undefined,
): readonly string[] | DomainError => {
  if (groupIds === undefined || groupIds.length === 0) {
    return view
      .find(SecurityGroups, 'name', securityGroupNameKey(vpcId, 'default'))
      .map((group) => group.id);
  }
  for (const id of groupIds) {
    const group = view.get(SecurityGroups, id);
    if (group === undefined) return invalidSecurityGroup(id);
    if (group.vpcId !== vpcId) {
      return invalidConfiguration(`The security group '${id}' does not belong to VPC '${vpcId}'`);
    }
  }
  return [...new Set(groupIds)];
};

export const zonesOf = (subnets: readonly Subnet[]): readonly LoadBalancerZone[] =>
  subnets.map((subnet) => ({ zoneId: subnet.zoneId, subnetId: subnet.id }));

const interfaceDescription = (loadBalancer: LoadBalancer): string =>
  `ELB ${loadBalancerPath(loadBalancer.id)}`;

/**
 * Gives the load balancer a network interface in each of its subnets, as AWS does, and takes away those in
 * others: a node's addresses on AWS's side, and what keeps subnets and security groups from being deleted.
 */
export const convergeInterfaces = (tx: Tx, loadBalancer: LoadBalancer): DomainError | undefined => {
  const description = interfaceDescription(loadBalancer);
  const present = tx.find(NetworkInterfaces, 'requester', description);
  const wanted = new Set(loadBalancer.zones.map((zone) => zone.subnetId));
  for (const one of present) {
    if (!wanted.has(one.subnetId)) removeNetworkInterface(tx, one.id);
    else if (one.groupIds.join() !== loadBalancer.securityGroupIds.join()) {
      tx.put(NetworkInterfaces, { ...one, groupIds: loadBalancer.securityGroupIds });
    }
  }
  for (const subnetId of wanted) {
    const subnet = tx.get(Subnets, subnetId);
    if (subnet === undefined || present.some((one) => one.subnetId === subnetId)) continue;
    const added = addNetworkInterface(tx, {
      subnet,
      groupIds: loadBalancer.securityGroupIds,
      description,
      publicAddress: loadBalancer.scheme === 'internet-facing',
      requesterManaged: true,
      attachment: null,
    });
    if (isDomainError(added)) return invalidConfiguration(added.message);
  }
  return undefined;
};

/** The network interface of a load balancer's node in a subnet. */
export const nodeInterface = (
  view: View,
  loadBalancer: LoadBalancer,
  subnetId: string,
): NetworkInterface | undefined => {
  const description = interfaceDescription(loadBalancer);
  return view
    .find(NetworkInterfaces, 'requester', description)
    .find((one) => one.subnetId === subnetId);
};

/** Takes all network interfaces of a load balancer away. */
export const removeInterfaces = (tx: Tx, loadBalancer: LoadBalancer): void => {
  for (const one of tx.find(NetworkInterfaces, 'requester', interfaceDescription(loadBalancer))) {
    removeNetworkInterface(tx, one.id);
  }
};
