import type { Tx } from '../../../world/transaction.ts';
import { newResourceId } from '../../shared/ids.ts';
import { kinds } from '../errors.ts';
import type { TransitRouteTable } from './entities.ts';
import { putTable } from './life.ts';

/** Makes an empty route table of a transit gateway. */
export const newRouteTable = (tx: Tx, transitGatewayId: string): TransitRouteTable => {
  const table: TransitRouteTable = {
    id: newResourceId(tx, kinds.transitGatewayRouteTable.prefix),
    transitGatewayId,
    state: 'pending',
    staticRoutes: [],
    createdAt: tx.now,
  };
  putTable(tx, table);
  return table;
};
