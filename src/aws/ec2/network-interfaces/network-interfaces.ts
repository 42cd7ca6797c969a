import { isDomainError, type DomainError } from '../../../world/domain-error.ts';
import type { Tx, View } from '../../../world/transaction.ts';
import { newResourceId } from '../../shared/ids.ts';
import { forgetTags } from '../../shared/tags.ts';
import {
  disassociate,
  dropPublicAddress,
  privateAddressesOf,
  renewPublicAddress,
} from '../addresses/associations.ts';
import { ElasticIps } from '../addresses/entities.ts';
import { Subnets, type Subnet } from '../entities.ts';
import {
  NetworkInterfaces,
  type NetworkInterface,
  type NetworkInterfaceAttachment,
} from '../instances/instance-entities.ts';
import { takeIpv6Addresses, type AskedIpv6 } from './ipv6-addresses.ts';
import { releasePublicAddress, takePublicAddress } from '../addresses/public-addresses.ts';
import { releaseAddress, takeAddress } from '../network/subnet-addresses.ts';

/** Private addresses beside the primary one: these, or so many of any. */
export type SecondaryAddresses = readonly string[] | number;

/** A network interface to be made. */
export interface NetworkInterfaceRequest {
  readonly subnet: Subnet;
  readonly groupIds: readonly string[];
  readonly description: string;
  /** One address of the subnet that must be it; any free one when undefined. */
  readonly privateIpAddress?: string | undefined;
  readonly secondaryAddresses?: SecondaryAddresses;
  readonly ipv6Addresses?: AskedIpv6;
  readonly publicAddress: boolean;
  readonly interfaceType?: NetworkInterface['interfaceType'];
  readonly requesterManaged?: boolean;
  readonly sourceDestCheck?: boolean;
  readonly attachment: NetworkInterfaceAttachment | null;
}

/** A MAC address as EC2's look: locally administered, beginning with 02 or 06 or 0a or 0e. */
const newMacAddress = (tx: Tx): string => {
  const random = tx.random('ec2/mac-addresses');
  const first = random.pick(['02', '06', '0a', '0e']) ?? '02';
  return [first, ...Array.from({ length: 5 }, () => random.hex(2))].join(':');
};

/** Takes addresses of a subnet, all or none. Errors: those of `takeAddress`. */
export const takeAddresses = (
  tx: Tx,
  subnet: Subnet,
  wanted: SecondaryAddresses,
): readonly string[] | DomainError => {
  const asked: readonly (string | undefined)[] =
    typeof wanted === 'number' ? Array.from({ length: wanted }, () => undefined) : wanted;
  const taken: string[] = [];
  for (const address of asked) {
    const one = takeAddress(tx, subnet, address);
    if (isDomainError(one)) return one;
    taken.push(one);
  }
  return taken;
};

/**
 * Makes a network interface with private addresses of its subnet and, if asked, IPv6 ones and a public one. Errors: those of
 * `takeAddress` and `takeIpv6Addresses`.
 */
export const addNetworkInterface = (
  tx: Tx,
  request: NetworkInterfaceRequest,
): NetworkInterface | DomainError => {
  const { subnet, secondaryAddresses = 0 } = request;
  const privateIpAddress = takeAddress(tx, subnet, request.privateIpAddress);
  if (isDomainError(privateIpAddress)) return privateIpAddress;
  const secondary = takeAddresses(tx, subnet, secondaryAddresses);
  if (isDomainError(secondary)) return secondary;
  const ipv6Addresses = takeIpv6Addresses(tx, subnet, request.ipv6Addresses);
  if (isDomainError(ipv6Addresses)) return ipv6Addresses;
  const id = newResourceId(tx, 'eni');
  const made: NetworkInterface = {
    id,
    description: request.description,
    interfaceType: request.interfaceType ?? 'interface',
    requesterManaged: request.requesterManaged ?? false,
    subnetId: subnet.id,
    vpcId: subnet.vpcId,
    zoneId: subnet.zoneId,
    macAddress: newMacAddress(tx),
    privateIpAddress,
    ...(secondary.length === 0 ? {} : { secondaryPrivateIpAddresses: secondary }),
    ...(ipv6Addresses.length === 0 ? {} : { ipv6Addresses }),
    publicIpAddress: request.publicAddress ? takePublicAddress(tx, id) : null,
    autoAssignPublicIp: request.publicAddress,
    groupIds: request.groupIds,
    sourceDestCheck: request.sourceDestCheck ?? true,
    attachment: request.attachment,
    createdAt: tx.now,
  };
  tx.put(NetworkInterfaces, made);
  return made;
};

/** Removes a network interface; its addresses go back to where they came from, and Elastic IPs to their account. */
export const removeNetworkInterface = (tx: Tx, id: string): void => {
  const gone = tx.get(NetworkInterfaces, id);
  if (gone === undefined) return;
  const subnet = tx.get(Subnets, gone.subnetId);
  if (subnet !== undefined) {
    for (const address of privateAddressesOf(gone)) releaseAddress(tx, subnet, address);
  }
  if (gone.publicIpAddress !== null) releasePublicAddress(tx, gone.publicIpAddress);
  tx.delete(NetworkInterfaces, id);
  for (const address of tx.find(ElasticIps, 'networkInterface', id)) disassociate(tx, address);
  forgetTags(tx, id);
};

/** The interfaces of an instance in the order of their device indexes: the primary one first. */
export const interfacesOf = (view: View, instanceId: string): readonly NetworkInterface[] =>
  view
    .find(NetworkInterfaces, 'instance', instanceId)
    .toSorted((a, b) => (a.attachment?.deviceIndex ?? 0) - (b.attachment?.deviceIndex ?? 0));

/** Joins an interface to an instance at a device index. */
export const attach = (
  tx: Tx,
  networkInterface: NetworkInterface,
  attachment: NetworkInterfaceAttachment,
): NetworkInterface => {
  const attached: NetworkInterface = { ...networkInterface, attachment };
  tx.put(NetworkInterfaces, attached);
  return attached;
};

/** Leaves an interface without an instance; what EC2 assigned by itself goes back, Elastic IPs stay with it. */
export const detach = (tx: Tx, networkInterface: NetworkInterface): void => {
  const detached: NetworkInterface = { ...networkInterface, attachment: null };
  tx.put(NetworkInterfaces, detached);
  dropPublicAddress(tx, detached);
};

/** A stopped instance keeps no address that EC2 assigned by itself ("Public IPv4 addresses", User Guide). */
export const dropPublicAddresses = (tx: Tx, instanceId: string): void => {
  for (const one of interfacesOf(tx, instanceId)) dropPublicAddress(tx, one);
};

/** A start assigns another public address to an instance that began with one. */
export const renewPublicAddresses = (tx: Tx, instanceId: string): void => {
  for (const one of interfacesOf(tx, instanceId)) renewPublicAddress(tx, one);
};

/** The instance is gone: interfaces that were to go with it do, and the others are free. */
export const leaveInterfaces = (tx: Tx, instanceId: string): void => {
  for (const one of interfacesOf(tx, instanceId)) {
    if (one.attachment?.deleteOnTermination === false) detach(tx, one);
    else removeNetworkInterface(tx, one.id);
  }
};
