import { recordObservation, type CheckerObservation } from '../../aws/route53/checker-statuses.ts';
import { TargetGroups, TargetHealthReports, Targets } from '../../aws/elbv2/entities.ts';
import {
  forgetNodes,
  isNodeCheck,
  isNodeReachedBy,
  nodeCheckConfig,
  observeNode,
} from '../../aws/elbv2/node-checks.ts';
import { nodeKey } from '../../aws/elbv2/nodes.ts';
import {
  CheckerStatuses,
  HealthChecks,
  HostedZones,
  ResourceRecordSets,
  type HealthCheck,
} from '../../aws/route53/entities.ts';
import type { Prober, WatchedCheck } from '../../plane/probe/prober.ts';
import { noAccount, partitionShard } from '../../world/entity.ts';
import { Faults } from '../../world/faults.ts';
import type { World } from '../../world/world.ts';
import { hostTables } from '../addresses/instance-hosts.ts';
import { servingLoadBalancers, servingTables } from '../addresses/load-balancers.ts';
import { verdictTables } from '../addresses/verdicts.ts';
import { soonOnce, type RunSoon } from './soon.ts';
import { watchTables } from './tables-watch.ts';

/** What decides whether a checker reaches a balancer's node or an instance. */
const reachTables = [Faults, ...hostTables, ...servingTables, ...verdictTables] as const;

/** What else decides how a customer's endpoint answers, and where its name leads. */
const answerTables = [
  Targets,
  TargetGroups,
  TargetHealthReports,
  HostedZones,
  ResourceRecordSets,
  CheckerStatuses,
] as const;

export interface HealthRunnerOptions {
  readonly world: World;
  readonly nodeAddress: (loadBalancerArn: string, zoneId: string) => string;
  readonly soon: RunSoon;
}

/** Tells Route 53's checkers what to watch: customers' health checks, and the nodes of load balancers. */
export class HealthRunner {
  readonly #options: HealthRunnerOptions;
  readonly #stops: readonly (() => void)[];
  #prober: Prober | undefined;
  #hasCustomers = false;
  #watched = '';

  constructor(options: HealthRunnerOptions) {
    this.#options = options;
    const { world, soon } = options;
    const converge = soonOnce(soon, () => this.converge());
    const tellConditions = soonOnce(soon, () => this.conditionsChanged());
    const stopWatching = watchTables(world, [HealthChecks, ...servingTables], converge);
    const stopFollowing = watchTables(world, reachTables, tellConditions);
    const stopAnswers = watchTables(world, answerTables, () => {
      if (this.#hasCustomers) tellConditions();
    });
    this.#stops = [stopWatching, stopFollowing, stopAnswers];
  }

  /** Begins with this prober. */
  start(prober: Prober): void {
    this.#prober = prober;
    this.converge();
  }

  /** Conditions may have changed: what is broken, who listens, what answers. */
  conditionsChanged(): void {
    this.#prober?.conditionsChanged();
  }

  /** Takes what a checker reports. */
  observe(observation: CheckerObservation): void {
    const { world } = this.#options;
    const { healthCheckId, checkerId, healthy } = observation;
    if (isNodeCheck(healthCheckId)) {
      world.transact(partitionShard, noAccount, (tx) =>
        observeNode(tx, healthCheckId, checkerId, healthy),
      );
      return;
    }
    for (const view of world.viewsOf(partitionShard)) {
      if (view.get(HealthChecks, healthCheckId) === undefined) continue;
      world.transact(partitionShard, view.account, (tx) => recordObservation(tx, observation));
    }
  }

  /** Makes the prober watch what there is. */
  converge(): void {
    if (this.#prober === undefined) return;
    const nodes = this.#nodeChecks();
    const customers = this.#customersChecks();
    this.#hasCustomers = customers.length > 0;
    const checks = [...customers, ...nodes];
    // The prober goes on with a check that has not changed; telling it nothing new would cost all the same.
    const text = JSON.stringify(checks.map((watched) => watched.check));
    if (text === this.#watched) return;
    this.#watched = text;
    const kept = new Set(nodes.map((node) => node.check.id));
    this.#options.world.transact(partitionShard, noAccount, (tx) => forgetNodes(tx, kept));
    this.#prober.watch(checks);
  }

  stop(): void {
    for (const stop of this.#stops) stop();
    this.#prober?.close();
    this.#prober = undefined;
  }

  #customersChecks(): readonly WatchedCheck[] {
    return this.#options.world.viewsOf(partitionShard).flatMap((view) =>
      view.list(HealthChecks).map((check) => {
        const statuses = view.find(CheckerStatuses, 'healthCheck', check.id);
        const byChecker = new Map(statuses.map((status) => [status.checkerId, status.healthy]));
        return { check, reported: (checkerId: string) => byChecker.get(checkerId) };
      }),
    );
  }

  #nodeChecks(): readonly WatchedCheck[] {
    const { world, nodeAddress } = this.#options;
    return servingLoadBalancers(world).flatMap(({ loadBalancer, listeners }) => {
      const [listener] = listeners;
      if (listener === undefined) return [];
      return loadBalancer.zones.map(({ zoneId }) => {
        const id = nodeKey({ loadBalancerArn: loadBalancer.id, zoneId });
        const check: HealthCheck = {
          id,
          callerReference: id,
          version: 1,
          createdAt: loadBalancer.createdAt,
          config: nodeCheckConfig(nodeAddress(loadBalancer.id, zoneId), listener.port),
        };
        return {
          check,
          reported: (checkerId: string) =>
            isNodeReachedBy(world.view(partitionShard, noAccount), id, checkerId),
        };
      });
    });
  }
}
