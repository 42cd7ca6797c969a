import type {
  AssociateVpcCidrBlockRequest,
  AssociateVpcCidrBlockResult,
  CreateDefaultVpcRequest,
  CreateDefaultVpcResult,
  CreateVpcRequest,
  CreateVpcResult,
  DeleteVpcRequest,
  DescribeVpcAttributeRequest,
  DescribeVpcAttributeResult,
  DescribeVpcsRequest,
  DescribeVpcsResult,
  DisassociateVpcCidrBlockRequest,
  DisassociateVpcCidrBlockResult,
  ModifyVpcAttributeRequest,
  Vpc as ApiVpc,
} from '@aws-sdk/client-ec2';
import { DomainError, isDomainError } from '../../../world/domain-error.ts';
import type { Tx, View } from '../../../world/transaction.ts';
import type { Operation, Plain } from '../../operation.ts';
import type { FilterFields } from '../../shared/filters.ts';
import { newResourceId } from '../../shared/ids.ts';
import { addTags, tagsForType, tagsOf } from '../../shared/tags.ts';
import { blocksOverlap, formatIpv4Cidr, parseIpv4Cidr, type Ipv4Block } from '../../shared/cidr.ts';
import { VpnGateways } from '../vpn/entities.ts';
import { VpcEndpoints } from '../endpoints/entities.ts';
import { PeeringConnections } from '../peering/entities.ts';
import { addDefaultVpc, defaultDhcpOptionsId, defaultVpcOf } from './default-network.ts';
import { deleteResource } from '../delete-resource.ts';
import { describeResources, resourceById } from '../describe.ts';
import {
  EgressOnlyInternetGateways,
  InternetGateways,
  NetworkAcls,
  RouteTableAssociations,
  RouteTables,
  SecurityGroupRules,
  SecurityGroups,
  Subnets,
  Vpcs,
  type Ipv6CidrBlock,
  type Vpc,
} from '../entities.ts';
import {
  dependencyViolation,
  invalidCidrBlock,
  invalidParameterCombination,
  invalidVpcRange,
  kinds,
  limitExceeded,
  missingParameter,
  notBuilt,
} from '../errors.ts';
import {
  amazonIpv6Block,
  asksForIpv6,
  isUsedBySubnet,
  tooManyIpv6Blocks,
  vpcBlockAnswer,
} from './ipv6-blocks.ts';
import { addIpv6Block, addVpc, hasIpv6, localRoute } from './new-network.ts';
import { quotaIn } from '../launch/raisable-quotas.ts';

/** A VPC's block has a mask from /16 to /28 ("VPC CIDR blocks", Amazon VPC User Guide). */
const prefixLengths = { shortest: 16, longest: 28 } as const;

/** Blocks that mean something else everywhere: this host, loopback, link-local, multicast and reserved. */
const unusable: readonly Ipv4Block[] = [
  '0.0.0.0/8',
  '127.0.0.0/8',
  '169.254.0.0/16',
  '224.0.0.0/3',
].flatMap((cidr) => parseIpv4Cidr(cidr) ?? []);

const vpcBlock = (cidr: string | undefined): Ipv4Block | DomainError => {
  if (cidr === undefined) return missingParameter('cidrBlock');
  const block = parseIpv4Cidr(cidr);
  if (block === undefined) return invalidCidrBlock('cidrBlock', cidr);
  const { shortest, longest } = prefixLengths;
  if (block.prefixLength < shortest || block.prefixLength > longest) return invalidVpcRange(cidr);
  return unusable.some((other) => blocksOverlap(other, block)) ? invalidVpcRange(cidr) : block;
};

const renderBlocks = (vpc: Vpc): ApiVpc['CidrBlockAssociationSet'] =>
  vpc.cidrBlocks.map((block) => ({
    AssociationId: block.associationId,
    CidrBlock: block.cidrBlock,
    CidrBlockState: { State: 'associated' },
  }));

const renderVpc = (view: View, vpc: Vpc, state: 'pending' | 'available'): Plain<ApiVpc> => ({
  VpcId: vpc.id,
  State: state,
  CidrBlock: vpc.cidrBlocks[0]?.cidrBlock,
  DhcpOptionsId: vpc.dhcpOptionsId,
  InstanceTenancy: vpc.instanceTenancy,
  IsDefault: vpc.isDefault,
  OwnerId: view.account,
  CidrBlockAssociationSet: renderBlocks(vpc),
  Ipv6CidrBlockAssociationSet: (vpc.ipv6CidrBlocks ?? []).map((block) =>
    vpcBlockAnswer(view, block, state === 'pending' ? 'associating' : 'associated'),
  ),
  BlockPublicAccessStates: { InternetGatewayBlockMode: 'off' },
  Tags: tagsOf(view, vpc.id),
});

