import type {
  CreateNetworkAclEntryRequest,
  CreateNetworkAclRequest,
  CreateNetworkAclResult,
  DeleteNetworkAclEntryRequest,
  DeleteNetworkAclRequest,
  DescribeNetworkAclsRequest,
  DescribeNetworkAclsResult,
  NetworkAcl as ApiNetworkAcl,
  NetworkAclEntry as ApiNetworkAclEntry,
  ReplaceNetworkAclAssociationRequest,
  ReplaceNetworkAclAssociationResult,
  ReplaceNetworkAclEntryRequest,
} from '@aws-sdk/client-ec2';
import { DomainError, isDomainError } from '../../../world/domain-error.ts';
import type { Tx, View } from '../../../world/transaction.ts';
import type { Operation, Plain } from '../../operation.ts';
import type { FilterFields } from '../../shared/filters.ts';
import { newResourceId } from '../../shared/ids.ts';
import { addTags, tagsForType, tagsOf } from '../../shared/tags.ts';
import { canonicalCidr } from '../../shared/cidr.ts';
import { deleteResource } from '../delete-resource.ts';
import { describeResources, resourceById } from '../describe.ts';
import {
  NetworkAclAssociations,
  NetworkAcls,
  Vpcs,
  type NetworkAcl,
  type NetworkAclAssociation,
  type NetworkAclEntry,
} from '../entities.ts';
import {
  dependencyViolation,
  invalidCidrBlock,
  invalidParameterCombination,
  invalidParameterValue,
  kinds,
  limitExceeded,
  missingParameter,
} from '../errors.ts';
import { addNetworkAcl, byNumber, lastRuleNumber } from './new-network.ts';
import { quotaIn } from '../launch/raisable-quotas.ts';

const associationsOf = (view: View, acl: NetworkAcl): readonly NetworkAclAssociation[] =>
  view.find(NetworkAclAssociations, 'networkAcl', acl.id);

const isIpv6 = (entry: NetworkAclEntry): boolean => entry.cidr.includes(':');

const renderEntry = (entry: NetworkAclEntry): Plain<ApiNetworkAclEntry> => ({
  RuleNumber: entry.ruleNumber,
  Egress: entry.egress,
  Protocol: entry.protocol,
  RuleAction: entry.action,
  ...(isIpv6(entry) ? { Ipv6CidrBlock: entry.cidr } : { CidrBlock: entry.cidr }),
  PortRange:
    entry.portRange === null ? undefined : { From: entry.portRange.from, To: entry.portRange.to },
  IcmpTypeCode: entry.icmp === null ? undefined : { Type: entry.icmp.type, Code: entry.icmp.code },
});

const renderNetworkAcl = (view: View, acl: NetworkAcl): Plain<ApiNetworkAcl> => ({
  NetworkAclId: acl.id,
  VpcId: acl.vpcId,
  OwnerId: view.account,
  IsDefault: acl.isDefault,
  Entries: acl.entries.map(renderEntry),
  Associations: associationsOf(view, acl).map((association) => ({
    NetworkAclAssociationId: association.id,
    NetworkAclId: association.networkAclId,
    SubnetId: association.subnetId,
  })),
  Tags: tagsOf(view, acl.id),
});

const aclById = (tx: Tx, id: string | undefined): NetworkAcl | DomainError =>
  resourceById(tx, NetworkAcls, kinds.networkAcl, id);

/** Makes a network ACL that lets nothing through yet. */
export const createNetworkAcl: Operation<CreateNetworkAclRequest, CreateNetworkAclResult> = (
  tx,
  input,
) => {
  const vpc = resourceById(tx, Vpcs, kinds.vpc, input.VpcId);
  if (isDomainError(vpc)) return vpc;
  const tags = tagsForType(input.TagSpecifications, 'network-acl');
  if (isDomainError(tags)) return tags;
  if (tx.find(NetworkAcls, 'vpc', vpc.id).length >= quotaIn(tx, 'networkAclsPerVpc')) {
    return limitExceeded('NetworkAclLimitExceeded', 'network ACLs');
  }
  const acl = addNetworkAcl(tx, vpc, false);
  return (
    addTags(tx, acl.id, 'network-acl', tags) ?? {
      NetworkAcl: renderNetworkAcl(tx, acl),
      ClientToken: input.ClientToken,
    }
  );
};

