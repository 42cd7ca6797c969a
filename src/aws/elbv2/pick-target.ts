/** What picking needs to know of a target: where it is, how this node sees it, and whether it may get traffic. */
export interface Candidate {
  readonly zoneId: string;
  readonly healthy: boolean;
  /** It is being deregistered and gets nothing new. */
  readonly draining: boolean;
  /** It is registered but gets no traffic at all: its instance is stopped, or its zone is not enabled. */
  readonly unused: boolean;
}

/** How a target group spreads requests. */
export interface Routing {
  readonly crossZone: boolean;
  /** Below this many healthy targets, all get traffic (`unhealthy_state_routing.minimum_healthy_targets.count`, 1 unless set). */
  readonly minimumHealthyTargets: number;
}

/**
 * The targets that a node in `nodeZoneId` sends requests to, in the order of registration. With cross-zone load
 * balancing on, those of all zones, else those of its own. The healthy ones; when there are too few of these,
 * all (the load balancer "fails open", User Guide, "Health checks for Application Load Balancer target
 * groups"). Empty means 503.
 */
export const routableTargets = <T extends Candidate>(
  targets: readonly T[],
  routing: Routing,
  nodeZoneId: string,
): readonly T[] => {
  const registered = targets.filter(
    (target) =>
      !target.draining && !target.unused && (routing.crossZone || target.zoneId === nodeZoneId),
  );
  const healthy = registered.filter((target) => target.healthy);
  return healthy.length >= Math.max(1, routing.minimumHealthyTargets) ? healthy : registered;
};

/** Round robin: the target whose turn it is; undefined when there is none. */
export const pickTarget = <T>(routable: readonly T[], turn: number): T | undefined =>
  routable.length === 0 ? undefined : routable[turn % routable.length];
