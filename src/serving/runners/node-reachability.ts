import { nodeKey, nodeOfKey } from '../../aws/elbv2/nodes.ts';
import { checkers } from '../../aws/route53/checkers.ts';
import type { HealthCheckConfig } from '../../aws/route53/entities.ts';
import { aggregateHealthy } from '../../aws/route53/health.ts';
import { defineTable, noAccount, partitionShard, type Entity } from '../../world/entity.ts';
import type { World } from '../../world/world.ts';

/** Which checkers do not reach a load balancer's node; none has an entry when all do. */
export interface BalancerNodeCheck extends Entity {
  readonly unreached: readonly string[];
}

export const BalancerNodeChecks = defineTable<BalancerNodeCheck>('balancer-node-checks');

/**
 * How Route 53's checkers look at the nodes of load balancers. AWS watches them with health checks of its own and
 * does not publish the settings; the fastest that a customer can have are taken: every 10 seconds, three failures.
 */
export const nodeCheckConfig = (address: string, port: number): HealthCheckConfig => ({
  type: 'TCP',
  ipAddress: address,
  port,
  requestIntervalSeconds: 10,
  failureThreshold: 3,
  measureLatency: false,
  inverted: false,
  disabled: false,
  enableSni: false,
  regions: [],
});

/** Whether an id of a check is that of a node, not of a customer's health check. */
export const isNodeCheck = (checkId: string): boolean => nodeOfKey(checkId) !== undefined;

/** Takes down what one checker made of a node. */
export const observeNode = (
  world: World,
  checkId: string,
  checkerId: string,
  reached: boolean,
): void => {
  const before =
    world.view(partitionShard, noAccount).get(BalancerNodeChecks, checkId)?.unreached ?? [];
  if (before.includes(checkerId) !== reached) return;
  world.transact(partitionShard, noAccount, (tx) => {
    const unreached = reached
      ? before.filter((other) => other !== checkerId)
      : [...before, checkerId].toSorted();
    if (unreached.length === 0) tx.delete(BalancerNodeChecks, checkId);
    else tx.put(BalancerNodeChecks, { id: checkId, unreached });
  });
};

/** Whether Route 53 holds a load balancer's node in a zone for reachable, by the rule of its health checks. */
export const isNodeReached = (world: World, loadBalancerArn: string, zoneId: string): boolean => {
  const id = nodeKey({ loadBalancerArn, zoneId });
  const unreached =
    world.view(partitionShard, noAccount).get(BalancerNodeChecks, id)?.unreached ?? [];
  if (unreached.length === 0) return true;
  return aggregateHealthy(
    checkers.map((checker) => (unreached.includes(checker.id) ? 'unhealthy' : 'healthy')),
    { inverted: false, disabled: false },
  );
};

/** Whether one checker reached a node when it last changed its mind; it begins by reaching it. */
export const isNodeReachedBy = (world: World, checkId: string, checkerId: string): boolean =>
  world
    .view(partitionShard, noAccount)
    .get(BalancerNodeChecks, checkId)
    ?.unreached.includes(checkerId) !== true;

/** Forgets nodes that are no more. */
export const forgetNodes = (world: World, kept: ReadonlySet<string>): void => {
  const gone = world
    .view(partitionShard, noAccount)
    .list(BalancerNodeChecks)
    .filter((check) => !kept.has(check.id));
  if (gone.length === 0) return;
  world.transact(partitionShard, noAccount, (tx) => {
    for (const check of gone) tx.delete(BalancerNodeChecks, check.id);
  });
};
