import type { RunInstancesRequest } from '@aws-sdk/client-ec2';
import { DomainError, isDomainError } from '../../../world/domain-error.ts';
import type { View } from '../../../world/transaction.ts';
import type { Plain } from '../../operation.ts';
import { accountZones, zoneNameOf } from '../../shared/account-zones.ts';
import { defaultSubnetIn, defaultVpcOf } from '../network/default-network.ts';
import { SecurityGroups, Subnets, securityGroupNameKey, type Subnet } from '../entities.ts';
import { invalidParameterCombination, invalidParameterValue, noDefaultVpc } from '../errors.ts';
import { checkGroups } from './launch-groups.ts';
import { askedInterfaces, isForOneInstance, type AskedInterface } from './launch-interfaces.ts';

type Input = Plain<RunInstancesRequest>;
/** An interface that each instance begins with. */
export interface LaunchInterface extends AskedInterface {
  /** Of one that is to be made: its groups by id, its own or the VPC's default one. */
  readonly groupIds: readonly string[];
}

/** Where instances go and how they are reached. */
export interface LaunchNetwork {
  /** The subnet of the primary interface, or default subnets to choose from; all of one VPC. */
  readonly subnets: readonly Subnet[];
  /** True when the request names a subnet or a zone. */
  readonly zoneIsAsked: boolean;
  /** At least one; the primary one first. */
  readonly interfaces: readonly LaunchInterface[];
  /** True when what is named of an interface cannot be given to two instances. */
  readonly isForOne: boolean;
  /** Undefined: as the subnet has it. */
  readonly hostnameType: Subnet['hostnameType'] | undefined;
  readonly enableResourceNameDnsARecord: boolean | undefined;
  readonly enableResourceNameDnsAAAARecord: boolean | undefined;
}

/** The zone that the request names, by its id. */
const askedZone = (view: View, input: Input): string | undefined | DomainError => {
  // An empty name or id is none, as Terraform sends it.
  const name = input.Placement?.AvailabilityZone || undefined;
  const id = input.Placement?.AvailabilityZoneId || undefined;
  if (name === undefined && id === undefined) return undefined;
  const zone = accountZones(view).find(
    (candidate) =>
      (name === undefined || candidate.name === name) && (id === undefined || candidate.id === id),
  );
  return zone?.id ?? invalidParameterValue(`Invalid availability zone: [${name ?? id ?? ''}]`);
};

const checkZone = (
  view: View,
  subnet: Subnet,
  zoneId: string | undefined,
): DomainError | undefined =>
  zoneId === undefined || subnet.zoneId === zoneId
    ? undefined
    : invalidParameterCombination(
        `The subnet '${subnet.id}' is in the Availability Zone ${zoneNameOf(view, subnet.zoneId)}, not in ${zoneNameOf(view, zoneId)} as Placement says`,
      );

/** Default subnets that instances could go to: one, when a zone is named. */
const defaultSubnets = (
  view: View,
  zoneId: string | undefined,
): readonly Subnet[] | DomainError => {
  const vpc = defaultVpcOf(view);
  if (vpc === undefined) return noDefaultVpc();
  if (zoneId !== undefined) {
    const subnet = defaultSubnetIn(view, zoneId);
    return subnet === undefined
      ? new DomainError(
          'MissingInput',
          `No default subnet for availability zone: '${zoneNameOf(view, zoneId)}'.`,
        )
      : [subnet];
  }
  const subnets = view.find(Subnets, 'vpc', vpc.id).filter((subnet) => subnet.isDefault);
  return subnets.length > 0
    ? subnets
    : new DomainError(
        'MissingInput',
        `No subnets found for the default VPC '${vpc.id}'. Please specify a subnet.`,
      );
};

const groupsByName = (
  view: View,
  vpcId: string,
  names: readonly string[],
): readonly string[] | DomainError => {
  const ids: string[] = [];
  for (const name of names) {
    const [group] = view.find(SecurityGroups, 'name', securityGroupNameKey(vpcId, name));
    if (group === undefined) {
      return new DomainError(
        'InvalidGroup.NotFound',
        `The security group '${name}' does not exist in default VPC '${vpcId}'`,
      );
    }
    ids.push(group.id);
  }
  return ids;
};

const groupsOf = (
  view: View,
  asked: AskedInterface,
  subnet: Subnet,
): readonly string[] | DomainError => {
  if (asked.groupNames.length > 0 && asked.subnet !== undefined) {
    return invalidParameterCombination(
      'The parameter groupName cannot be used with the parameter subnet',
    );
  }
  const named = groupsByName(view, subnet.vpcId, asked.groupNames);
  return isDomainError(named) ? named : checkGroups(view, [...asked.groupIds, ...named], subnet);
};

/** The interfaces with the ids of their groups; those without a subnet of their own go where the launch goes. */
const withGroups = (
  view: View,
  asked: readonly AskedInterface[],
  elsewhere: Subnet,
): readonly LaunchInterface[] | DomainError => {
  const interfaces: LaunchInterface[] = [];
  for (const one of asked) {
    const groupIds =
      one.existing === undefined
        ? groupsOf(view, one, one.subnet ?? elsewhere)
        : one.existing.groupIds;
    if (isDomainError(groupIds)) return groupIds;
    interfaces.push({ ...one, groupIds });
  }
  return interfaces;
};

/** The subnets that the primary interface may be in, and whether the request says where. */
const launchSubnets = (
  view: View,
  input: Input,
  asked: readonly AskedInterface[],
): Pick<LaunchNetwork, 'subnets' | 'zoneIsAsked'> | DomainError => {
  const zoneId = askedZone(view, input);
  if (isDomainError(zoneId)) return zoneId;
  const named = asked.flatMap((one) => one.subnet ?? []);
  const [first] = named;
  const refusal = first === undefined ? undefined : checkZone(view, first, zoneId);
  if (refusal !== undefined) return refusal;
  const own = asked[0]?.subnet;
  const subnets = own === undefined ? defaultSubnets(view, zoneId ?? first?.zoneId) : [own];
  if (isDomainError(subnets)) return subnets;
  return { subnets, zoneIsAsked: first !== undefined || zoneId !== undefined };
};

/** Reads what a RunInstances request says of subnet, zone, interfaces, addresses and security groups. */
export const launchNetwork = (view: View, input: Input): LaunchNetwork | DomainError => {
  const asked = askedInterfaces(view, input);
  if (isDomainError(asked)) return asked;
  const where = launchSubnets(view, input, asked);
  if (isDomainError(where)) return where;
  const [first] = where.subnets;
  if (first === undefined) return noDefaultVpc();
  const interfaces = withGroups(view, asked, first);
  if (isDomainError(interfaces)) return interfaces;
  const names = input.PrivateDnsNameOptions;
  return {
    ...where,
    interfaces,
    isForOne: isForOneInstance(interfaces),
    hostnameType: names?.HostnameType,
    enableResourceNameDnsARecord: names?.EnableResourceNameDnsARecord,
    enableResourceNameDnsAAAARecord: names?.EnableResourceNameDnsAAAARecord,
  };
};
