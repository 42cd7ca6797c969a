import { isDomainError, type DomainError } from '../../world/domain-error.ts';
import type { View } from '../../world/transaction.ts';
import { accountZones } from '../shared/account-zones.ts';
import { blockContains, parseIpv4Cidr, type Ipv4Block } from '../shared/cidr.ts';
import { parseIpv4Address } from '../shared/ip-address.ts';
import { Subnets } from '../ec2/entities.ts';
import { Instances, NetworkInterfaces } from '../ec2/instances/instance-entities.ts';
import type { TargetGroup } from './entities.ts';
import { invalidTarget, validation } from './errors.ts';

/** A target as requests name it. */
export interface TargetInput {
  readonly Id?: string | undefined;
  readonly Port?: number | undefined;
  readonly AvailabilityZone?: string | undefined;
}

/** Where a target is; null for an address outside the VPC. */
export interface Placement {
  readonly zoneId: string | null;
}

/** Targets outside the VPC have such addresses (API reference, RegisterTargets: RFC 1918 and RFC 6598). */
const privateBlocks: readonly Ipv4Block[] = [
  '10.0.0.0/8',
  '172.16.0.0/12',
  '192.168.0.0/16',
  '100.64.0.0/10',
].flatMap((cidr) => parseIpv4Cidr(cidr) ?? []);

/** An instance that can be registered: it runs, in the target group's VPC. One of another Region is unknown here. */
const instancePlacement = (view: View, group: TargetGroup, id: string): Placement | DomainError => {
  if (!/^i-[0-9a-f]{8,17}$/.test(id)) return validation(`Instance ID '${id}' is not valid`);
  const instance = view.get(Instances, id);
  if (instance === undefined) {
    return invalidTarget(`The following targets do not exist and cannot be registered: '${id}'`);
  }
  if (instance.vpcId !== group.vpcId) {
    return invalidTarget(
      `The following targets are not in the target group VPC '${group.vpcId}': '${id}'`,
    );
  }
  return instance.state === 'running'
    ? { zoneId: instance.zoneId }
    : invalidTarget(
        `The following targets are not in a running state and cannot be registered: '${id}'`,
      );
};

const addressPlacement = (
  view: View,
  group: TargetGroup,
  target: TargetInput,
): Placement | DomainError => {
  const id = target.Id ?? '';
  const address = parseIpv4Address(id);
  if (address === undefined)
    return validation(`The IP address '${id}' is not a valid IPv4 address`);
  const host: Ipv4Block = { first: address, prefixLength: 32 };
  const subnet = view.find(Subnets, 'vpc', group.vpcId).find((one) => {
    const block = parseIpv4Cidr(one.cidrBlock);
    return block !== undefined && blockContains(block, host);
  });
  const { AvailabilityZone: zoneName } = target;
  if (subnet !== undefined) return inSubnet(view, group, id, subnet.zoneId, zoneName);
  if (!privateBlocks.some((block) => blockContains(block, host))) {
    return invalidTarget(
      `The IP address '${id}' must be within a subnet of VPC '${group.vpcId}' or of a private range`,
    );
  }
  return zoneName === 'all'
    ? { zoneId: null }
    : validation(
        `You must specify an Availability Zone of 'all' for IP address '${id}', which is outside VPC '${group.vpcId}'`,
      );
};

const inSubnet = (
  view: View,
  group: TargetGroup,
  id: string,
  zoneId: string,
  zoneName: string | undefined,
): Placement | DomainError => {
  const ofLoadBalancer = view
    .find(NetworkInterfaces, 'privateAddress', id)
    .some((one) => one.vpcId === group.vpcId && one.requesterManaged);
  if (ofLoadBalancer) {
    return invalidTarget(
      `The IP address '${id}' cannot be used as a target, as it is in use by a load balancer`,
    );
  }
  const zone = accountZones(view).find((one) => one.id === zoneId);
  return zoneName === undefined || zoneName === zone?.name
    ? { zoneId }
    : validation(`The Availability Zone '${zoneName}' is not that of IP address '${id}'`);
};

/** Where a target that is to be registered is, or why it cannot be. */
export const targetPlacement = (
  view: View,
  group: TargetGroup,
  target: TargetInput,
): Placement | DomainError => {
  if (group.targetType === 'ip') return addressPlacement(view, group, target);
  if (target.AvailabilityZone !== undefined) {
    return validation('An Availability Zone cannot be specified for targets of type instance');
  }
  const placement = instancePlacement(view, group, target.Id ?? '');
  return isDomainError(placement) ? placement : { zoneId: placement.zoneId };
};
