import type {
  CreateTagsRequest,
  DeleteTagsRequest,
  DescribeTagsRequest,
  DescribeTagsResult,
  TagDescription,
} from '@aws-sdk/client-ec2';
import { DomainError, isDomainError } from '../../world/domain-error.ts';
import type { Entity, Table } from '../../world/entity.ts';
import type { View } from '../../world/transaction.ts';
import type { Operation, Plain } from '../operation.ts';
import { applyFilters, type FilterFields } from '../shared/filters.ts';
import { paginate } from '../shared/pagination.ts';
import { addTags, checkTags, forgetTags, removeTags, TagSets } from '../shared/tags.ts';
import { VpcEndpoints } from './endpoints/entities.ts';
import { PlacementGroups } from './placement-groups/entities.ts';
import { FlowLogs } from './flow-logs/entities.ts';
import { CustomerGateways, VpnConnections, VpnGateways } from './vpn/entities.ts';
import { PrefixLists } from './prefix-lists/entities.ts';
import { PeeringConnections } from './peering/entities.ts';
import {
  TransitAttachments,
  TransitGateways,
  TransitRouteTables,
  type TransitAttachment,
} from './transit-gateways/entities.ts';
import { ElasticIps } from './addresses/entities.ts';
import { baseImage } from './images/base-images.ts';
import {
  DefaultNetworks,
  DhcpOptionSets,
  EgressOnlyInternetGateways,
  InternetGateways,
  KeyPairs,
  NetworkAcls,
  RouteTables,
  SecurityGroupRules,
  SecurityGroups,
  SubnetCidrReservations,
  Subnets,
  Vpcs,
} from './entities.ts';
import { checkIdForm, kinds, missingParameter, notFound, type ResourceKind } from './errors.ts';
import { visibleImage } from './images/launch-image.ts';
import { Instances, NetworkInterfaces, Volumes } from './instances/instance-entities.ts';
import { NatGateways } from './nat-gateways/entities.ts';
import { Fleets } from './fleets/entities.ts';
import { SpotRequests } from './spot/entities.ts';
import { findSnapshot } from './storage/snapshot-lookup.ts';
import { LaunchTemplates } from './launch-templates/entities.ts';
import { launchTemplateKind } from './launch-templates/lookups.ts';

/** A kind of resource that can be tagged, and how its ids are looked up. */
interface Taggable {
  readonly kind: ResourceKind;
  readonly exists: (view: View, id: string) => boolean;
}

const inTable = <T extends Entity>(kind: ResourceKind, table: Table<T>): Taggable => ({
  kind,
  exists: (view, id) => view.get(table, id) !== undefined,
});

/** Everything of EC2 with tags. A new kind of resource is one line here. */
const taggables: readonly Taggable[] = [
  inTable(kinds.vpc, Vpcs),
  inTable(kinds.subnet, Subnets),
  inTable(kinds.internetGateway, InternetGateways),
  inTable(kinds.routeTable, RouteTables),
  inTable(kinds.securityGroup, SecurityGroups),
  inTable(kinds.securityGroupRule, SecurityGroupRules),
  inTable(kinds.networkAcl, NetworkAcls),
  inTable(kinds.keyPair, KeyPairs),
  inTable(kinds.instance, Instances),
  inTable(launchTemplateKind, LaunchTemplates),
  inTable(kinds.volume, Volumes),
  inTable(kinds.networkInterface, NetworkInterfaces),
  inTable(kinds.elasticIp, ElasticIps),
  inTable(kinds.natGateway, NatGateways),
  inTable(kinds.egressOnlyInternetGateway, EgressOnlyInternetGateways),
  inTable(kinds.vpcEndpoint, VpcEndpoints),
  inTable(kinds.vpcPeeringConnection, PeeringConnections),
  inTable(kinds.placementGroup, PlacementGroups),
  inTable(kinds.prefixList, PrefixLists),
  inTable(kinds.customerGateway, CustomerGateways),
  inTable(kinds.vpnGateway, VpnGateways),
  inTable(kinds.vpnConnection, VpnConnections),
  inTable(kinds.flowLog, FlowLogs),
  inTable(kinds.subnetCidrReservation, SubnetCidrReservations),
  // The ids of gateways begin as those of what belongs to them do.
  inTable<TransitAttachment>(kinds.transitGatewayAttachment, TransitAttachments),
  inTable(kinds.transitGatewayRouteTable, TransitRouteTables),
  inTable(kinds.transitGateway, TransitGateways),
  inTable(kinds.spotInstancesRequest, SpotRequests),
  inTable(kinds.fleet, Fleets),
  // As with images, an account's tags on what is shared with it are its own.
  { kind: kinds.snapshot, exists: (view, id) => findSnapshot(view, id) !== undefined },
  // Public images belong to Amazon; an account's tags on them are seen by that account alone.
  {
    kind: kinds.image,
    exists: (view, id) =>
      baseImage(view.shard, id) !== undefined || visibleImage(view, id) !== undefined,
  },
  {
    kind: kinds.dhcpOptions,
    exists: (view, id) =>
      view.get(DefaultNetworks, 'default')?.dhcpOptionsId === id ||
      view.get(DhcpOptionSets, id) !== undefined,
  },
];

