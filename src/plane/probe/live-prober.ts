import { isIP } from 'node:net';
import type { Checker } from '../../aws/route53/checkers.ts';
import { probePassing } from '../../aws/route53/probe-passing.ts';
import type { HealthCheck } from '../../aws/route53/entities.ts';
import type { CheckerHealth } from '../../aws/route53/health.ts';
import {
  knownCheckerHealth,
  newCheckerHealth,
  nextProbeAt,
  stepChecker,
} from '../../aws/route53/health.ts';
import type { ProbingChecker } from './checker-fleet.ts';
import { CheckerFleet } from './checker-fleet.ts';
import type { SocketAddress } from '../network/socket-address.ts';
import type { RunningProbe } from './probe-endpoint.ts';
import { probeEndpoint } from './probe-endpoint.ts';
import type { ProbeResult } from './probe-result.ts';
import { connectLimitMs, results } from './probe-result.ts';
import type { Prober, ProberPorts, ProbeTarget, WatchedCheck } from './prober.ts';
import { targetOf } from './prober.ts';
import type { Way } from '../../world/way.ts';

/** What a live prober needs of the world. */
export interface LiveProberPorts extends ProberPorts {
  /** The loopback address that probes come from: their way is behind them then. Any when absent. */
  readonly from?: string;
  /** What bytes from a checker's Region to what `resolve` found for the target meet. */
  readonly way: (checkerRegion: string, target: ProbeTarget, socket: SocketAddress) => Way;
  /**
   * The real socket of an AWS-side address or domain name and port. Undefined for an address that nobody has,
   * where probes hang, and for a name that does not resolve, where they fail at once.
   */
  readonly resolve: (host: string, port: number) => SocketAddress | undefined;
}

/** One checker and one health check. */
class LiveChecker implements ProbingChecker {
  readonly #ports: LiveProberPorts;
  readonly #checker: Checker;
  #check: HealthCheck;
  #health: CheckerHealth;
  #closed = false;
  #cancelNext: () => void = () => undefined;
  readonly #cancelRunning = new Set<() => void>();

  constructor(ports: LiveProberPorts, checker: Checker, watched: WatchedCheck) {
    this.#ports = ports;
    this.#checker = checker;
    this.#check = watched.check;
    const reported = watched.reported(checker.id);
    this.#health = reported === undefined ? newCheckerHealth : knownCheckerHealth(reported);
    this.#schedule(ports.clock.now());
  }

  update(check: HealthCheck): void {
    this.#check = check;
  }

  close(): void {
    this.#closed = true;
    this.#cancelNext();
    for (const cancel of this.#cancelRunning) cancel();
    this.#cancelRunning.clear();
  }

  #schedule(afterMs: number): void {
    const { seed, clock } = this.#ports;
    const intervalMs = this.#check.config.requestIntervalSeconds * 1000;
    const atMs = nextProbeAt(seed, this.#checker.id, this.#check.id, intervalMs, afterMs);
    this.#cancelNext = clock.at(atMs, () => {
      // A clock that ran late must not probe the missed moments all at once: the next one counts from now.
      this.#schedule(Math.max(atMs, clock.now() - intervalMs));
      this.#probe(atMs);
    });
  }

  #probe(at: number): void {
    const { config, id: healthCheckId } = this.#check;
    const target = targetOf(this.#check);
    const socket = this.#ports.resolve(target.host, target.port);
    if (socket === undefined) {
      if (isIP(target.host) === 0) this.#take(results.unresolved);
      else this.#hang(connectLimitMs(config));
      return;
    }
    const way = this.#ports.way(this.#checker.region, target, socket);
    if (!way.up) {
      this.#hang(connectLimitMs(config));
      return;
    }
    const { from, seed, clock } = this.#ports;
    const moment = { seed, checkerId: this.#checker.id, healthCheckId, at };
    this.#run(
      probeEndpoint({
        check: this.#check,
        socket,
        ...probePassing(way, config, moment),
        clock,
        ...(from === undefined ? {} : { from }),
      }),
    );
  }

  #hang(limitMs: number): void {
    const { clock } = this.#ports;
    const cancel = clock.at(clock.now() + limitMs, () => {
      this.#cancelRunning.delete(cancel);
      this.#take(results.timedOut);
    });
    this.#cancelRunning.add(cancel);
  }

  #run(probe: RunningProbe): void {
    const cancel = () => probe.cancel();
    this.#cancelRunning.add(cancel);
    void probe.result.then((result) => {
      this.#cancelRunning.delete(cancel);
      this.#take(result);
    });
  }

  #take({ succeeded, reason }: ProbeResult): void {
    if (this.#closed) return;
    const before = this.#health.status;
    this.#health = stepChecker(this.#health, succeeded, this.#check.config.failureThreshold);
    if (this.#health.status === before) return;
    this.#ports.observe({
      healthCheckId: this.#check.id,
      checkerId: this.#checker.id,
      healthy: succeeded,
      reason,
    });
  }
}

/** Health checkers that probe real sockets, at the moments of world time that the schedule gives them. */
export const createLiveProber = (ports: LiveProberPorts): Prober => {
  const fleet = new CheckerFleet((checker, watched) => new LiveChecker(ports, checker, watched));
  return {
    watch: (checks) => fleet.watch(checks),
    conditionsChanged: () => undefined,
    close: () => fleet.close(),
  };
};
