import type {
  CreateManagedPrefixListRequest,
  CreateManagedPrefixListResult,
  DeleteManagedPrefixListRequest,
  DeleteManagedPrefixListResult,
  DescribeManagedPrefixListsRequest,
  DescribeManagedPrefixListsResult,
  GetManagedPrefixListAssociationsRequest,
  GetManagedPrefixListAssociationsResult,
  GetManagedPrefixListEntriesRequest,
  GetManagedPrefixListEntriesResult,
  ManagedPrefixList,
} from '@aws-sdk/client-ec2';
import { DomainError, isDomainError } from '../../../world/domain-error.ts';
import type { Tx, View } from '../../../world/transaction.ts';
import type { Operation, Plain } from '../../operation.ts';
import { applyFilters, type FilterFields } from '../../shared/filters.ts';
import { newResourceId } from '../../shared/ids.ts';
import { paginate } from '../../shared/pagination.ts';
import { addTags, tagsForType, tagsOf } from '../../shared/tags.ts';
import { ec2Arn } from '../arns.ts';
import { deleteResource } from '../delete-resource.ts';
import { resourceById } from '../describe.ts';
import {
  checkIdForm,
  dependencyViolation,
  invalidParameterValue,
  kinds,
  limitExceeded,
  missingParameter,
  notFound,
} from '../errors.ts';
import { quotas } from '../launch/quotas.ts';
import { awsPrefixLists, type AwsPrefixList } from './aws-prefix-lists.ts';
import { PrefixLists, type PrefixList } from './entities.ts';
import { checkedEntries, checkMaxEntries, checkName } from './checks.ts';
import { currentVersion, usersOf } from './lookups.ts';

/** How long a change is `in-progress`, in world time; AWS gives no figure. */
export const changeMs = 2000;

const stateOf = (view: View, { lastChange, settledAt }: PrefixList): ManagedPrefixList['State'] =>
  `${lastChange}-${view.now < settledAt ? 'in-progress' : 'complete'}`;

/** A list of the account's as answers have it. */
export const renderList = (view: View, list: PrefixList): Plain<ManagedPrefixList> => ({
  PrefixListId: list.id,
  AddressFamily: list.addressFamily,
  State: stateOf(view, list),
  PrefixListArn: ec2Arn(view, 'prefix-list', list.id),
  PrefixListName: list.name,
  MaxEntries: list.maxEntries,
  Version: currentVersion(list).version,
  Tags: tagsOf(view, list.id),
  OwnerId: view.account,
});

const renderOfAws = (view: View, { id, name }: AwsPrefixList): Plain<ManagedPrefixList> => ({
  PrefixListId: id,
  AddressFamily: 'IPv4',
  PrefixListArn: `arn:aws:ec2:${view.shard}:aws:prefix-list/${id}`,
  PrefixListName: name,
  Tags: [],
  OwnerId: 'AWS',
});

/** CreateManagedPrefixList. Errors: InvalidParameterValue, PrefixListLimitExceeded. */
export const createManagedPrefixList: Operation<
  CreateManagedPrefixListRequest,
  CreateManagedPrefixListResult
> = (tx, input) => {
  const { AddressFamily: addressFamily, MaxEntries: maxEntries = 0 } = input;
  const name = input.PrefixListName ?? '';
  if (addressFamily !== 'IPv4' && addressFamily !== 'IPv6') {
    return invalidParameterValue(
      `Value (${addressFamily ?? ''}) for parameter addressFamily is invalid. Valid values are IPv4 and IPv6.`,
    );
  }
  const refusal = checkName(name) ?? checkMaxEntries(maxEntries);
  if (refusal !== undefined) return refusal;
  const entries = checkedEntries(input.Entries ?? [], addressFamily);
  if (isDomainError(entries)) return entries;
  if (entries.length > maxEntries) {
    return limitExceeded('PrefixListMaxEntriesExceeded', 'entries of the prefix list');
  }
  const { type, prefix } = kinds.prefixList;
  const tags = tagsForType(input.TagSpecifications, type);
  if (isDomainError(tags)) return tags;
  if (tx.list(PrefixLists).length >= quotas.prefixListsPerRegion) {
    return limitExceeded('PrefixListLimitExceeded', 'prefix lists');
  }
  const list: PrefixList = {
    id: newResourceId(tx, prefix),
    name,
    addressFamily,
    maxEntries,
    versions: [{ version: 1, entries }],
    lastChange: 'create',
    settledAt: tx.now + changeMs,
  };
  tx.put(PrefixLists, list);
  return addTags(tx, list.id, type, tags) ?? { PrefixList: renderList(tx, list) };
};