const vpcById = (view: View, id: string | undefined): Vpc | DomainError =>
  resourceById(view, Vpcs, kinds.vpc, id);

const tooManyVpcs = (tx: Tx): DomainError | undefined =>
  tx.list(Vpcs).length >= quotaIn(tx, 'vpcsPerRegion')
    ? limitExceeded('VpcLimitExceeded', 'VPCs')
    : undefined;

/** Makes a VPC with its main route table, default security group and default network ACL. */
export const createVpc: Operation<CreateVpcRequest, CreateVpcResult> = (tx, input) => {
  if (input.Ipv4IpamPoolId !== undefined || input.Ipv6IpamPoolId !== undefined) {
    return notBuilt('IPAM pools');
  }
  const block = vpcBlock(input.CidrBlock);
  if (isDomainError(block)) return block;
  const tags = tagsForType(input.TagSpecifications, 'vpc');
  if (isDomainError(tags)) return tags;
  // "The host value cannot be used with this parameter" (CreateVpc, Amazon EC2 API Reference).
  if (input.InstanceTenancy === 'host') {
    return new DomainError('UnsupportedTenancy', 'The tenancy value host is not supported.');
  }
  const tooMany = tooManyVpcs(tx);
  if (tooMany !== undefined) return tooMany;
  const ipv6 = asksForIpv6(input) ? amazonIpv6Block(tx, input) : undefined;
  if (isDomainError(ipv6)) return ipv6;
  const plain = addVpc(tx, formatIpv4Cidr(block), {
    dhcpOptionsId: defaultDhcpOptionsId(tx),
    instanceTenancy: input.InstanceTenancy ?? 'default',
    isDefault: false,
  });
  const vpc = ipv6 === undefined ? plain : addIpv6Block(tx, plain, ipv6);
  return addTags(tx, vpc.id, 'vpc', tags) ?? { Vpc: renderVpc(tx, vpc, 'pending') };
};

/** Makes a default VPC anew after the account has deleted its own. */
export const createDefaultVpc: Operation<CreateDefaultVpcRequest, CreateDefaultVpcResult> = (
  tx,
) => {
  if (defaultVpcOf(tx) !== undefined) {
    return new DomainError(
      'DefaultVpcAlreadyExists',
      'A Default VPC already exists for this account in this region.',
    );
  }
  return tooManyVpcs(tx) ?? { Vpc: renderVpc(tx, addDefaultVpc(tx), 'pending') };
};

const filterFields = (view: View): FilterFields<Vpc> => {
  const fields: FilterFields<Vpc> = {
    cidr: (vpc) => vpc.cidrBlocks[0]?.cidrBlock,
    'cidr-block-association.association-id': (vpc) =>
      vpc.cidrBlocks.map((block) => block.associationId),
    'cidr-block-association.cidr-block': (vpc) => vpc.cidrBlocks.map((block) => block.cidrBlock),
    'cidr-block-association.state': () => 'associated',
    'dhcp-options-id': (vpc) => vpc.dhcpOptionsId,
    'ipv6-cidr-block-association.association-id': (vpc) =>
      vpc.ipv6CidrBlocks?.map((block) => block.associationId),
    'ipv6-cidr-block-association.ipv6-cidr-block': (vpc) =>
      vpc.ipv6CidrBlocks?.map((block) => block.cidrBlock),
    'ipv6-cidr-block-association.ipv6-pool': (vpc) => (hasIpv6(vpc) ? 'Amazon' : undefined),
    'ipv6-cidr-block-association.state': (vpc) => (hasIpv6(vpc) ? 'associated' : undefined),
    'is-default': (vpc) => vpc.isDefault,
    'owner-id': () => view.account,
    state: () => 'available',
    'vpc-id': (vpc) => vpc.id,
  };
  // Names of older API versions, which AWS still takes.
  const { cidr, 'is-default': isDefault, 'dhcp-options-id': dhcpOptionsId } = fields;
  return Object.assign({}, fields, {
    'cidr-block': cidr,
    cidrBlock: cidr,
    isDefault,
    dhcpOptionsId,
  });
};

export const describeVpcs: Operation<DescribeVpcsRequest, DescribeVpcsResult> = (tx, input) => {
  const page = describeResources(
    tx,
    Vpcs,
    kinds.vpc,
    { ...input, ids: input.VpcIds },
    filterFields(tx),
  );
  if (isDomainError(page)) return page;
  return {
    Vpcs: page.items.map((vpc) => renderVpc(tx, vpc, 'available')),
    NextToken: page.nextToken,
  };
};

export const describeVpcAttribute: Operation<
  DescribeVpcAttributeRequest,
  DescribeVpcAttributeResult
