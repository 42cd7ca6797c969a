import type {
  CreateNatGatewayRequest,
  CreateNatGatewayResult,
  DeleteNatGatewayRequest,
  DeleteNatGatewayResult,
  DescribeNatGatewaysRequest,
  DescribeNatGatewaysResult,
  NatGateway as ApiNatGateway,
  NatGatewayAddress,
} from '@aws-sdk/client-ec2';
import { isDomainError, type DomainError } from '../../../world/domain-error.ts';
import type { Tx, View } from '../../../world/transaction.ts';
import type { Operation, Plain } from '../../operation.ts';
import type { FilterFields } from '../../shared/filters.ts';
import { newResourceId } from '../../shared/ids.ts';
import { addTags, tagsForType, tagsOf } from '../../shared/tags.ts';
import { describeResources, resourceById } from '../describe.ts';
import { Subnets, type Subnet } from '../entities.ts';
import {
  checkIdForm,
  invalidParameterCombination,
  kinds,
  limitExceeded,
  missingParameter,
  notBuilt,
} from '../errors.ts';
import { unreadNames } from '../launch/launch-parameters.ts';
import { addNetworkInterface } from '../network-interfaces/network-interfaces.ts';
import { quotaIn } from '../launch/raisable-quotas.ts';
import { wholeSecond } from '../../shared/utc-text.ts';
import { NatGateways, type NatGateway } from './entities.ts';
import { beginDeletion, beginNatGateway, endNatGateway } from './life.ts';

type CreateInput = Plain<CreateNatGatewayRequest>;

const addressOf = (gateway: NatGateway): Plain<NatGatewayAddress> => {
  const hasFailed = gateway.state === 'failed';
  const isSettled = gateway.state !== 'pending';
  return {
    AllocationId: gateway.allocationId ?? undefined,
    AssociationId: gateway.associationId ?? undefined,
    IsPrimary: true,
    NetworkInterfaceId: gateway.networkInterfaceId ?? undefined,
    PrivateIp: gateway.privateIpAddress ?? undefined,
    PublicIp: gateway.publicIp ?? undefined,
    Status: hasFailed ? 'failed' : isSettled ? 'succeeded' : 'associating',
  };
};

const render = (view: View, gateway: NatGateway): Plain<ApiNatGateway> => ({
  NatGatewayId: gateway.id,
  VpcId: gateway.vpcId,
  SubnetId: gateway.subnetId,
  State: gateway.state,
  ConnectivityType: gateway.connectivityType,
  AvailabilityMode: 'zonal',
  CreateTime: wholeSecond(gateway.createdAt),
  DeleteTime: gateway.deletedAt === null ? undefined : wholeSecond(gateway.deletedAt),
  FailureCode: gateway.failure?.code,
  FailureMessage: gateway.failure?.message,
  NatGatewayAddresses: [addressOf(gateway)],
  Tags: tagsOf(view, gateway.id),
});

const createRead: ReadonlySet<string> = new Set<keyof CreateNatGatewayRequest>([
  'AllocationId',
  'AvailabilityMode',
  'ClientToken',
  'ConnectivityType',
  'DryRun',
  'PrivateIpAddress',
  'SubnetId',
  'TagSpecifications',
]);

const checkCreation = (input: CreateInput): DomainError | undefined => {
  if (input.AvailabilityMode === 'regional') {
    return notBuilt('regional NAT gateways; make a zonal one in a subnet of each zone');
  }
  const [unread] = unreadNames(input, createRead);
  if (unread !== undefined) return notBuilt(`the parameter ${unread} of CreateNatGateway`);
  const isPrivate = input.ConnectivityType === 'private';
  if (isPrivate && input.AllocationId !== undefined) {
    return invalidParameterCombination(
      'You cannot specify an Elastic IP address with a private NAT gateway.',
    );
  }
  if (isPrivate) return undefined;
  return input.AllocationId === undefined
    ? missingParameter('AllocationId')
    : checkIdForm(kinds.elasticIp, input.AllocationId);
};

/** NAT gateways that are gone do not count. */
const checkQuota = (view: View, subnet: Subnet): DomainError | undefined => {
  const counted = view
    .find(NatGateways, 'zone', subnet.zoneId)
    .filter(({ state }) => state === 'pending' || state === 'available' || state === 'deleting');
  return counted.length >= quotaIn(view, 'natGatewaysPerZone')
    ? limitExceeded('NatGatewayLimitExceeded', 'NAT gateways')
    : undefined;
};

