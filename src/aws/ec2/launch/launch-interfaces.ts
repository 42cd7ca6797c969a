import type { RunInstancesRequest } from '@aws-sdk/client-ec2';
import { isDomainError, type DomainError } from '../../../world/domain-error.ts';
import type { View } from '../../../world/transaction.ts';
import type { Plain } from '../../operation.ts';
import { privateAddressesOf } from '../addresses/associations.ts';
import { resourceById } from '../describe.ts';
import { Subnets, type Subnet } from '../entities.ts';
import { invalidParameterCombination, invalidParameterValue, kinds, notBuilt } from '../errors.ts';
import { NetworkInterfaces, type NetworkInterface } from '../instances/instance-entities.ts';
import { unreadNames } from './launch-parameters.ts';
import {
  askedAddresses,
  countOf,
  type AskedAddresses,
} from '../network-interfaces/asked-addresses.ts';
import {
  askedIpv6,
  countOfIpv6,
  ipv6Names,
  type AskedIpv6,
} from '../network-interfaces/ipv6-addresses.ts';
import { checkFree } from '../network-interfaces/life.ts';
import {
  checkAddressCount,
  checkInterfaceCount,
  checkIpv6AddressCount,
} from '../network-interfaces/limits.ts';

type Input = Plain<RunInstancesRequest>;
type InterfaceInput = NonNullable<Input['NetworkInterfaces']>[number];

/** An interface that an instance is to begin with, as its request says. */
export interface AskedInterface {
  readonly deviceIndex: number;
  /** One that is there already; what is below does not concern it then. */
  readonly existing: NetworkInterface | undefined;
  /** Undefined: the one where the launch goes. */
  readonly subnet: Subnet | undefined;
  readonly groupIds: readonly string[];
  readonly groupNames: readonly string[];
  readonly addresses: AskedAddresses;
  /** Undefined: as the subnet has it. */
  readonly ipv6Addresses: AskedIpv6;
  /** Undefined: as the subnet has it. */
  readonly publicAddress: boolean | undefined;
  readonly description: string;
  readonly deleteOnTermination: boolean;
}

const interfaceRead: ReadonlySet<string> = new Set<keyof InterfaceInput>([
  'AssociatePublicIpAddress',
  'DeleteOnTermination',
  'Description',
  'DeviceIndex',
  'Groups',
  ...ipv6Names,
  'NetworkCardIndex',
  'NetworkInterfaceId',
  'PrivateIpAddress',
  'PrivateIpAddresses',
  'SecondaryPrivateIpAddressCount',
  'SubnetId',
]);

const checkInterface = (asked: InterfaceInput): DomainError | undefined => {
  const [unread] = unreadNames(asked, interfaceRead).filter(
    (name) => name !== 'InterfaceType' || asked.InterfaceType !== 'interface',
  );
  if (unread !== undefined) {
    return notBuilt(`the parameter NetworkInterfaces.${unread} of RunInstances`);
  }
  return (asked.NetworkCardIndex ?? 0) === 0
    ? undefined
    : notBuilt('network cards beside the first one (NetworkCardIndex 0)');
};

const namedSubnet = (view: View, id: string | undefined): Subnet | undefined | DomainError =>
  id === undefined ? undefined : resourceById(view, Subnets, kinds.subnet, id);

/** What an interface that exists already has, and a request may therefore not say of it. */
const settled = [
  'SubnetId',
  'Groups',
  'PrivateIpAddress',
  'PrivateIpAddresses',
  'SecondaryPrivateIpAddressCount',
  'Description',
  'Ipv6Addresses',
  'Ipv6AddressCount',
] as const;

const fromExisting = (view: View, asked: InterfaceInput): AskedInterface | DomainError => {
  const existing = resourceById(
    view,
    NetworkInterfaces,
    kinds.networkInterface,
    asked.NetworkInterfaceId,
  );
  if (isDomainError(existing)) return existing;
  for (const name of settled) {
    if (asked[name] !== undefined) {
      return invalidParameterCombination(
        `A network interface may not specify both a network interface ID and ${name}`,
      );
    }
  }
  if (asked.DeleteOnTermination === true) {
    return invalidParameterCombination(
      'A network interface may not specify a network interface ID and delete on termination as true',
    );
  }
  if (asked.AssociatePublicIpAddress === true) {
    return invalidParameterCombination(
      'The associatePublicIPAddress parameter cannot be specified for a network interface with an ID.',
    );
  }
  return (
    checkFree(existing) ?? {
      deviceIndex: asked.DeviceIndex ?? 0,
      existing,
      subnet: view.get(Subnets, existing.subnetId),
      groupIds: [],
      groupNames: [],
      addresses: { primary: undefined, secondary: [] },
      ipv6Addresses: undefined,
      publicAddress: undefined,
      description: existing.description,
      deleteOnTermination: false,
    }
  );
};

