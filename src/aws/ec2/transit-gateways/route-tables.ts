import type {
  CreateTransitGatewayRouteTableRequest,
  CreateTransitGatewayRouteTableResult,
  DeleteTransitGatewayRouteTableRequest,
  DeleteTransitGatewayRouteTableResult,
  DescribeTransitGatewayRouteTablesRequest,
  DescribeTransitGatewayRouteTablesResult,
  TransitGatewayRouteTable as Answer,
} from '@aws-sdk/client-ec2';
import { DomainError, isDomainError } from '../../../world/domain-error.ts';
import type { View } from '../../../world/transaction.ts';
import type { Operation, Plain } from '../../operation.ts';
import type { FilterFields } from '../../shared/filters.ts';
import { addTags, tagsForType, tagsOf } from '../../shared/tags.ts';
import { wholeSecond } from '../../shared/utc-text.ts';
import { describeResources } from '../describe.ts';
import { kinds, limitExceeded } from '../errors.ts';
import { quotaIn } from '../launch/raisable-quotas.ts';
import {
  TransitAttachments,
  TransitGateways,
  TransitRouteTables,
  type TransitRouteTable,
} from './entities.ts';
import { putTable } from './life.ts';
import { gatewayById, routeTableById } from './lookups.ts';
import { newRouteTable } from './new-route-table.ts';

const { type } = kinds.transitGatewayRouteTable;

const isDefaultAssociation = (view: View, { id, transitGatewayId }: TransitRouteTable): boolean =>
  view.get(TransitGateways, transitGatewayId)?.associationDefaultRouteTableId === id;

const isDefaultPropagation = (view: View, { id, transitGatewayId }: TransitRouteTable): boolean =>
  view.get(TransitGateways, transitGatewayId)?.propagationDefaultRouteTableId === id;

const answerOf = (view: View, table: TransitRouteTable): Plain<Answer> => ({
  TransitGatewayRouteTableId: table.id,
  TransitGatewayId: table.transitGatewayId,
  State: table.state,
  DefaultAssociationRouteTable: isDefaultAssociation(view, table),
  DefaultPropagationRouteTable: isDefaultPropagation(view, table),
  CreationTime: wholeSecond(table.createdAt),
  Tags: tagsOf(view, table.id),
});

export const createTransitGatewayRouteTable: Operation<
  CreateTransitGatewayRouteTableRequest,
  CreateTransitGatewayRouteTableResult
> = (tx, input) => {
  const gateway = gatewayById(tx, input.TransitGatewayId, ['available', 'modifying']);
  if (isDomainError(gateway)) return gateway;
  const tags = tagsForType(input.TagSpecifications, type);
  if (isDomainError(tags)) return tags;
  const present = tx
    .find(TransitRouteTables, 'transitGateway', gateway.id)
    .filter(({ state }) => state !== 'deleted');
  if (present.length >= quotaIn(tx, 'routeTablesPerTransitGateway')) {
    return limitExceeded(
      'TransitGatewayRouteTableLimitExceeded',
      'route tables of the transit gateway',
    );
  }
  const table = newRouteTable(tx, gateway.id);
  return addTags(tx, table.id, type, tags) ?? { TransitGatewayRouteTable: answerOf(tx, table) };
};

/** Why a table has to stay. */
const usedBy = (view: View, table: TransitRouteTable): string | undefined => {
  if (isDefaultAssociation(view, table)) return 'is the default association route table';
  if (isDefaultPropagation(view, table)) return 'is the default propagation route table';
  const associated = view.find(TransitAttachments, 'associatedTable', table.id);
  return associated.length === 0
    ? undefined
    : `has associations: ${associated.map(({ id }) => id).join(', ')}`;
};

/** DeleteTransitGatewayRouteTable: nothing may be associated with it, and it may be nobody's default. */
export const deleteTransitGatewayRouteTable: Operation<
  DeleteTransitGatewayRouteTableRequest,
  DeleteTransitGatewayRouteTableResult
> = (tx, input) => {
  const table = routeTableById(tx, input.TransitGatewayRouteTableId, ['available']);
  if (isDomainError(table)) return table;
  const use = usedBy(tx, table);
  if (use !== undefined) {
    return new DomainError(
      'IncorrectState',
      `Cannot delete Transit Gateway Route Table ${table.id}: it ${use}.`,
    );
  }
  const after: TransitRouteTable = { ...table, state: 'deleting' };
  putTable(tx, after);
  return { TransitGatewayRouteTable: answerOf(tx, after) };
};

const filterFields = (view: View): FilterFields<TransitRouteTable> => ({
  'default-association-route-table': (table) => isDefaultAssociation(view, table),
  'default-propagation-route-table': (table) => isDefaultPropagation(view, table),
  state: ({ state }) => state,
  'transit-gateway-id': ({ transitGatewayId }) => transitGatewayId,
  'transit-gateway-route-table-id': ({ id }) => id,
});

export const describeTransitGatewayRouteTables: Operation<
  DescribeTransitGatewayRouteTablesRequest,
  DescribeTransitGatewayRouteTablesResult
> = (tx, input) => {
  const page = describeResources(
    tx,
    TransitRouteTables,
    kinds.transitGatewayRouteTable,
    { ...input, ids: input.TransitGatewayRouteTableIds },
    filterFields(tx),
  );
  if (isDomainError(page)) return page;
  return {
    TransitGatewayRouteTables: page.items.map((table) => answerOf(tx, table)),
    NextToken: page.nextToken,
  };
};
