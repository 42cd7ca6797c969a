/** What a DNS answer needs to know of a load balancer's node in one zone. */
export interface NodeInDns {
  readonly zoneId: string;
  /** Whether Route 53's checks reach the node. */
  readonly reachable: boolean;
  readonly targetGroups: readonly NodeTargetGroup[];
}

/** A target group that the load balancer forwards to, as the node sees it. */
interface NodeTargetGroup {
  readonly crossZone: boolean;
  /** Below this many healthy targets the zone is marked unhealthy in DNS (`dns_failover.minimum_healthy_targets.count`, 1 unless set). */
  readonly minimumHealthyTargets: number;
  readonly targets: readonly { readonly zoneId: string; readonly healthy: boolean }[];
}

/**
 * Whether a node belongs in DNS: it is reached, and each of its target groups has enough healthy targets:
 * anywhere with cross-zone load balancing on, in the node's own zone with it off (AWS re:Post, "How do I
 * balance traffic across zones", and the target group attributes in the API reference).
 */
export const isNodeHealthy = (node: NodeInDns): boolean =>
  node.reachable &&
  node.targetGroups.every((group) => {
    const healthy = group.targets.filter(
      (target) => target.healthy && (group.crossZone || target.zoneId === node.zoneId),
    );
    return healthy.length >= group.minimumHealthyTargets;
  });

/**
 * The nodes that an answer for the load balancer's name holds: the healthy ones, or all when none is (DNS fails
 * open, as the load balancer itself does). `rotation` turns the order, so that clients that take the first
 * address spread over the nodes.
 */
export const pickNodes = <N extends NodeInDns>(
  nodes: readonly N[],
  rotation: number,
): readonly N[] => {
  const healthy = nodes.filter(isNodeHealthy);
  const answered = healthy.length > 0 ? healthy : nodes;
  if (answered.length === 0) return [];
  const start = rotation % answered.length;
  return [...answered.slice(start), ...answered.slice(0, start)];
};

/** Whether an alias with EvaluateTargetHealth holds the load balancer for healthy: at least one node is. */
export const isLoadBalancerHealthy = (nodes: readonly NodeInDns[]): boolean =>
  nodes.some(isNodeHealthy);
