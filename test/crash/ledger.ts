/** Whether a thing must be there: acknowledged as made, acknowledged as gone, or cut short by the crash. */
export type Fate = 'present' | 'absent' | 'unknown';

/** What the writers know of one resource. */
export interface Entry {
  readonly kind: 'vpc' | 'security-group' | 'instance';
  readonly id: string;
  readonly name: string;
  fate: Fate;
  /** Acknowledged tags by key. */
  readonly tags: Map<string, string>;
  /** Keys whose last write was cut short: they have the old value or this one. */
  readonly openTags: Map<string, string>;
  /** Of an instance: the reservation's id and how many instances it has. */
  readonly reservation?: { readonly id: string; readonly size: number };
}

/** What one account has in one Region, as far as it was acknowledged. */
export interface Home {
  readonly region: string;
  readonly account: string;
  readonly entries: Map<string, Entry>;
  /** Names of resources whose creation was cut short: whole or not there at all. */
  readonly openNames: Set<string>;
}

/** An empty home. */
export const createHome = (region: string, account: string): Home => ({
  region,
  account,
  entries: new Map(),
  openNames: new Set(),
});

/** The entries of a kind with a fate. */
export const entriesOf = (home: Home, kind: Entry['kind'], fate: Fate): readonly Entry[] =>
  [...home.entries.values()].filter((entry) => entry.kind === kind && entry.fate === fate);