const entryFields: FilterFields<NetworkAcl> = {
  'entry.cidr': (acl) => acl.entries.flatMap((entry) => (isIpv6(entry) ? [] : entry.cidr)),
  'entry.ipv6-cidr': (acl) => acl.entries.flatMap((entry) => (isIpv6(entry) ? entry.cidr : [])),
  'entry.egress': (acl) => acl.entries.map((entry) => String(entry.egress)),
  'entry.icmp.code': (acl) =>
    acl.entries.flatMap((entry) => (entry.icmp === null ? [] : String(entry.icmp.code))),
  'entry.icmp.type': (acl) =>
    acl.entries.flatMap((entry) => (entry.icmp === null ? [] : String(entry.icmp.type))),
  'entry.port-range.from': (acl) =>
    acl.entries.flatMap((entry) => (entry.portRange === null ? [] : String(entry.portRange.from))),
  'entry.port-range.to': (acl) =>
    acl.entries.flatMap((entry) => (entry.portRange === null ? [] : String(entry.portRange.to))),
  'entry.protocol': (acl) => acl.entries.map((entry) => entry.protocol),
  'entry.rule-action': (acl) => acl.entries.map((entry) => entry.action),
  'entry.rule-number': (acl) => acl.entries.map((entry) => String(entry.ruleNumber)),
};

const filterFields = (view: View): FilterFields<NetworkAcl> => ({
  ...entryFields,
  'association.association-id': (acl) =>
    associationsOf(view, acl).map((association) => association.id),
  'association.network-acl-id': (acl) =>
    associationsOf(view, acl).map((association) => association.networkAclId),
  'association.subnet-id': (acl) =>
    associationsOf(view, acl).map((association) => association.subnetId),
  default: (acl) => acl.isDefault,
  'network-acl-id': (acl) => acl.id,
  'owner-id': () => view.account,
  'vpc-id': (acl) => acl.vpcId,
});

export const describeNetworkAcls: Operation<
  DescribeNetworkAclsRequest,
  DescribeNetworkAclsResult
> = (tx, input) => {
  const page = describeResources(
    tx,
    NetworkAcls,
    kinds.networkAcl,
    { ...input, ids: input.NetworkAclIds },
    filterFields(tx),
  );
  if (isDomainError(page)) return page;
  return {
    NetworkAcls: page.items.map((acl) => renderNetworkAcl(tx, acl)),
    NextToken: page.nextToken,
  };
};

export const deleteNetworkAcl: Operation<DeleteNetworkAclRequest, Record<string, never>> = (
  tx,
  input,
) => {
  const acl = aclById(tx, input.NetworkAclId);
  if (isDomainError(acl)) return acl;
  if (acl.isDefault) return invalidParameterValue(`cannot delete default network ACL ${acl.id}`);
  if (associationsOf(tx, acl).length > 0) return dependencyViolation('networkAcl', acl.id);
  deleteResource(tx, NetworkAcls, acl.id);
  return {};
};

const protocolNumbers: Readonly<Record<string, string>> = {
  all: '-1',
  tcp: '6',
  udp: '17',
  icmp: '1',
  icmpv6: '58',
};

/** A protocol's number, or `-1`. */
const protocolNumber = (text: string | undefined): string | DomainError => {
  if (text === undefined) return missingParameter('protocol');
  const lower = text.toLowerCase();
  const number = Object.hasOwn(protocolNumbers, lower) ? protocolNumbers[lower] : lower;
  return number !== undefined && /^(-1|\d{1,3})$/.test(number) && Number(number) <= 255
    ? String(Number(number))
    : invalidParameterValue(`Invalid value '${text}' for IP protocol. Unknown protocol.`);
};

type EntryInput = Plain<CreateNetworkAclEntryRequest>;

const entryCidr = (input: EntryInput): string | DomainError => {
  const { CidrBlock: ipv4, Ipv6CidrBlock: ipv6 } = input;
  if (ipv4 !== undefined && ipv6 !== undefined) {
    return invalidParameterCombination(
      'The parameters cidrBlock and ipv6CidrBlock cannot be used together',
    );
  }
  const text = ipv4 ?? ipv6;
  if (text === undefined) return missingParameter('cidrBlock');
  const [kind, parameter] = ipv4 === undefined ? ['ipv6', 'ipv6CidrBlock'] : ['ipv4', 'cidrBlock'];
  const canonical = canonicalCidr(text);
  return canonical?.kind === kind ? canonical.cidr : invalidCidrBlock(parameter, text);
};

type EntryDetail = Pick<NetworkAclEntry, 'portRange' | 'icmp'>;

/** TCP and UDP need a range of ports, ICMP a type and a code (CreateNetworkAclEntry, Amazon EC2 API Reference). */
const entryDetail = (input: EntryInput, protocol: string): EntryDetail | DomainError => {
  if (protocol === '6' || protocol === '17') {
    const { From: from, To: to } = input.PortRange ?? {};
    if (from === undefined || to === undefined) return missingParameter('portRange');
    return from >= 0 && from <= to && to <= 65_535
      ? { portRange: { from, to }, icmp: null }
      : invalidParameterValue(`Invalid TCP/UDP port range (${from}:${to})`);
  }
  if (protocol === '1' || protocol === '58') {
    const { Type: type, Code: code } = input.IcmpTypeCode ?? {};
    if (type === undefined || code === undefined) return missingParameter('icmpTypeCode');
    return { portRange: null, icmp: { type, code } };
  }
  return { portRange: null, icmp: null };
};

