import type {
  ModifyManagedPrefixListRequest,
  ModifyManagedPrefixListResult,
  RestoreManagedPrefixListVersionRequest,
  RestoreManagedPrefixListVersionResult,
} from '@aws-sdk/client-ec2';
import { DomainError, isDomainError } from '../../../world/domain-error.ts';
import type { Tx } from '../../../world/transaction.ts';
import type { Operation, Plain } from '../../operation.ts';
import {
  invalidParameterCombination,
  invalidParameterValue,
  limitExceeded,
  missingParameter,
} from '../errors.ts';
import { checkedEntries, checkMaxEntries, checkName } from './checks.ts';
import { checkUsersHold } from './user-quotas.ts';
import { PrefixLists, type PrefixList, type PrefixListEntry } from './entities.ts';
import { currentVersion } from './lookups.ts';
import { changeMs, listById, renderList } from './prefix-lists.ts';

/** So many versions of a list are kept ("Amazon VPC quotas", Amazon VPC User Guide). */
const mostVersions = 1000;

const invalidModification = (message: string): DomainError =>
  new DomainError('InvalidPrefixListModification', message);

/** The entries after some were removed and others added. */
const changedEntries = (
  list: PrefixList,
  input: Plain<ModifyManagedPrefixListRequest>,
): readonly PrefixListEntry[] | DomainError => {
  const added = checkedEntries(input.AddEntries ?? [], list.addressFamily);
  if (isDomainError(added)) return added;
  const removed = checkedEntries(input.RemoveEntries ?? [], list.addressFamily);
  if (isDomainError(removed)) return removed;
  const { entries } = currentVersion(list);
  const gone = new Set(removed.map(({ cidr }) => cidr));
  const strange = removed.find(({ cidr }) => entries.every((entry) => entry.cidr !== cidr));
  if (strange !== undefined) {
    return invalidModification(`The prefix list has no entry for the CIDR '${strange.cidr}'.`);
  }
  const twice = added.find(({ cidr }) => gone.has(cidr));
  if (twice !== undefined) {
    return invalidModification(`The CIDR '${twice.cidr}' is both added and removed.`);
  }
  const names = new Set(added.map(({ cidr }) => cidr));
  // An entry that is added again has its new description.
  const kept = entries.filter(({ cidr }) => !gone.has(cidr) && !names.has(cidr));
  const after = [...kept, ...added];
  return after.length > list.maxEntries
    ? limitExceeded('PrefixListMaxEntriesExceeded', 'entries of the prefix list')
    : after;
};

const versionMismatch = (): DomainError =>
  new DomainError('PrefixListVersionMismatch', 'The prefix list has the incorrect version number.');

/** One change goes after the other. */
const isUnderWay = (tx: Tx, list: PrefixList): DomainError | undefined =>
  tx.now < list.settledAt
    ? new DomainError(
        'IncorrectState',
        `The prefix list (${list.id}) is in a state (${list.lastChange}-in-progress) in which it cannot be modified.`,
      )
    : undefined;

const withEntries = (
  list: PrefixList,
  entries: readonly PrefixListEntry[],
): PrefixList['versions'] => [
  ...list.versions.slice(1 - mostVersions),
  { version: currentVersion(list).version + 1, entries },
];

const put = (tx: Tx, list: PrefixList): { readonly PrefixList: ReturnType<typeof renderList> } => {
  tx.put(PrefixLists, list);
  return { PrefixList: renderList(tx, list) };
};

const resized = (tx: Tx, list: PrefixList, maxEntries: number): PrefixList | DomainError => {
  const refusal = checkMaxEntries(maxEntries);
  if (refusal !== undefined) return refusal;
  if (maxEntries < currentVersion(list).entries.length) {
    return invalidModification(
      `The prefix list has more entries than the new maximum of ${maxEntries}.`,
    );
  }
  const after = { ...list, maxEntries };
  return checkUsersHold(tx, list, maxEntries) ?? after;
};

/** ModifyManagedPrefixList: its name, or its size, or its entries, which make a new version. */
export const modifyManagedPrefixList: Operation<
  ModifyManagedPrefixListRequest,
  ModifyManagedPrefixListResult
> = (tx, input) => {
  const list = listById(tx, input.PrefixListId);
  if (isDomainError(list)) return list;
  const refusal = isUnderWay(tx, list);
  if (refusal !== undefined) return refusal;
  const hasEntries = (input.AddEntries ?? []).length + (input.RemoveEntries ?? []).length > 0;
  const { MaxEntries: maxEntries, CurrentVersion: version, PrefixListName: name } = input;
  if (hasEntries && maxEntries !== undefined) {
    return invalidParameterCombination(
      'You cannot modify the entries of a prefix list and modify the size of a prefix list at the same time.',
    );
  }
  if (hasEntries && version === undefined) return missingParameter('CurrentVersion');
  if (version !== undefined && version !== currentVersion(list).version) return versionMismatch();
  const badName = name === undefined ? undefined : checkName(name);
  if (badName !== undefined) return badName;
  const sized = maxEntries === undefined ? list : resized(tx, list, maxEntries);
  if (isDomainError(sized)) return sized;
  const entries = hasEntries ? changedEntries(list, input) : undefined;
  if (isDomainError(entries)) return entries;
  return put(tx, {
    ...sized,
    name: name ?? list.name,
    versions: entries === undefined ? list.versions : withEntries(list, entries),
    lastChange: 'modify',
    settledAt: tx.now + changeMs,
  });
};

/** RestoreManagedPrefixListVersion: the entries of an earlier version become a new one. */
export const restoreManagedPrefixListVersion: Operation<
  RestoreManagedPrefixListVersionRequest,
  RestoreManagedPrefixListVersionResult
> = (tx, input) => {
  const list = listById(tx, input.PrefixListId);
  if (isDomainError(list)) return list;
  const refusal = isUnderWay(tx, list);
  if (refusal !== undefined) return refusal;
  if (input.CurrentVersion !== currentVersion(list).version) return versionMismatch();
  const earlier = list.versions.find(({ version }) => version === input.PreviousVersion);
  if (earlier === undefined) {
    return invalidParameterValue(
      `The prefix list '${list.id}' has no version ${input.PreviousVersion}.`,
    );
  }
  if (earlier.entries.length > list.maxEntries) {
    return limitExceeded('PrefixListMaxEntriesExceeded', 'entries of the prefix list');
  }
  return put(tx, {
    ...list,
    versions: withEntries(list, earlier.entries),
    lastChange: 'restore',
    settledAt: tx.now + changeMs,
  });
};
