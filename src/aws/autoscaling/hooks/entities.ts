import { defineTable, type Entity } from '../../../world/entity.ts';

/** The moments of an instance's life at which a group can be made to wait, by AWS's names. */
export type LifecycleTransition =
  | 'autoscaling:EC2_INSTANCE_LAUNCHING'
  | 'autoscaling:EC2_INSTANCE_TERMINATING';

export type LifecycleResult = 'CONTINUE' | 'ABANDON';

/** A lifecycle hook; the id is the group's name and its own. */
export interface LifecycleHook extends Entity {
  readonly groupName: string;
  readonly name: string;
  readonly transition: LifecycleTransition;
  readonly heartbeatSeconds: number;
  readonly defaultResult: LifecycleResult;
  readonly notificationTargetArn: string | null;
  readonly notificationMetadata: string | null;
  readonly roleArn: string | null;
}

export const LifecycleHooks = defineTable<LifecycleHook>('autoscaling-lifecycle-hooks', {
  group: (hook) => hook.groupName,
});

/** An instance that waits because of one hook; the id is the action's token. */
export interface LifecycleAction extends Entity {
  readonly groupName: string;
  readonly hookName: string;
  readonly instanceId: string;
  readonly transition: LifecycleTransition;
  /** How long a heartbeat lasts, as the hook said when the action began. */
  readonly heartbeatSeconds: number;
  readonly defaultResult: LifecycleResult;
  /** World time at which it ends however many heartbeats come. */
  readonly globalUntil: number;
}

export const LifecycleActions = defineTable<LifecycleAction>('autoscaling-lifecycle-actions', {
  instance: (action) => action.instanceId,
  group: (action) => action.groupName,
});
