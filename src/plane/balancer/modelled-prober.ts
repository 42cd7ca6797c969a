import { firstProbeFrom, nextProbeAt } from '../../aws/elbv2/probe-schedule.ts';
import {
  afterProbe,
  isSameHealth,
  isSteady,
  unprobed,
  type HealthCheck,
  type NodeTargetHealth,
  type ProbeOutcome,
} from '../../aws/elbv2/target-health.ts';
import type { Clock } from '../../world/clock.ts';

/** What a probe meets, and how long after its start that is known. */
export interface Foreseen {
  readonly outcome: ProbeOutcome;
  readonly durationMs: number;
}

/** What probes that start from now on would meet. */
export interface Foresight {
  /** Whether all of them meet the same. */
  readonly isEven: boolean;
  readonly at: (startMs: number) => Foreseen;
}

/** So many probes ahead are played for a change where each of them meets something of its own. */
const lookAhead = 200;

/** Where a prober stands in its run of probes. */
interface Position {
  readonly health: NodeTargetHealth;
  readonly nextProbe: number;
  /** By the moment of their outcome. Two at most: only the first probe of a target may be overtaken by the schedule. */
  readonly inFlight: readonly { readonly at: number; readonly outcome: ProbeOutcome }[];
}

export interface ModelledProberOptions {
  readonly clock: Clock;
  readonly phaseMs: number;
  readonly sinceMs: number;
  /** Called for each change that a reader of the API would see, with the moment of the probe's outcome. */
  readonly changed: (health: NodeTargetHealth, at: number) => void;
}

/**
 * The probes of one pair in virtual time. While nothing about the target changes, all its probes meet the same;
 * so only those that count towards a change of state are played, and the clock is asked for that one moment.
 */
export class ModelledProber {
  readonly #options: ModelledProberOptions;
  #check: HealthCheck;
  #foresight: Foresight;
  #position: Position;
  #cancel: () => void = () => undefined;

  constructor(options: ModelledProberOptions, check: HealthCheck, foresight: Foresight) {
    this.#options = options;
    this.#check = check;
    this.#foresight = foresight;
    this.#position = { health: unprobed, nextProbe: options.sinceMs, inFlight: [] };
    this.#waitForChange();
  }

  get health(): NodeTargetHealth {
    return this.#position.health;
  }

  /** The settings are these from now on, and probes that start from now on meet this. */
  update(check: HealthCheck, foresight: Foresight): void {
    const now = this.#options.clock.now();
    this.#advance(now, 'before');
    if (check.intervalSeconds !== this.#check.intervalSeconds) {
      const { phaseMs, sinceMs } = this.#options;
      const nextProbe = nextProbeAt(phaseMs, check.intervalSeconds * 1000, sinceMs, now);
      this.#position = { ...this.#position, nextProbe };
    }
    this.#check = check;
    this.#foresight = foresight;
    this.#waitForChange();
  }

  stop(): void {
    this.#cancel();
  }

  get #intervalMs(): number {
    return this.#check.intervalSeconds * 1000;
  }

  /** One step on: the outcome of the probe in flight, or the start of the next one. */
  #step(position: Position): Position {
    const { inFlight, nextProbe } = position;
    const [first, ...others] = inFlight;
    if (first !== undefined && first.at <= nextProbe) {
      const health = afterProbe(position.health, this.#check, first.outcome);
      return { health, nextProbe, inFlight: others };
    }
    const { outcome, durationMs } = this.#foresight.at(nextProbe);
    const { phaseMs, sinceMs } = this.#options;
    return {
      health: position.health,
      nextProbe: nextProbeAt(phaseMs, this.#intervalMs, sinceMs, nextProbe),
      inFlight: [...inFlight, { at: nextProbe + durationMs, outcome }].toSorted(
        (a, b) => a.at - b.at,
      ),
    };
  }

  #isSteady(position: Position): boolean {
    return (
      this.#foresight.isEven &&
      position.inFlight.length === 0 &&
      isSteady(position.health, this.#check, this.#foresight.at(position.nextProbe).outcome)
    );
  }

  /**
   * Plays everything that has happened by `now`. Whether that includes a probe that starts at `now` itself makes
   * a difference when something changes just then: that probe meets what is new.
   */
  #advance(now: number, last: 'before' | 'through'): void {
    for (;;) {
      const { inFlight, nextProbe, health } = this.#position;
      const outcomeAt = inFlight[0]?.at ?? Infinity;
      const started = last === 'through' ? nextProbe <= now : nextProbe < now;
      if (outcomeAt > now && !started) return;
      if (this.#isSteady(this.#position)) {
        const { phaseMs, sinceMs } = this.#options;
        const skippedTo = firstProbeFrom(phaseMs, this.#intervalMs, sinceMs, now);
        this.#position = { ...this.#position, nextProbe: skippedTo };
        return;
      }
      this.#position = this.#step(this.#position);
      if (!isSameHealth(health, this.#position.health)) {
        this.#options.changed(this.#position.health, outcomeAt);
      }
    }
  }

  #waitForChange(): void {
    this.#cancel();
    const at = this.#nextChangeAt();
    if (at === undefined) return;
    this.#cancel = this.#options.clock.at(at, () => {
      this.#advance(this.#options.clock.now(), 'through');
      this.#waitForChange();
    });
  }

  /** The moment at which the health will change if nothing else does, or at which it is to be looked for again. */
  #nextChangeAt(): number | undefined {
    let position = this.#position;
    for (let played = 0; !this.#isSteady(position); played += 1) {
      if (played > lookAhead && !this.#foresight.isEven) return position.nextProbe;
      const next = this.#step(position);
      if (!isSameHealth(position.health, next.health)) return position.inFlight[0]?.at;
      position = next;
    }
    return undefined;
  }
}
