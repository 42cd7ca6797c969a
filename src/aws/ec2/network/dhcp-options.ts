import type {
  AssociateDhcpOptionsRequest,
  CreateDhcpOptionsRequest,
  CreateDhcpOptionsResult,
  DeleteDhcpOptionsRequest,
  DescribeDhcpOptionsRequest,
  DescribeDhcpOptionsResult,
  DhcpOptions,
} from '@aws-sdk/client-ec2';
import { isDomainError, type DomainError } from '../../../world/domain-error.ts';
import type { Tx, View } from '../../../world/transaction.ts';
import type { Operation, Plain } from '../../operation.ts';
import { applyFilters, type FilterFields } from '../../shared/filters.ts';
import { paginate } from '../../shared/pagination.ts';
import { parseIpv4Address, parseIpv6 } from '../../shared/ip-address.ts';
import { newResourceId } from '../../shared/ids.ts';
import { addTags, tagsForType, tagsOf } from '../../shared/tags.ts';
import { deleteResource } from '../delete-resource.ts';
import { resourceById } from '../describe.ts';
import { DefaultNetworks, DhcpOptionSets, Vpcs, type DhcpOptionSet } from '../entities.ts';
import {
  checkIdForm,
  dependencyViolation,
  invalidParameterValue,
  kinds,
  limitExceeded,
  missingParameter,
  notBuilt,
  notFound,
} from '../errors.ts';
import { privateDomain } from '../instances/host-names.ts';
import { quotas } from '../launch/quotas.ts';

type Answer = Plain<DhcpOptions>;

/** "DHCP option sets in Amazon VPC", Amazon VPC User Guide: what the default set holds. */
const defaultOptionSet = (view: View, id: string): Answer => ({
  DhcpOptionsId: id,
  OwnerId: view.account,
  DhcpConfigurations: [
    { Key: 'domain-name', Values: [{ Value: privateDomain(view.shard) }] },
    { Key: 'domain-name-servers', Values: [{ Value: 'AmazonProvidedDNS' }] },
  ],
  Tags: tagsOf(view, id),
});

const answerOf = (view: View, set: DhcpOptionSet): Answer => ({
  DhcpOptionsId: set.id,
  OwnerId: view.account,
  DhcpConfigurations: set.configurations.map(({ key, values }) => ({
    Key: key,
    Values: values.map((Value) => ({ Value })),
  })),
  Tags: tagsOf(view, set.id),
});

const defaultIdOf = (view: View): string | undefined =>
  view.get(DefaultNetworks, 'default')?.dhcpOptionsId;

const filterFields: FilterFields<Answer> = {
  'dhcp-options-id': (set) => set.DhcpOptionsId,
  key: (set) => (set.DhcpConfigurations ?? []).map(({ Key = '' }) => Key),
  value: (set) =>
    (set.DhcpConfigurations ?? []).flatMap(({ Values = [] }) =>
      Values.map(({ Value = '' }) => Value),
    ),
  'owner-id': (set) => set.OwnerId,
};

const namedSets = (
  sets: readonly Answer[],
  ids: readonly string[],
): readonly Answer[] | DomainError => {
  for (const id of ids) {
    if (sets.some(({ DhcpOptionsId }) => DhcpOptionsId === id)) continue;
    return checkIdForm(kinds.dhcpOptions, id) ?? notFound(kinds.dhcpOptions, id);
  }
  return sets.filter(({ DhcpOptionsId = '' }) => ids.includes(DhcpOptionsId));
};

/** DescribeDhcpOptions: the default set of the Region, which every new VPC has, and those that the account has made. */
export const describeDhcpOptions: Operation<
  DescribeDhcpOptionsRequest,
  DescribeDhcpOptionsResult
> = (tx, input) => {
  const defaultId = defaultIdOf(tx);
  const sets = [
    ...(defaultId === undefined ? [] : [defaultOptionSet(tx, defaultId)]),
    ...tx.list(DhcpOptionSets).map((set) => answerOf(tx, set)),
  ];
  const ids = input.DhcpOptionsIds ?? [];
  const asked = ids.length === 0 ? sets : namedSets(sets, ids);
  if (isDomainError(asked)) return asked;
  const kept = applyFilters(asked, input.Filters, filterFields, ({ DhcpOptionsId = '' }) =>
    tagsOf(tx, DhcpOptionsId),
  );
  if (isDomainError(kept)) return kept;
  const page = paginate(
    kept,
    { token: input.NextToken, maxResults: input.MaxResults },
    ({ DhcpOptionsId = '' }) => DhcpOptionsId,
  );
  if (isDomainError(page)) return page;
  return { DhcpOptions: page.items, NextToken: page.nextToken };
};

interface OptionRule {
  readonly most: number;
  readonly takes: (value: string) => boolean;
}

const isAddress = (value: string): boolean =>
  parseIpv4Address(value) !== undefined || parseIpv6(value) !== undefined;

