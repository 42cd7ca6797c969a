import {
  nextProbeAt,
  probeChance,
  probePhaseMs,
  type ProbePair,
} from '../../aws/elbv2/probe-schedule.ts';
import type { Chance } from '../../world/chance.ts';
import {
  afterProbe,
  isSameHealth,
  unprobed,
  type HealthCheck,
  type ProbeOutcome,
} from '../../aws/elbv2/target-health.ts';
import type { NodeTargetGroup, TargetHealthReport } from './messages.ts';
import type { NodeClock } from './node-clock.ts';
import type { TargetPool } from './target-pool.ts';

/** What a prober is given. */
export interface ProberOptions {
  readonly seed: number;
  readonly zoneId: string;
  readonly clock: NodeClock;
  readonly probe: (
    pool: TargetPool,
    check: HealthCheck,
    clock: NodeClock,
    chance: Chance,
  ) => Promise<ProbeOutcome>;
  /** Called when a reader of the API would see a difference. */
  readonly report: (report: TargetHealthReport) => void;
  /** Called whenever a target's health in this node has changed. */
  readonly changed: (targetGroupArn: string) => void;
}

/** Checks one target again and again, each time at the moment that the schedule gives. */
export class Prober {
  readonly #options: ProberOptions;
  readonly #pool: TargetPool;
  readonly #group: () => NodeTargetGroup;
  readonly #since: number;
  #check: HealthCheck;
  #cancel: () => void = () => undefined;
  #stopped = false;

  /** `since` is when this node began to check the target. */
  constructor(
    options: ProberOptions,
    pool: TargetPool,
    group: () => NodeTargetGroup,
    since: number,
  ) {
    this.#options = options;
    this.#pool = pool;
    this.#group = group;
    this.#since = since;
    this.#check = group().healthCheck;
    pool.health = unprobed;
    this.#schedule(since - 1);
  }

  /** Takes over settings that have changed. */
  update(): void {
    const { healthCheck } = this.#group();
    if (healthCheck.intervalSeconds !== this.#check.intervalSeconds) {
      this.#check = healthCheck;
      this.#schedule(this.#options.clock.now());
    }
    this.#check = healthCheck;
  }

  stop(): void {
    this.#stopped = true;
    this.#cancel();
  }

  #schedule(afterMs: number): void {
    this.#cancel();
    const intervalMs = this.#check.intervalSeconds * 1000;
    const phaseMs = probePhaseMs(this.#pair, intervalMs);
    const at = nextProbeAt(phaseMs, intervalMs, this.#since, afterMs);
    this.#cancel = this.#options.clock.at(at, () => {
      // After a pause of the machine the missed probes are not made up for.
      this.#schedule(Math.max(at, this.#options.clock.now()));
      void this.#run(at);
    });
  }

  get #pair(): ProbePair {
    const { target } = this.#pool;
    return {
      seed: this.#options.seed,
      nodeZoneId: this.#options.zoneId,
      targetGroupArn: this.#group().arn,
      targetId: target.id,
      targetPort: target.port,
    };
  }

  async #run(at: number): Promise<void> {
    const { probe, clock } = this.#options;
    const chance = probeChance(this.#pair, this.#check.intervalSeconds * 1000, at);
    const outcome = await probe(this.#pool, this.#check, clock, chance);
    if (this.#stopped) return;
    const before = this.#pool.health;
    const after = afterProbe(before, this.#check, outcome);
    this.#pool.health = after;
    if (isSameHealth(before, after)) return;
    const { arn } = this.#group();
    this.#options.changed(arn);
    const { target } = this.#pool;
    this.#options.report({
      targetGroupArn: arn,
      targetId: target.id,
      targetPort: target.port,
      zoneId: this.#options.zoneId,
      state: after.state,
      reason: after.reason,
      description: after.description,
      at: this.#options.clock.now(),
    });
  }
}
