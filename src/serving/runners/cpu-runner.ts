import { Alarms } from '../../aws/cloudwatch/entities.ts';
import {
  observeCpu,
  watchedByCpuAlarms,
  type CpuSample,
} from '../../aws/cloudwatch/instance-metrics.ts';
import { Instances, type Instance } from '../../aws/ec2/instances/instance-entities.ts';
import { locationOf } from '../../aws/ec2/instances/instance-location.ts';
import { instanceTypeFacts } from '../../aws/ec2/instances/instance-type-facts.ts';
import type { CpuReading, Driver } from '../../plane/compute/driver.ts';
import type { Clock } from '../../world/clock.ts';
import type { World } from '../../world/world.ts';
import { watchTables } from './tables-watch.ts';

const minuteMs = 60_000;

/** "Basic monitoring": metrics of an instance come every five minutes unless detailed monitoring is on. */
const basicMinutes = 5;

/** The host's processes are looked at no more often. */
const leastRealMs = 1_000;

/** Whether all instances are measured, or only those that alarms watch. */
export type CpuScope = 'everything' | 'watched';

export interface CpuRunnerOptions {
  readonly world: World;
  readonly driver: Driver;
  readonly clock: Clock;
  /** Whether all instances are measured, or only those that alarms watch. */
  readonly scope: CpuScope;
  /** Milliseconds of the host's time, for drivers that measure processes of the host. */
  readonly realNowMs: () => number;
}

interface Earlier {
  readonly bootNumber: number;
  readonly reading: CpuReading;
  readonly at: number;
  readonly realMs: number;
}

interface Measured {
  readonly region: string;
  readonly account: string;
  readonly instance: Instance;
}

/** Measures at the end of each minute of world time how busy instances were. It rests while there is nothing to measure. */
export class CpuRunner {
  readonly #options: CpuRunnerOptions;
  readonly #stopWatching: () => void;
  #earlier = new Map<string, Earlier>();
  #cancel: (() => void) | undefined;
  #isStopped = false;
  #lookedAtRealMs = -Infinity;

  constructor(options: CpuRunnerOptions) {
    this.#options = options;
    const tables = options.scope === 'everything' ? [Instances] : [Alarms];
    this.#stopWatching = watchTables(options.world, tables, () => this.#wake());
    this.#wake();
  }

  stop(): void {
    this.#isStopped = true;
    this.#stopWatching();
    this.#cancel?.();
  }

  #wake(): void {
    if (this.#cancel !== undefined || this.#isStopped || this.#options.driver.cpu === undefined)
      return;
    const { clock } = this.#options;
    const now = clock.now();
    const at = now - (now % minuteMs) + minuteMs;
    this.#cancel = clock.at(at, () => {
      this.#cancel = undefined;
      if (!this.#isStopped) this.#measure(at);
    });
  }

  #measure(at: number): void {
    if (this.#options.scope === 'everything' && !this.#isTimeToLook()) {
      this.#wake();
      return;
    }
    const measured = this.#measured();
    if (measured.length === 0) {
      this.#earlier.clear();
      return;
    }
    const ids = measured.map(({ instance }) => instance.id);
    this.#options.driver.cpu?.(ids, (readings) => {
      if (!this.#isStopped) this.#take(at, measured, readings);
    });
    this.#wake();
  }

  /** In a world whose time runs fast a look at the host's processes each minute would cost more than it tells. */
  #isTimeToLook(): boolean {
    const realMs = this.#options.realNowMs();
    if (realMs - this.#lookedAtRealMs < leastRealMs) return false;
    this.#lookedAtRealMs = realMs;
    return true;
  }

  /** The instances that run and are looked at; what has lost its power is seen by nobody. */
  #measured(): readonly Measured[] {
    const { world, scope } = this.#options;
    return world.regionalViews().flatMap((view) => {
      const { shard: region, account } = view;
      if (!world.conditions.regionAlive(region)) return [];
      const candidates =
        scope === 'everything'
          ? view.list(Instances)
          : [...watchedByCpuAlarms(view)].flatMap((id) => view.get(Instances, id) ?? []);
      return candidates
        .filter(
          (instance) =>
            instance.state === 'running' && world.conditions.instancePowered(locationOf(instance)),
        )
        .map((instance) => ({ region, account, instance }));
    });
  }

  #take(at: number, measured: readonly Measured[], readings: readonly CpuReading[]): void {
    const byInstance = new Map(readings.map((reading) => [reading.instanceId, reading]));
    const realMs = this.#options.realNowMs();
    const kept = new Map<string, Earlier>();
    const samples = new Map<string, { readonly of: Measured; readonly list: CpuSample[] }>();
    for (const of of measured) {
      const { instance, region, account } = of;
      const reading = byInstance.get(instance.id);
      if (reading === undefined) continue;
      const before = this.#earlier.get(instance.id);
      const now: Earlier = { bootNumber: instance.bootNumber, reading, at, realMs };
      const isDue = instance.detailedMonitoring || (at / minuteMs) % basicMinutes === 0;
      const isSameBoot = before?.bootNumber === instance.bootNumber;
      kept.set(instance.id, isDue || !isSameBoot ? now : before);
      if (!isDue || !isSameBoot) continue;
      const percent = percentBetween(instance, before, now);
      if (percent === undefined) continue;
      const from = at - (instance.detailedMonitoring ? 1 : basicMinutes) * minuteMs;
      const key = `${region} ${account}`;
      const known = samples.get(key) ?? { of, list: [] };
      known.list.push({ instanceId: instance.id, percent, from });
      samples.set(key, known);
    }
    this.#earlier = kept;
    const { world, scope } = this.#options;
    for (const { of, list } of samples.values()) {
      world.transact(of.region, of.account, (tx) => observeCpu(tx, list, scope));
    }
  }
}

const percentBetween = (instance: Instance, before: Earlier, now: Earlier): number | undefined => {
  const spentSeconds = Math.max(0, now.reading.seconds - before.reading.seconds);
  const isOfHost = now.reading.of === 'host';
  const elapsedSeconds = (isOfHost ? now.realMs - before.realMs : now.at - before.at) / 1_000;
  if (elapsedSeconds <= 0) return undefined;
  const vcpus = isOfHost
    ? (instanceTypeFacts(instance.instanceType)?.VCpuInfo?.DefaultVCpus ?? 1)
    : 1;
  const percent = (spentSeconds / elapsedSeconds / vcpus) * 100;
  return Math.min(100, Math.round(percent * 1_000) / 1_000);
};
