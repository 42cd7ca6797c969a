import type { Tx } from '../../world/transaction.ts';
import type { AutoScalingGroup, GroupInstance } from './entities.ts';
import type { LifecycleTransition } from './hooks/entities.ts';
import { beginActions } from './hooks/lifecycle-actions.ts';

/**
 * Whether an instance waits at a moment of its life before it goes on: asked once for each transition, in the transaction
 * in which the instance comes to it. It waits when its group has lifecycle hooks for the transition; what ends the last of
 * its actions takes it on from `Pending:Wait` to `Pending:Proceed`, and likewise at its end, and wakes its group.
 */
export const lifecycleGate = (
  tx: Tx,
  group: AutoScalingGroup,
  member: GroupInstance,
  transition: LifecycleTransition,
): 'go-on' | 'wait' => {
  // A deletion by force "also deletes any outstanding lifecycle actions" (DeleteAutoScalingGroup, API Reference).
  if (group.status === 'deleting') return 'go-on';
  return beginActions(tx, group.id, member.id, transition) ? 'wait' : 'go-on';
};
