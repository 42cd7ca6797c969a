import type { MetadataDirectory } from './instance-metadata.ts';

/** What the metadata service tells of one network interface. */
export interface InterfaceMetadata {
  /** 0 of the primary one. */
  readonly deviceIndex: number;
  readonly id: string;
  readonly mac: string;
  /** Its private addresses, the primary one first, and the public one that leads to each. */
  readonly addresses: readonly { readonly address: string; readonly publicAddress?: string }[];
  /** Its IPv6 addresses. */
  readonly ipv6Addresses?: readonly string[];
  readonly privateHostname: string;
  readonly publicHostname?: string | undefined;
  readonly subnetId: string;
  readonly subnetCidr: string;
  readonly subnetIpv6Cidr?: string | undefined;
  readonly vpcId: string;
  /** The first one is the VPC's primary block. */
  readonly vpcCidrs: readonly string[];
  readonly vpcIpv6Cidrs?: readonly string[];
  readonly securityGroups: readonly { readonly id: string; readonly name: string }[];
}

/** One a line; undefined, which is nothing there, of an empty list. */
const linesOf = (values: readonly string[] = []): string | undefined =>
  values.length === 0 ? undefined : values.join('\n');

/** The directory `network/interfaces/macs/MAC` ("Instance metadata categories", EC2 User Guide). */
export const interfaceDirectory = (account: string, it: InterfaceMetadata): MetadataDirectory => {
  const associations = it.addresses.flatMap(({ address, publicAddress }) =>
    publicAddress === undefined ? [] : [[publicAddress, address] as const],
  );
  return {
    'device-number': String(it.deviceIndex),
    'interface-id': it.id,
    'ipv4-associations': associations.length === 0 ? undefined : Object.fromEntries(associations),
    ipv6s: linesOf(it.ipv6Addresses),
    'local-hostname': it.privateHostname,
    'local-ipv4s': it.addresses.map(({ address }) => address).join('\n'),
    mac: it.mac,
    'owner-id': account,
    'public-hostname': it.publicHostname,
    'public-ipv4s':
      associations.length === 0 ? undefined : associations.map(([address]) => address).join('\n'),
    'security-group-ids': it.securityGroups.map(({ id }) => id).join('\n'),
    'security-groups': it.securityGroups.map(({ name }) => name).join('\n'),
    'subnet-id': it.subnetId,
    'subnet-ipv4-cidr-block': it.subnetCidr,
    'subnet-ipv6-cidr-blocks': it.subnetIpv6Cidr,
    'vpc-id': it.vpcId,
    'vpc-ipv4-cidr-block': it.vpcCidrs[0],
    'vpc-ipv4-cidr-blocks': it.vpcCidrs.join('\n'),
    'vpc-ipv6-cidr-blocks': linesOf(it.vpcIpv6Cidrs),
  };
};
