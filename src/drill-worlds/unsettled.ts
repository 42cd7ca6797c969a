import { Instances } from '../aws/ec2/instances/instance-entities.ts';
import { LoadBalancers, Targets, TargetHealthReports } from '../aws/elbv2/entities.ts';
import { checkersIn } from '../aws/route53/checkers.ts';
import { Changes, CheckerStatuses, HealthChecks } from '../aws/route53/entities.ts';
import { partitionShard } from '../world/entity.ts';
import type { View } from '../world/transaction.ts';
import type { World } from '../world/world.ts';
import {
  servingLoadBalancers,
  type ServingLoadBalancer,
} from '../serving/addresses/load-balancers.ts';

const unsettledTargets = (serving: ServingLoadBalancer): readonly string[] =>
  serving.targetGroupArns.flatMap((arn) =>
    serving.view.find(Targets, 'targetGroup', arn).flatMap((target) => {
      const reports = serving.view.get(TargetHealthReports, target.id)?.byZone ?? {};
      const waiting = serving.loadBalancer.zones.filter(
        ({ zoneId }) => reports[zoneId]?.state !== 'healthy',
      );
      if (waiting.length === 0) return [];
      const states = waiting.map(({ zoneId }) => {
        const report = reports[zoneId];
        return `${report?.state ?? 'not probed'} from ${zoneId}${report?.description === undefined ? '' : ` (${report.description})`}`;
      });
      return [
        `target ${target.targetId}:${target.port} of ${serving.loadBalancer.name} is ${states.join(', ')}`,
      ];
    }),
  );

const unsettledRegion = (view: View): readonly string[] => [
  ...view
    .list(LoadBalancers)
    .filter((loadBalancer) => loadBalancer.state !== 'active')
    .map((loadBalancer) => `load balancer ${loadBalancer.name} is ${loadBalancer.state}`),
  ...view
    .list(Instances)
    .filter((instance) => instance.state === 'pending')
    .map((instance) => `instance ${instance.id} is pending`),
];

const unsettledRoute53 = (view: View): readonly string[] => [
  ...view
    .list(Changes)
    .filter((change) => change.status !== 'INSYNC')
    .map((change) => `Route 53 change ${change.id} is ${change.status}`),
  ...view.list(HealthChecks).flatMap((check) => {
    if (check.config.disabled) return [];
    const known = view.find(CheckerStatuses, 'healthCheck', check.id).length;
    const all = checkersIn(check.config.regions).length;
    return known >= all ? [] : [`health check ${check.id} has data of ${known} of ${all} checkers`];
  }),
];

/** What of a freshly built stack is not well yet, one line for people each. */
export const unsettled = (world: World): readonly string[] => [
  ...world.regionalViews().flatMap(unsettledRegion),
  ...servingLoadBalancers(world).flatMap(unsettledTargets),
  ...world.viewsOf(partitionShard).flatMap(unsettledRoute53),
];
