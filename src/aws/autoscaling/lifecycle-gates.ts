import type { Tx } from '../../world/transaction.ts';
import type { AutoScalingGroup, GroupInstance } from './entities.ts';

/** The moments of an instance's life at which a group can be made to wait, by AWS's names. */
export type LifecycleTransition =
  | 'autoscaling:EC2_INSTANCE_LAUNCHING'
  | 'autoscaling:EC2_INSTANCE_TERMINATING';

/**
 * Whether an instance waits at a moment of its life before it goes on: asked once for each transition, in the transaction
 * in which the instance comes to it. Whoever answers `wait` takes the instance on from `Pending:Wait` or
 * `Terminating:Wait` to `Pending:Proceed` or `Terminating:Proceed`, and wakes its group then.
 */
export type LifecycleGate = (
  tx: Tx,
  group: AutoScalingGroup,
  member: GroupInstance,
  transition: LifecycleTransition,
) => 'go-on' | 'wait';

/** Nobody makes instances wait. */
export const lifecycleGate: LifecycleGate = () => 'go-on';
