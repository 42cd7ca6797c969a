import type {
  CreateTransitGatewayRouteRequest,
  CreateTransitGatewayRouteResult,
  DeleteTransitGatewayRouteRequest,
  DeleteTransitGatewayRouteResult,
  ReplaceTransitGatewayRouteRequest,
  ReplaceTransitGatewayRouteResult,
  TransitGatewayRoute as Answer,
} from '@aws-sdk/client-ec2';
import { DomainError, isDomainError } from '../../../world/domain-error.ts';
import type { Tx, View } from '../../../world/transaction.ts';
import type { Operation, Plain } from '../../operation.ts';
import { canonicalCidr } from '../../shared/cidr.ts';
import {
  invalidCidrBlock,
  invalidParameterCombination,
  limitExceeded,
  missingParameter,
} from '../errors.ts';
import { quotaIn } from '../launch/raisable-quotas.ts';
import { resourceOf } from './attachment-facts.ts';
import {
  TransitAttachments,
  TransitRouteTables,
  type StaticRoute,
  type TransitRouteTable,
} from './entities.ts';
import { routeTableById, tableAndAttachment } from './lookups.ts';
import { isBlackhole, type TransitRoute } from './table-routes.ts';

export const renderRoute = (view: View, route: TransitRoute): Plain<Answer> => ({
  DestinationCidrBlock: route.cidr,
  TransitGatewayAttachments:
    route.attachment === undefined
      ? []
      : [
          {
            TransitGatewayAttachmentId: route.attachment.id,
            ...resourceOf(view, route.attachment),
          },
        ],
  Type: route.type,
  State: isBlackhole(route) ? 'blackhole' : 'active',
});

const renderStatic = (view: View, { cidr, attachmentId }: StaticRoute): Plain<Answer> =>
  renderRoute(view, {
    cidr,
    type: 'static',
    attachment: attachmentId === null ? undefined : view.get(TransitAttachments, attachmentId),
  });

interface Asked {
  readonly DestinationCidrBlock?: string | undefined;
  readonly TransitGatewayRouteTableId?: string | undefined;
  readonly TransitGatewayAttachmentId?: string | undefined;
  readonly Blackhole?: boolean | undefined;
}

const destinationOf = ({ DestinationCidrBlock: text }: Asked): string | DomainError => {
  if (text === undefined) return missingParameter('DestinationCidrBlock');
  return canonicalCidr(text)?.cidr ?? invalidCidrBlock('DestinationCidrBlock', text);
};

/** The table and the route that a request asks for: to an attachment of the same gateway, or to nowhere. */
const routeOf = (
  tx: Tx,
  asked: Asked,
): { readonly table: TransitRouteTable; readonly route: StaticRoute } | DomainError => {
  const { TransitGatewayRouteTableId: tableId, TransitGatewayAttachmentId: attachmentId } = asked;
  const cidr = destinationOf(asked);
  if (isDomainError(cidr)) return cidr;
  if (asked.Blackhole === true) {
    const table = routeTableById(tx, tableId, ['available']);
    if (isDomainError(table)) return table;
    return attachmentId === undefined
      ? { table, route: { cidr, attachmentId: null } }
      : invalidParameterCombination(
          'Blackhole and TransitGatewayAttachmentId cannot be specified together.',
        );
  }
  if (attachmentId === undefined) return missingParameter('TransitGatewayAttachmentId');
  const both = tableAndAttachment(tx, tableId, attachmentId);
  if (isDomainError(both)) return both;
  return { table: both.table, route: { cidr, attachmentId: both.attachment.id } };
};

const isThere = ({ staticRoutes }: TransitRouteTable, cidr: string): boolean =>
  staticRoutes.some((route) => route.cidr === cidr);

const isFull = (view: View, { transitGatewayId }: TransitRouteTable): boolean =>
  view
    .find(TransitRouteTables, 'transitGateway', transitGatewayId)
    .reduce((sum, { staticRoutes }) => sum + staticRoutes.length, 0) >=
  quotaIn(view, 'staticRoutesPerTransitGateway');

export const createTransitGatewayRoute: Operation<
  CreateTransitGatewayRouteRequest,
  CreateTransitGatewayRouteResult
> = (tx, input) => {
  const asked = routeOf(tx, input);
  if (isDomainError(asked)) return asked;
  const { table, route } = asked;
  if (isThere(table, route.cidr)) {
    return new DomainError(
      'RouteAlreadyExists',
      `Route ${route.cidr} already exists in Transit Gateway Route Table ${table.id}.`,
    );
  }
  if (isFull(tx, table)) {
    return limitExceeded(
      'TransitGatewayRouteLimitExceeded',
      'static routes of the transit gateway',
    );
  }
  tx.put(TransitRouteTables, { ...table, staticRoutes: [...table.staticRoutes, route] });
  return { Route: renderStatic(tx, route) };
};

const noRoute = (table: TransitRouteTable, cidr: string): DomainError =>
  new DomainError(
    'InvalidRoute.NotFound',
    `Route ${cidr} does not exist in Transit Gateway Route Table ${table.id}.`,
  );

export const replaceTransitGatewayRoute: Operation<
  ReplaceTransitGatewayRouteRequest,
  ReplaceTransitGatewayRouteResult
> = (tx, input) => {
  const asked = routeOf(tx, input);
  if (isDomainError(asked)) return asked;
  const { table, route } = asked;
  if (!isThere(table, route.cidr)) return noRoute(table, route.cidr);
  const staticRoutes = table.staticRoutes.map((one) => (one.cidr === route.cidr ? route : one));
  tx.put(TransitRouteTables, { ...table, staticRoutes });
  return { Route: renderStatic(tx, route) };
};

export const deleteTransitGatewayRoute: Operation<
  DeleteTransitGatewayRouteRequest,
  DeleteTransitGatewayRouteResult
> = (tx, input) => {
  const cidr = destinationOf(input);
  if (isDomainError(cidr)) return cidr;
  const table = routeTableById(tx, input.TransitGatewayRouteTableId, ['available']);
  if (isDomainError(table)) return table;
  const gone = table.staticRoutes.find((route) => route.cidr === cidr);
  if (gone === undefined) return noRoute(table, cidr);
  const staticRoutes = table.staticRoutes.filter((route) => route !== gone);
  tx.put(TransitRouteTables, { ...table, staticRoutes });
  return { Route: { ...renderStatic(tx, gone), State: 'deleted' } };
};
