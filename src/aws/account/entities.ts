import { defineTable, type Entity } from '../../world/entity.ts';

/** A Region that the account has switched, by its code; without an entry an opt-in Region is disabled. */
export interface RegionSwitch extends Entity {
  readonly status: 'ENABLING' | 'ENABLED' | 'DISABLING';
}

/** In the shard of the partition. */
export const RegionSwitches = defineTable<RegionSwitch>('account-region-switches');

/** Whom AWS writes to about bills, operations or security. Its id is its type. */
interface AlternateContact extends Entity {
  readonly name: string;
  readonly title: string;
  readonly emailAddress: string;
  readonly phoneNumber: string;
}

/** In the shard of the partition. */
export const AlternateContacts = defineTable<AlternateContact>('account-alternate-contacts');

/** The primary contact: the fields that were given. */
interface PrimaryContact extends Entity {
  readonly fields: Readonly<Record<string, string>>;
}

/** Its one entity of an account is `primary`. */
export const PrimaryContacts = defineTable<PrimaryContact>('account-primary-contacts');

interface AccountName extends Entity {
  readonly name: string;
}

/** Its one entity of an account is `name`. */
export const AccountNames = defineTable<AccountName>('account-names');