/** The kind of the resource with this id; the error of its kind when there is none. */
const taggedKind = (view: View, id: string): ResourceKind | DomainError => {
  const taggable = taggables.find(({ kind }) => id.startsWith(`${kind.prefix}-`));
  if (taggable === undefined) {
    return new DomainError('InvalidID', `The ID '${id}' is not valid`);
  }
  const { kind, exists } = taggable;
  return exists(view, id) ? kind : (checkIdForm(kind, id) ?? notFound(kind, id));
};

/** Puts tags on resources of any kinds, or changes their values: on all of them or on none. */
export const createTags: Operation<CreateTagsRequest, Record<string, never>> = (tx, input) => {
  const { Resources: ids = [], Tags: requested = [] } = input;
  if (ids.length === 0) return missingParameter('resourceIdSet');
  if (requested.length === 0) return missingParameter('tagSet');
  const tags = checkTags(requested);
  if (isDomainError(tags)) return tags;
  for (const id of ids) {
    const kind = taggedKind(tx, id);
    if (isDomainError(kind)) return kind;
    const refused = addTags(tx, id, kind.type, tags);
    if (refused !== undefined) return refused;
  }
  return {};
};

/** Takes tags away: those named, with that value if one is given; all of them when none is named. */
export const deleteTags: Operation<DeleteTagsRequest, Record<string, never>> = (tx, input) => {
  const { Resources: ids = [], Tags: tags } = input;
  if (ids.length === 0) return missingParameter('resourceIdSet');
  for (const id of ids) {
    const kind = taggedKind(tx, id);
    if (isDomainError(kind)) return kind;
    if (tags === undefined || tags.length === 0) forgetTags(tx, id);
    else removeTags(tx, id, tags);
  }
  return {};
};

interface TagOnResource {
  readonly resourceId: string;
  readonly resourceType: string;
  readonly key: string;
  readonly value: string;
}

const filterFields: FilterFields<TagOnResource> = {
  key: (tag) => tag.key,
  value: (tag) => tag.value,
  'resource-id': (tag) => tag.resourceId,
  'resource-type': (tag) => tag.resourceType,
};

/** The tags of EC2's resources. Those of other services, which go by ARN, are not its business. */
const allTags = (view: View): readonly TagOnResource[] =>
  view
    .list(TagSets)
    .filter((set) => !set.id.startsWith('arn:'))
    .flatMap((set) =>
      set.tags.map((tag) => ({
        resourceId: set.id,
        resourceType: set.resourceType,
        key: tag.Key,
        value: tag.Value,
      })),
    );

export const describeTags: Operation<DescribeTagsRequest, DescribeTagsResult> = (tx, input) => {
  const kept = applyFilters(allTags(tx), input.Filters, filterFields, (tag) => [
    { Key: tag.key, Value: tag.value },
  ]);
  if (isDomainError(kept)) return kept;
  const page = paginate(
    kept,
    { token: input.NextToken, maxResults: input.MaxResults },
    (tag) => `${tag.resourceId} ${tag.key}`,
  );
  if (isDomainError(page)) return page;
  return {
    Tags: page.items.map((tag): Plain<TagDescription> => ({
      ResourceId: tag.resourceId,
      // The types are those of `kinds`, whose names are AWS's.
      ResourceType: tag.resourceType as NonNullable<TagDescription['ResourceType']>,
      Key: tag.key,
      Value: tag.value,
    })),
    NextToken: page.nextToken,
  };
};
