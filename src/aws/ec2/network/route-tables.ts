import type {
  AssociateRouteTableRequest,
  AssociateRouteTableResult,
  CreateRouteTableRequest,
  CreateRouteTableResult,
  DeleteRouteTableRequest,
  DescribeRouteTablesRequest,
  DescribeRouteTablesResult,
  DisassociateRouteTableRequest,
  ReplaceRouteTableAssociationRequest,
  ReplaceRouteTableAssociationResult,
  Route as ApiRoute,
  RouteTable as ApiRouteTable,
  RouteTableAssociation as ApiRouteTableAssociation,
} from '@aws-sdk/client-ec2';
import { DomainError, isDomainError } from '../../../world/domain-error.ts';
import type { Tx, View } from '../../../world/transaction.ts';
import type { Operation, Plain } from '../../operation.ts';
import type { FilterFields } from '../../shared/filters.ts';
import { newResourceId } from '../../shared/ids.ts';
import { addTags, tagsForType, tagsOf } from '../../shared/tags.ts';
import { mainRouteTableOf } from './default-network.ts';
import { prefixListIdOf } from '../prefix-lists/aws-prefix-lists.ts';
import { deleteResource } from '../delete-resource.ts';
import { describeResources, resourceById } from '../describe.ts';
import {
  RouteTableAssociations,
  RouteTables,
  Subnets,
  Vpcs,
  isMainAssociation,
  type Route,
  type RouteTable,
  type RouteTableAssociation,
  type Subnet,
} from '../entities.ts';
import {
  dependencyViolation,
  invalidParameterCombination,
  invalidParameterValue,
  kinds,
  limitExceeded,
  notBuilt,
} from '../errors.ts';
import { endpointServiceOf } from '../endpoints/endpoint-services.ts';
import { VpcEndpoints } from '../endpoints/entities.ts';
import { gatewayForTable, unfitForGateway } from './gateway-route-tables.ts';
import { addRouteTable } from './new-network.ts';
import { quotaIn } from '../launch/raisable-quotas.ts';
import { isActiveRoute, renderTarget } from './route-targets.ts';

/** The route table that a subnet goes by: its own, or else the main one of its VPC. */
export const routeTableOf = (view: View, subnet: Pick<Subnet, 'id' | 'vpcId'>): RouteTable => {
  const [own] = view.find(RouteTableAssociations, 'subnet', subnet.id);
  const table = own === undefined ? undefined : view.get(RouteTables, own.routeTableId);
  return table ?? mainRouteTableOf(view, subnet.vpcId);
};

/** Whether a subnet is public: its route table leads 0.0.0.0/0 to an internet gateway that is attached. */
export const isPublicSubnet = (view: View, subnet: Pick<Subnet, 'id' | 'vpcId'>): boolean => {
  const table = routeTableOf(view, subnet);
  return table.routes.some(
    (route) =>
      route.destination === '0.0.0.0/0' &&
      route.gatewayId.startsWith('igw-') &&
      isActiveRoute(view, table, route),
  );
};

const associationState = { State: 'associated' } as const;

const associationsOf = (view: View, table: RouteTable): readonly RouteTableAssociation[] =>
  view.find(RouteTableAssociations, 'routeTable', table.id);

const stateOf = (view: View, table: RouteTable, route: Route): 'active' | 'blackhole' =>
  isActiveRoute(view, table, route) ? 'active' : 'blackhole';

const isIpv6 = (route: Route): boolean => route.destination.includes(':');

const isToPrefixList = (route: Route): boolean => route.destination.startsWith('pl-');

const renderDestination = (route: Route): Plain<ApiRoute> => {
  if (isToPrefixList(route)) return { DestinationPrefixListId: route.destination };
  return isIpv6(route)
    ? { DestinationIpv6CidrBlock: route.destination }
    : { DestinationCidrBlock: route.destination };
};

const renderRoute = (view: View, table: RouteTable, route: Route): Plain<ApiRoute> => ({
  ...renderDestination(route),
  ...renderTarget(view, route),
  Origin: route.origin,
  State: stateOf(view, table, route),
});

/** The routes that gateway endpoints have put there: to the addresses of their services. */
const endpointRoutes = (view: View, table: RouteTable): readonly Plain<ApiRoute>[] =>
  view.find(VpcEndpoints, 'routeTable', table.id).map((endpoint) => ({
    DestinationPrefixListId: prefixListIdOf(
      view.shard,
      endpointServiceOf(view.shard, endpoint.serviceName) ?? '',
    ),
    GatewayId: endpoint.id,
    Origin: 'CreateRoute',
    State: 'active',
  }));

const renderAssociation = (
  association: RouteTableAssociation,
): Plain<ApiRouteTableAssociation> => ({
  RouteTableAssociationId: association.id,
  RouteTableId: association.routeTableId,
  Main: isMainAssociation(association),
  SubnetId: association.subnetId ?? undefined,
  GatewayId: association.gatewayId,
  AssociationState: associationState,
});

