import type {
  AttachInternetGatewayRequest,
  CreateInternetGatewayRequest,
  CreateInternetGatewayResult,
  DeleteInternetGatewayRequest,
  DescribeInternetGatewaysRequest,
  DescribeInternetGatewaysResult,
  DetachInternetGatewayRequest,
  InternetGateway as ApiInternetGateway,
} from '@aws-sdk/client-ec2';
import { DomainError, isDomainError } from '../../../world/domain-error.ts';
import type { Tx, View } from '../../../world/transaction.ts';
import type { Operation, Plain } from '../../operation.ts';
import type { FilterFields } from '../../shared/filters.ts';
import { addTags, tagsForType, tagsOf } from '../../shared/tags.ts';
import { deleteResource } from '../delete-resource.ts';
import { describeResources, resourceById } from '../describe.ts';
import { publicSidesOf } from '../addresses/associations.ts';
import { InternetGateways, Vpcs, type InternetGateway } from '../entities.ts';
import { dependencyViolation, invalidParameterValue, kinds, limitExceeded } from '../errors.ts';
import { NetworkInterfaces } from '../instances/instance-entities.ts';
import { tableOfGateway } from './gateway-route-tables.ts';
import { addInternetGateway } from './new-network.ts';
import { quotaIn } from '../launch/raisable-quotas.ts';

const renderInternetGateway = (
  view: View,
  gateway: InternetGateway,
): Plain<ApiInternetGateway> => ({
  InternetGatewayId: gateway.id,
  OwnerId: view.account,
  // The SDK's type has the states of other attachments; that of an internet gateway says `available`.
  Attachments:
    gateway.vpcId === null ? [] : [{ VpcId: gateway.vpcId, State: 'available' as 'attached' }],
  Tags: tagsOf(view, gateway.id),
});

const gatewayById = (tx: Tx, id: string | undefined): InternetGateway | DomainError =>
  resourceById(tx, InternetGateways, kinds.internetGateway, id);

export const createInternetGateway: Operation<
  CreateInternetGatewayRequest,
  CreateInternetGatewayResult
> = (tx, input) => {
  const tags = tagsForType(input.TagSpecifications, 'internet-gateway');
  if (isDomainError(tags)) return tags;
  if (tx.list(InternetGateways).length >= quotaIn(tx, 'internetGatewaysPerRegion')) {
    return limitExceeded('InternetGatewayLimitExceeded', 'internet gateways');
  }
  const gateway = addInternetGateway(tx, null);
  return (
    addTags(tx, gateway.id, 'internet-gateway', tags) ?? {
      InternetGateway: renderInternetGateway(tx, gateway),
    }
  );
};

const filterFields = (view: View): FilterFields<InternetGateway> => ({
  'attachment.state': (gateway) => (gateway.vpcId === null ? undefined : 'available'),
  'attachment.vpc-id': (gateway) => gateway.vpcId ?? undefined,
  'internet-gateway-id': (gateway) => gateway.id,
  'owner-id': () => view.account,
});

export const describeInternetGateways: Operation<
  DescribeInternetGatewaysRequest,
  DescribeInternetGatewaysResult
> = (tx, input) => {
  const page = describeResources(
    tx,
    InternetGateways,
    kinds.internetGateway,
    { ...input, ids: input.InternetGatewayIds },
    filterFields(tx),
  );
  if (isDomainError(page)) return page;
  return {
    InternetGateways: page.items.map((gateway) => renderInternetGateway(tx, gateway)),
    NextToken: page.nextToken,
  };
};

/** Attaches a gateway to a VPC: one to one. */
export const attachInternetGateway: Operation<
  AttachInternetGatewayRequest,
  Record<string, never>
> = (tx, input) => {
  const gateway = gatewayById(tx, input.InternetGatewayId);
  if (isDomainError(gateway)) return gateway;
  const vpc = resourceById(tx, Vpcs, kinds.vpc, input.VpcId);
  if (isDomainError(vpc)) return vpc;
  if (gateway.vpcId !== null) {
    return new DomainError(
      'Resource.AlreadyAssociated',
      `resource ${gateway.id} is already attached to network ${gateway.vpcId}`,
    );
  }
  if (tx.find(InternetGateways, 'vpc', vpc.id).length > 0) {
    return invalidParameterValue(`Network ${vpc.id} already has an internet gateway attached`);
  }
  tx.put(InternetGateways, { ...gateway, vpcId: vpc.id });
  return {};
};

/** Detaches a gateway, unless something in the VPC has a public address. Routes that lead to it become black holes. */
export const detachInternetGateway: Operation<
  DetachInternetGatewayRequest,
  Record<string, never>
> = (tx, input) => {
  const gateway = gatewayById(tx, input.InternetGatewayId);
  if (isDomainError(gateway)) return gateway;
  const vpc = resourceById(tx, Vpcs, kinds.vpc, input.VpcId);
  if (isDomainError(vpc)) return vpc;
  if (gateway.vpcId !== vpc.id) {
    return new DomainError(
      'Gateway.NotAttached',
      `resource ${gateway.id} is not attached to network ${vpc.id}`,
    );
  }
  const isMapped = tx
    .find(NetworkInterfaces, 'vpc', vpc.id)
    .some((networkInterface) => publicSidesOf(tx, networkInterface).length > 0);
  if (isMapped) {
    return new DomainError(
      'DependencyViolation',
      `Network ${vpc.id} has some mapped public address(es). Please unmap those public address(es) before detaching the gateway.`,
    );
  }
  if (tableOfGateway(tx, gateway.id) !== undefined) {
    return dependencyViolation('internetGateway', gateway.id);
  }
  tx.put(InternetGateways, { ...gateway, vpcId: null });
  return {};
};

export const deleteInternetGateway: Operation<
  DeleteInternetGatewayRequest,
  Record<string, never>
> = (tx, input) => {
  const gateway = gatewayById(tx, input.InternetGatewayId);
  if (isDomainError(gateway)) return gateway;
  if (gateway.vpcId !== null) return dependencyViolation('internetGateway', gateway.id);
  deleteResource(tx, InternetGateways, gateway.id);
  return {};
};
