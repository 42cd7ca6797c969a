import type { View } from '../../../world/transaction.ts';
import { cidrContains } from '../../shared/cidr.ts';
import { Vpcs } from '../entities.ts';
import { carries } from './attachment-facts.ts';
import { TransitAttachments, type TransitAttachment, type TransitRouteTable } from './entities.ts';

const overlap = (a: string, b: string): boolean => cidrContains(a, b) || cidrContains(b, a);

const prefixLength = (cidr: string): number => Number(cidr.split('/')[1]);

/** A route of a transit gateway's table as it is now. */
export interface TransitRoute {
  readonly cidr: string;
  readonly type: 'static' | 'propagated';
  /** Undefined of one to nowhere, and of one whose attachment is no longer known. */
  readonly attachment: TransitAttachment | undefined;
}

/** Whether packets are dropped by a route: it leads nowhere, or to an attachment that is gone. */
export const isBlackhole = ({ attachment }: TransitRoute): boolean =>
  attachment === undefined || !carries(attachment);

const staticRoutes = (view: View, table: TransitRouteTable): readonly TransitRoute[] =>
  table.staticRoutes.map(({ cidr, attachmentId }) => ({
    cidr,
    type: 'static',
    attachment: attachmentId === null ? undefined : view.get(TransitAttachments, attachmentId),
  }));

const blocksOf = (view: View, attachment: TransitAttachment): readonly string[] => {
  if (attachment.kind !== 'vpc') return [];
  const vpc = view.get(Vpcs, attachment.vpcId);
  const blocks =
    attachment.toggles.Ipv6Support === 'enable'
      ? [...(vpc?.cidrBlocks ?? []), ...(vpc?.ipv6CidrBlocks ?? [])]
      : (vpc?.cidrBlocks ?? []);
  return blocks.map(({ cidrBlock }) => cidrBlock);
};

/**
 * What attachments propagate: "If you attach a VPC with a CIDR range that overlaps the CIDR range of a VPC that is already
 * attached, the new VPC CIDR range is not propagated" (CreateTransitGatewayVpcAttachment, Amazon EC2 API Reference).
 */
const propagatedRoutes = (view: View, table: TransitRouteTable): readonly TransitRoute[] => {
  const routes: TransitRoute[] = [];
  const attachments = view
    .find(TransitAttachments, 'propagatedTable', table.id)
    .filter(carries)
    .toSorted((a, b) => a.createdAt - b.createdAt);
  for (const attachment of attachments) {
    const free = blocksOf(view, attachment).filter(
      (cidr) => !routes.some((other) => overlap(other.cidr, cidr)),
    );
    routes.push(...free.map((cidr) => ({ cidr, type: 'propagated', attachment }) as const));
  }
  return routes;
};

/** A table's routes: a static one comes before what is propagated for the same block ("Route evaluation order"). */
export const routesOfTable = (view: View, table: TransitRouteTable): readonly TransitRoute[] => {
  const fixed = staticRoutes(view, table);
  const propagated = propagatedRoutes(view, table).filter(
    ({ cidr }) => !fixed.some((other) => other.cidr === cidr),
  );
  return [...fixed, ...propagated];
};

/** Of these routes the most specific one that holds a block. */
export const mostSpecific = <T extends Pick<TransitRoute, 'cidr'>>(
  routes: readonly T[],
  block: string,
): T | undefined =>
  routes
    .filter(({ cidr }) => cidrContains(cidr, block))
    .toSorted((a, b) => prefixLength(b.cidr) - prefixLength(a.cidr))[0];
