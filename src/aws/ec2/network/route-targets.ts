import type { Route as ApiRoute } from '@aws-sdk/client-ec2';
import { DomainError, isDomainError } from '../../../world/domain-error.ts';
import type { Tx, View } from '../../../world/transaction.ts';
import type { Plain } from '../../operation.ts';
import { parseIpv4Cidr } from '../../shared/cidr.ts';
import { resourceById } from '../describe.ts';
import {
  EgressOnlyInternetGateways,
  InternetGateways,
  type Route,
  type RouteTable,
} from '../entities.ts';
import {
  checkIdForm,
  invalidParameterCombination,
  invalidParameterValue,
  kinds,
  missingParameter,
  notBuilt,
} from '../errors.ts';
import { Instances, NetworkInterfaces } from '../instances/instance-entities.ts';
import { NatGateways } from '../nat-gateways/entities.ts';
import { leadsOn } from '../nat-gateways/leads-on.ts';
import { PeeringConnections } from '../peering/entities.ts';
import { carries } from '../transit-gateways/attachment-facts.ts';
import { TransitAttachments, type TransitAttachment } from '../transit-gateways/entities.ts';
import { sidesFrom } from '../peering/sides.ts';
import { VpnGateways } from '../vpn/entities.ts';
import { isAttachedTo, vpnGatewayById } from '../vpn/lookups.ts';

/** How requests and answers name what a route leads to. */
type TargetMember =
  | 'EgressOnlyInternetGatewayId'
  | 'GatewayId'
  | 'NatGatewayId'
  | 'NetworkInterfaceId'
  | 'TransitGatewayId'
  | 'VpcPeeringConnectionId';

/** A kind of thing that routes lead to. A new one is an entry in the list below. */
interface RouteTarget {
  /** What its ids begin with. */
  readonly prefix: string;
  readonly member: TargetMember;
  /** Why a route of this table must not lead there. */
  readonly refusal: (
    tx: Tx,
    table: RouteTable,
    id: string,
    destination: string,
  ) => DomainError | undefined;
  /** Whether routes of a VPC to it lead anywhere: else they are black holes. */
  readonly isActive: (view: View, vpcId: string, id: string) => boolean;
}

const differentNetworks = (table: RouteTable, id: string): DomainError =>
  invalidParameterValue(
    `route table ${table.id} and network gateway ${id} belong to different networks`,
  );

/** An internet gateway that is attached to the VPC of the route table. */
const internetGateway: RouteTarget = {
  prefix: 'igw-',
  member: 'GatewayId',
  refusal: (tx, table, id) => {
    const gateway = tx.get(InternetGateways, id);
    if (gateway === undefined) {
      return new DomainError('InvalidGatewayID.NotFound', `The gateway ID '${id}' does not exist`);
    }
    return gateway.vpcId === table.vpcId ? undefined : differentNetworks(table, id);
  },
  isActive: (view, vpcId, id) => view.get(InternetGateways, id)?.vpcId === vpcId,
};

/** A NAT gateway of the route table's VPC. One that failed or was deleted is none. */
const natGateway: RouteTarget = {
  prefix: 'nat-',
  member: 'NatGatewayId',
  refusal: (tx, table, id) => {
    const gateway = tx.get(NatGateways, id);
    if (gateway === undefined || !leadsOn(gateway)) {
      return new DomainError(
        'InvalidNatGatewayID.NotFound',
        `The natGateway ID '${id}' does not exist`,
      );
    }
    return gateway.vpcId === table.vpcId ? undefined : differentNetworks(table, id);
  },
  isActive: (view, _vpcId, id) => leadsOn(view.get(NatGateways, id)),
};

