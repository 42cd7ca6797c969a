import type {
  CreateLoadBalancerInput,
  CreateLoadBalancerOutput,
  DeleteLoadBalancerInput,
  DeleteLoadBalancerOutput,
  DescribeLoadBalancersInput,
  DescribeLoadBalancersOutput,
  LoadBalancer as Answer,
  SetIpAddressTypeInput,
  SetIpAddressTypeOutput,
  SetSecurityGroupsInput,
  SetSecurityGroupsOutput,
  SetSubnetsInput,
  SetSubnetsOutput,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import { isDomainError, type DomainError } from '../../world/domain-error.ts';
import type { Timer, Tx, View } from '../../world/transaction.ts';
import { zoneNameOf } from '../shared/account-zones.ts';
import type { Operation, Plain } from '../operation.ts';
import { forgetTags } from '../shared/tags.ts';
import { arnKind, newLoadBalancerArn, quotaIn } from './arns.ts';
import { attributeValue, loadBalancerAttributeRules } from './attributes.ts';
import { Listeners, LoadBalancers, type LoadBalancer, type LoadBalancerZone } from './entities.ts';
import {
  deletionProtected,
  duplicateLoadBalancerName,
  loadBalancerNotFound,
  notBuilt,
  tooMany,
  validation,
} from './errors.ts';
import { canonicalHostedZoneId } from './hosted-zones.ts';
import { removeListener } from './listeners.ts';
import { byArnsAndNames, existingLoadBalancer } from './lookups.ts';
import {
  convergeInterfaces,
  internetGatewayError,
  removeInterfaces,
  requestedSecurityGroups,
  requestedSubnets,
  zonesOf,
} from './load-balancer-zones.ts';
import { nameError, page } from './names.ts';
import { checkedTags, tagResource } from './resource-tags.ts';

/** From CreateLoadBalancer to `active`, in world time. AWS takes about two minutes and promises nothing. */
const provisioningMs = 5_000;

export const loadBalancerActiveKind = 'elbv2/load-balancer-active';

const zoneAnswers = (
  view: View,
  zones: readonly LoadBalancerZone[],
): Plain<Answer>['AvailabilityZones'] =>
  zones.map((zone) => ({
    ZoneName: zoneNameOf(view, zone.zoneId),
    SubnetId: zone.subnetId,
    LoadBalancerAddresses: [],
  }));

const answerOf = (view: View, loadBalancer: LoadBalancer): Plain<Answer> => ({
  LoadBalancerArn: loadBalancer.id,
  DNSName: loadBalancer.dnsName,
  CanonicalHostedZoneId: loadBalancer.canonicalHostedZoneId,
  CreatedTime: loadBalancer.createdAt,
  LoadBalancerName: loadBalancer.name,
  Scheme: loadBalancer.scheme,
  VpcId: loadBalancer.vpcId,
  State: { Code: loadBalancer.state },
  Type: 'application',
  AvailabilityZones: zoneAnswers(view, loadBalancer.zones),
  SecurityGroups: [...loadBalancer.securityGroupIds],
  IpAddressType: 'ipv4',
});

const refusedAddressType = (ipAddressType = 'ipv4'): DomainError | undefined =>
  ipAddressType === 'ipv4' ? undefined : notBuilt(`the IP address type '${ipAddressType}'`);

const unbuiltPart = (input: Plain<CreateLoadBalancerInput>): DomainError | undefined => {
  const { Type: type = 'application' } = input;
  if (type !== 'application') return notBuilt(`load balancers of type '${type}'`);
  const refused = refusedAddressType(input.IpAddressType);
  if (refused !== undefined) return refused;
  if (input.CustomerOwnedIpv4Pool !== undefined) return notBuilt('CustomerOwnedIpv4Pool');
  if (input.IpamPools !== undefined) return notBuilt('IpamPools');
  return undefined;
};

const sameMembers = (a: readonly string[], b: readonly string[]): boolean =>
  a.length === b.length && a.every((one) => b.includes(one));

const hasSameSettings = (a: LoadBalancer, b: LoadBalancer): boolean =>
  a.scheme === b.scheme &&
  sameMembers(a.securityGroupIds, b.securityGroupIds) &&
  sameMembers(
    a.zones.map((zone) => zone.subnetId),
    b.zones.map((zone) => zone.subnetId),
  );

const dnsNameFor = (tx: Tx, name: string, scheme: LoadBalancer['scheme']): string => {
  const number = 100_000_000 + tx.random('elbv2/dns-names').below(1_900_000_000);
  const prefix = scheme === 'internal' ? 'internal-' : '';
  return `${prefix}${name}-${number}.${tx.shard}.elb.amazonaws.com`.toLowerCase();
};

/** What a request asks for, without an identity of its own yet. */
const planned = (
  tx: Tx,
  input: Plain<CreateLoadBalancerInput>,
): Omit<LoadBalancer, 'id' | 'dnsName'> | DomainError => {
  const scheme = input.Scheme ?? 'internet-facing';
  const subnets = requestedSubnets(tx, input);
  if (isDomainError(subnets)) return subnets;
  const vpcId = subnets[0]?.vpcId ?? '';
  const noGateway = scheme === 'internal' ? undefined : internetGatewayError(tx, vpcId);
  if (noGateway !== undefined) return noGateway;
  const securityGroupIds = requestedSecurityGroups(tx, vpcId, input.SecurityGroups);
  if (isDomainError(securityGroupIds)) return securityGroupIds;
  return {
    name: input.Name ?? '',
    canonicalHostedZoneId: canonicalHostedZoneId(tx.shard),
    scheme,
    vpcId,
    state: 'provisioning',
    createdAt: tx.now,
    securityGroupIds,
    zones: zonesOf(subnets),
    attributes: {},
  };
};

/**
 * Creates an Application Load Balancer; it is `provisioning` for a while. With the name and the settings of one
 * that exists it answers that one.
 */
export const createLoadBalancer: Operation<CreateLoadBalancerInput, CreateLoadBalancerOutput> = (
  tx,
  input,
) => {
  const name = input.Name ?? '';
  const refused = nameError('Load balancer', name) ?? unbuiltPart(input);
  if (refused !== undefined) return refused;
  const tags = checkedTags(input.Tags);
  if (isDomainError(tags)) return tags;
  const plan = planned(tx, input);
  if (isDomainError(plan)) return plan;
  const [known] = tx.find(LoadBalancers, 'name', name);
  if (known !== undefined) {
    return hasSameSettings(known, { ...known, ...plan })
      ? { LoadBalancers: [answerOf(tx, known)] }
      : duplicateLoadBalancerName(name);
  }
  if (tx.list(LoadBalancers).length >= quotaIn(tx, 'loadBalancersPerRegion')) {
    return tooMany('LoadBalancers', quotaIn(tx, 'loadBalancersPerRegion'));
  }
  const loadBalancer: LoadBalancer = {
    id: newLoadBalancerArn(tx, name),
    dnsName: dnsNameFor(tx, name, plan.scheme),
    ...plan,
  };
  tx.put(LoadBalancers, loadBalancer);
  const failed = tagResource(tx, loadBalancer.id, tags) ?? convergeInterfaces(tx, loadBalancer);
  if (failed !== undefined) return failed;
  tx.setTimer({
    id: `${loadBalancerActiveKind}/${loadBalancer.id}`,
    at: tx.now + provisioningMs,
    kind: loadBalancerActiveKind,
    payload: loadBalancer.id,
  });
  return { LoadBalancers: [answerOf(tx, loadBalancer)] };
};

/** The timer at the end of provisioning. */
export const activateLoadBalancer = (tx: Tx, timer: Timer): void => {
  const loadBalancer =
    typeof timer.payload === 'string' ? tx.get(LoadBalancers, timer.payload) : undefined;
  if (loadBalancer !== undefined) tx.put(LoadBalancers, { ...loadBalancer, state: 'active' });
};

const described = (
  view: View,
  input: Plain<DescribeLoadBalancersInput>,
): readonly LoadBalancer[] | DomainError => {
  const { LoadBalancerArns: arns = [], Names: names = [] } = input;
  if (arns.length > 0 && names.length > 0) {
    return validation(
      'Load balancer names and load balancer ARNs cannot be specified at the same time',
    );
  }
  if (arns.length === 0 && names.length === 0) return view.list(LoadBalancers);
  return byArnsAndNames(
    view,
    LoadBalancers,
    { arns, names },
    existingLoadBalancer,
    loadBalancerNotFound,
  );
};

/** Load balancers by ARN, by name, or all. */
export const describeLoadBalancers: Operation<
  DescribeLoadBalancersInput,
  DescribeLoadBalancersOutput
> = (tx, input) => {
  const found = described(tx, input);
  if (isDomainError(found)) return found;
  const result = page(found, input);
  if (isDomainError(result)) return result;
  return {
    LoadBalancers: result.items.map((loadBalancer) => answerOf(tx, loadBalancer)),
    ...(result.nextToken === undefined ? {} : { NextMarker: result.nextToken }),
  };
};

/** Enables the load balancer in the zones of these subnets instead of its present ones. */
export const setSubnets: Operation<SetSubnetsInput, SetSubnetsOutput> = (tx, input) => {
  const loadBalancer = existingLoadBalancer(tx, input.LoadBalancerArn);
  if (isDomainError(loadBalancer)) return loadBalancer;
  const refused = refusedAddressType(input.IpAddressType);
  if (refused !== undefined) return refused;
  const subnets = requestedSubnets(tx, input);
  if (isDomainError(subnets)) return subnets;
  if (subnets[0]?.vpcId !== loadBalancer.vpcId) {
    return validation(`The subnets must belong to VPC '${loadBalancer.vpcId}'`);
  }
  const changed = { ...loadBalancer, zones: zonesOf(subnets) };
  tx.put(LoadBalancers, changed);
  const failed = convergeInterfaces(tx, changed);
  if (failed !== undefined) return failed;
  return { AvailabilityZones: zoneAnswers(tx, changed.zones), IpAddressType: 'ipv4' };
};

/** Replaces the load balancer's security groups. */
export const setSecurityGroups: Operation<SetSecurityGroupsInput, SetSecurityGroupsOutput> = (
  tx,
  input,
) => {
  const loadBalancer = existingLoadBalancer(tx, input.LoadBalancerArn);
  if (isDomainError(loadBalancer)) return loadBalancer;
  const groups = input.SecurityGroups ?? [];
  if (groups.length === 0) {
    return validation('At least one security group must be specified');
  }
  const securityGroupIds = requestedSecurityGroups(tx, loadBalancer.vpcId, groups);
  if (isDomainError(securityGroupIds)) return securityGroupIds;
  const changed = { ...loadBalancer, securityGroupIds };
  tx.put(LoadBalancers, changed);
  const failed = convergeInterfaces(tx, changed);
  if (failed !== undefined) return failed;
  return { SecurityGroupIds: [...securityGroupIds] };
};

/** Deletes a load balancer and its listeners. One that does not exist, or no more, is no error. */
export const deleteLoadBalancer: Operation<DeleteLoadBalancerInput, DeleteLoadBalancerOutput> = (
  tx,
  input,
) => {
  const arn = input.LoadBalancerArn ?? '';
  if (arnKind(arn) !== 'loadbalancer') {
    return validation(`'${arn}' is not a valid load balancer ARN`);
  }
  const loadBalancer = tx.get(LoadBalancers, arn);
  if (loadBalancer === undefined) return {};
  const isProtected = attributeValue(
    loadBalancerAttributeRules,
    loadBalancer,
    'deletion_protection.enabled',
  );
  if (isProtected === 'true') return deletionProtected(arn);
  for (const listener of tx.find(Listeners, 'loadBalancer', arn)) removeListener(tx, listener);
  removeInterfaces(tx, loadBalancer);
  tx.delete(LoadBalancers, arn);
  tx.cancelTimer(`${loadBalancerActiveKind}/${arn}`);
  forgetTags(tx, arn);
  return {};
};

/** Every balancer has IPv4 addresses and no others, so that asking for them changes nothing. */
export const setIpAddressType: Operation<SetIpAddressTypeInput, SetIpAddressTypeOutput> = (
  tx,
  input,
) => {
  const loadBalancer = existingLoadBalancer(tx, input.LoadBalancerArn);
  if (isDomainError(loadBalancer)) return loadBalancer;
  return refusedAddressType(input.IpAddressType) ?? { IpAddressType: 'ipv4' };
};
