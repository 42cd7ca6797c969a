import type {
  CreateTransitGatewayRequest,
  CreateTransitGatewayResult,
  DeleteTransitGatewayRequest,
  DeleteTransitGatewayResult,
  DescribeTransitGatewaysRequest,
  DescribeTransitGatewaysResult,
  ModifyTransitGatewayOptions,
  ModifyTransitGatewayRequest,
  ModifyTransitGatewayResult,
  TransitGateway as Answer,
} from '@aws-sdk/client-ec2';
import { DomainError, isDomainError } from '../../../world/domain-error.ts';
import type { Tx, View } from '../../../world/transaction.ts';
import type { Operation, Plain } from '../../operation.ts';
import { parseIpv4Cidr, parseIpv6Cidr } from '../../shared/cidr.ts';
import type { FilterFields } from '../../shared/filters.ts';
import { newResourceId } from '../../shared/ids.ts';
import { addTags, tagsForType, tagsOf } from '../../shared/tags.ts';
import { wholeSecond } from '../../shared/utc-text.ts';
import { ec2Arn } from '../arns.ts';
import { describeResources } from '../describe.ts';
import {
  invalidParameterValue,
  kinds,
  limitExceeded,
  missingParameter,
  notBuilt,
} from '../errors.ts';
import { quotaIn } from '../launch/raisable-quotas.ts';
import { hasEnded } from './attachment-facts.ts';
import {
  TransitAttachments,
  TransitGateways,
  type Toggle,
  type TransitAttachment,
  type TransitGateway,
} from './entities.ts';
import { putGateway } from './life.ts';
import { gatewayById, routeTableById } from './lookups.ts';
import { newRouteTable } from './new-route-table.ts';
import { gatewayDefaults, switched } from './options.ts';

const { type, prefix } = kinds.transitGateway;

const answerOf = (view: View, gateway: TransitGateway): Plain<Answer> => ({
  TransitGatewayId: gateway.id,
  TransitGatewayArn: ec2Arn(view, type, gateway.id),
  State: gateway.state,
  OwnerId: view.account,
  Description: gateway.description,
  CreationTime: wholeSecond(gateway.createdAt),
  Options: {
    AmazonSideAsn: gateway.amazonSideAsn,
    ...(gateway.cidrBlocks.length === 0 ? {} : { TransitGatewayCidrBlocks: gateway.cidrBlocks }),
    ...gateway.toggles,
    AssociationDefaultRouteTableId: gateway.associationDefaultRouteTableId ?? undefined,
    PropagationDefaultRouteTableId: gateway.propagationDefaultRouteTableId ?? undefined,
  },
  Tags: tagsOf(view, gateway.id),
});

/** "The range is 64512 to 65534 for 16-bit ASNs and 4200000000 to 4294967294 for 32-bit ASNs" (CreateTransitGateway). */
const asnOf = (asked: number | undefined): number | DomainError => {
  const asn = asked ?? 64_512;
  const isPrivate =
    (asn >= 64_512 && asn <= 65_534) || (asn >= 4_200_000_000 && asn <= 4_294_967_294);
  return isPrivate
    ? asn
    : invalidParameterValue(`Value (${asn}) for parameter AmazonSideAsn is invalid.`);
};

/** "Must be a size /24 CIDR block or larger for IPv4, or a size /64 CIDR block or larger for IPv6" (CreateTransitGateway). */
const blocksOf = (asked: readonly string[] | undefined): readonly string[] | DomainError => {
  for (const cidr of asked ?? []) {
    const longest = parseIpv4Cidr(cidr) === undefined ? 64 : 24;
    const block = parseIpv4Cidr(cidr) ?? parseIpv6Cidr(cidr);
    if (block === undefined || block.prefixLength > longest) {
      return invalidParameterValue(
        `Value (${cidr}) for parameter TransitGatewayCidrBlocks is invalid.`,
      );
    }
  }
  return [...new Set(asked ?? [])];
};

const unbuilt = (
  asked:
    | {
        readonly MulticastSupport?: Toggle | undefined;
        readonly SecurityGroupReferencingSupport?: Toggle | undefined;
      }
    | undefined,
): DomainError | undefined => {
  if (asked?.MulticastSupport === 'enable') return notBuilt('multicast on transit gateways');
  return asked?.SecurityGroupReferencingSupport === 'enable'
    ? notBuilt('references to security groups through transit gateways')
    : undefined;
};

