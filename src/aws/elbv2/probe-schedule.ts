import { hash32 } from '../../atlas/hash.ts';
import type { Chance } from '../../world/chance.ts';

/** Who probes whom. */
export interface ProbePair {
  readonly seed: number;
  /** The zone of the load balancer's node, for example `use1-az1`. */
  readonly nodeZoneId: string;
  readonly targetGroupArn: string;
  readonly targetId: string;
  readonly targetPort: number;
}

/**
 * Where within the interval the probes of a pair fall, in milliseconds of world time. AWS spreads the probes of
 * its nodes; a stable hash does the same and lets a live and a simulated node probe at the same moments.
 */
export const probePhaseMs = (pair: ProbePair, intervalMs: number): number =>
  hash32(
    pair.seed,
    'elbv2/probe',
    pair.nodeZoneId,
    pair.targetGroupArn,
    pair.targetId,
    pair.targetPort,
  ) % intervalMs;

/** The chance of the probe of a pair that begins at a moment of world time: what becomes of it on its way is drawn by it. */
export const probeChance = (pair: ProbePair, intervalMs: number, at: number): Chance => ({
  of: `elbv2/probe ${pair.seed} ${pair.nodeZoneId} ${pair.targetGroupArn} ${pair.targetId}:${pair.targetPort}`,
  // By the interval that it falls in: a first probe begins when its node has learned of the target.
  count: Math.floor(at / intervalMs),
  now: at,
});

/**
 * The second probe keeps at least half an interval from the first. Two failures in a row make a target unhealthy, and must
 * tell of more than the moment in which its server boots.
 */
const secondAfter = (sinceMs: number, intervalMs: number): number => sinceMs + intervalMs / 2;

/**
 * The moment of the first probe after `afterMs`, in world time. A node probes a target at once when it first
 * learns of it (`sinceMs`), then at the pair's phase of each interval, so that how long an answer takes never
 * moves the next probe (User Guide: "the time that it takes for the target to respond does not affect the
 * interval").
 */
export const nextProbeAt = (
  phaseMs: number,
  intervalMs: number,
  sinceMs: number,
  afterMs: number,
): number => {
  if (afterMs < sinceMs) return sinceMs;
  const intervals = Math.floor((afterMs - phaseMs) / intervalMs) + 1;
  const next = phaseMs + intervals * intervalMs;
  return next < secondAfter(sinceMs, intervalMs) ? next + intervalMs : next;
};

/** The moment of the first probe at `fromMs` or after it. */
export const firstProbeFrom = (
  phaseMs: number,
  intervalMs: number,
  sinceMs: number,
  fromMs: number,
): number => {
  if (fromMs <= sinceMs) return sinceMs;
  const next = phaseMs + Math.ceil((fromMs - phaseMs) / intervalMs) * intervalMs;
  return next < secondAfter(sinceMs, intervalMs) ? next + intervalMs : next;
};
