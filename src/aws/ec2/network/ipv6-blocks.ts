import type {
  AssociateSubnetCidrBlockRequest,
  AssociateSubnetCidrBlockResult,
  CreateVpcRequest,
  DisassociateSubnetCidrBlockRequest,
  DisassociateSubnetCidrBlockResult,
  SubnetIpv6CidrBlockAssociation,
  VpcIpv6CidrBlockAssociation,
} from '@aws-sdk/client-ec2';
import { DomainError, isDomainError } from '../../../world/domain-error.ts';
import type { Tx, View } from '../../../world/transaction.ts';
import type { Operation, Plain } from '../../operation.ts';
import {
  formatIpv6Cidr,
  ipv6BlockContains,
  ipv6BlocksOverlap,
  parseIpv6Cidr,
} from '../../shared/cidr.ts';
import { newResourceId } from '../../shared/ids.ts';
import { resourceById } from '../describe.ts';
import { Subnets, Vpcs, type Ipv6CidrBlock, type Subnet, type Vpc } from '../entities.ts';
import {
  invalidParameterValue,
  invalidSubnetRange,
  kinds,
  missingParameter,
  notBuilt,
  subnetConflict,
} from '../errors.ts';
import { NetworkInterfaces } from '../instances/instance-entities.ts';
import { quotaIn } from '../launch/raisable-quotas.ts';

/** Every block that Amazon provides lies in here; which Region has which part of it is not told apart. */
const amazonPrefix = '2600:1f';

/** "A /56 IPv6 CIDR block" of Amazon's (CreateVpc, Amazon EC2 API Reference). */
const amazonPrefixLength = 56;

type BlockState = 'associated' | 'associating' | 'disassociating';

/** How an answer shows a VPC's block. */
export const vpcBlockAnswer = (
  view: View,
  { associationId, cidrBlock }: Ipv6CidrBlock,
  State: BlockState,
): Plain<VpcIpv6CidrBlockAssociation> => ({
  AssociationId: associationId,
  Ipv6CidrBlock: cidrBlock,
  Ipv6CidrBlockState: { State },
  NetworkBorderGroup: view.shard,
  Ipv6Pool: 'Amazon',
  Ipv6AddressAttribute: 'public',
  IpSource: 'amazon',
});

/** How an answer shows a subnet's block. */
export const subnetBlockAnswer = (
  { associationId, cidrBlock }: Ipv6CidrBlock,
  State: BlockState,
): Plain<SubnetIpv6CidrBlockAssociation> => ({
  AssociationId: associationId,
  Ipv6CidrBlock: cidrBlock,
  Ipv6CidrBlockState: { State },
  Ipv6AddressAttribute: 'public',
  IpSource: 'amazon',
});

/** What CreateVpc and AssociateVpcCidrBlock say of IPv6. */
type Ipv6Request = Pick<
  Plain<CreateVpcRequest>,
  | 'AmazonProvidedIpv6CidrBlock'
  | 'Ipv6CidrBlock'
  | 'Ipv6Pool'
  | 'Ipv6IpamPoolId'
  | 'Ipv6CidrBlockNetworkBorderGroup'
>;

/** Whether a request asks for a block of IPv6 addresses. */
export const asksForIpv6 = (input: Ipv6Request): boolean =>
  input.AmazonProvidedIpv6CidrBlock === true ||
  input.Ipv6CidrBlock !== undefined ||
  input.Ipv6Pool !== undefined ||
  input.Ipv6IpamPoolId !== undefined;

/** A new block of Amazon's for a VPC of this Region; the account's own pools are not built. */
export const amazonIpv6Block = (tx: Tx, input: Ipv6Request): Ipv6CidrBlock | DomainError => {
  if (input.AmazonProvidedIpv6CidrBlock !== true) return notBuilt('IPv6 address pools');
  const { Ipv6CidrBlockNetworkBorderGroup: group = tx.shard } = input;
  if (group !== tx.shard) {
    return invalidParameterValue(
      `Value (${group}) for parameter ipv6CidrBlockNetworkBorderGroup is invalid.`,
    );
  }
  const taken = new Set(
    tx.list(Vpcs).flatMap((vpc) => (vpc.ipv6CidrBlocks ?? []).map((block) => block.cidrBlock)),
  );
  for (;;) {
    const digits = tx.random('ec2/ipv6-blocks').hex(8);
    const text = `${amazonPrefix}${digits.slice(0, 2)}:${digits.slice(2, 6)}:${digits.slice(6)}00::/${amazonPrefixLength}`;
    const block = parseIpv6Cidr(text);
    if (block === undefined) throw new Error(`${text} is no block.`);
    const cidrBlock = formatIpv6Cidr(block);
    if (!taken.has(cidrBlock)) {
      return { associationId: newResourceId(tx, 'vpc-cidr-assoc'), cidrBlock };
    }
  }
};

