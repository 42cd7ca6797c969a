import type { View } from '../../../world/transaction.ts';
import { Subnets, type Subnet } from '../entities.ts';
import { routeTableOf } from '../network/route-tables.ts';
import { carries, otherGateway } from '../transit-gateways/attachment-facts.ts';
import {
  TransitAttachments,
  TransitRouteTables,
  type AttachedSubnet,
  type PeeringAttachment,
  type TransitAttachment,
  type VpcAttachment,
} from '../transit-gateways/entities.ts';
import { isBlackhole, mostSpecific, routesOfTable } from '../transit-gateways/table-routes.ts';
import { routeFor } from './route-for.ts';

/** Where a transit gateway brings packets. */
type TransitWay =
  | {
      readonly kind: 'vpc';
      /** The Region and account of the VPC. */
      readonly view: View;
      readonly vpcId: string;
      /** The zones in which they may come into it. */
      readonly zoneIds: readonly string[];
    }
  /** Nowhere: packets are dropped, for this reason. */
  | { readonly kind: 'none'; readonly detail: string };

const none = (detail: string): TransitWay => ({ kind: 'none', detail });

/** Whether the interface of an attachment in a zone works: a lost zone, or host of it, takes it along. */
const works = (view: View, { zoneId, networkInterfaceId }: AttachedSubnet): boolean => {
  const zone = view.conditions.zone(zoneId);
  const host = view.conditions.host({ zoneId, host: { id: networkInterfaceId } });
  return zone.powered && zone.connected && host.powered && host.connected;
};

/** Packets come into a VPC by a subnet of the attachment, whose own routes must lead them on within the VPC. */
const arrival = (view: View, attachment: VpcAttachment, address: string): TransitWay => {
  const { id, vpcId, subnets } = attachment;
  const working = subnets.filter((subnet) => works(view, subnet));
  if (working.length === 0) return none(`no zone of the attachment ${id} works`);
  const onward = working.filter(({ subnetId }) => {
    const subnet = view.get(Subnets, subnetId);
    const table = subnet === undefined ? undefined : routeTableOf(view, subnet);
    return table !== undefined && routeFor(view, table, address)?.gatewayId === 'local';
  });
  return onward.length === 0
    ? none(`the subnets of the attachment ${id} do not lead on to ${address} within ${vpcId}`)
    : { kind: 'vpc', view, vpcId, zoneIds: onward.map(({ zoneId }) => zoneId) };
};

/** The other end of a peering, where it can be seen from here: what is asked there is asked over the backbone. */
const otherEnd = (
  view: View,
  attachment: PeeringAttachment,
): { readonly view: View; readonly attachment: TransitAttachment } | undefined => {
  const { region, account } = otherGateway(view, attachment);
  const there = view.elsewhere(region)?.forAccount(account);
  const found = there?.get(TransitAttachments, attachment.id);
  return there === undefined || found === undefined
    ? undefined
    : { view: there, attachment: found };
};

/** What the table of the attachment that packets come from does with them; no gateway is passed twice. */
const forwarded = (
  view: View,
  from: TransitAttachment,
  address: string,
  passed: readonly string[],
): TransitWay => {
  const { transitGatewayId, association } = from;
  if (passed.includes(transitGatewayId)) {
    return none(`the transit gateway ${transitGatewayId} is passed in a circle`);
  }
  const table = view.get(TransitRouteTables, association?.routeTableId ?? '');
  if (table === undefined || association?.state !== 'associated') {
    return none(`the attachment ${from.id} is associated with no route table`);
  }
  const route = mostSpecific(routesOfTable(view, table), `${address}/32`);
  if (route === undefined) return none(`the route table ${table.id} has no route to ${address}`);
  const { attachment } = route;
  if (attachment === undefined || isBlackhole(route)) {
    return none(`the route ${route.cidr} of ${table.id} is a black hole`);
  }
  if (attachment.kind === 'vpc') return arrival(view, attachment, address);
  const end = otherEnd(view, attachment);
  return end === undefined || !carries(end.attachment)
    ? none(`the other end of the peering ${attachment.id} is not reached`)
    : forwarded(end.view, end.attachment, address, [...passed, transitGatewayId]);
};

/**
 * Where packets for an address come that a subnet's routes lead to a transit gateway: as far as its route tables, and those of
 * gateways that it is peered with, lead. "Only resources that reside in Availability Zones where there is a transit gateway
 * attachment can reach the transit gateway" ("How transit gateways work", Transit Gateways Guide).
 */
export const transitWay = (
  view: View,
  { vpcId, zoneId }: Pick<Subnet, 'vpcId' | 'zoneId'>,
  gatewayId: string,
  address: string,
): TransitWay => {
  const attachment = view
    .find(TransitAttachments, 'vpc', vpcId)
    .find((one) => one.transitGatewayId === gatewayId && carries(one));
  if (attachment?.kind !== 'vpc') return none(`${vpcId} is not attached to ${gatewayId}`);
  const entrance = attachment.subnets.find((subnet) => subnet.zoneId === zoneId);
  if (entrance === undefined) {
    return none(`the attachment ${attachment.id} has no subnet in the zone ${zoneId}`);
  }
  return works(view, entrance)
    ? forwarded(view, attachment, address, [])
    : none(`the attachment ${attachment.id} does not work in the zone ${zoneId}`);
};
