import type { Tx } from '../../world/transaction.ts';
import type { NodeReport } from './aggregate-health.ts';
import { targetEntityId, TargetHealthReports, Targets } from './entities.ts';
import type { HealthReason, ProbedState } from './target-health.ts';

/** What a node in one zone found out about one target. */
export interface TargetObservation {
  readonly targetGroupArn: string;
  readonly targetId: string;
  readonly targetPort: number;
  /** The node's zone. */
  readonly zoneId: string;
  readonly state: ProbedState;
  readonly reason?: HealthReason;
  readonly description?: string;
  /** World time, milliseconds since 1970. */
  readonly at: number;
}

/** Writes down what a node saw. Of a target that is not registered any more, nothing is kept. */
export const observeTargetHealth = (tx: Tx, observation: TargetObservation): void => {
  const { targetGroupArn, targetId, targetPort, zoneId } = observation;
  const id = targetEntityId(targetGroupArn, targetId, targetPort);
  if (tx.get(Targets, id) === undefined) return;
  const before = tx.get(TargetHealthReports, id);
  const known = before?.byZone[zoneId];
  // Two processes of one zone overlap when one takes over: the older word does not undo the newer.
  if (known !== undefined && known.at > observation.at) return;
  const { state, reason, description, at } = observation;
  const report: NodeReport = {
    state,
    ...(reason === undefined ? {} : { reason }),
    ...(description === undefined ? {} : { description }),
    at,
  };
  tx.put(TargetHealthReports, {
    id,
    targetGroupArn,
    byZone: { ...before?.byZone, [zoneId]: report },
  });
};