> = (tx, input) => {
  const vpc = vpcById(tx, input.VpcId);
  if (isDomainError(vpc)) return vpc;
  switch (input.Attribute) {
    case 'enableDnsSupport':
      return { VpcId: vpc.id, EnableDnsSupport: { Value: vpc.enableDnsSupport } };
    case 'enableDnsHostnames':
      return { VpcId: vpc.id, EnableDnsHostnames: { Value: vpc.enableDnsHostnames } };
    case 'enableNetworkAddressUsageMetrics':
      return { VpcId: vpc.id, EnableNetworkAddressUsageMetrics: { Value: false } };
    case undefined:
      return missingParameter('attribute');
  }
};

/** Changes one attribute: AWS takes no two in one call. */
export const modifyVpcAttribute: Operation<ModifyVpcAttributeRequest, Record<string, never>> = (
  tx,
  input,
) => {
  const vpc = vpcById(tx, input.VpcId);
  if (isDomainError(vpc)) return vpc;
  const { EnableDnsSupport: support, EnableDnsHostnames: hostnames } = input;
  if (input.EnableNetworkAddressUsageMetrics?.Value === true) {
    return notBuilt('metrics of network address usage');
  }
  if (support !== undefined && hostnames !== undefined) {
    return invalidParameterCombination('Fields for multiple attribute types specified');
  }
  if (hostnames?.Value === true && !vpc.enableDnsSupport) {
    // "You can only enable DNS hostnames if you've enabled DNS support" (ModifyVpcAttribute, Amazon EC2 API Reference, which
    // names no code).
    return invalidParameterCombination(
      `DNS hostnames cannot be enabled for the VPC '${vpc.id}': DNS support is disabled`,
    );
  }
  tx.put(Vpcs, {
    ...vpc,
    enableDnsSupport: support?.Value ?? vpc.enableDnsSupport,
    enableDnsHostnames: hostnames?.Value ?? vpc.enableDnsHostnames,
  });
  return {};
};

/** Adds a block of addresses to a VPC; every route table of it gets a local route for it. */
export const associateVpcCidrBlock: Operation<
  AssociateVpcCidrBlockRequest,
  AssociateVpcCidrBlockResult
> = (tx, input) => {
  const vpc = vpcById(tx, input.VpcId);
  if (isDomainError(vpc)) return vpc;
  if (asksForIpv6(input)) {
    if (input.CidrBlock !== undefined) {
      return invalidParameterCombination('Only one CIDR block can be associated in one call');
    }
    const ipv6 = tooManyIpv6Blocks(tx, vpc) ?? amazonIpv6Block(tx, input);
    if (isDomainError(ipv6)) return ipv6;
    addIpv6Block(tx, vpc, ipv6);
    return { VpcId: vpc.id, Ipv6CidrBlockAssociation: vpcBlockAnswer(tx, ipv6, 'associating') };
  }
  const block = vpcBlock(input.CidrBlock);
  if (isDomainError(block)) return block;
  const cidrBlock = formatIpv4Cidr(block);
  const existing = vpc.cidrBlocks.flatMap((other) => parseIpv4Cidr(other.cidrBlock) ?? []);
  if (existing.some((other) => blocksOverlap(other, block))) return invalidVpcRange(cidrBlock);
  if (existing.length >= quotaIn(tx, 'cidrBlocksPerVpc')) {
    return new DomainError(
      'CidrLimitExceeded',
      `This network '${vpc.id}' has met its maximum number of allowed CIDRs: ${quotaIn(tx, 'cidrBlocksPerVpc')}`,
    );
  }
  const associationId = newResourceId(tx, 'vpc-cidr-assoc');
  tx.put(Vpcs, { ...vpc, cidrBlocks: [...vpc.cidrBlocks, { associationId, cidrBlock }] });
  for (const table of tx.find(RouteTables, 'vpc', vpc.id)) {
    tx.put(RouteTables, { ...table, routes: [...table.routes, localRoute(cidrBlock)] });
  }
  return {
    VpcId: vpc.id,
    CidrBlockAssociation: {
      AssociationId: associationId,
      CidrBlock: cidrBlock,
      CidrBlockState: { State: 'associating' },
    },
  };
};

const blockInUse = (cidrBlock: string): DomainError =>
  new DomainError(
    'DependencyViolation',
    `The vpc CIDR block '${cidrBlock}' has dependencies and cannot be disassociated.`,
  );

const removeLocalRoutes = (tx: Tx, vpcId: string, cidrBlock: string): void => {
  for (const table of tx.find(RouteTables, 'vpc', vpcId)) {
    const routes = table.routes.filter((route) => route.destination !== cidrBlock);
    tx.put(RouteTables, { ...table, routes });
  }
};

