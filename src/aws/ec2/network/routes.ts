import type {
  CreateRouteRequest,
  CreateRouteResult,
  DeleteRouteRequest,
  ReplaceRouteRequest,
} from '@aws-sdk/client-ec2';
import { DomainError, isDomainError } from '../../../world/domain-error.ts';
import type { Tx, View } from '../../../world/transaction.ts';
import type { Operation } from '../../operation.ts';
import { canonicalCidr, cidrContains } from '../../shared/cidr.ts';
import { resourceById } from '../describe.ts';
import { RouteTables, type Route, type RouteTable } from '../entities.ts';
import {
  invalidCidrBlock,
  invalidParameterCombination,
  invalidParameterValue,
  kinds,
  limitExceeded,
  missingParameter,
  notBuilt,
} from '../errors.ts';
import { quotaIn } from '../launch/raisable-quotas.ts';
import { refusalInGatewayTable } from './gateway-route-tables.ts';
import { weightOf } from '../prefix-lists/lookups.ts';
import { routeCount, weigher } from '../prefix-lists/user-quotas.ts';
import { targetOf } from './route-targets.ts';

interface Destination {
  readonly DestinationCidrBlock?: string | undefined;
  readonly DestinationIpv6CidrBlock?: string | undefined;
  readonly DestinationPrefixListId?: string | undefined;
}

/** The CIDR block that a request's one destination means, in canonical form. */
const destinationOf = (view: View, input: Destination): string | DomainError => {
  const { DestinationCidrBlock: ipv4, DestinationIpv6CidrBlock: ipv6 } = input;
  const { DestinationPrefixListId: prefixListId } = input;
  if (prefixListId !== undefined) {
    if ((ipv4 ?? ipv6) !== undefined) {
      return invalidParameterCombination(
        'The parameters destinationCidrBlock and destinationPrefixListId cannot be used together',
      );
    }
    const weight = weightOf(view, prefixListId);
    return isDomainError(weight) ? weight : prefixListId;
  }
  if (ipv4 !== undefined && ipv6 !== undefined) {
    return invalidParameterCombination(
      'The parameters destinationCidrBlock and destinationIpv6CidrBlock cannot be used together',
    );
  }
  const kind = ipv4 === undefined ? 'ipv6' : 'ipv4';
  const text = ipv4 ?? ipv6;
  if (text === undefined) return missingParameter('destinationCidrBlock');
  const canonical = canonicalCidr(text);
  const parameter = kind === 'ipv4' ? 'destinationCidrBlock' : 'destinationIpv6CidrBlock';
  return canonical?.kind === kind ? canonical.cidr : invalidCidrBlock(parameter, text);
};

/** Inside the VPC only an interface or an instance can be the target ("Route tables", Amazon VPC User Guide). */
const withinLocal = (
  table: RouteTable,
  destination: string,
  gatewayId: string,
): DomainError | undefined => {
  if (gatewayId.startsWith('eni-')) return undefined;
  const local = table.routes.some(
    (route) => route.gatewayId === 'local' && cidrContains(route.destination, destination),
  );
  return local
    ? invalidParameterValue(
        `The destination CIDR block ${destination} is equal to or more specific than one of this VPC's CIDR blocks. This route can target only an interface or an instance.`,
      )
    : undefined;
};

const tableById = (tx: Tx, id: string | undefined): RouteTable | DomainError =>
  resourceById(tx, RouteTables, kinds.routeTable, id);

const putRoutes = (tx: Tx, table: RouteTable, routes: readonly Route[]): void =>
  tx.put(RouteTables, { ...table, routes });

export const createRoute: Operation<CreateRouteRequest, CreateRouteResult> = (tx, input) => {
  const table = tableById(tx, input.RouteTableId);
  if (isDomainError(table)) return table;
  const destination = destinationOf(tx, input);
  if (isDomainError(destination)) return destination;
  const gatewayId = targetOf(tx, table, input, destination);
  if (isDomainError(gatewayId)) return gatewayId;
  if (table.routes.some((route) => route.destination === destination)) {
    return new DomainError(
      'RouteAlreadyExists',
      `The route identified by ${destination} already exists.`,
    );
  }
  const refusal =
    withinLocal(table, destination, gatewayId) ??
    refusalInGatewayTable(tx, table, { destination, gatewayId });
  if (refusal !== undefined) return refusal;
  const after: readonly Route[] = [
    ...table.routes,
    { destination, gatewayId, origin: 'CreateRoute' },
  ];
  if (routeCount(after, weigher(tx)) > quotaIn(tx, 'routesPerRouteTable')) {
    return limitExceeded('RouteLimitExceeded', 'routes');
  }
  putRoutes(tx, table, after);
  return { Return: true };
};

/** Gives an existing route another target. */
export const replaceRoute: Operation<ReplaceRouteRequest, Record<string, never>> = (tx, input) => {
  const table = tableById(tx, input.RouteTableId);
  if (isDomainError(table)) return table;
  const destination = destinationOf(tx, input);
  if (isDomainError(destination)) return destination;
  const existing = table.routes.find((route) => route.destination === destination);
  if (existing === undefined) {
    return invalidParameterValue(
      `There is no route defined for '${destination}' in the route table. Use CreateRoute instead.`,
    );
  }
  if (existing.gatewayId === 'local') {
    if (input.LocalTarget === true || input.GatewayId === 'local') return {};
    return notBuilt('other targets for the local route');
  }
  const gatewayId = targetOf(tx, table, input, destination);
  if (isDomainError(gatewayId)) return gatewayId;
  const refusal = refusalInGatewayTable(tx, table, { destination, gatewayId });
  if (refusal !== undefined) return refusal;
  putRoutes(
    tx,
    table,
    table.routes.map((route) => (route === existing ? { ...route, gatewayId } : route)),
  );
  return {};
};

export const deleteRoute: Operation<DeleteRouteRequest, Record<string, never>> = (tx, input) => {
  const table = tableById(tx, input.RouteTableId);
  if (isDomainError(table)) return table;
  const destination = destinationOf(tx, input);
  if (isDomainError(destination)) return destination;
  const existing = table.routes.find((route) => route.destination === destination);
  if (existing === undefined) {
    const parameter =
      input.DestinationCidrBlock === undefined
        ? 'destination-ipv6-cidr-block'
        : 'destination-cidr-block';
    return new DomainError(
      'InvalidRoute.NotFound',
      `no route with ${parameter} ${destination} in route table ${table.id}`,
    );
  }
  if (existing.gatewayId === 'local') {
    return invalidParameterValue(
      `cannot remove local route ${destination} in route table ${table.id}`,
    );
  }
  putRoutes(
    tx,
    table,
    table.routes.filter((route) => route !== existing),
  );
  return {};
};
