import type { View } from '../../world/transaction.ts';
import { GroupInstances } from './entities.ts';
import { WarmPools } from './warm-pool/entities.ts';

/**
 * The state that an instance of a group is on its way to, or is in, as its metadata service tells it; undefined for one that
 * belongs to no group ("Retrieve the target lifecycle state through instance metadata", User Guide).
 */
export const targetLifecycleState = (view: View, instanceId: string): string | undefined => {
  const member = view.get(GroupInstances, instanceId);
  if (member === undefined) return undefined;
  const resting = `Warmed:${view.get(WarmPools, member.groupName)?.poolState ?? 'Stopped'}`;
  const { state } = member;
  if (state.startsWith('Warmed:Pending')) return resting;
  if (state.startsWith('Warmed:Terminating')) return 'Warmed:Terminated';
  if (state.startsWith('Pending')) return 'InService';
  if (state.startsWith('Terminating')) {
    return member.isReturning === true ? resting : 'Terminated';
  }
  if (state === 'Detaching') return 'Detached';
  return state === 'EnteringStandby' ? 'Standby' : state;
};
