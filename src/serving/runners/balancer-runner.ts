import { observeTraffic } from '../../aws/cloudwatch/balancer-metrics.ts';
import { observeTargetHealth } from '../../aws/elbv2/target-reports.ts';
import { Instances } from '../../aws/ec2/instances/instance-entities.ts';
import { Listeners, LoadBalancers, TargetGroups, Targets } from '../../aws/elbv2/entities.ts';
import type { BalancerObservation, BalancerPlane } from '../../plane/balancer/balancer-plane.ts';
import type { TargetHealthReport, TrafficReport } from '../../plane/balancer/messages.ts';
import { Faults } from '../../world/faults.ts';
import type { World } from '../../world/world.ts';
import { nodeConfigurations, type NodeSockets } from './node-configurations.ts';
import { passageTables } from '../addresses/passages.ts';
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
  readonly #unpowered = new Set<string>();
  #isStopped = false;

  constructor(options: BalancerRunnerOptions) {
    this.#options = options;
    // What nodes report of their targets changes nothing of what they are to do.
    const watched = [
      LoadBalancers,
      Listeners,
      TargetGroups,
      Targets,
      Instances,
      Faults,
      ...passageTables,
    ];
    const converge = soonOnce(options.soon, () => {
      if (!this.#isStopped) this.converge();
    });
    this.#stopWatching = watchTables(options.world, watched, converge);
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
    const configurations = nodeConfigurations(world, sockets);
    plane.converge(configurations);
    // A zone that is no longer used has lost its node; the next one there is told anew that it has no power.
    const used = new Set(configurations.map(({ zoneId }) => zoneId));
    for (const zoneId of this.#unpowered) if (!used.has(zoneId)) this.#unpowered.delete(zoneId);
    for (const { zoneId } of configurations) this.#followPower(zoneId);
  }

  stop(): void {
    this.#isStopped = true;
    this.#stopWatching();
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
