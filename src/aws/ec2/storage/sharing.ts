import type { View } from '../../../world/transaction.ts';
import { defineTable, type Entity } from '../../../world/entity.ts';
import type { Sharing } from './entities.ts';

/** Who is let in or kept out by a change of what is shared. */
export interface SharingChange {
  readonly accounts: readonly string[];
  /** Whether the group `all` is named. */
  readonly all: boolean;
}

/** Sharing with more let in, and then some kept out. */
export const changedSharing = (
  sharing: Sharing,
  add: SharingChange,
  remove: SharingChange,
): Sharing => ({
  isPublic: (sharing.isPublic || add.all) && !remove.all,
  accounts: [...new Set([...sharing.accounts, ...add.accounts])].filter(
    (account) => !remove.accounts.includes(account),
  ),
});

/** One who is let in, as the APIs of snapshots and images list them. */
export interface Permission {
  readonly Group?: 'all' | undefined;
  readonly UserId?: string | undefined;
}

/** All who are let in, the group first. */
export const permissionsOf = (sharing: Sharing): readonly Permission[] => [
  ...(sharing.isPublic ? [{ Group: 'all' as const }] : []),
  ...sharing.accounts.map((UserId) => ({ UserId })),
];

/** Whether something is shared with an account. */
export const isSharedWith = (sharing: Sharing, account: string): boolean =>
  sharing.isPublic || sharing.accounts.includes(account);

/** What an account forbids itself about making things public in a Region; by `image` or `snapshot`. */
export interface PublicAccessBlock extends Entity {
  readonly state: 'block-new-sharing' | 'block-all-sharing';
}

/** None while nothing is forbidden. */
export const PublicAccessBlocks = defineTable<PublicAccessBlock>('ec2-public-access-blocks');

/** What the view's account forbids itself about its images or snapshots. */
export const publicAccessState = (
  view: View,
  kind: 'image' | 'snapshot',
): PublicAccessBlock['state'] | 'unblocked' =>
  view.get(PublicAccessBlocks, kind)?.state ?? 'unblocked';