const renderRouteTable = (view: View, table: RouteTable): Plain<ApiRouteTable> => ({
  RouteTableId: table.id,
  VpcId: table.vpcId,
  OwnerId: view.account,
  Routes: [
    ...table.routes.map((route) => renderRoute(view, table, route)),
    ...endpointRoutes(view, table),
  ],
  Associations: associationsOf(view, table).map(renderAssociation),
  PropagatingVgws: (table.propagatingGatewayIds ?? []).map((GatewayId) => ({ GatewayId })),
  Tags: tagsOf(view, table.id),
});

const tableById = (tx: Tx, id: string | undefined): RouteTable | DomainError =>
  resourceById(tx, RouteTables, kinds.routeTable, id);

export const createRouteTable: Operation<CreateRouteTableRequest, CreateRouteTableResult> = (
  tx,
  input,
) => {
  const vpc = resourceById(tx, Vpcs, kinds.vpc, input.VpcId);
  if (isDomainError(vpc)) return vpc;
  const tags = tagsForType(input.TagSpecifications, 'route-table');
  if (isDomainError(tags)) return tags;
  if (tx.find(RouteTables, 'vpc', vpc.id).length >= quotaIn(tx, 'routeTablesPerVpc')) {
    return limitExceeded('RouteTableLimitExceeded', 'route tables');
  }
  const table = addRouteTable(tx, vpc);
  return (
    addTags(tx, table.id, 'route-table', tags) ?? {
      RouteTable: renderRouteTable(tx, table),
      ClientToken: input.ClientToken,
    }
  );
};

/** Of a table's routes the target under this name. */
const targetsNamed =
  (view: View, member: keyof Plain<ApiRoute>) =>
  (table: RouteTable): readonly string[] =>
    table.routes.flatMap((route) => {
      const target = renderTarget(view, route)[member];
      return target === undefined ? [] : [target];
    });

const routeFields = (view: View): FilterFields<RouteTable> => ({
  'route.carrier-gateway-id': () => undefined,
  'route.destination-cidr-block': (table) =>
    table.routes
      .filter((route) => !isIpv6(route) && !isToPrefixList(route))
      .map((route) => route.destination),
  'route.destination-ipv6-cidr-block': (table) =>
    table.routes.filter(isIpv6).map((route) => route.destination),
  'route.destination-prefix-list-id': (table) => [
    ...table.routes.filter(isToPrefixList).map((route) => route.destination),
    ...endpointRoutes(view, table).flatMap((route) => route.DestinationPrefixListId ?? []),
  ],
  'route.egress-only-internet-gateway-id': targetsNamed(view, 'EgressOnlyInternetGatewayId'),
  'route.gateway-id': targetsNamed(view, 'GatewayId'),
  'route.instance-id': targetsNamed(view, 'InstanceId'),
  'route.nat-gateway-id': targetsNamed(view, 'NatGatewayId'),
  'route.origin': (table) => table.routes.map((route) => route.origin),
  'route.state': (table) => table.routes.map((route) => stateOf(view, table, route)),
  'route.transit-gateway-id': targetsNamed(view, 'TransitGatewayId'),
  'route.vpc-peering-connection-id': targetsNamed(view, 'VpcPeeringConnectionId'),
});

const filterFields = (view: View): FilterFields<RouteTable> => ({
  ...routeFields(view),
  'association.gateway-id': (table) =>
    associationsOf(view, table).flatMap((association) => association.gatewayId ?? []),
  'association.main': (table) =>
    associationsOf(view, table).map((association) => String(isMainAssociation(association))),
  'association.route-table-association-id': (table) =>
    associationsOf(view, table).map((association) => association.id),
  'association.route-table-id': (table) =>
    associationsOf(view, table).map((association) => association.routeTableId),
  'association.subnet-id': (table) =>
    associationsOf(view, table).flatMap((association) => association.subnetId ?? []),
  'owner-id': () => view.account,
  'route-table-id': (table) => table.id,
  'vpc-id': (table) => table.vpcId,
});

export const describeRouteTables: Operation<
  DescribeRouteTablesRequest,
  DescribeRouteTablesResult
> = (tx, input) => {
  const page = describeResources(
    tx,
    RouteTables,
    kinds.routeTable,
    { ...input, ids: input.RouteTableIds },
    filterFields(tx),
  );
  if (isDomainError(page)) return page;
  return {
    RouteTables: page.items.map((table) => renderRouteTable(tx, table)),
    NextToken: page.nextToken,
  };
};

