import { defineTable, type Entity } from '../../../world/entity.ts';

/** One block of a prefix list. */
export interface PrefixListEntry {
  /** In canonical form. */
  readonly cidr: string;
  readonly description: string | null;
}

/** A set of blocks under one id, which rules and routes name. */
export interface PrefixList extends Entity {
  readonly name: string;
  readonly addressFamily: 'IPv4' | 'IPv6';
  readonly maxEntries: number;
  /** The entries of the last versions, the current one last. */
  readonly versions: readonly {
    readonly version: number;
    readonly entries: readonly PrefixListEntry[];
  }[];
  readonly lastChange: 'create' | 'modify' | 'restore';
  /** World time, milliseconds since 1970, at which the last change is complete. */
  readonly settledAt: number;
}

export const PrefixLists = defineTable<PrefixList>('ec2-prefix-lists');