/** CreateTransitGateway: with a route table of its own, unless nothing is associated with one and propagates to one. */
export const createTransitGateway: Operation<
  CreateTransitGatewayRequest,
  CreateTransitGatewayResult
> = (tx, input) => {
  const { Options: asked } = input;
  const refusal = unbuilt(asked);
  if (refusal !== undefined) return refusal;
  const amazonSideAsn = asnOf(asked?.AmazonSideAsn);
  if (isDomainError(amazonSideAsn)) return amazonSideAsn;
  const cidrBlocks = blocksOf(asked?.TransitGatewayCidrBlocks);
  if (isDomainError(cidrBlocks)) return cidrBlocks;
  const tags = tagsForType(input.TagSpecifications, type);
  if (isDomainError(tags)) return tags;
  const present = tx.list(TransitGateways).filter(({ state }) => state !== 'deleted');
  if (present.length >= quotaIn(tx, 'transitGatewaysPerRegion')) {
    return limitExceeded('TransitGatewayLimitExceeded', 'transit gateways');
  }
  const id = newResourceId(tx, prefix);
  const toggles = switched(gatewayDefaults, asked);
  const { DefaultRouteTableAssociation: associates, DefaultRouteTablePropagation: propagates } =
    toggles;
  const tableId =
    associates === 'enable' || propagates === 'enable' ? newRouteTable(tx, id).id : null;
  const gateway: TransitGateway = {
    id,
    state: 'pending',
    description: input.Description,
    amazonSideAsn,
    cidrBlocks,
    toggles,
    associationDefaultRouteTableId: associates === 'enable' ? tableId : null,
    propagationDefaultRouteTableId: propagates === 'enable' ? tableId : null,
    createdAt: tx.now,
  };
  putGateway(tx, gateway);
  return addTags(tx, id, type, tags) ?? { TransitGateway: answerOf(tx, gateway) };
};

/** The default table after a request: it can only be switched on with a table, and is none once it is switched off. */
const defaultTable = (
  tx: Tx,
  gateway: TransitGateway,
  {
    now,
    toggle,
    asked,
    name,
  }: {
    readonly now: string | null;
    readonly toggle: Toggle;
    readonly asked: string | undefined;
    readonly name: string;
  },
): string | null | DomainError => {
  if (toggle === 'disable') {
    return asked === undefined
      ? null
      : new DomainError(
          'InvalidParameterCombination',
          `${name} can only be specified when it is enabled.`,
        );
  }
  if (asked === undefined) return now ?? missingParameter(name);
  const table = routeTableById(tx, asked, ['available']);
  if (isDomainError(table)) return table;
  return table.transitGatewayId === gateway.id
    ? table.id
    : invalidParameterValue(
        `Transit Gateway Route Table ${table.id} does not belong to ${gateway.id}.`,
      );
};

type AskedChanges = Plain<ModifyTransitGatewayOptions> | undefined;

const changedBlocks = (
  { cidrBlocks }: TransitGateway,
  asked: AskedChanges,
): readonly string[] | DomainError => {
  const added = blocksOf(asked?.AddTransitGatewayCidrBlocks);
  if (isDomainError(added)) return added;
  const removed = asked?.RemoveTransitGatewayCidrBlocks ?? [];
  const stranger = removed.find((cidr) => !cidrBlocks.includes(cidr));
  return stranger === undefined
    ? [...new Set([...cidrBlocks, ...added])].filter((cidr) => !removed.includes(cidr))
    : invalidParameterValue(`The transit gateway has no CIDR block ${stranger}.`);
};