export const deleteRouteTable: Operation<DeleteRouteTableRequest, Record<string, never>> = (
  tx,
  input,
) => {
  const table = tableById(tx, input.RouteTableId);
  if (isDomainError(table)) return table;
  if (associationsOf(tx, table).length > 0) return dependencyViolation('routeTable', table.id);
  // A gateway endpoint has no routes in a table that is gone.
  for (const endpoint of tx.find(VpcEndpoints, 'routeTable', table.id)) {
    const routeTableIds = endpoint.routeTableIds.filter((id) => id !== table.id);
    tx.put(VpcEndpoints, { ...endpoint, routeTableIds });
  }
  deleteResource(tx, RouteTables, table.id);
  return {};
};

const putAssociation = (
  tx: Tx,
  fields: Omit<RouteTableAssociation, 'id'>,
): RouteTableAssociation => {
  const association = { id: newResourceId(tx, 'rtbassoc'), ...fields };
  tx.put(RouteTableAssociations, association);
  return association;
};

/** What goes by a table: a subnet of its VPC, or an internet gateway that is attached to it. */
type Associated = Pick<RouteTableAssociation, 'subnetId' | 'gatewayId'>;

const subnetOf = (tx: Tx, table: RouteTable, id: string | undefined): Associated | DomainError => {
  const subnet = resourceById(tx, Subnets, kinds.subnet, id);
  if (isDomainError(subnet)) return subnet;
  return subnet.vpcId === table.vpcId
    ? { subnetId: subnet.id }
    : invalidParameterValue(
        `Route table ${table.id} and subnet ${subnet.id} belong to different networks`,
      );
};

const associatedOf = (
  tx: Tx,
  table: RouteTable,
  { SubnetId, GatewayId, PublicIpv4Pool }: Plain<AssociateRouteTableRequest>,
): Associated | DomainError => {
  if (PublicIpv4Pool !== undefined) return notBuilt('route tables of address pools');
  if (GatewayId === undefined) return subnetOf(tx, table, SubnetId);
  if (SubnetId !== undefined) {
    return invalidParameterCombination(
      'The parameters subnetId and gatewayId cannot be used together',
    );
  }
  const gateway = gatewayForTable(tx, table, GatewayId);
  return isDomainError(gateway) ? gateway : { subnetId: null, gatewayId: gateway.id };
};

/** Gives a subnet or an internet gateway a route table of its own; with the one that it has already, nothing changes. */
export const associateRouteTable: Operation<
  AssociateRouteTableRequest,
  AssociateRouteTableResult
> = (tx, input) => {
  const table = tableById(tx, input.RouteTableId);
  if (isDomainError(table)) return table;
  const associated = associatedOf(tx, table, input);
  if (isDomainError(associated)) return associated;
  const [existing] =
    associated.gatewayId === undefined
      ? tx.find(RouteTableAssociations, 'subnet', associated.subnetId ?? '')
      : tx.find(RouteTableAssociations, 'gateway', associated.gatewayId);
  if (existing !== undefined && existing.routeTableId !== table.id) {
    return new DomainError(
      'Resource.AlreadyAssociated',
      `the specified association for route table ${table.id} conflicts with an existing association`,
    );
  }
  const { id: routeTableId, vpcId } = table;
  const association = existing ?? putAssociation(tx, { routeTableId, vpcId, ...associated });
  return { AssociationId: association.id, AssociationState: associationState };
};

const associationById = (tx: Tx, id: string | undefined): RouteTableAssociation | DomainError =>
  resourceById(tx, RouteTableAssociations, kinds.routeTableAssociation, id);

/** Takes the own route table of a subnet away, which goes by the main one again, or of a gateway. */
export const disassociateRouteTable: Operation<
  DisassociateRouteTableRequest,
  Record<string, never>
> = (tx, input) => {
  const association = associationById(tx, input.AssociationId);
  if (isDomainError(association)) return association;
  if (isMainAssociation(association)) {
    return invalidParameterValue(
      `cannot disassociate the main route table association ${association.id}`,
    );
  }
  tx.delete(RouteTableAssociations, association.id);
  return {};
};

/** Gives a subnet or gateway another route table, or, of a main association, the VPC another main one. The id is a new one. */
export const replaceRouteTableAssociation: Operation<
  ReplaceRouteTableAssociationRequest,
  ReplaceRouteTableAssociationResult
> = (tx, input) => {
  const association = associationById(tx, input.AssociationId);
  if (isDomainError(association)) return association;
  const table = tableById(tx, input.RouteTableId);
  if (isDomainError(table)) return table;
  if (association.vpcId !== table.vpcId) {
    return invalidParameterValue(
      `Route table ${table.id} and association ${association.id} belong to different networks`,
    );
  }
  const refusal = association.gatewayId === undefined ? undefined : unfitForGateway(tx, table);
  if (refusal !== undefined) return refusal;
  tx.delete(RouteTableAssociations, association.id);
  const { id: _id, ...fields } = association;
  const replaced = putAssociation(tx, { ...fields, routeTableId: table.id });
  return { NewAssociationId: replaced.id, AssociationState: associationState };
};
