import { hash32 } from '../../../atlas/hash.ts';
import { defineTable, noAccount, type Entity } from '../../../world/entity.ts';
import type { Tx, View } from '../../../world/transaction.ts';
import { parseIpv4Cidr } from '../../shared/cidr.ts';
import { formatIpv4Address } from '../../shared/ip-address.ts';

/** A public address in use in this Region; kept outside of accounts, since no two of them may have the same. */
export interface PublicAddress extends Entity {
  readonly account: string;
  /** What has it, for example a network interface. */
  readonly ownerId: string;
}

/** By address; with `noAccount`. */
export const PublicAddresses = defineTable<PublicAddress>('ec2-public-addresses');

/**
 * Blocks out of those that AWS publishes for each Region in ip-ranges.json: enough of them to look familiar, and
 * none in two Regions, so that an address is unique in the world.
 */
const blocksByRegion: Readonly<Record<string, readonly string[]>> = {
  'af-south-1': ['13.244.0.0/15', '13.246.0.0/16'],
  'ap-east-1': ['18.162.0.0/16', '16.162.0.0/15'],
  'ap-northeast-1': ['13.112.0.0/14', '54.168.0.0/16', '3.112.0.0/14'],
  'ap-northeast-2': ['3.34.0.0/15', '13.124.0.0/16', '54.180.0.0/15'],
  'ap-northeast-3': ['13.208.0.0/16', '15.152.0.0/16'],
  'ap-south-1': ['3.108.0.0/14', '13.232.0.0/14', '35.154.0.0/16'],
  'ap-south-2': ['18.60.0.0/15'],
  'ap-southeast-1': ['13.212.0.0/15', '18.136.0.0/16', '54.254.0.0/16'],
  'ap-southeast-2': ['3.24.0.0/14', '13.54.0.0/15', '54.252.0.0/16'],
  'ap-southeast-3': ['43.218.0.0/16', '108.136.0.0/15'],
  'ap-southeast-4': ['16.50.0.0/15'],
  'ap-southeast-5': ['43.216.0.0/15'],
  'ap-southeast-7': ['43.208.0.0/15'],
  'ca-central-1': ['3.96.0.0/15', '15.222.0.0/15', '35.182.0.0/15'],
  'ca-west-1': ['40.176.0.0/15'],
  'eu-central-1': ['3.120.0.0/14', '18.184.0.0/15', '52.57.0.0/16'],
  'eu-central-2': ['16.62.0.0/15', '51.96.0.0/16'],
  'eu-north-1': ['13.48.0.0/15', '16.16.0.0/16'],
  'eu-south-1': ['15.160.0.0/15', '18.102.0.0/16'],
  'eu-south-2': ['18.100.0.0/15', '51.92.0.0/16'],
  'eu-west-1': ['34.240.0.0/13', '54.72.0.0/15', '52.208.0.0/13'],
  'eu-west-2': ['3.8.0.0/14', '18.130.0.0/16', '35.176.0.0/15'],
  'eu-west-3': ['13.36.0.0/14', '15.236.0.0/15', '52.47.0.0/16'],
  'il-central-1': ['51.16.0.0/15'],
  'me-central-1': ['3.28.0.0/15', '51.112.0.0/16'],
  'me-south-1': ['15.184.0.0/15', '157.175.0.0/16'],
  'mx-central-1': ['78.12.0.0/15'],
  'sa-east-1': ['18.228.0.0/16', '54.94.0.0/16', '15.228.0.0/15'],
  'us-east-1': ['3.80.0.0/12', '54.80.0.0/13', '52.86.0.0/15'],
  'us-east-2': ['3.128.0.0/15', '18.216.0.0/14', '52.14.0.0/16'],
  'us-west-1': ['13.56.0.0/16', '54.176.0.0/15', '52.52.0.0/15'],
  'us-west-2': ['35.160.0.0/13', '44.224.0.0/11', '52.24.0.0/14'],
};

/**
 * A Region without a block above gets one of the 256 that lie below 16.0.0.0/8's unused middle: by its name, so that
 * it is always the same.
 */
const blocksOf = (region: string): readonly string[] =>
  blocksByRegion[region] ?? [`56.${hash32('public-addresses', region) % 256}.0.0/16`];

const randomAddress = (tx: Tx): string => {
  const random = tx.random('ec2/public-addresses');
  const block = parseIpv4Cidr(random.pick(blocksOf(tx.shard)) ?? '');
  if (block === undefined) throw new Error(`${tx.shard} has no block of public addresses.`);
  // The last octet is never 0 or 255, which reads like a network's own address.
  const networks = 2 ** (24 - block.prefixLength);
  return formatIpv4Address(block.first + random.below(networks) * 256 + 1 + random.below(254));
};

/** Takes a public address of this Region that nobody has, for the account of the transaction. */
export const takePublicAddress = (tx: Tx, ownerId: string): string => {
  const everyones = tx.forAccount(noAccount);
  let address = randomAddress(tx);
  while (everyones.get(PublicAddresses, address) !== undefined) address = randomAddress(tx);
  everyones.put(PublicAddresses, { id: address, account: tx.account, ownerId });
  return address;
};

/** Takes this very address for the account of the transaction; nobody may have it. */
export const claimPublicAddress = (tx: Tx, address: string, ownerId: string): void =>
  tx.forAccount(noAccount).put(PublicAddresses, { id: address, account: tx.account, ownerId });

/** Gives a public address back to the Region. */
export const releasePublicAddress = (tx: Tx, address: string): void =>
  tx.forAccount(noAccount).delete(PublicAddresses, address);

/** Who has a public address of this Region. */
export const publicAddressOwner = (view: View, address: string): PublicAddress | undefined =>
  view.forAccount(noAccount).get(PublicAddresses, address);