/** The refusal of one more block; undefined while the VPC may have it. */
export const tooManyIpv6Blocks = (view: View, vpc: Vpc): DomainError | undefined =>
  (vpc.ipv6CidrBlocks ?? []).length >= quotaIn(view, 'ipv6CidrBlocksPerVpc')
    ? new DomainError(
        'CidrLimitExceeded',
        `This network '${vpc.id}' has met its maximum number of allowed CIDRs: ${quotaIn(view, 'ipv6CidrBlocksPerVpc')}`,
      )
    : undefined;

/** Whether a subnet has addresses of a block. */
export const isUsedBySubnet = (view: View, vpcId: string, cidrBlock: string): boolean => {
  const block = parseIpv6Cidr(cidrBlock);
  return view.find(Subnets, 'vpc', vpcId).some(({ ipv6CidrBlock }) => {
    const own = parseIpv6Cidr(ipv6CidrBlock?.cidrBlock ?? '');
    return block !== undefined && own !== undefined && ipv6BlocksOverlap(block, own);
  });
};

/** "Between /44 and /64 in increments of /4" ("Subnet CIDR blocks", Amazon VPC User Guide). */
const isSubnetPrefixLength = (length: number): boolean =>
  length >= 44 && length <= 64 && length % 4 === 0;

/** The block that a subnet is to have, in canonical form: in a block of its VPC, and no other subnet's. */
export const subnetIpv6Block = (tx: Tx, vpc: Vpc, text: string): Ipv6CidrBlock | DomainError => {
  const block = parseIpv6Cidr(text);
  if (block === undefined) {
    return invalidParameterValue(
      `Value (${text}) for parameter ipv6CidrBlock is invalid. This is not a valid IPv6 CIDR block.`,
    );
  }
  const outer = (vpc.ipv6CidrBlocks ?? []).flatMap((known) => parseIpv6Cidr(known.cidrBlock) ?? []);
  const isInside = outer.some((vpcBlock) => ipv6BlockContains(vpcBlock, block));
  if (!isInside || !isSubnetPrefixLength(block.prefixLength)) return invalidSubnetRange(text);
  const cidrBlock = formatIpv6Cidr(block);
  return isUsedBySubnet(tx, vpc.id, cidrBlock)
    ? subnetConflict(cidrBlock)
    : { associationId: newResourceId(tx, 'subnet-cidr-assoc'), cidrBlock };
};

/** Gives a subnet its block of IPv6 addresses: it has at most one. */
export const associateSubnetCidrBlock: Operation<
  AssociateSubnetCidrBlockRequest,
  AssociateSubnetCidrBlockResult
> = (tx, input) => {
  const subnet = resourceById(tx, Subnets, kinds.subnet, input.SubnetId);
  if (isDomainError(subnet)) return subnet;
  if (input.Ipv6IpamPoolId !== undefined) return notBuilt('IPAM pools');
  if (input.Ipv6CidrBlock === undefined) return missingParameter('ipv6CidrBlock');
  if (subnet.ipv6CidrBlock !== undefined) {
    return new DomainError(
      'CidrLimitExceeded',
      `This subnet '${subnet.id}' has met its maximum number of allowed CIDRs: 1`,
    );
  }
  const vpc = resourceById(tx, Vpcs, kinds.vpc, subnet.vpcId);
  if (isDomainError(vpc)) return vpc;
  const block = subnetIpv6Block(tx, vpc, input.Ipv6CidrBlock);
  if (isDomainError(block)) return block;
  tx.put(Subnets, { ...subnet, ipv6CidrBlock: block });
  return {
    SubnetId: subnet.id,
    Ipv6CidrBlockAssociation: subnetBlockAnswer(block, 'associating'),
  };
};

const hasIpv6Addresses = (view: View, subnet: Subnet): boolean =>
  view
    .find(NetworkInterfaces, 'subnet', subnet.id)
    .some(({ ipv6Addresses = [] }) => ipv6Addresses.length > 0);

/** Takes a subnet's block of IPv6 addresses away, unless an interface has one of them. */
export const disassociateSubnetCidrBlock: Operation<
  DisassociateSubnetCidrBlockRequest,
  DisassociateSubnetCidrBlockResult
> = (tx, input) => {
  const id = input.AssociationId ?? '';
  const [subnet] = tx.find(Subnets, 'ipv6Association', id);
  const block = subnet?.ipv6CidrBlock;
  if (subnet === undefined || block === undefined) {
    return new DomainError(
      'InvalidSubnetCidrBlockAssociationIDError.NotFound',
      `The subnet CIDR block with association ID ${id} does not exist`,
    );
  }
  if (hasIpv6Addresses(tx, subnet)) {
    return new DomainError(
      'DependencyViolation',
      `The subnet CIDR block '${block.cidrBlock}' has dependencies and cannot be disassociated.`,
    );
  }
  tx.put(Subnets, { ...subnet, ipv6CidrBlock: undefined, assignIpv6AddressOnCreation: false });
  return {
    SubnetId: subnet.id,
    Ipv6CidrBlockAssociation: subnetBlockAnswer(block, 'disassociating'),
  };
};
