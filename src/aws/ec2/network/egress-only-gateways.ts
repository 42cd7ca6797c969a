import type {
  CreateEgressOnlyInternetGatewayRequest,
  CreateEgressOnlyInternetGatewayResult,
  DeleteEgressOnlyInternetGatewayRequest,
  DeleteEgressOnlyInternetGatewayResult,
  DescribeEgressOnlyInternetGatewaysRequest,
  DescribeEgressOnlyInternetGatewaysResult,
  EgressOnlyInternetGateway as ApiGateway,
} from '@aws-sdk/client-ec2';
import { isDomainError } from '../../../world/domain-error.ts';
import type { View } from '../../../world/transaction.ts';
import type { Operation, Plain } from '../../operation.ts';
import { newResourceId } from '../../shared/ids.ts';
import { addTags, tagsForType, tagsOf } from '../../shared/tags.ts';
import { deleteResource } from '../delete-resource.ts';
import { describeResources, resourceById } from '../describe.ts';
import { EgressOnlyInternetGateways, Vpcs, type EgressOnlyInternetGateway } from '../entities.ts';
import { kinds, limitExceeded } from '../errors.ts';
import { quotaIn } from '../launch/raisable-quotas.ts';

const answerOf = (view: View, gateway: EgressOnlyInternetGateway): Plain<ApiGateway> => ({
  EgressOnlyInternetGatewayId: gateway.id,
  Attachments: [{ VpcId: gateway.vpcId, State: 'attached' }],
  Tags: tagsOf(view, gateway.id),
});

/** Makes a gateway for a VPC, which has it until it is deleted. */
export const createEgressOnlyInternetGateway: Operation<
  CreateEgressOnlyInternetGatewayRequest,
  CreateEgressOnlyInternetGatewayResult
> = (tx, input) => {
  const vpc = resourceById(tx, Vpcs, kinds.vpc, input.VpcId);
  if (isDomainError(vpc)) return vpc;
  const { type, prefix } = kinds.egressOnlyInternetGateway;
  const tags = tagsForType(input.TagSpecifications, type);
  if (isDomainError(tags)) return tags;
  if (
    tx.list(EgressOnlyInternetGateways).length >= quotaIn(tx, 'egressOnlyInternetGatewaysPerRegion')
  ) {
    return limitExceeded('EgressOnlyInternetGatewayLimitExceeded', 'egress-only internet gateways');
  }
  const gateway = { id: newResourceId(tx, prefix), vpcId: vpc.id };
  tx.put(EgressOnlyInternetGateways, gateway);
  return (
    addTags(tx, gateway.id, type, tags) ?? {
      EgressOnlyInternetGateway: answerOf(tx, gateway),
      ClientToken: input.ClientToken,
    }
  );
};

/** Only tags are filtered by (DescribeEgressOnlyInternetGateways, Amazon EC2 API Reference). */
export const describeEgressOnlyInternetGateways: Operation<
  DescribeEgressOnlyInternetGatewaysRequest,
  DescribeEgressOnlyInternetGatewaysResult
> = (tx, input) => {
  const page = describeResources(
    tx,
    EgressOnlyInternetGateways,
    kinds.egressOnlyInternetGateway,
    { ...input, ids: input.EgressOnlyInternetGatewayIds },
    {},
  );
  if (isDomainError(page)) return page;
  return {
    EgressOnlyInternetGateways: page.items.map((gateway) => answerOf(tx, gateway)),
    NextToken: page.nextToken,
  };
};

/** Deletes a gateway. Routes that lead to it become black holes. */
export const deleteEgressOnlyInternetGateway: Operation<
  DeleteEgressOnlyInternetGatewayRequest,
  DeleteEgressOnlyInternetGatewayResult
> = (tx, input) => {
  const gateway = resourceById(
    tx,
    EgressOnlyInternetGateways,
    kinds.egressOnlyInternetGateway,
    input.EgressOnlyInternetGatewayId,
  );
  if (isDomainError(gateway)) return gateway;
  deleteResource(tx, EgressOnlyInternetGateways, gateway.id);
  return { ReturnCode: true };
};
