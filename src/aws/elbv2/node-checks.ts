import { defineTable, noAccount, partitionShard, type Entity } from '../../world/entity.ts';
import type { Tx, View } from '../../world/transaction.ts';
import { checkers } from '../route53/checkers.ts';
import type { HealthCheckConfig } from '../route53/entities.ts';
import { aggregateHealthy } from '../route53/health.ts';
import { nodeKey, nodeOfKey, type BalancerNode } from './nodes.ts';

/** Which checkers do not reach a load balancer's node; none has an entry when all do. In the partition's shard, of no account. */
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

const unreachedOf = (view: View, checkId: string): readonly string[] =>
  view.get(BalancerNodeChecks, checkId)?.unreached ?? [];

/** Takes down what one checker made of a node. */
export const observeNode = (
  tx: Tx,
  checkId: string,
  checkerId: string,
  isReached: boolean,
): void => {
  const before = unreachedOf(tx, checkId);
  if (before.includes(checkerId) !== isReached) return;
  const unreached = isReached
    ? before.filter((other) => other !== checkerId)
    : [...before, checkerId].toSorted();
  if (unreached.length === 0) tx.delete(BalancerNodeChecks, checkId);
  else tx.put(BalancerNodeChecks, { id: checkId, unreached });
};

/** Whether Route 53 holds a load balancer's node for reachable, by the rule of its health checks; asked from anywhere. */
export const isNodeReached = (view: View, node: BalancerNode): boolean => {
  const partition = view.elsewhere(partitionShard)?.forAccount(noAccount);
  const unreached = partition === undefined ? [] : unreachedOf(partition, nodeKey(node));
  if (unreached.length === 0) return true;
  return aggregateHealthy(
    checkers.map((checker) => (unreached.includes(checker.id) ? 'unhealthy' : 'healthy')),
    { inverted: false, disabled: false },
  );
};

/** Whether one checker reached a node when it last changed its mind; it begins by reaching it. */
export const isNodeReachedBy = (view: View, checkId: string, checkerId: string): boolean =>
  !unreachedOf(view, checkId).includes(checkerId);

/** Forgets nodes that are no more. */
export const forgetNodes = (tx: Tx, kept: ReadonlySet<string>): void => {
  for (const { id } of tx.list(BalancerNodeChecks)) {
    if (!kept.has(id)) tx.delete(BalancerNodeChecks, id);
  }
};
