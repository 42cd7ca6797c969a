import { blockContains, parseIpv4Cidr } from '../../shared/cidr.ts';
import { parseIpv4Address } from '../../shared/ip-address.ts';

/** Whether an IPv4 block, in CIDR form, holds an address. A block of IPv6 holds none. */
export const holds = (cidr: string, address: string): boolean => {
  const block = parseIpv4Cidr(cidr);
  const first = parseIpv4Address(address);
  return (
    block !== undefined && first !== undefined && blockContains(block, { first, prefixLength: 32 })
  );
};

/** How long the mask of a block is; of two blocks that hold an address, the longer one is the more specific. */
export const maskLength = (cidr: string): number => parseIpv4Cidr(cidr)?.prefixLength ?? -1;
