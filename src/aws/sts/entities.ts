import { defineTable, type Entity } from '../../world/entity.ts';

/** How many sessions an account has asked for in a Region: what tells two of the same moment apart. */
export interface SessionCount extends Entity {
  readonly count: number;
}

/** Its one entity of an account is `sessions`. */
export const SessionCounts = defineTable<SessionCount>('sts-session-counts');
