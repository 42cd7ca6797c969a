import type { Geography } from '../atlas/geography.ts';
import { DomainError } from './domain-error.ts';
import type { FaultEffect } from './fault-effects.ts';
import { parseFaultTarget, type FaultTarget } from './fault-targets.ts';
import type { Fault } from './faults.ts';

/** The keys under which a target is looked up; of a link one for each direction that it strikes. */
const keysOf = (target: FaultTarget, { oneWay }: Fault): readonly string[] => {
  switch (target.kind) {
    case 'region':
      return [`region/${target.region}`];
    case 'zone':
      return [`zone/${target.zoneId}`];
    case 'stock':
      return [`stock/${target.zoneId}/${target.typeOrFamily}`];
    case 'provider':
      return [`provider/${target.zoneId}/${target.provider}`];
    case 'instance':
      return [`instance/${target.instanceId}`];
    case 'volume':
      return [`volume/${target.volumeId}`];
    case 'link': {
      const [from, to] = target.ends;
      return oneWay === true
        ? [`link/${from}/${to}`]
        : [`link/${from}/${to}`, `link/${to}/${from}`];
    }
    case 'api':
      return [
        target.service === undefined
          ? `api/${target.region}`
          : `api/${target.region}/${target.service}`,
      ];
  }
};

const none: readonly Fault[] = [];

/**
 * Open faults by effect and target: what a question costs does not depend on how many faults strike other targets, and
 * what was worked out once from the faults of a target is kept.
 */
export class FaultIndex {
  /** The open faults, oldest first. */
  readonly faults: readonly Fault[];
  readonly #byEffect = new Map<FaultEffect, Map<string, Fault[]>>();
  readonly #kept = new Map<string, unknown>();

  constructor(geography: Geography, faults: readonly Fault[]) {
    const known: Fault[] = [];
    for (const fault of faults) {
      // One whose target this geography does not have strikes nothing.
      const target = parseFaultTarget(geography, fault.target);
      if (target instanceof DomainError) continue;
      known.push(fault);
      for (const key of keysOf(target, fault)) {
        const byTarget = this.#byEffect.get(fault.effect) ?? new Map<string, Fault[]>();
        this.#byEffect.set(fault.effect, byTarget);
        const listed = byTarget.get(key);
        if (listed === undefined) byTarget.set(key, [fault]);
        else listed.push(fault);
      }
    }
    this.faults = known;
  }

  /** The faults with that effect on a target, as `zone/use1-az1`; links by direction, as `link/use1-az1/use1-az2`. */
  of(effect: FaultEffect, target: string): readonly Fault[] {
    return this.#byEffect.get(effect)?.get(target) ?? none;
  }

  /** Whether there is a fault with that effect anywhere. */
  hasAny(effect: FaultEffect): boolean {
    return this.#byEffect.has(effect);
  }

  /** Whether there are any on that target. */
  has(effect: FaultEffect, target: string): boolean {
    return this.#byEffect.get(effect)?.has(target) === true;
  }

  /** The targets that faults with that effect strike and whose name begins so. */
  targetsOf(effect: FaultEffect, prefix: string): readonly string[] {
    return [...(this.#byEffect.get(effect)?.keys() ?? [])].filter((key) => key.startsWith(prefix));
  }

  /** What was made under that key before, or else what is made now. A key always stands for the same type. */
  keep<T>(key: string, make: () => T): T {
    // The key stands for one type, which its only caller knows.
    if (this.#kept.has(key)) return this.#kept.get(key) as T;
    const made = make();
    this.#kept.set(key, made);
    return made;
  }
}