/** The options that a set may have, how many values of each, and which (CreateDhcpOptions, Amazon EC2 API Reference). */
const optionRules: Readonly<Record<string, OptionRule>> = {
  'domain-name-servers': {
    most: 4,
    takes: (value) => value === 'AmazonProvidedDNS' || isAddress(value),
  },
  'domain-name': { most: 1, takes: (value) => value !== '' },
  'ntp-servers': { most: 4, takes: isAddress },
  'netbios-name-servers': { most: 4, takes: (value) => parseIpv4Address(value) !== undefined },
  'netbios-node-type': { most: 1, takes: (value) => ['1', '2', '4', '8'].includes(value) },
  'ipv6-address-preferred-lease-time': {
    most: 1,
    takes: (value) =>
      /^\d{1,10}$/.test(value) && Number(value) >= 140 && Number(value) <= 2_147_483_647,
  },
};

const readConfigurations = (
  input: Plain<CreateDhcpOptionsRequest>,
): DhcpOptionSet['configurations'] | DomainError => {
  const configurations: DhcpOptionSet['configurations'][number][] = [];
  for (const { Key: key = '', Values: values = [] } of input.DhcpConfigurations ?? []) {
    const rule = Object.hasOwn(optionRules, key) ? optionRules[key] : undefined;
    if (rule === undefined) {
      return invalidParameterValue(
        `Value (${key}) for parameter name is invalid. Unknown DHCP option`,
      );
    }
    if (values.length === 0) return missingParameter('value');
    if (values.length > rule.most) {
      return invalidParameterValue(
        `Value (${values.join(',')}) for parameter value is invalid. ${key} has at most ${rule.most} values`,
      );
    }
    const strange = values.find((value) => !rule.takes(value));
    if (strange !== undefined) {
      return invalidParameterValue(
        `Value (${strange}) for parameter value is invalid. It is no value of ${key}`,
      );
    }
    if (configurations.some((other) => other.key === key)) {
      return invalidParameterValue(
        `Value (${key}) for parameter name is invalid. Duplicate DHCP option`,
      );
    }
    configurations.push({ key, values });
  }
  return configurations.length === 0 ? missingParameter('dhcpConfiguration') : configurations;
};

/** CreateDhcpOptions: a set for any VPC of the account. */
const createDhcpOptions: Operation<CreateDhcpOptionsRequest, CreateDhcpOptionsResult> = (
  tx,
  input,
) => {
  const configurations = readConfigurations(input);
  if (isDomainError(configurations)) return configurations;
  const { type, prefix } = kinds.dhcpOptions;
  const tags = tagsForType(input.TagSpecifications, type);
  if (isDomainError(tags)) return tags;
  if (tx.list(DhcpOptionSets).length >= quotas.dhcpOptionSetsPerRegion) {
    return limitExceeded('DhcpOptionsLimitExceeded', 'DHCP option sets');
  }
  const set: DhcpOptionSet = { id: newResourceId(tx, prefix), configurations };
  tx.put(DhcpOptionSets, set);
  return addTags(tx, set.id, type, tags) ?? { DhcpOptions: answerOf(tx, set) };
};

const knownSet = (tx: Tx, id: string | undefined): DomainError | undefined => {
  const known = resourceById(tx, DhcpOptionSets, kinds.dhcpOptions, id);
  return isDomainError(known) && id !== defaultIdOf(tx) ? known : undefined;
};

/** AssociateDhcpOptions: gives a VPC another set, or with `default` none. */
const associateDhcpOptions: Operation<AssociateDhcpOptionsRequest, Record<string, never>> = (
  tx,
  input,
) => {
  const vpc = resourceById(tx, Vpcs, kinds.vpc, input.VpcId);
  if (isDomainError(vpc)) return vpc;
  const { DhcpOptionsId: id = '' } = input;
  const unknown = id === 'default' ? undefined : knownSet(tx, id);
  if (unknown !== undefined) return unknown;
  tx.put(Vpcs, { ...vpc, dhcpOptionsId: id });
  return {};
};

/** DeleteDhcpOptions: no VPC may have it. */
const deleteDhcpOptions: Operation<DeleteDhcpOptionsRequest, Record<string, never>> = (
  tx,
  input,
) => {
  const { DhcpOptionsId: id = '' } = input;
  const unknown = knownSet(tx, id);
  if (unknown !== undefined) return unknown;
  if (tx.find(Vpcs, 'dhcpOptions', id).length > 0) return dependencyViolation('dhcpOptions', id);
  if (id === defaultIdOf(tx)) return notBuilt('deleting the default DHCP options of a Region');
  deleteResource(tx, DhcpOptionSets, id);
  return {};
};

/** The operations on DHCP options. */
export const dhcpOptionOperations = {
  AssociateDhcpOptions: associateDhcpOptions,
  CreateDhcpOptions: createDhcpOptions,
  DeleteDhcpOptions: deleteDhcpOptions,
  DescribeDhcpOptions: describeDhcpOptions,
};
