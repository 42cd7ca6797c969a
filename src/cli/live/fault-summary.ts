import type { Fault } from '../../world/faults.ts';

/** An open fault as the admin API shows it. */
export interface FaultSummary {
  readonly id: string;
  readonly target: string;
  readonly effect: string;
  readonly severity: number;
  readonly begin: string;
  readonly end: string | null;
  readonly openSeconds: number;
  readonly latencyMs?: number;
}

const isoTime = (worldMs: number): string => new Date(worldMs).toISOString();

/** One open fault. */
export const summarizeFault = (fault: Fault, now: number): FaultSummary => ({
  id: fault.id,
  target: fault.target,
  effect: fault.effect,
  severity: fault.severity,
  begin: isoTime(fault.begin),
  end: fault.end === null ? null : isoTime(fault.end),
  openSeconds: Math.max(0, (now - fault.begin) / 1000),
  ...(fault.effect === 'latency' ? { latencyMs: fault.latencyMs } : {}),
});
