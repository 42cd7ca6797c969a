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

/** The same of a fault; none of one whose target the geography does not have. */
const keysIn = (geography: Geography, fault: Fault): readonly string[] => {
  const target = parseFaultTarget(geography, fault.target);
  return target instanceof DomainError ? [] : keysOf(target, fault);
};

type ByEffect = ReadonlyMap<FaultEffect, ReadonlyMap<string, readonly Fault[]>>;

/**
 * Open faults by effect and target: what a question costs does not depend on how many faults strike other targets, and
 * what was worked out once from the faults of a target is kept.
 */
export class FaultIndex {
  /** The open faults, oldest first. */
  readonly faults: readonly Fault[];
  readonly #geography: Geography;
  readonly #byEffect: ByEffect;
  readonly #kept = new Map<string, unknown>();

  private constructor(geography: Geography, faults: readonly Fault[], byEffect: ByEffect) {
    this.#geography = geography;
    this.faults = faults;
    this.#byEffect = byEffect;
  }

  /** An index of these, oldest first. One whose target the geography does not have strikes nothing, and is left out. */
  static of(geography: Geography, faults: readonly Fault[]): FaultIndex {
    const byEffect = new Map<FaultEffect, Map<string, readonly Fault[]>>();
    const known = faults.filter((fault) => {
      const keys = keysIn(geography, fault);
      const byTarget = byEffect.get(fault.effect) ?? new Map<string, readonly Fault[]>();
      for (const key of keys) byTarget.set(key, [...(byTarget.get(key) ?? none), fault]);
      if (keys.length > 0) byEffect.set(fault.effect, byTarget);
      return keys.length > 0;
    });
    return new FaultIndex(geography, known, byEffect);
  }

  /**
   * The index once a fault was opened, or has changed in anything but its target and effect, which no fault does: a copy of
   * what has its effect, no more.
   */
  with(fault: Fault): FaultIndex {
    const keys = keysIn(this.#geography, fault);
    if (keys.length === 0) return this;
    const before = this.faults.find(({ id }) => id === fault.id);
    const put = (list: readonly Fault[]): readonly Fault[] =>
      before === undefined ? [...list, fault] : list.map((one) => (one === before ? fault : one));
    const byTarget = new Map(this.#byEffect.get(fault.effect));
    for (const key of keys) byTarget.set(key, put(byTarget.get(key) ?? none));
    const byEffect = new Map(this.#byEffect).set(fault.effect, byTarget);
    return new FaultIndex(this.#geography, put(this.faults), byEffect);
  }

  /** The index once a fault is gone. */
  without(id: string): FaultIndex {
    const fault = this.faults.find((one) => one.id === id);
    if (fault === undefined) return this;
    const isLeft = (one: Fault): boolean => one !== fault;
    const byTarget = new Map(this.#byEffect.get(fault.effect));
    for (const key of keysIn(this.#geography, fault)) {
      const left = (byTarget.get(key) ?? none).filter(isLeft);
      if (left.length === 0) byTarget.delete(key);
      else byTarget.set(key, left);
    }
    const byEffect = new Map(this.#byEffect);
    if (byTarget.size === 0) byEffect.delete(fault.effect);
    else byEffect.set(fault.effect, byTarget);
    return new FaultIndex(this.#geography, this.faults.filter(isLeft), byEffect);
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
