import type { Consequence } from '../world/shortage.ts';
import { addsLatency } from '../world/fault-effects.ts';
import type { Fault } from '../world/faults.ts';
import type { World } from '../world/world.ts';

/** An open fault as the admin API shows it. */
export interface FaultSummary {
  readonly id: string;
  readonly target: string;
  readonly effect: string;
  readonly severity: number;
  readonly begin: string;
  readonly end: string | null;
  readonly openSeconds: number;
  readonly seed: number;
  /** Of those that add time. */
  readonly latencyMs?: number;
  readonly as?: string;
  readonly operations?: readonly string[];
  readonly oneWay?: true;
  readonly tailSeconds?: number;
  readonly holdSeconds?: number;
  /** Of one that is over and whose tail is not. */
  readonly recovery?: {
    readonly since: string;
    readonly until: string;
    /** 0 to 1. */
    readonly doneShare: number;
  };
  /** Of one that follows from another and goes with it: the id of that other. */
  readonly derivedFrom?: string;
}

const isoTime = (worldMs: number): string => new Date(worldMs).toISOString();

/** One open fault. */
export const summarizeFault = (fault: Fault | Consequence, now: number): FaultSummary => ({
  id: fault.id,
  target: fault.target,
  effect: fault.effect,
  severity: fault.severity,
  begin: isoTime(fault.begin),
  end: fault.end === null ? null : isoTime(fault.end),
  openSeconds: Math.max(0, (now - fault.begin) / 1000),
  seed: fault.seed,
  ...(addsLatency(fault.effect, fault.as) ? { latencyMs: fault.latencyMs } : {}),
  ...(fault.as === undefined ? {} : { as: fault.as }),
  ...(fault.operations === undefined ? {} : { operations: fault.operations }),
  ...(fault.oneWay === true ? { oneWay: true } : {}),
  ...(fault.tailMs === undefined ? {} : { tailSeconds: fault.tailMs / 1000 }),
  ...(fault.holdMs === undefined ? {} : { holdSeconds: fault.holdMs / 1000 }),
  ...(fault.recovery === undefined
    ? {}
    : {
        recovery: {
          since: isoTime(fault.recovery.since),
          until: isoTime(fault.recovery.until),
          doneShare: fault.recovery.doneShare,
        },
      }),
  ...('derivedFrom' in fault ? { derivedFrom: fault.derivedFrom } : {}),
});

/** The open faults, and after them what follows from these. */
export const summarizeFaults = (world: World): readonly FaultSummary[] => {
  const now = world.clock.now();
  const { conditions } = world;
  return [...conditions.faults, ...conditions.consequences(now)].map((fault) =>
    summarizeFault(fault, now),
  );
};