const changedGateway = (
  tx: Tx,
  gateway: TransitGateway,
  input: Plain<ModifyTransitGatewayRequest>,
): TransitGateway | DomainError => {
  const { Options: asked } = input;
  const amazonSideAsn = asnOf(asked?.AmazonSideAsn ?? gateway.amazonSideAsn);
  if (isDomainError(amazonSideAsn)) return amazonSideAsn;
  const cidrBlocks = changedBlocks(gateway, asked);
  if (isDomainError(cidrBlocks)) return cidrBlocks;
  const toggles = switched(gateway.toggles, asked);
  const associationDefaultRouteTableId = defaultTable(tx, gateway, {
    now: gateway.associationDefaultRouteTableId,
    toggle: toggles.DefaultRouteTableAssociation,
    asked: asked?.AssociationDefaultRouteTableId,
    name: 'AssociationDefaultRouteTableId',
  });
  if (isDomainError(associationDefaultRouteTableId)) return associationDefaultRouteTableId;
  const propagationDefaultRouteTableId = defaultTable(tx, gateway, {
    now: gateway.propagationDefaultRouteTableId,
    toggle: toggles.DefaultRouteTablePropagation,
    asked: asked?.PropagationDefaultRouteTableId,
    name: 'PropagationDefaultRouteTableId',
  });
  if (isDomainError(propagationDefaultRouteTableId)) return propagationDefaultRouteTableId;
  return {
    ...gateway,
    description: input.Description ?? gateway.description,
    amazonSideAsn,
    cidrBlocks,
    toggles,
    associationDefaultRouteTableId,
    propagationDefaultRouteTableId,
  };
};

/** ModifyTransitGateway: what is attached already stays as it is. */
export const modifyTransitGateway: Operation<
  ModifyTransitGatewayRequest,
  ModifyTransitGatewayResult
> = (tx, input) => {
  const refusal = unbuilt(input.Options);
  if (refusal !== undefined) return refusal;
  const gateway = gatewayById(tx, input.TransitGatewayId, ['available']);
  if (isDomainError(gateway)) return gateway;
  const changed = changedGateway(tx, gateway, input);
  if (isDomainError(changed)) return changed;
  const after: TransitGateway = { ...changed, state: 'modifying' };
  putGateway(tx, after);
  return { TransitGateway: answerOf(tx, after) };
};

const whatIsAttached: Readonly<Record<TransitAttachment['kind'], string>> = {
  vpc: 'Transit Gateway Attachments',
  peering: 'Transit Gateway Cross Region Peering Attachments',
};

/** DeleteTransitGateway: nothing may be attached. Its route tables go with it. */
export const deleteTransitGateway: Operation<
  DeleteTransitGatewayRequest,
  DeleteTransitGatewayResult
> = (tx, input) => {
  const gateway = gatewayById(tx, input.TransitGatewayId, ['available']);
  if (isDomainError(gateway)) return gateway;
  const attached = tx
    .find(TransitAttachments, 'transitGateway', gateway.id)
    .filter((attachment) => !hasEnded(attachment));
  const [first] = attached;
  if (first !== undefined) {
    const ids = attached.filter(({ kind }) => kind === first.kind).map(({ id }) => id);
    return new DomainError(
      'IncorrectState',
      `${gateway.id} has non-deleted ${whatIsAttached[first.kind]}: ${ids.join(', ')}.`,
    );
  }
  const after: TransitGateway = { ...gateway, state: 'deleting' };
  putGateway(tx, after);
  return { TransitGateway: answerOf(tx, after) };
};

const filterFields = (view: View): FilterFields<TransitGateway> => ({
  'options.amazon-side-asn': ({ amazonSideAsn }) => amazonSideAsn,
  'options.association-default-route-table-id': (gateway) =>
    gateway.associationDefaultRouteTableId ?? undefined,
  'options.auto-accept-shared-attachments': ({ toggles }) => toggles.AutoAcceptSharedAttachments,
  'options.default-route-table-association': ({ toggles }) => toggles.DefaultRouteTableAssociation,
  'options.default-route-table-propagation': ({ toggles }) => toggles.DefaultRouteTablePropagation,
  'options.dns-support': ({ toggles }) => toggles.DnsSupport,
  'options.propagation-default-route-table-id': (gateway) =>
    gateway.propagationDefaultRouteTableId ?? undefined,
  'options.vpn-ecmp-support': ({ toggles }) => toggles.VpnEcmpSupport,
  'owner-id': () => view.account,
  state: ({ state }) => state,
  'transit-gateway-id': ({ id }) => id,
});

export const describeTransitGateways: Operation<
  DescribeTransitGatewaysRequest,
  DescribeTransitGatewaysResult
> = (tx, input) => {
  const page = describeResources(
    tx,
    TransitGateways,
    kinds.transitGateway,
    { ...input, ids: input.TransitGatewayIds },
    filterFields(tx),
  );
  if (isDomainError(page)) return page;
  return {
    TransitGateways: page.items.map((gateway) => answerOf(tx, gateway)),
    NextToken: page.nextToken,
  };
};
