import type { View } from '../../world/transaction.ts';
import {
  groupsOfListeners,
  Listeners,
  TargetGroups,
  Targets,
  type LoadBalancer,
} from './entities.ts';
import { isCrossZone, minimumHealthyTargets } from './node-attributes.ts';
import { isNodeReached } from './node-checks.ts';
import type { NodeInDns } from './pick-node.ts';
import { isHealthyForNode } from './reported-health.ts';

/** A load balancer's nodes as DNS sees them: whether checkers reach them, and what they found of their targets. */
export const nodesInDns = (view: View, loadBalancer: LoadBalancer): readonly NodeInDns[] => {
  const listeners = view.find(Listeners, 'loadBalancer', loadBalancer.id);
  const groups = groupsOfListeners(listeners).flatMap((arn) => {
    const group = view.get(TargetGroups, arn);
    return group === undefined ? [] : { group, targets: view.find(Targets, 'targetGroup', arn) };
  });
  return loadBalancer.zones.map(({ zoneId }) => ({
    zoneId,
    reachable: isNodeReached(view, { loadBalancerArn: loadBalancer.id, zoneId }),
    targetGroups: groups.map(({ group, targets }) => ({
      crossZone: isCrossZone(group),
      minimumHealthyTargets: minimumHealthyTargets(group, 'dns_failover'),
      targets: targets.map((target) => ({
        zoneId: target.zoneId ?? zoneId,
        healthy: isHealthyForNode(view, loadBalancer, zoneId, target),
      })),
    })),
  }));
};