const disassociateIpv6Block = (
  tx: Tx,
  vpc: Vpc,
  gone: Ipv6CidrBlock,
): Plain<DisassociateVpcCidrBlockResult> | DomainError => {
  if (isUsedBySubnet(tx, vpc.id, gone.cidrBlock)) return blockInUse(gone.cidrBlock);
  const ipv6CidrBlocks = (vpc.ipv6CidrBlocks ?? []).filter((other) => other !== gone);
  tx.put(Vpcs, { ...vpc, ipv6CidrBlocks });
  removeLocalRoutes(tx, vpc.id, gone.cidrBlock);
  return { VpcId: vpc.id, Ipv6CidrBlockAssociation: vpcBlockAnswer(tx, gone, 'disassociating') };
};

/** Takes a block of addresses from a VPC, unless it is the primary one or a subnet lies in it. */
export const disassociateVpcCidrBlock: Operation<
  DisassociateVpcCidrBlockRequest,
  DisassociateVpcCidrBlockResult
> = (tx, input) => {
  const id = input.AssociationId ?? '';
  const [vpc] = tx.find(Vpcs, 'cidrAssociation', id);
  const ipv6 = vpc?.ipv6CidrBlocks?.find((block) => block.associationId === id);
  if (vpc !== undefined && ipv6 !== undefined) return disassociateIpv6Block(tx, vpc, ipv6);
  const gone = vpc?.cidrBlocks.find((block) => block.associationId === id);
  const block = parseIpv4Cidr(gone?.cidrBlock ?? '');
  if (vpc === undefined || gone === undefined || block === undefined) {
    return new DomainError(
      'InvalidVpcCidrBlockAssociationIdError.NotFound',
      `The vpc CIDR block association ID '${id}' does not exist`,
    );
  }
  if (vpc.cidrBlocks[0] === gone) {
    return new DomainError(
      'OperationNotPermitted',
      `The vpc CIDR block with association ID ${id} may not be disassociated. It is the primary IPv4 CIDR block of the VPC`,
    );
  }
  const used = tx
    .find(Subnets, 'vpc', vpc.id)
    .flatMap((subnet) => parseIpv4Cidr(subnet.cidrBlock) ?? []);
  if (used.some((subnet) => blocksOverlap(subnet, block))) {
    return blockInUse(gone.cidrBlock);
  }
  tx.put(Vpcs, { ...vpc, cidrBlocks: vpc.cidrBlocks.filter((other) => other !== gone) });
  removeLocalRoutes(tx, vpc.id, gone.cidrBlock);
  return {
    VpcId: vpc.id,
    CidrBlockAssociation: {
      AssociationId: id,
      CidrBlock: gone.cidrBlock,
      CidrBlockState: { State: 'disassociating' },
    },
  };
};

/** Whether something of the VPC stands that did not come with it. */
const hasDependents = (view: View, vpcId: string): boolean => {
  const main = view.find(RouteTableAssociations, 'mainOfVpc', vpcId)[0]?.routeTableId;
  return (
    view.find(Subnets, 'vpc', vpcId).length > 0 ||
    view.find(InternetGateways, 'vpc', vpcId).length > 0 ||
    view.find(EgressOnlyInternetGateways, 'vpc', vpcId).length > 0 ||
    view.find(VpcEndpoints, 'vpc', vpcId).length > 0 ||
    view.find(VpnGateways, 'vpc', vpcId).length > 0 ||
    view.find(PeeringConnections, 'vpc', vpcId).some(({ status }) => status === 'active') ||
    view.find(RouteTables, 'vpc', vpcId).some((table) => table.id !== main) ||
    view.find(SecurityGroups, 'vpc', vpcId).some((group) => group.name !== 'default') ||
    view.find(NetworkAcls, 'vpc', vpcId).some((acl) => !acl.isDefault)
  );
};

/** Deletes a VPC and what came with it; everything else in it must be gone before. */
export const deleteVpc: Operation<DeleteVpcRequest, Record<string, never>> = (tx, input) => {
  const vpc = vpcById(tx, input.VpcId);
  if (isDomainError(vpc)) return vpc;
  if (hasDependents(tx, vpc.id)) return dependencyViolation('vpc', vpc.id);
  for (const association of tx.find(RouteTableAssociations, 'mainOfVpc', vpc.id)) {
    tx.delete(RouteTableAssociations, association.id);
  }
  for (const group of tx.find(SecurityGroups, 'vpc', vpc.id)) {
    for (const rule of tx.find(SecurityGroupRules, 'group', group.id)) {
      deleteResource(tx, SecurityGroupRules, rule.id);
    }
    deleteResource(tx, SecurityGroups, group.id);
  }
  for (const table of tx.find(RouteTables, 'vpc', vpc.id))
    deleteResource(tx, RouteTables, table.id);
  for (const acl of tx.find(NetworkAcls, 'vpc', vpc.id)) deleteResource(tx, NetworkAcls, acl.id);
  deleteResource(tx, Vpcs, vpc.id);
  return {};
};
