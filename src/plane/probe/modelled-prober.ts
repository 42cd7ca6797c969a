import type { Checker } from '../../aws/route53/checkers.ts';
import type { HealthCheck } from '../../aws/route53/entities.ts';
import type { CheckerHealth } from '../../aws/route53/health.ts';
import {
  knownCheckerHealth,
  lastProbeAt,
  newCheckerHealth,
  nextProbeAt,
  resultsUntilChange,
  stepCheckerMany,
} from '../../aws/route53/health.ts';
import type { ProbingChecker } from './checker-fleet.ts';
import { CheckerFleet } from './checker-fleet.ts';
import type { EndpointCondition, ModelledResult } from './probe-result.ts';
import { modelledResult } from './probe-result.ts';
import type { Prober, ProberPorts, WatchedCheck } from './prober.ts';

/** What a modelled prober needs of the world. */
export interface ModelledProberPorts extends ProberPorts {
  /** How the health check's endpoint is now, seen from a checker's Region. */
  readonly condition: (checkerRegion: string, check: HealthCheck) => EndpointCondition;
}

const isSameResult = (a: ModelledResult, b: ModelledResult): boolean =>
  a.succeeded === b.succeeded && a.reason === b.reason && a.durationMs === b.durationMs;

/**
 * One checker and one health check. Between two changes of conditions all its probes come to the same result,
 * so it computes when its view will change and waits for that moment alone.
 */
class ModelledChecker implements ProbingChecker {
  readonly #ports: ModelledProberPorts;
  readonly #checker: Checker;
  #check: HealthCheck;
  /** After all probes that began at or before `#throughMs`. */
  #health: CheckerHealth;
  #throughMs: number;
  #result: ModelledResult;
  #pending: { readonly startMs: number; readonly cancel: () => void }[] = [];

  constructor(ports: ModelledProberPorts, checker: Checker, watched: WatchedCheck) {
    this.#ports = ports;
    this.#checker = checker;
    this.#check = watched.check;
    const reported = watched.reported(checker.id);
    this.#health = reported === undefined ? newCheckerHealth : knownCheckerHealth(reported);
    this.#throughMs = ports.clock.now();
    this.#result = this.#look(watched.check);
    this.#foretell();
  }

  /** Conditions or settings may have changed: probes so far had the old result, later ones have the new. */
  update(check: HealthCheck): void {
    const result = this.#look(check);
    // Most changes of the world are none for this pair: what was foretold still holds.
    if (check === this.#check && isSameResult(result, this.#result)) return;
    const nowMs = this.#ports.clock.now();
    this.#health = stepCheckerMany(
      this.#health,
      this.#result.succeeded,
      this.#probesUntil(nowMs),
      this.#check.config.failureThreshold,
    );
    this.#throughMs = nowMs;
    this.#check = check;
    this.#result = result;
    // A probe that has begun will end as it would have; one that has not may come to something else.
    this.#drop((pending) => pending.startMs > nowMs);
    this.#foretell();
  }

  close(): void {
    this.#drop(() => true);
  }

  #drop(which: (pending: { readonly startMs: number }) => boolean): void {
    for (const pending of this.#pending) if (which(pending)) pending.cancel();
    this.#pending = this.#pending.filter((pending) => !which(pending));
  }

  #look(check: HealthCheck): ModelledResult {
    return modelledResult(check.config, this.#ports.condition(this.#checker.region, check));
  }

  get #intervalMs(): number {
    return this.#check.config.requestIntervalSeconds * 1000;
  }

  #nextProbeAt(afterMs: number): number {
    return nextProbeAt(
      this.#ports.seed,
      this.#checker.id,
      this.#check.id,
      this.#intervalMs,
      afterMs,
    );
  }

  #probesUntil(untilMs: number): number {
    const first = this.#nextProbeAt(this.#throughMs);
    const last = lastProbeAt(
      this.#ports.seed,
      this.#checker.id,
      this.#check.id,
      this.#intervalMs,
      untilMs,
    );
    return last < first ? 0 : Math.round((last - first) / this.#intervalMs) + 1;
  }

  #foretell(): void {
    const { clock, observe } = this.#ports;
    const { succeeded, reason, durationMs } = this.#result;
    const count = resultsUntilChange(this.#health, succeeded, this.#check.config.failureThreshold);
    if (count === undefined) return;
    const startMs = this.#nextProbeAt(this.#throughMs) + (count - 1) * this.#intervalMs;
    const observation = {
      healthCheckId: this.#check.id,
      checkerId: this.#checker.id,
      healthy: succeeded,
      reason,
    };
    const cancel = clock.at(startMs + durationMs, () => {
      this.#drop((pending) => pending.startMs === startMs);
      observe(observation);
    });
    this.#pending.push({ startMs, cancel });
  }
}

/**
 * Health checkers in virtual time: the same reports at the same moments as live ones, at a cost that grows with
 * changes and not with probes. Whoever owns the conditions calls `conditionsChanged` when they do.
 */
export const createModelledProber = (ports: ModelledProberPorts): Prober => {
  /** What is met from each Region at this moment, while all are asked one after the other: each has several checkers. */
  let met: Map<HealthCheck, Map<string, EndpointCondition>> | undefined;
  const condition = (checkerRegion: string, check: HealthCheck): EndpointCondition => {
    if (met === undefined) return ports.condition(checkerRegion, check);
    const byRegion = met.get(check) ?? new Map<string, EndpointCondition>();
    met.set(check, byRegion);
    const known = byRegion.get(checkerRegion) ?? ports.condition(checkerRegion, check);
    byRegion.set(checkerRegion, known);
    return known;
  };
  const remembering: ModelledProberPorts = { ...ports, condition };
  const fleet = new CheckerFleet(
    (checker, watched) => new ModelledChecker(remembering, checker, watched),
  );
  return {
    watch: (checks) => fleet.watch(checks),
    conditionsChanged: () => {
      met = new Map();
      fleet.forEach((checker, check) => checker.update(check));
      met = undefined;
    },
    close: () => fleet.close(),
  };
};