/** An egress-only gateway of the route table's VPC: it is for IPv6 alone. */
const egressOnlyGateway: RouteTarget = {
  prefix: 'eigw-',
  member: 'EgressOnlyInternetGatewayId',
  refusal: (tx, table, id, destination) => {
    const gateway = resourceById(
      tx,
      EgressOnlyInternetGateways,
      kinds.egressOnlyInternetGateway,
      id,
    );
    if (isDomainError(gateway)) return gateway;
    if (gateway.vpcId !== table.vpcId) return differentNetworks(table, id);
    return parseIpv4Cidr(destination) === undefined
      ? undefined
      : invalidParameterValue(
          `Route destination ${destination} cannot lead to ${id}: an egress-only internet gateway is for IPv6.`,
        );
  },
  isActive: (view, vpcId, id) => view.get(EgressOnlyInternetGateways, id)?.vpcId === vpcId,
};

/** A peering connection of the VPC, once it is active. */
const peeringConnection: RouteTarget = {
  prefix: 'pcx-',
  member: 'VpcPeeringConnectionId',
  refusal: (tx, table, id) => {
    const connection = resourceById(tx, PeeringConnections, kinds.vpcPeeringConnection, id);
    if (isDomainError(connection)) return connection;
    if (sidesFrom(tx, connection, table.vpcId).length === 0) {
      return invalidParameterValue(
        `route table ${table.id} and peering connection ${id} belong to different networks`,
      );
    }
    return connection.status === 'active' || connection.status === 'provisioning'
      ? undefined
      : new DomainError(
          'InvalidVpcPeeringConnectionID.NotFound',
          `The vpcPeeringConnection ID '${id}' does not exist`,
        );
  },
  isActive: (view, vpcId, id) => {
    const connection = view.get(PeeringConnections, id);
    return connection?.status === 'active' && sidesFrom(view, connection, vpcId).length > 0;
  },
};

const attachmentOf = (view: View, vpcId: string, id: string): TransitAttachment | undefined =>
  view
    .find(TransitAttachments, 'vpc', vpcId)
    .find((attachment) => attachment.transitGatewayId === id && carries(attachment));

/** A transit gateway that the VPC is attached to: AWS says of another one that it does not exist. */
const transitGateway: RouteTarget = {
  prefix: 'tgw-',
  member: 'TransitGatewayId',
  refusal: (tx, table, id) =>
    checkIdForm(kinds.transitGateway, id) ??
    (attachmentOf(tx, table.vpcId, id) === undefined
      ? new DomainError(
          'InvalidTransitGatewayID.NotFound',
          `The transitGateway ID '${id}' does not exist.`,
        )
      : undefined),
  isActive: (view, vpcId, id) => attachmentOf(view, vpcId, id) !== undefined,
};

const instanceOf = (view: View, interfaceId: string): string | undefined =>
  view.get(NetworkInterfaces, interfaceId)?.attachment?.instanceId;

/** An interface of the VPC, for example of an appliance. */
const networkInterface: RouteTarget = {
  prefix: 'eni-',
  member: 'NetworkInterfaceId',
  refusal: (tx, table, id) => {
    const it = resourceById(tx, NetworkInterfaces, kinds.networkInterface, id);
    if (isDomainError(it)) return it;
    return it.vpcId === table.vpcId
      ? undefined
      : invalidParameterValue(
          `route table ${table.id} and interface ${id} belong to different networks`,
        );
  },
  // "A route whose target is a detached interface or a stopped instance is a black hole" (Route, API Reference).
  isActive: (view, _vpcId, id) => {
    const state = view.get(Instances, instanceOf(view, id) ?? '')?.state;
    return state === 'running' || state === 'pending';
  },
};

/** A virtual private gateway that is attached to the VPC. */
const vpnGateway: RouteTarget = {
  prefix: 'vgw-',
  member: 'GatewayId',
  refusal: (tx, table, id) => {
    const gateway = vpnGatewayById(tx, id);
    if (isDomainError(gateway)) return gateway;
    return isAttachedTo(gateway, table.vpcId) ? undefined : differentNetworks(table, id);
  },
  isActive: (view, vpcId, id) => {
    const gateway = view.get(VpnGateways, id);
    return gateway !== undefined && isAttachedTo(gateway, vpcId);
  },
};

const targets: readonly RouteTarget[] = [
  internetGateway,
  vpnGateway,
  natGateway,
  egressOnlyGateway,
  peeringConnection,
  transitGateway,
  networkInterface,
];

