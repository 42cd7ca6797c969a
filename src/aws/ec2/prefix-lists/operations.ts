import { modifyManagedPrefixList, restoreManagedPrefixListVersion } from './entry-changes.ts';
import {
  createManagedPrefixList,
  deleteManagedPrefixList,
  describeManagedPrefixLists,
  getManagedPrefixListAssociations,
  getManagedPrefixListEntries,
} from './prefix-lists.ts';

/** The operations on prefix lists. */
export const prefixListOperations = {
  CreateManagedPrefixList: createManagedPrefixList,
  DeleteManagedPrefixList: deleteManagedPrefixList,
  DescribeManagedPrefixLists: describeManagedPrefixLists,
  GetManagedPrefixListAssociations: getManagedPrefixListAssociations,
  GetManagedPrefixListEntries: getManagedPrefixListEntries,
  ModifyManagedPrefixList: modifyManagedPrefixList,
  RestoreManagedPrefixListVersion: restoreManagedPrefixListVersion,
};