const checkRuleNumber = (number: number | undefined): number | DomainError => {
  if (number === undefined) return missingParameter('ruleNumber');
  return number >= 1 && number < lastRuleNumber
    ? number
    : invalidParameterValue(
        `Value (${number}) for parameter ruleNumber is invalid. Rule numbers are from 1 to ${lastRuleNumber - 1}.`,
      );
};

const entryOf = (input: EntryInput): NetworkAclEntry | DomainError => {
  const ruleNumber = checkRuleNumber(input.RuleNumber);
  if (isDomainError(ruleNumber)) return ruleNumber;
  const { Egress: egress, RuleAction: action } = input;
  if (egress === undefined) return missingParameter('egress');
  if (action === undefined) return missingParameter('ruleAction');
  const protocol = protocolNumber(input.Protocol);
  if (isDomainError(protocol)) return protocol;
  const cidr = entryCidr(input);
  if (isDomainError(cidr)) return cidr;
  const detail = entryDetail(input, protocol);
  if (isDomainError(detail)) return detail;
  return { ruleNumber, egress, protocol, action, cidr, ...detail };
};

const isSame = (
  entry: NetworkAclEntry,
  other: { readonly ruleNumber: number; readonly egress: boolean },
): boolean => entry.ruleNumber === other.ruleNumber && entry.egress === other.egress;

const noSuchEntry = (ruleNumber: number): DomainError =>
  new DomainError(
    'InvalidNetworkAclEntry.NotFound',
    `The network acl entry identified by ${ruleNumber} does not exist.`,
  );

export const createNetworkAclEntry: Operation<
  CreateNetworkAclEntryRequest,
  Record<string, never>
> = (tx, input) => {
  const acl = aclById(tx, input.NetworkAclId);
  if (isDomainError(acl)) return acl;
  const entry = entryOf(input);
  if (isDomainError(entry)) return entry;
  if (acl.entries.some((other) => isSame(other, entry))) {
    return new DomainError(
      'NetworkAclEntryAlreadyExists',
      `The network acl entry identified by ${entry.ruleNumber} already exists.`,
    );
  }
  const own = acl.entries.filter(
    (other) => other.egress === entry.egress && other.ruleNumber < lastRuleNumber,
  );
  if (own.length >= quotaIn(tx, 'entriesPerNetworkAcl')) {
    return limitExceeded('NetworkAclEntryLimitExceeded', 'network ACL entries');
  }
  tx.put(NetworkAcls, { ...acl, entries: [...acl.entries, entry].toSorted(byNumber) });
  return {};
};

export const replaceNetworkAclEntry: Operation<
  ReplaceNetworkAclEntryRequest,
  Record<string, never>
> = (tx, input) => {
  const acl = aclById(tx, input.NetworkAclId);
  if (isDomainError(acl)) return acl;
  const entry = entryOf(input);
  if (isDomainError(entry)) return entry;
  if (!acl.entries.some((other) => isSame(other, entry))) return noSuchEntry(entry.ruleNumber);
  const entries = acl.entries.map((other) => (isSame(other, entry) ? entry : other));
  tx.put(NetworkAcls, { ...acl, entries });
  return {};
};

export const deleteNetworkAclEntry: Operation<
  DeleteNetworkAclEntryRequest,
  Record<string, never>
> = (tx, input) => {
  const acl = aclById(tx, input.NetworkAclId);
  if (isDomainError(acl)) return acl;
  const ruleNumber = checkRuleNumber(input.RuleNumber);
  if (isDomainError(ruleNumber)) return ruleNumber;
  const gone = { ruleNumber, egress: input.Egress === true };
  const entries = acl.entries.filter((entry) => !isSame(entry, gone));
  if (entries.length === acl.entries.length) return noSuchEntry(ruleNumber);
  tx.put(NetworkAcls, { ...acl, entries });
  return {};
};

/** Gives a subnet another network ACL of its VPC; the association gets a new id. */
export const replaceNetworkAclAssociation: Operation<
  ReplaceNetworkAclAssociationRequest,
  ReplaceNetworkAclAssociationResult
> = (tx, input) => {
  const association = resourceById(
    tx,
    NetworkAclAssociations,
    kinds.networkAclAssociation,
    input.AssociationId,
  );
  if (isDomainError(association)) return association;
  const acl = aclById(tx, input.NetworkAclId);
  if (isDomainError(acl)) return acl;
  const { networkAclId, subnetId } = association;
  if (tx.get(NetworkAcls, networkAclId)?.vpcId !== acl.vpcId) {
    return invalidParameterValue(
      `Network ACL ${acl.id} and subnet ${subnetId} belong to different networks`,
    );
  }
  const id = newResourceId(tx, 'aclassoc');
  tx.delete(NetworkAclAssociations, association.id);
  tx.put(NetworkAclAssociations, { id, networkAclId: acl.id, subnetId });
  return { NewAssociationId: id };
};
