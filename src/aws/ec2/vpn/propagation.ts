import type {
  DisableVgwRoutePropagationRequest,
  EnableVgwRoutePropagationRequest,
} from '@aws-sdk/client-ec2';
import { DomainError, isDomainError } from '../../../world/domain-error.ts';
import type { Tx } from '../../../world/transaction.ts';
import type { Operation, Plain } from '../../operation.ts';
import { resourceById } from '../describe.ts';
import { RouteTables, type RouteTable } from '../entities.ts';
import { kinds } from '../errors.ts';
import { isAttachedTo, vpnGatewayById } from './lookups.ts';
import type { VpnGateway } from './entities.ts';

const asked = (
  tx: Tx,
  input: Plain<EnableVgwRoutePropagationRequest>,
): { readonly table: RouteTable; readonly gateway: VpnGateway } | DomainError => {
  const table = resourceById(tx, RouteTables, kinds.routeTable, input.RouteTableId);
  if (isDomainError(table)) return table;
  const gateway = vpnGatewayById(tx, input.GatewayId);
  return isDomainError(gateway) ? gateway : { table, gateway };
};

const putPropagating = (tx: Tx, table: RouteTable, ids: readonly string[]): void =>
  tx.put(RouteTables, { ...table, propagatingGatewayIds: ids });

/** EnableVgwRoutePropagation: the gateway must be attached to the VPC of the route table. */
export const enableVgwRoutePropagation: Operation<
  EnableVgwRoutePropagationRequest,
  Record<string, never>
> = (tx, input) => {
  const found = asked(tx, input);
  if (isDomainError(found)) return found;
  const { table, gateway } = found;
  if (!isAttachedTo(gateway, table.vpcId)) {
    return new DomainError(
      'Gateway.NotAttached',
      `resource ${gateway.id} is not attached to network ${table.vpcId}`,
    );
  }
  const { propagatingGatewayIds: ids = [] } = table;
  if (!ids.includes(gateway.id)) putPropagating(tx, table, [...ids, gateway.id]);
  return {};
};

const without = (tx: Tx, table: RouteTable, gatewayId: string): void => {
  const { propagatingGatewayIds: ids = [] } = table;
  if (ids.includes(gatewayId)) {
    putPropagating(
      tx,
      table,
      ids.filter((id) => id !== gatewayId),
    );
  }
};

export const disableVgwRoutePropagation: Operation<
  DisableVgwRoutePropagationRequest,
  Record<string, never>
> = (tx, input) => {
  const found = asked(tx, input);
  if (isDomainError(found)) return found;
  without(tx, found.table, found.gateway.id);
  return {};
};

/** The tables of a VPC no longer have routes from a gateway that is detached. */
export const forgetPropagation = (tx: Tx, vpcId: string, gatewayId: string): void => {
  for (const table of tx.find(RouteTables, 'vpc', vpcId)) without(tx, table, gatewayId);
};