const fromInterface = (view: View, asked: InterfaceInput): AskedInterface | DomainError => {
  const refusal = checkInterface(asked);
  if (refusal !== undefined) return refusal;
  if (asked.NetworkInterfaceId !== undefined) return fromExisting(view, asked);
  const subnet = namedSubnet(view, asked.SubnetId);
  if (isDomainError(subnet)) return subnet;
  const addresses = askedAddresses(asked);
  if (isDomainError(addresses)) return addresses;
  const ipv6Addresses = askedIpv6(asked);
  if (isDomainError(ipv6Addresses)) return ipv6Addresses;
  return {
    deviceIndex: asked.DeviceIndex ?? 0,
    existing: undefined,
    subnet,
    groupIds: asked.Groups ?? [],
    groupNames: [],
    addresses,
    ipv6Addresses,
    publicAddress: asked.AssociatePublicIpAddress,
    description: asked.Description ?? '',
    deleteOnTermination: asked.DeleteOnTermination ?? true,
  };
};

/** The one interface of a request that speaks of the instance alone. */
const fromInstance = (view: View, input: Input): AskedInterface | DomainError => {
  const subnet = namedSubnet(view, input.SubnetId);
  if (isDomainError(subnet)) return subnet;
  const ipv6Addresses = askedIpv6(input);
  if (isDomainError(ipv6Addresses)) return ipv6Addresses;
  return {
    deviceIndex: 0,
    existing: undefined,
    subnet,
    groupIds: input.SecurityGroupIds ?? [],
    groupNames: input.SecurityGroups ?? [],
    addresses: { primary: input.PrivateIpAddress, secondary: [] },
    ipv6Addresses,
    publicAddress: undefined,
    description: '',
    deleteOnTermination: true,
  };
};

const checkInstanceLevel = (input: Input): DomainError | undefined => {
  const both = (what: string): DomainError =>
    invalidParameterCombination(
      `Network interfaces and an instance-level ${what} may not be specified on the same request`,
    );
  if (input.SubnetId !== undefined) return both('subnet ID');
  if (input.PrivateIpAddress !== undefined) return both('private address');
  if (ipv6Names.some((name) => input[name] !== undefined)) return both('IPv6 address');
  return (input.SecurityGroupIds ?? []).length + (input.SecurityGroups ?? []).length > 0
    ? both('security groups')
    : undefined;
};

const checkTogether = (
  interfaces: readonly AskedInterface[],
  instanceType: string | undefined,
): DomainError | undefined => {
  const indexes = interfaces.map((one) => one.deviceIndex);
  if (new Set(indexes).size < indexes.length) {
    return invalidParameterValue('Each network interface requires a unique device index.');
  }
  if (!indexes.includes(0)) {
    return invalidParameterValue(
      'When specifying network interfaces, you must include a device at index 0.',
    );
  }
  if (interfaces.length > 1 && interfaces.some((one) => one.publicAddress === true)) {
    return invalidParameterCombination(
      'The associatePublicIPAddress parameter cannot be specified when launching with multiple network interfaces.',
    );
  }
  const existing = interfaces.flatMap((one) => one.existing?.id ?? []);
  if (new Set(existing).size < existing.length) {
    return invalidParameterValue('A network interface can be specified once only.');
  }
  if (new Set(interfaces.flatMap((one) => one.subnet?.zoneId ?? [])).size > 1) {
    return invalidParameterCombination(
      'The network interfaces of an instance must be in the same Availability Zone.',
    );
  }
  return instanceType === undefined ? undefined : checkLimits(interfaces, instanceType);
};

const checkLimits = (
  interfaces: readonly AskedInterface[],
  instanceType: string,
): DomainError | undefined => {
  const tooMany = checkInterfaceCount(instanceType, interfaces.length);
  if (tooMany !== undefined) return tooMany;
  for (const { addresses, ipv6Addresses, existing } of interfaces) {
    const count = existing === undefined ? countOf(addresses) : privateAddressesOf(existing).length;
    const ipv6Count =
      existing === undefined ? countOfIpv6(ipv6Addresses) : (existing.ipv6Addresses?.length ?? 0);
    const refusal =
      checkAddressCount(instanceType, count) ?? checkIpv6AddressCount(instanceType, ipv6Count);
    if (refusal !== undefined) return refusal;
  }
  return undefined;
};

/** The interfaces that a RunInstances request asks for, the primary one first. */
export const askedInterfaces = (
  view: View,
  input: Input,
): readonly [AskedInterface, ...AskedInterface[]] | DomainError => {
  const specifications = input.NetworkInterfaces ?? [];
  const asked: AskedInterface[] = [];
  if (specifications.length > 0) {
    const refusal = checkInstanceLevel(input);
    if (refusal !== undefined) return refusal;
  } else {
    const only = fromInstance(view, input);
    if (isDomainError(only)) return only;
    asked.push(only);
  }
  for (const specification of specifications) {
    const one = fromInterface(view, specification);
    if (isDomainError(one)) return one;
    asked.push(one);
  }
  const refusal = checkTogether(asked, input.InstanceType);
  if (refusal !== undefined) return refusal;
  const [primary, ...others] = asked.toSorted((a, b) => a.deviceIndex - b.deviceIndex);
  if (primary === undefined) throw new Error('A launch asks for one interface at least.');
  return [primary, ...others];
};

/** Whether only one instance can be launched so: something of it is named that cannot be given twice. */
export const isForOneInstance = (interfaces: readonly AskedInterface[]): boolean =>
  interfaces.some(
    ({ addresses: { primary, secondary }, ipv6Addresses, existing }) =>
      existing !== undefined ||
      primary !== undefined ||
      (typeof secondary !== 'number' && secondary.length > 0) ||
      typeof ipv6Addresses === 'object',
  );