/** The interface that AWS makes for a gateway. A subnet without a free address makes the gateway fail, not the request. */
const addInterface = (tx: Tx, id: string, subnet: Subnet, address: string | undefined) => {
  const made = addNetworkInterface(tx, {
    subnet,
    groupIds: [],
    description: `Interface for NAT Gateway ${id}`,
    privateIpAddress: address,
    publicAddress: false,
    interfaceType: 'nat_gateway',
    requesterManaged: true,
    sourceDestCheck: false,
    attachment: null,
  });
  return isDomainError(made) && made.code === 'InsufficientFreeAddressesInSubnet' ? null : made;
};

/** CreateNatGateway: a zonal one. It is `pending` for a moment, and then `available` or `failed`. */
export const createNatGateway: Operation<CreateNatGatewayRequest, CreateNatGatewayResult> = (
  tx,
  input,
) => {
  const refusal = checkCreation(input);
  if (refusal !== undefined) return refusal;
  const subnet = resourceById(tx, Subnets, kinds.subnet, input.SubnetId);
  if (isDomainError(subnet)) return subnet;
  const tags = tagsForType(input.TagSpecifications, kinds.natGateway.type);
  if (isDomainError(tags)) return tags;
  const exceeded = checkQuota(tx, subnet);
  if (exceeded !== undefined) return exceeded;
  const id = newResourceId(tx, kinds.natGateway.prefix);
  const networkInterface = addInterface(tx, id, subnet, input.PrivateIpAddress);
  if (isDomainError(networkInterface)) return networkInterface;
  const gateway: NatGateway = {
    id,
    vpcId: subnet.vpcId,
    subnetId: subnet.id,
    zoneId: subnet.zoneId,
    connectivityType: input.ConnectivityType ?? 'public',
    state: 'pending',
    allocationId: input.AllocationId ?? null,
    networkInterfaceId: networkInterface?.id ?? null,
    privateIpAddress: networkInterface?.privateIpAddress ?? null,
    publicIp: null,
    associationId: null,
    failure:
      networkInterface === null
        ? {
            code: 'InsufficientFreeAddressesInSubnet',
            message: 'Subnet has insufficient free addresses to create this NAT gateway',
          }
        : null,
    createdAt: tx.now,
    deletedAt: null,
  };
  beginNatGateway(tx, gateway);
  return (
    addTags(tx, id, kinds.natGateway.type, tags) ?? {
      NatGateway: render(tx, gateway),
      ClientToken: input.ClientToken,
    }
  );
};

const filterFields: FilterFields<NatGateway> = {
  'nat-gateway-id': (gateway) => gateway.id,
  state: (gateway) => gateway.state,
  'subnet-id': (gateway) => gateway.subnetId,
  'vpc-id': (gateway) => gateway.vpcId,
};

/** DescribeNatGateways: deleted and failed ones too, for about an hour. */
export const describeNatGateways: Operation<
  DescribeNatGatewaysRequest,
  DescribeNatGatewaysResult
> = (tx, input) => {
  const page = describeResources(
    tx,
    NatGateways,
    kinds.natGateway,
    {
      ids: input.NatGatewayIds,
      Filters: input.Filter,
      NextToken: input.NextToken,
      MaxResults: input.MaxResults,
    },
    filterFields,
  );
  if (isDomainError(page)) return page;
  return {
    NatGateways: page.items.map((gateway) => render(tx, gateway)),
    NextToken: page.nextToken,
  };
};

/** DeleteNatGateway: routes that lead to it stay, and are black holes once it is deleted. */
export const deleteNatGateway: Operation<DeleteNatGatewayRequest, DeleteNatGatewayResult> = (
  tx,
  input,
) => {
  const gateway = resourceById(tx, NatGateways, kinds.natGateway, input.NatGatewayId);
  if (isDomainError(gateway)) return gateway;
  switch (gateway.state) {
    case 'failed':
      endNatGateway(tx, gateway);
      break;
    case 'pending':
    case 'available':
      beginDeletion(tx, gateway);
      break;
    case 'deleting':
    // While it is still listed, a second deletion is no error.
    case 'deleted':
      break;
  }
  return { NatGatewayId: gateway.id };
};
