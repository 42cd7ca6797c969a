import type {
  CreateHostedZoneRequest,
  CreateHostedZoneResponse,
  DeleteHostedZoneRequest,
  DeleteHostedZoneResponse,
  GetHostedZoneCountRequest,
  GetHostedZoneCountResponse,
  GetHostedZoneRequest,
  GetHostedZoneResponse,
  HostedZone as HostedZoneOutput,
  ListHostedZonesByNameRequest,
  ListHostedZonesByNameResponse,
  ListHostedZonesRequest,
  ListHostedZonesResponse,
  UpdateHostedZoneCommentRequest,
  UpdateHostedZoneCommentResponse,
} from '@aws-sdk/client-route-53';
import type { DomainError } from '../../world/domain-error.ts';
import { isDomainError } from '../../world/domain-error.ts';
import type { Tx, View } from '../../world/transaction.ts';
import type { Operation, Plain } from '../operation.ts';
import { forgetTags } from '../shared/tags.ts';
import { submitChange } from './changes.ts';
import type { HostedZone, ResourceRecordSet } from './entities.ts';
import { HostedZones, ResourceRecordSets } from './entities.ts';
import {
  hostedZoneAlreadyExists,
  hostedZoneNotEmpty,
  invalidDomainName,
  invalidInput,
  noSuchHostedZone,
  notBuilt,
} from './errors.ts';
import { bareId, nameServersOf, newRoute53Id } from './ids.ts';
import { apiName, BadName, parseName, sortKey } from './names.ts';
import { parseMaxItems, partFrom } from './paging.ts';
import { recordSetId } from './record-set-id.ts';
import { isBad, parseValue } from './record-values.ts';

/** Quotas and times of "Amazon Route 53 quotas" and "NS and SOA records that Route 53 creates for a public hosted zone". */
const mostPerPage = 100;
const nsTtlSeconds = 172_800;
const soaTtlSeconds = 900;

/** The hosted zone with an id as a request carries it. */
export const hostedZoneOf = (view: View, id: string | undefined): HostedZone | DomainError =>
  view.get(HostedZones, bareId(id ?? '')) ?? noSuchHostedZone(bareId(id ?? ''));

const describe = (view: View, zone: HostedZone): Plain<HostedZoneOutput> => ({
  Id: `/hostedzone/${zone.id}`,
  Name: apiName(zone.name),
  CallerReference: zone.callerReference,
  Config: {
    ...(zone.comment === undefined ? {} : { Comment: zone.comment }),
    PrivateZone: false,
  },
  ResourceRecordSetCount: view.find(ResourceRecordSets, 'hostedZone', zone.id).length,
});

const apexSet = (
  zone: HostedZone,
  type: 'NS' | 'SOA',
  ttlSeconds: number,
  values: readonly string[],
): ResourceRecordSet => ({
  id: recordSetId(zone.id, zone.name, type),
  hostedZoneId: zone.id,
  name: zone.name,
  type,
  ttlSeconds,
  values,
  data: values.map((value) => {
    const data = parseValue(type, value);
    if (isBad(data)) throw new Error(data.reason);
    return data;
  }),
});

const putApexSets = (tx: Tx, zone: HostedZone): void => {
  const servers = zone.nameServers.map((server) => `${server}.`);
  tx.put(ResourceRecordSets, apexSet(zone, 'NS', nsTtlSeconds, servers));
  const soa = `${servers[0] ?? ''} awsdns-hostmaster.amazon.com. 1 7200 900 1209600 86400`;
  tx.put(ResourceRecordSets, apexSet(zone, 'SOA', soaTtlSeconds, [soa]));
};

/** CreateHostedZone: public zones. */
export const createHostedZone: Operation<CreateHostedZoneRequest, CreateHostedZoneResponse> = (
  tx,
  input,
) => {
  if (input.VPC !== undefined || input.HostedZoneConfig?.PrivateZone === true) {
    return notBuilt('private hosted zones');
  }
  if (input.DelegationSetId !== undefined) return notBuilt('reusable delegation sets');
  const name = parseName(input.Name ?? '');
  if (name instanceof BadName) return invalidDomainName(name.reason);
  if (name === '.') return invalidDomainName('A hosted zone cannot be made for the root of DNS.');
  const callerReference = input.CallerReference ?? '';
  if (tx.find(HostedZones, 'callerReference', callerReference).length > 0)
    return hostedZoneAlreadyExists();
  const id = newRoute53Id(tx, 'Z');
  const comment = input.HostedZoneConfig?.Comment;
  const zone: HostedZone = {
    id,
    name,
    callerReference,
    ...(comment === undefined ? {} : { comment }),
    nameServers: nameServersOf(id),
    createdAt: tx.now,
  };
  tx.put(HostedZones, zone);
  putApexSets(tx, zone);
  return {
    HostedZone: describe(tx, zone),
    ChangeInfo: submitChange(tx),
    DelegationSet: { NameServers: [...zone.nameServers] },
    Location: `https://route53.amazonaws.com/2013-04-01/hostedzone/${id}`,
  };
};

