import { defineTable, type Entity } from '../../../world/entity.ts';

/** A scheduled action of a group; the id is the group's name and its own. */
export interface ScheduledAction extends Entity {
  readonly arn: string;
  readonly groupName: string;
  readonly name: string;
  /** World time at which it happens next. */
  readonly nextAt: number;
  /** World time after which it does not happen again. */
  readonly endAt: number | null;
  /** In the form of crontab; null for an action that happens once. */
  readonly recurrence: string | null;
  readonly timeZone: string | null;
  readonly minSize: number | null;
  readonly maxSize: number | null;
  readonly desiredCapacity: number | null;
}

export const ScheduledActions = defineTable<ScheduledAction>('autoscaling-scheduled-actions', {
  group: (action) => action.groupName,
});
