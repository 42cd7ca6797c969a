import { defineTable, type Entity } from '../../world/entity.ts';

/** A Region that the account has switched, by its code; without an entry an opt-in Region is disabled. */
export interface RegionSwitch extends Entity {
  readonly status: 'ENABLING' | 'ENABLED' | 'DISABLING';
}

/** In the shard of the partition. */
export const RegionSwitches = defineTable<RegionSwitch>('account-region-switches');