/** GetHostedZone. */
export const getHostedZone: Operation<GetHostedZoneRequest, GetHostedZoneResponse> = (
  tx,
  input,
) => {
  const zone = hostedZoneOf(tx, input.Id);
  if (isDomainError(zone)) return zone;
  return { HostedZone: describe(tx, zone), DelegationSet: { NameServers: zone.nameServers } };
};

/** ListHostedZones, oldest first. */
export const listHostedZones: Operation<ListHostedZonesRequest, ListHostedZonesResponse> = (
  tx,
  input,
) => {
  if (input.DelegationSetId !== undefined) return notBuilt('reusable delegation sets');
  const maxItems = parseMaxItems(input.MaxItems, mostPerPage);
  if (isDomainError(maxItems)) return maxItems;
  // All zones here are public: a list of the private ones is truly empty.
  const zones = input.HostedZoneType === 'PrivateHostedZone' ? [] : tx.list(HostedZones);
  const start =
    input.Marker === undefined
      ? 0
      : zones.findIndex((zone) => zone.id === bareId(input.Marker ?? ''));
  if (start < 0)
    return invalidInput(`The marker '${input.Marker}' is not the ID of a hosted zone.`);
  const { items, next } = partFrom(zones, start, maxItems);
  return {
    HostedZones: items.map((zone) => describe(tx, zone)),
    Marker: input.Marker ?? '',
    IsTruncated: next !== undefined,
    ...(next === undefined ? {} : { NextMarker: next.id }),
    MaxItems: maxItems,
  };
};

const compareText = (left: string, right: string): number =>
  left < right ? -1 : left > right ? 1 : 0;

/** ListHostedZonesByName, by reversed labels. */
export const listHostedZonesByName: Operation<
  ListHostedZonesByNameRequest,
  ListHostedZonesByNameResponse
> = (tx, input) => {
  if (input.HostedZoneId !== undefined && input.DNSName === undefined) {
    return invalidInput('HostedZoneId can only be given together with DNSName.');
  }
  const maxItems = parseMaxItems(input.MaxItems, mostPerPage);
  if (isDomainError(maxItems)) return maxItems;
  const startName = input.DNSName === undefined ? undefined : parseName(input.DNSName);
  if (startName instanceof BadName) return invalidDomainName(startName.reason);
  const startKey = startName === undefined ? '' : sortKey(startName);
  const startId = bareId(input.HostedZoneId ?? '');
  const zones = tx
    .list(HostedZones)
    .map((zone) => ({ zone, key: sortKey(zone.name) }))
    .filter(({ zone, key }) => key > startKey || (key === startKey && zone.id >= startId))
    .toSorted(
      (left, right) => compareText(left.key, right.key) || compareText(left.zone.id, right.zone.id),
    );
  const { items, next } = partFrom(zones, 0, maxItems);
  return {
    HostedZones: items.map(({ zone }) => describe(tx, zone)),
    ...(input.DNSName === undefined ? {} : { DNSName: input.DNSName }),
    ...(input.HostedZoneId === undefined ? {} : { HostedZoneId: input.HostedZoneId }),
    IsTruncated: next !== undefined,
    ...(next === undefined
      ? {}
      : { NextDNSName: apiName(next.zone.name), NextHostedZoneId: next.zone.id }),
    MaxItems: maxItems,
  };
};

/** GetHostedZoneCount. */
export const getHostedZoneCount: Operation<
  GetHostedZoneCountRequest,
  GetHostedZoneCountResponse
> = (tx) => ({
  HostedZoneCount: tx.list(HostedZones).length,
});

/** UpdateHostedZoneComment; without a comment the one there is goes. */
export const updateHostedZoneComment: Operation<
  UpdateHostedZoneCommentRequest,
  UpdateHostedZoneCommentResponse
> = (tx, input) => {
  const zone = hostedZoneOf(tx, input.Id);
  if (isDomainError(zone)) return zone;
  const { comment: _, ...rest } = zone;
  const updated: HostedZone = {
    ...rest,
    ...(input.Comment === undefined ? {} : { comment: input.Comment }),
  };
  tx.put(HostedZones, updated);
  return { HostedZone: describe(tx, updated) };
};

/** DeleteHostedZone: only one that holds no more than the NS and SOA records of its own name. */
export const deleteHostedZone: Operation<DeleteHostedZoneRequest, DeleteHostedZoneResponse> = (
  tx,
  input,
) => {
  const zone = hostedZoneOf(tx, input.Id);
  if (isDomainError(zone)) return zone;
  const sets = tx.find(ResourceRecordSets, 'hostedZone', zone.id);
  const required = (set: ResourceRecordSet) =>
    set.name === zone.name && (set.type === 'NS' || set.type === 'SOA');
  if (!sets.every(required)) return hostedZoneNotEmpty();
  for (const set of sets) tx.delete(ResourceRecordSets, set.id);
  tx.delete(HostedZones, zone.id);
  forgetTags(tx, zone.id);
  return { ChangeInfo: submitChange(tx) };
};
