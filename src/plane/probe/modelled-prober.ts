import type { Checker } from '../../aws/route53/checkers.ts';
import type { HealthCheck } from '../../aws/route53/entities.ts';
import type { CheckerHealth } from '../../aws/route53/health.ts';
import {
  knownCheckerHealth,
  lastProbeAt,
  newCheckerHealth,
  nextProbeAt,
  resultsUntilChange,
  stepChecker,
  stepCheckerMany,
} from '../../aws/route53/health.ts';
import type { ProbingChecker } from './checker-fleet.ts';
import { CheckerFleet } from './checker-fleet.ts';
import type { EndpointCondition, ModelledResult } from './probe-result.ts';
import { isEvenCondition, modelledResult } from './probe-result.ts';
import type { Prober, ProberPorts, WatchedCheck } from './prober.ts';

/** What a modelled prober needs of the world. */
export interface ModelledProberPorts extends ProberPorts {
  /** How the health check's endpoint is now, seen from a checker's Region. */
  readonly condition: (checkerRegion: string, check: HealthCheck) => EndpointCondition;
}

/** So many probes ahead are played for a change of mind where each of them meets something of its own. */
const lookAhead = 200;

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
  #condition: EndpointCondition;
  #lookAgain: () => void = () => undefined;
  #pending: { readonly startMs: number; readonly cancel: () => void }[] = [];

  constructor(ports: ModelledProberPorts, checker: Checker, watched: WatchedCheck) {
    this.#ports = ports;
    this.#checker = checker;
    this.#check = watched.check;
    const reported = watched.reported(checker.id);
    this.#health = reported === undefined ? newCheckerHealth : knownCheckerHealth(reported);
    this.#throughMs = ports.clock.now();
    this.#condition = ports.condition(checker.region, watched.check);
    this.#foretell();
  }

  /** Conditions or settings may have changed: probes so far had the old result, later ones have the new. */
  update(check: HealthCheck): void {
    const condition = this.#ports.condition(this.#checker.region, check);
    const nowMs = this.#ports.clock.now();
    // Most changes of the world are none for this pair: what was foretold still holds.
    if (check === this.#check && this.#isSame(condition, nowMs)) return;
    this.#settle(nowMs);
    this.#check = check;
    this.#condition = condition;
    // A probe that has begun will end as it would have; one that has not may come to something else.
    this.#drop((pending) => pending.startMs > nowMs);
    this.#foretell();
  }

  close(): void {
    this.#lookAgain();
    this.#drop(() => true);
  }

  #isSame(condition: EndpointCondition, atMs: number): boolean {
    if (!isEvenCondition(condition) || !isEvenCondition(this.#condition))
      return JSON.stringify(condition) === JSON.stringify(this.#condition);
    return isSameResult(this.#resultAt(condition, atMs), this.#resultAt(this.#condition, atMs));
  }

  /** Counts the probes that have begun until then. */
  #settle(untilMs: number): void {
    const { failureThreshold } = this.#check.config;
    if (isEvenCondition(this.#condition)) {
      const { succeeded } = this.#resultAt(this.#condition, untilMs);
      const count = this.#probesUntil(untilMs);
      this.#health = stepCheckerMany(this.#health, succeeded, count, failureThreshold);
    } else {
      let startMs = this.#nextProbeAt(this.#throughMs);
      for (; startMs <= untilMs; startMs = this.#nextProbeAt(startMs)) {
        const { succeeded } = this.#resultAt(this.#condition, startMs);
        this.#health = stepChecker(this.#health, succeeded, failureThreshold);
      }
    }
    this.#throughMs = untilMs;
  }

  #drop(which: (pending: { readonly startMs: number }) => boolean): void {
    for (const pending of this.#pending) if (which(pending)) pending.cancel();
    this.#pending = this.#pending.filter((pending) => !which(pending));
  }

  #resultAt(condition: EndpointCondition, at: number): ModelledResult {
    const { id: healthCheckId, config } = this.#check;
    const { seed } = this.#ports;
    return modelledResult(config, condition, {
      seed,
      checkerId: this.#checker.id,
      healthCheckId,
      at,
    });
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
    this.#lookAgain();
    if (!isEvenCondition(this.#condition)) {
      this.#foretellUneven();
      return;
    }
    const result = this.#resultAt(this.#condition, this.#throughMs);
    const { failureThreshold } = this.#check.config;
    const count = resultsUntilChange(this.#health, result.succeeded, failureThreshold);
    if (count === undefined) return;
    this.#await(this.#nextProbeAt(this.#throughMs) + (count - 1) * this.#intervalMs, result);
  }

  /** Each probe meets something of its own: so many are played ahead, and more when their time has come. */
  #foretellUneven(): void {
    const { failureThreshold } = this.#check.config;
    let health = this.#health;
    let startMs = this.#throughMs;
    for (let played = 0; played < lookAhead; played += 1) {
      startMs = this.#nextProbeAt(startMs);
      const result = this.#resultAt(this.#condition, startMs);
      const next = stepChecker(health, result.succeeded, failureThreshold);
      if (next.status !== health.status) {
        this.#await(startMs, result);
        break;
      }
      health = next;
    }
    this.#lookAgain = this.#ports.clock.at(startMs, () => {
      this.#settle(startMs);
      this.#foretell();
    });
  }

  /** The probe that begins then will change the checker's mind. */
  #await(startMs: number, { succeeded, reason, durationMs }: ModelledResult): void {
    const { clock, observe } = this.#ports;
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
