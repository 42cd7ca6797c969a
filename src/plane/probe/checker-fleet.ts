import type { Checker } from '../../aws/route53/checkers.ts';
import { checkersIn } from '../../aws/route53/checkers.ts';
import type { HealthCheck } from '../../aws/route53/entities.ts';
import type { WatchedCheck } from './prober.ts';

/** One checker probing one health check. */
export interface ProbingChecker {
  /** The health check has other settings now. */
  update(check: HealthCheck): void;
  /** Ends its probing; it reports nothing afterwards. */
  close(): void;
}

interface Watched<T> {
  readonly check: HealthCheck;
  readonly checkers: Map<string, T>;
}

/** All checkers of all health checks, kept to what there is to probe. */
export class CheckerFleet<T extends ProbingChecker> {
  readonly #start: (checker: Checker, watched: WatchedCheck) => T;
  readonly #watched = new Map<string, Watched<T>>();

  constructor(start: (checker: Checker, watched: WatchedCheck) => T) {
    this.#start = start;
  }

  /** Starts, updates and ends checkers so that exactly these health checks are probed, disabled ones left out. */
  watch(checks: readonly WatchedCheck[]): void {
    const probed = checks.filter(({ check }) => !check.config.disabled);
    const ids = new Set(probed.map(({ check }) => check.id));
    for (const id of this.#watched.keys()) if (!ids.has(id)) this.#end(id);
    for (const watched of probed) this.#watchOne(watched);
  }

  /** Each checker with the health check that it probes. */
  forEach(visit: (checker: T, check: HealthCheck) => void): void {
    for (const { check, checkers } of this.#watched.values()) {
      for (const checker of checkers.values()) visit(checker, check);
    }
  }

  close(): void {
    for (const id of this.#watched.keys()) this.#end(id);
  }

  #watchOne(watched: WatchedCheck): void {
    const { check } = watched;
    const known = this.#watched.get(check.id);
    if (known?.check === check) return;
    const checkers = known?.checkers ?? new Map<string, T>();
    this.#watched.set(check.id, { check, checkers });
    const wanted = new Map(
      checkersIn(check.config.regions).map((checker) => [checker.id, checker]),
    );
    for (const [id, checker] of checkers) {
      if (wanted.has(id)) {
        checker.update(check);
      } else {
        checker.close();
        checkers.delete(id);
      }
    }
    for (const [id, checker] of wanted) {
      if (!checkers.has(id)) checkers.set(id, this.#start(checker, watched));
    }
  }

  #end(healthCheckId: string): void {
    for (const checker of this.#watched.get(healthCheckId)?.checkers.values() ?? [])
      checker.close();
    this.#watched.delete(healthCheckId);
  }
}
