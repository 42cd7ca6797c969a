import { TargetGroups } from '../aws/elbv2/entities.ts';
import { nodeCheckConfig } from '../aws/elbv2/node-checks.ts';
import { HealthChecks, type HealthCheckConfig } from '../aws/route53/entities.ts';
import { connectLimitMs } from '../plane/probe/probe-result.ts';
import { partitionShard } from '../world/entity.ts';
import type { World } from '../world/world.ts';

/** How long the health checks of a world wait, and how often they look; world ms. */
export interface TimeOuts {
  readonly shortestTimeoutMs: number;
  readonly longestIntervalMs: number;
}

interface Patience {
  readonly timeoutMs: number;
  readonly intervalMs: number;
}

const ofChecker = (config: HealthCheckConfig): Patience => ({
  timeoutMs: connectLimitMs(config),
  intervalMs: config.requestIntervalSeconds * 1000,
});

/** The time-outs of the health checks that a world has now: those of target groups, of customers, and of balancers' nodes. */
export const timeOutsOf = (world: World): TimeOuts => {
  const all: readonly Patience[] = [
    ofChecker(nodeCheckConfig('', 0)),
    ...world.regionalViews().flatMap((view) =>
      view.list(TargetGroups).map(({ healthCheck }) => ({
        timeoutMs: healthCheck.timeoutSeconds * 1000,
        intervalMs: healthCheck.intervalSeconds * 1000,
      })),
    ),
    ...world
      .viewsOf(partitionShard)
      .flatMap((view) => view.list(HealthChecks).map(({ config }) => ofChecker(config))),
  ];
  return {
    shortestTimeoutMs: Math.min(...all.map(({ timeoutMs }) => timeoutMs)),
    longestIntervalMs: Math.max(...all.map(({ intervalMs }) => intervalMs)),
  };
};