/** A list of the account's; what AWS keeps, it does not change. */
export const listById = (tx: Tx, id: string | undefined): PrefixList | DomainError => {
  if (awsPrefixLists(tx).some((list) => list.id === id)) {
    return new DomainError(
      'OperationNotPermitted',
      `The prefix list '${id}' is managed by AWS and cannot be changed.`,
    );
  }
  return resourceById(tx, PrefixLists, kinds.prefixList, id);
};

/** DeleteManagedPrefixList: "You must first remove all references to the prefix list in your resources." */
export const deleteManagedPrefixList: Operation<
  DeleteManagedPrefixListRequest,
  DeleteManagedPrefixListResult
> = (tx, input) => {
  const list = listById(tx, input.PrefixListId);
  if (isDomainError(list)) return list;
  if (usersOf(tx, list.id).length > 0) return dependencyViolation('prefixList', list.id);
  const answer = { ...renderList(tx, list), State: 'delete-in-progress' as const };
  deleteResource(tx, PrefixLists, list.id);
  return { PrefixList: answer };
};

const fields: FilterFields<Plain<ManagedPrefixList>> = {
  'owner-id': (list) => list.OwnerId,
  'prefix-list-id': (list) => list.PrefixListId,
  'prefix-list-name': (list) => list.PrefixListName,
};

/** DescribeManagedPrefixLists: the account's and AWS's. */
export const describeManagedPrefixLists: Operation<
  DescribeManagedPrefixListsRequest,
  DescribeManagedPrefixListsResult
> = (tx, input) => {
  const all = [
    ...awsPrefixLists(tx).map((list) => renderOfAws(tx, list)),
    ...tx.list(PrefixLists).map((list) => renderList(tx, list)),
  ];
  const ids = input.PrefixListIds ?? [];
  const strange = ids.find((id) => all.every((list) => list.PrefixListId !== id));
  if (strange !== undefined) {
    return checkIdForm(kinds.prefixList, strange) ?? notFound(kinds.prefixList, strange);
  }
  const named = all.filter(
    ({ PrefixListId = '' }) => ids.length === 0 || ids.includes(PrefixListId),
  );
  const kept = applyFilters(named, input.Filters, fields, ({ PrefixListId = '' }) =>
    tagsOf(tx, PrefixListId),
  );
  if (isDomainError(kept)) return kept;
  const page = paginate(
    kept,
    { token: input.NextToken, maxResults: input.MaxResults },
    ({ PrefixListId = '' }) => PrefixListId,
  );
  return isDomainError(page) ? page : { PrefixLists: page.items, NextToken: page.nextToken };
};

/** GetManagedPrefixListEntries: of the current version, or of one of the last. */
export const getManagedPrefixListEntries: Operation<
  GetManagedPrefixListEntriesRequest,
  GetManagedPrefixListEntriesResult
> = (tx, input) => {
  const { PrefixListId: id } = input;
  // Programs look for a list of AWS's by its name, and read its entries along with it.
  if (awsPrefixLists(tx).some((list) => list.id === id)) return { Entries: [] };
  const list = listById(tx, id);
  if (isDomainError(list)) return list;
  const { TargetVersion: target = currentVersion(list).version } = input;
  const found = list.versions.find(({ version }) => version === target);
  if (found === undefined) {
    return invalidParameterValue(`The prefix list '${list.id}' has no version ${target}.`);
  }
  const page = paginate(
    found.entries,
    { token: input.NextToken, maxResults: input.MaxResults },
    ({ cidr }) => cidr,
  );
  if (isDomainError(page)) return page;
  return {
    Entries: page.items.map(({ cidr, description }) => ({
      Cidr: cidr,
      ...(description === null ? {} : { Description: description }),
    })),
    NextToken: page.nextToken,
  };
};

/** GetManagedPrefixListAssociations: the security groups and route tables that name it. */
export const getManagedPrefixListAssociations: Operation<
  GetManagedPrefixListAssociationsRequest,
  GetManagedPrefixListAssociationsResult
> = (tx, input) => {
  const { PrefixListId: id } = input;
  if (id === undefined) return missingParameter('prefixListId');
  const list = listById(tx, id);
  if (isDomainError(list)) return list;
  const page = paginate(
    usersOf(tx, list.id),
    { token: input.NextToken, maxResults: input.MaxResults },
    (user) => user,
  );
  if (isDomainError(page)) return page;
  return {
    PrefixListAssociations: page.items.map((user) => ({
      ResourceId: user,
      ResourceOwner: tx.account,
    })),
    NextToken: page.nextToken,
  };
};
