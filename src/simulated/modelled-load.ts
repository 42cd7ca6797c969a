import { Alarms } from '../aws/cloudwatch/entities.ts';
import {
  observeTraffic,
  type GroupTrafficObservation,
} from '../aws/cloudwatch/balancer-metrics.ts';
import { TargetGroups } from '../aws/elbv2/entities.ts';
import type { ExchangeShare } from '../aws/elbv2/exchange-outcomes.ts';
import type { TrafficLoad } from '../drill/ports.ts';
import type { ModelledRoute, RoutedShare } from '../plane/balancer/modelled-balancer.ts';
import type { Clock } from '../world/clock.ts';
import type { World } from '../world/world.ts';
import { watchTables } from '../serving/runners/tables-watch.ts';

const minuteMs = 60_000;

export interface ModelledLoadOptions {
  readonly world: World;
  readonly clock: Clock;
  /** The zone of the balancer's node behind an address, and where it sends what comes to a port; undefined when there is none. */
  readonly route: (
    address: string,
    port: number,
  ) => { readonly zoneId: string; readonly route: ModelledRoute } | undefined;
  /** How requests end that a node passes on to a target. */
  readonly exchanges: (share: RoutedShare, idleTimeoutMs: number) => readonly ExchangeShare[];
}

interface Counted {
  requests: number;
  readonly answers: Record<'2XX' | '3XX' | '4XX' | '5XX', number>;
  ownServerErrors: number;
  readonly responseSeconds: [number, number][];
}

const nothingCounted = (): Counted => ({
  requests: 0,
  answers: { '2XX': 0, '3XX': 0, '4XX': 0, '5XX': 0 },
  ownServerErrors: 0,
  responseSeconds: [],
});

const statusClasses = ['2XX', '3XX', '4XX', '5XX'] as const;

const countShare = (counted: Counted, all: number, exchanges: readonly ExchangeShare[]): void => {
  counted.requests += all;
  for (const { share, statusCode, afterMs, by } of exchanges) {
    const requests = all * share;
    if (by === 'load-balancer') {
      counted.ownServerErrors += requests;
      continue;
    }
    const kind = statusClasses[Math.floor(statusCode / 100) - 2];
    if (kind !== undefined) counted.answers[kind] += requests;
    counted.responseSeconds.push([afterMs / 1_000, requests]);
  }
};

/**
 * What balancers' nodes of a simulated world would count in a minute: traffic there is a rate, not requests. It is computed
 * at the end of each minute in which traffic is sent and some alarm watches a metric of balancers; else it costs nothing.
 */
export class ModelledLoad {
  readonly #options: ModelledLoadOptions;
  readonly #loads = new Map<string, TrafficLoad>();
  readonly #sent = new Map<
    string,
    { readonly address: string; readonly port: number; requests: number }
  >();
  readonly #stopWatching: () => void;
  #settledAt = 0;
  #cancel: (() => void) | undefined;

  constructor(options: ModelledLoadOptions) {
    this.#options = options;
    this.#stopWatching = watchTables(options.world, [Alarms], () => this.#wake());
  }

  /** From now on a traffic sends so; what it sent until now was sent as it was said before. */
  sends(load: TrafficLoad): void {
    if (this.#cancel !== undefined) this.#settle();
    if (load.ratePerSecond === 0) this.#loads.delete(load.traffic);
    else this.#loads.set(load.traffic, load);
    this.#wake();
  }

  stop(): void {
    this.#stopWatching();
    this.#cancel?.();
  }

  #wake(): void {
    if (this.#cancel !== undefined || this.#loads.size === 0 || !this.#isWatched()) return;
    const { clock } = this.#options;
    this.#settledAt = clock.now();
    const minuteAt = this.#settledAt - (this.#settledAt % minuteMs);
    this.#cancel = clock.at(minuteAt + minuteMs, () => {
      this.#settle();
      this.#cancel = undefined;
      this.#tell(minuteAt);
      this.#wake();
    });
  }

  #isWatched(): boolean {
    const { world } = this.#options;
    return world
      .regionalViews()
      .some((view) =>
        view.list(Alarms).some(({ rule }) => rule.namespace === 'AWS/ApplicationELB'),
      );
  }

  #settle(): void {
    const now = this.#options.clock.now();
    const seconds = (now - this.#settledAt) / 1_000;
    this.#settledAt = now;
    for (const { addresses, port, ratePerSecond } of this.#loads.values()) {
      for (const address of addresses) {
        const key = `${address}:${port}`;
        const sent = this.#sent.get(key) ?? { address, port, requests: 0 };
        sent.requests += (ratePerSecond * seconds) / addresses.length;
        this.#sent.set(key, sent);
      }
    }
  }

  #tell(minuteAt: number): void {
    const { route, exchanges } = this.#options;
    const byZone = new Map<string, Map<string, Counted>>();
    for (const { address, port, requests } of this.#sent.values()) {
      const node = route(address, port);
      if (node?.route.kind !== 'targets') continue;
      const groups = byZone.get(node.zoneId) ?? new Map<string, Counted>();
      byZone.set(node.zoneId, groups);
      for (const share of node.route.shares) {
        const counted = groups.get(share.targetGroupArn) ?? nothingCounted();
        groups.set(share.targetGroupArn, counted);
        const ends = exchanges(share, node.route.idleTimeoutMs);
        countShare(counted, requests * share.share, ends);
      }
    }
    this.#sent.clear();
    for (const [zoneId, groups] of byZone) {
      const observed = [...groups].map(([targetGroupArn, counted]) => ({
        targetGroupArn,
        ...counted,
      }));
      this.#observe(zoneId, minuteAt, observed);
    }
  }

  #observe(zoneId: string, minuteAt: number, all: readonly GroupTrafficObservation[]): void {
    const { world } = this.#options;
    const region = world.geography.zone(zoneId)?.region;
    if (region === undefined) return;
    for (const view of world.viewsOf(region)) {
      const groups = all.filter(
        ({ targetGroupArn }) => view.get(TargetGroups, targetGroupArn) !== undefined,
      );
      if (groups.length === 0) continue;
      world.transact(region, view.account, (tx) =>
        observeTraffic(tx, { zoneId, minuteAt, groups }),
      );
    }
  }
}