const targetKind = (id: string): RouteTarget | undefined =>
  targets.find(({ prefix }) => id.startsWith(prefix));

/** Whether a route leads somewhere: a gateway that is deleted or detached leaves a black hole. */
export const isActiveRoute = (
  view: View,
  table: Pick<RouteTable, 'vpcId'>,
  { gatewayId }: Pick<Route, 'gatewayId'>,
): boolean =>
  gatewayId === 'local' || (targetKind(gatewayId)?.isActive(view, table.vpcId, gatewayId) ?? false);

/** The target of a route as answers name it. */
export const renderTarget = (
  view: View,
  { gatewayId }: Pick<Route, 'gatewayId'>,
): Plain<ApiRoute> => {
  const member = targetKind(gatewayId)?.member ?? 'GatewayId';
  const instanceId = member === 'NetworkInterfaceId' ? instanceOf(view, gatewayId) : undefined;
  return {
    [member]: gatewayId,
    ...(instanceId === undefined ? {} : { InstanceId: instanceId, InstanceOwnerId: view.account }),
  };
};

/** Targets that a route has at AWS, and what Faultline lacks for them. */
const unbuiltTargets = {
  CarrierGatewayId: 'carrier gateways',
  CoreNetworkArn: 'core networks',
  LocalGatewayId: 'local gateways',
  OdbNetworkArn: 'Oracle Database networks',
  VpcEndpointId: 'VPC endpoints as targets of routes',
} as const;

/** How a request names what its route is to lead to. */
export type AskedTarget = {
  readonly [Name in TargetMember | 'InstanceId' | keyof typeof unbuiltTargets]?: string | undefined;
};

const members = [...new Set(targets.map(({ member }) => member)), 'InstanceId' as const];

/** The only interface of an instance; of one with several a route must name it. */
const interfaceOfInstance = (tx: Tx, id: string): string | DomainError => {
  const instance = resourceById(tx, Instances, kinds.instance, id);
  if (isDomainError(instance)) return instance;
  const [only, ...more] = tx.find(NetworkInterfaces, 'instance', id);
  if (only !== undefined && more.length === 0) return only.id;
  return new DomainError(
    'InvalidInstanceID',
    `There are multiple interfaces attached to instance '${id}'. Please specify an interface ID for the operation instead.`,
  );
};

const memberName = (member: string): string =>
  `${member.charAt(0).toLowerCase()}${member.slice(1)}`;

/** The one target that a request names, by id; the route table must be able to lead there. */
export const targetOf = (
  tx: Tx,
  table: RouteTable,
  input: AskedTarget,
  destination: string,
): string | DomainError => {
  for (const [name, what] of Object.entries(unbuiltTargets)) {
    // The entries are those of the table above, so every name is a target's.
    if (input[name as keyof typeof unbuiltTargets] !== undefined) return notBuilt(what);
  }
  const asked = members.flatMap((member) => {
    const id = input[member];
    return id === undefined ? [] : { member, id };
  });
  const [first, second] = asked;
  if (first === undefined) return missingParameter('gatewayId');
  if (second !== undefined) {
    return invalidParameterCombination(
      `The parameters ${memberName(first.member)} and ${memberName(second.member)} cannot be used together`,
    );
  }
  if (first.id === 'local') {
    return invalidParameterValue('A route to the target local can only be made by the VPC itself.');
  }
  const id = first.member === 'InstanceId' ? interfaceOfInstance(tx, first.id) : first.id;
  if (isDomainError(id)) return id;
  // AWS takes the id of a NAT gateway for GatewayId too, and shows it as one.
  const byPrefix =
    first.member === 'GatewayId'
      ? [natGateway, vpnGateway].find(({ prefix }) => id.startsWith(prefix))
      : undefined;
  const member = first.member === 'InstanceId' ? 'NetworkInterfaceId' : first.member;
  const target = byPrefix ?? targets.find((one) => one.member === member) ?? internetGateway;
  return target.refusal(tx, table, id, destination) ?? id;
};
