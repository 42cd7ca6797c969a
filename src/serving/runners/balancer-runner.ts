import { observeTraffic } from '../../aws/cloudwatch/balancer-metrics.ts';
import { observeTargetHealth } from '../../aws/elbv2/target-reports.ts';
import {
  LoadBalancers,
  TargetGroups,
  Targets,
  type LoadBalancer,
} from '../../aws/elbv2/entities.ts';
import type { BalancerObservation, BalancerPlane } from '../../plane/balancer/balancer-plane.ts';
import type {
  NodeConfiguration,
  TargetHealthReport,
  TrafficReport,
} from '../../plane/balancer/messages.ts';
import { Faults } from '../../world/faults.ts';
import type { World } from '../../world/world.ts';
import { PerEntity } from '../derived/per-entity.ts';
import {
  nodeConfigurations,
  nodePartsOf,
  withThoseBefore,
  type NodePart,
  type NodeSockets,
} from './node-configurations.ts';
import { soonOnce, type RunSoon } from './soon.ts';
import { watchTables } from './tables-watch.ts';

export interface BalancerRunnerOptions {
  readonly world: World;
  readonly sockets: NodeSockets;
  readonly plane: BalancerPlane;
  readonly soon: RunSoon;
}

/** Tells the balancer nodes what to do as the world changes, and brings what they see back into it. */
export class BalancerRunner {
  readonly #options: BalancerRunnerOptions;
  readonly #stopWatching: () => void;
  readonly #parts: PerEntity<LoadBalancer, readonly NodePart[]>;
  readonly #unpowered = new Set<string>();
  #told: readonly NodeConfiguration[] = [];
  #isStopped = false;

  constructor(options: BalancerRunnerOptions) {
    this.#options = options;
    const { world, sockets, soon } = options;
    const converge = soonOnce(soon, () => {
      if (!this.#isStopped) this.converge();
    });
    this.#parts = new PerEntity(
      world,
      LoadBalancers,
      (view, loadBalancer) => nodePartsOf(sockets, view, loadBalancer),
      converge,
    );
    this.#stopWatching = watchTables(world, [Faults], converge);
    this.converge();
  }

  /** Takes what a node saw. */
  observe(observation: BalancerObservation): void {
    if (this.#isStopped) return;
    if (observation.kind === 'target-health') this.#observeHealth(observation.report);
    if (observation.kind === 'traffic') this.#observeTraffic(observation.report);
  }

  /** Makes the nodes as the world says that they are to be. */
  converge(): void {
    const { world, plane, sockets } = this.#options;
    this.#parts.takeChanged();
    const now = nodeConfigurations(world, sockets, (place) => this.#parts.get(place));
    const configurations = withThoseBefore(this.#told, now);
    this.#told = configurations;
    plane.converge(configurations);
    // A zone that is no longer used has lost its node; the next one there is told anew that it has no power.
    const used = new Set(configurations.map(({ zoneId }) => zoneId));
    for (const zoneId of this.#unpowered) if (!used.has(zoneId)) this.#unpowered.delete(zoneId);
    for (const { zoneId } of configurations) this.#followPower(zoneId);
  }

  /** What the nodes were told last. */
  told(): readonly NodeConfiguration[] {
    return this.#told;
  }

  /** What reading everything anew would tell them: the same as they were told, once nothing is under way. */
  readAnew(): readonly NodeConfiguration[] {
    const { world, sockets } = this.#options;
    return nodeConfigurations(world, sockets, ({ region, account, id }) => {
      const view = world.view(region, account);
      const loadBalancer = view.get(LoadBalancers, id);
      return loadBalancer === undefined ? undefined : nodePartsOf(sockets, view, loadBalancer);
    });
  }

  stop(): void {
    this.#isStopped = true;
    this.#stopWatching();
    this.#parts.stop();
  }

  #followPower(zoneId: string): void {
    const { world, plane } = this.#options;
    const { powered } = world.conditions.zone(zoneId);
    if (powered !== this.#unpowered.has(zoneId)) return;
    if (powered) {
      this.#unpowered.delete(zoneId);
      plane.restart(zoneId);
    } else {
      this.#unpowered.add(zoneId);
      plane.freeze(zoneId);
    }
  }

  #observeTraffic(report: TrafficReport): void {
    const { world } = this.#options;
    const region = world.geography.zone(report.zoneId)?.region;
    if (region === undefined) return;
    for (const view of world.viewsOf(region)) {
      const groups = report.groups.filter(
        ({ targetGroupArn }) => view.get(TargetGroups, targetGroupArn) !== undefined,
      );
      if (groups.length === 0) continue;
      world.transact(region, view.account, (tx) => observeTraffic(tx, { ...report, groups }));
    }
  }

  #observeHealth(report: TargetHealthReport): void {
    const { world } = this.#options;
    const region = world.geography.zone(report.zoneId)?.region;
    if (region === undefined) return;
    const key = `${report.targetGroupArn}|${report.targetId}:${report.targetPort}`;
    for (const view of world.viewsOf(region)) {
      if (view.get(Targets, key) === undefined) continue;
      world.transact(region, view.account, (tx) => observeTargetHealth(tx, report));
    }
  }
}
