import { hashHex } from '../../../atlas/hash.ts';
import type { View } from '../../../world/transaction.ts';

/** A prefix list that AWS keeps. Which blocks are in it is not known here. */
export interface AwsPrefixList {
  readonly id: string;
  readonly name: string;
  /** As how many rules or routes it counts. */
  readonly weight: number;
}

/** "AWS-managed prefix lists", Amazon VPC User Guide: the end of each name, and its weight. */
const regional = {
  dynamodb: 1,
  'ec2-instance-connect': 2,
  'route53-healthchecks': 25,
  s3: 1,
  s3express: 6,
  'vpc-lattice': 10,
};
const global = { 'cloudfront.origin-facing': 55, groundstation: 5 };

/** The id of AWS's prefix list of a service in a Region. AWS's own ids are not known for all Regions, so it is ours. */
export const prefixListIdOf = (region: string, service: string): string =>
  `pl-${hashHex(8, 0, 'ec2/prefix-lists', region, service)}`;

const listsOf = (
  region: string,
  place: string,
  weights: Readonly<Record<string, number>>,
): readonly AwsPrefixList[] =>
  Object.entries(weights).map(([service, weight]) => ({
    id: prefixListIdOf(region, service),
    name: `com.amazonaws.${place}.${service}`,
    weight,
  }));

/** The prefix lists that an account finds in a Region. */
export const awsPrefixLists = ({ shard }: Pick<View, 'shard'>): readonly AwsPrefixList[] => [
  ...listsOf(shard, shard, regional),
  ...listsOf(shard, 'global', global),
];
