import { hash32 } from '../atlas/hash.ts';
import type { Geography } from '../atlas/geography.ts';
import type { FaultIndex } from './fault-index.ts';
import type { Fault } from './faults.ts';
import { strengthLeft } from './recovery.ts';

/** A fault that nobody opened: it follows from another, and goes with it. */
export interface Consequence extends Fault {
  /** The id of the fault that it follows from. */
  readonly derivedFrom: string;
}

/** What is missing of a zone's machines of one type. */
export interface CapacityCondition {
  /** The share of the stock that is gone, 0 to 1. */
  readonly goneShare: number;
  /** The seed of the faults that it comes from, for what must be drawn. */
  readonly seed: number;
}

const fullStock: CapacityCondition = { goneShare: 0, seed: 0 };

/** A Spot Instance, as faults see it. */
export interface SpotLocation {
  readonly instanceId: string;
  readonly zoneId: string;
  readonly instanceType: string;
}

/** What a Spot Instance is told: that it will be taken, or that it might be. */
export type SpotCondition = 'well' | 'rebalance' | 'interruption';

const isInterruption = ({ as }: Fault): boolean => as !== 'rebalance';

/** What strikes the machines of a type in a zone: of all types, of the family and of the type itself. */
const stockTargets = (zoneId: string, instanceType: string | undefined): readonly string[] => {
  const family = instanceType?.split('.')[0];
  return [
    `zone/${zoneId}`,
    ...(instanceType === undefined ? [] : [`stock/${zoneId}/${instanceType}`]),
    ...(family === undefined || family === instanceType ? [] : [`stock/${zoneId}/${family}`]),
  ];
};

/** What is short in zones: what faults take of their stocks, and the rush that follows when a zone fails. */
export class Shortage {
  readonly #index: FaultIndex;
  readonly #geography: Geography;

  constructor(index: FaultIndex, geography: Geography) {
    this.#index = index;
    this.#geography = geography;
  }

  /** See `Conditions.capacity`. */
  capacity(zoneId: string, instanceType: string | undefined, now: number): CapacityCondition {
    if (this.#index.faults.length === 0) return fullStock;
    const region = this.#geography.zone(zoneId)?.region ?? '';
    const targets = [`region/${region}`, ...stockTargets(zoneId, instanceType)];
    const opened = this.#index.keep(`capacity ${targets.join(' ')}`, () =>
      taken(targets.flatMap((target) => this.#index.of('capacity', target))),
    );
    const derived = this.consequences(now).filter((fault) => fault.target === `zone/${zoneId}`);
    const rush = taken(derived);
    return {
      goneShare: 1 - opened.leftShare * rush.leftShare,
      seed: opened.seed + rush.seed,
    };
  }

  /** See `Conditions.spotCapacity`. */
  spotCapacity(zoneId: string, instanceType: string, now: number): CapacityCondition {
    const capacity = this.capacity(zoneId, instanceType, now);
    const wanted = this.#spotFaults(zoneId, instanceType).filter(isInterruption);
    if (wanted.length === 0) return capacity;
    const spot = taken(wanted);
    return {
      goneShare: 1 - (1 - capacity.goneShare) * spot.leftShare,
      seed: capacity.seed + spot.seed,
    };
  }

  /** See `Conditions.spot`. */
  spot({ zoneId, instanceType, instanceId }: SpotLocation): SpotCondition {
    const struck = [
      ...this.#spotFaults(zoneId, instanceType).filter(
        ({ seed, severity }) => hash32('spot', seed, instanceId) / 2 ** 32 < severity,
      ),
      ...this.#index.of('spot', `instance/${instanceId}`),
    ];
    if (struck.length === 0) return 'well';
    return struck.some(isInterruption) ? 'interruption' : 'rebalance';
  }

  #spotFaults(zoneId: string, instanceType: string): readonly Fault[] {
    if (!this.#index.hasAny('spot')) return [];
    return stockTargets(zoneId, instanceType).flatMap((target) => this.#index.of('spot', target));
  }

  /** See `Conditions.consequences`. */
  consequences(now: number): readonly Consequence[] {
    const { rush } = this.#geography;
    if (rush === undefined || this.#index.faults.length === 0) return [];
    const failed = this.#index.keep('failed zones', () => this.#failedZones());
    return failed.flatMap(({ fault, zoneId }) => {
      const leftShare = 1 - (now - fault.begin) / rush.durationMs;
      if (leftShare <= 0) return [];
      const end = fault.begin + rush.durationMs;
      const region = this.#geography.zone(zoneId)?.region ?? '';
      return this.#geography
        .zonesOf(region)
        .filter((other) => other.id !== zoneId)
        .map((other): Consequence => ({
          id: `${fault.id}-rush-${other.id}`,
          derivedFrom: fault.id,
          target: `zone/${other.id}`,
          effect: 'capacity',
          severity: rush.share * fault.severity * Math.min(1, leftShare),
          begin: fault.begin,
          end: fault.end === null ? end : Math.min(end, fault.end),
          seed: fault.seed,
          latencyMs: 0,
        }));
    });
  }

  /** Zones that failed alone, whole or in part, each with the first of the faults that struck it. */
  #failedZones(): readonly { readonly fault: Fault; readonly zoneId: string }[] {
    const failed = new Map<string, Fault>();
    for (const effect of ['power', 'network'] as const) {
      for (const target of this.#index.targetsOf(effect, 'zone/')) {
        const zoneId = target.slice('zone/'.length);
        for (const fault of this.#index.of(effect, target)) {
          const known = failed.get(zoneId);
          if (fault.recovery !== undefined) continue;
          if (known === undefined || fault.begin < known.begin) failed.set(zoneId, fault);
        }
      }
    }
    return [...failed].map(([zoneId, fault]) => ({ fault, zoneId }));
  }
}

/** What faults leave, each its share of what the others leave, and their seeds together. */
const taken = (
  faults: readonly Fault[],
): { readonly leftShare: number; readonly seed: number } => ({
  leftShare: faults.reduce((left, fault) => left * (1 - fault.severity * strengthLeft(fault)), 1),
  seed: faults.reduce((sum, fault) => sum + fault.seed, 0),
});
