import { isDomainError, type DomainError } from '../../../world/domain-error.ts';
import type { View } from '../../../world/transaction.ts';
import { resourceById } from '../describe.ts';
import { RouteTables, SecurityGroupRules } from '../entities.ts';
import { kinds } from '../errors.ts';
import { awsPrefixLists } from './aws-prefix-lists.ts';
import { PrefixLists, type PrefixList, type PrefixListEntry } from './entities.ts';

/** The version of a prefix list that holds now. */
export const currentVersion = ({ versions }: PrefixList): PrefixList['versions'][number] => {
  const current = versions.at(-1);
  if (current === undefined) throw new Error('A prefix list has a version.');
  return current;
};

/** What is in a prefix list now. Of AWS's own nothing is known, and nothing is in one that is gone. */
export const entriesOf = (view: View, id: string): readonly PrefixListEntry[] => {
  const list = view.get(PrefixLists, id);
  return list === undefined ? [] : currentVersion(list).entries;
};

/**
 * As how many rules or routes one that names the prefix list counts: as many as it may have entries ("Prefix lists", Amazon VPC
 * User Guide). Error: InvalidPrefixListID.NotFound.
 */
export const weightOf = (view: View, id: string | undefined): number | DomainError => {
  const ofAws = awsPrefixLists(view).find((list) => list.id === id);
  if (ofAws !== undefined) return ofAws.weight;
  const list = resourceById(view, PrefixLists, kinds.prefixList, id);
  return isDomainError(list) ? list : list.maxEntries;
};

/** The security groups and route tables that name a prefix list. */
export const usersOf = (view: View, id: string): readonly string[] => [
  ...new Set(view.find(SecurityGroupRules, 'prefixList', id).map(({ groupId }) => groupId)),
  ...view.find(RouteTables, 'prefixList', id).map((table) => table.id),
];
