import type { RunInstancesRequest } from '@aws-sdk/client-ec2';
import { defineTable, type Entity } from '../../../world/entity.ts';
import type { Plain } from '../../operation.ts';

/** What becomes of a Spot Instance that EC2 takes back. */
export type InterruptionBehavior = 'terminate' | 'stop';

/** The states of a request for a Spot Instance, by AWS's names. */
type SpotRequestState = 'open' | 'active' | 'closed' | 'cancelled' | 'failed' | 'disabled';

/** What a request for a Spot Instance asks beside what is launched. */
export interface SpotTerms {
  readonly type: 'one-time' | 'persistent';
  /** US dollars an hour, as it was asked for; null: up to the price on demand. */
  readonly maxPrice: string | null;
  readonly interruptionBehavior: InterruptionBehavior;
  /** World time; null: from now on, without an end. */
  readonly validFrom: number | null;
  readonly validUntil: number | null;
}

/** A request for one Spot Instance, by `sir-...`. */
export interface SpotRequest extends Entity, SpotTerms {
  readonly state: SpotRequestState;
  /** By AWS's codes ("Get the status of a Spot Instance request", Amazon EC2 User Guide). */
  readonly status: { readonly code: string; readonly message: string; readonly updatedAt: number };
  /** What RunInstances is asked for; of a request by RequestSpotInstances what its specification says. */
  readonly launch: Plain<RunInstancesRequest>;
  readonly createdAt: number;
  /** The one that it has, or had last; null before the first. */
  readonly instanceId: string | null;
  readonly zoneId: string | null;
  /** What is wrong with a request that failed. */
  readonly fault: { readonly code: string; readonly message: string } | null;
}

export const SpotRequests = defineTable<SpotRequest>('ec2-spot-requests', {
  instance: (request) => request.instanceId ?? undefined,
});

/** What a Spot Instance was told of its end, by the instance's id; gone with what it speaks of. */
export interface SpotInterruption extends Entity {
  /** World time at which it was recommended to replace it. */
  readonly recommendedAt: number;
  /** World time at which it is taken; null while that is not said. */
  readonly actionAt: number | null;
  readonly action: InterruptionBehavior;
}

export const SpotInterruptions = defineTable<SpotInterruption>('ec2-spot-interruptions');
