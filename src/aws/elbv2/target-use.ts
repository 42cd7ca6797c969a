import type { View } from '../../world/transaction.ts';
import {
  Instances,
  NetworkInterfaces,
  type Instance,
  type NetworkInterface,
} from '../ec2/instances/instance-entities.ts';
import { interfaceByRoutes } from '../ec2/traffic/private-way.ts';
import type { ReportedHealth } from './aggregate-health.ts';
import type { LoadBalancer, Target } from './entities.ts';
import {
  invalidStateDescription,
  reasonDescriptions,
  zoneNotEnabledDescription,
} from './target-health.ts';

/** Whether a load balancer uses a target at all, whatever its health. */
export interface TargetUse {
  /** Why the target gets neither requests nor health checks; absent when it is used. */
  readonly unused?: ReportedHealth;
  /** World time from which on what nodes say of the target counts; a new moment is a new beginning. */
  readonly since: number;
}

/** Targets are registered by instance id or by address. */
export const isAddressTarget = ({ targetId }: Target): boolean => !targetId.startsWith('i-');

const unusedBecause = (
  loadBalancer: LoadBalancer | undefined,
  target: Target,
  instanceState: string | undefined,
): ReportedHealth | undefined => {
  if (loadBalancer === undefined) {
    const reason = 'Target.NotInUse';
    return { state: 'unused', reason, description: reasonDescriptions[reason] };
  }
  if (instanceState !== undefined && instanceState !== 'running') {
    const description = invalidStateDescription(instanceState);
    return { state: 'unused', reason: 'Target.InvalidState', description };
  }
  const isEnabled =
    target.zoneId === null || loadBalancer.zones.some((zone) => zone.zoneId === target.zoneId);
  return isEnabled
    ? undefined
    : { state: 'unused', reason: 'Target.NotInUse', description: zoneNotEnabledDescription };
};

/**
 * Whether and since when a target is used, for its nodes, the API and DNS alike. An instance that does not run is not
 * used, and begins anew when it runs again. Of what stands behind an address a load balancer knows nothing: a server
 * that stops there fails its checks (User Guide, "Health checks for Application Load Balancer target groups": only
 * instances have the reason Target.InvalidState).
 */
export const targetUse = (
  view: View,
  loadBalancer: LoadBalancer | undefined,
  target: Target,
): TargetUse => {
  if (isAddressTarget(target)) {
    const unused = unusedBecause(loadBalancer, target, undefined);
    return { ...(unused === undefined ? {} : { unused }), since: target.registeredAt };
  }
  const instance = view.get(Instances, target.targetId);
  const unused = unusedBecause(loadBalancer, target, instance?.state ?? 'terminated');
  return {
    ...(unused === undefined ? {} : { unused }),
    since: Math.max(target.registeredAt, instance?.launchTime ?? 0),
  };
};

/** An instance, in the Region and account that it is of. */
export interface TargetServer {
  readonly view: View;
  readonly instance: Instance;
}

const serverAt = (
  view: View,
  networkInterface: NetworkInterface | undefined,
): TargetServer | undefined => {
  const instance = view.get(Instances, networkInterface?.attachment?.instanceId ?? '');
  return instance === undefined ? undefined : { view, instance };
};

/**
 * The instance that stands behind a target: one of the load balancer's VPC or, at an address beyond it, one of a VPC to which the
 * routes of the node's interface lead ("Target groups for your Application Load Balancers": instances in a peered VPC).
 */
export const serverOf = (
  view: View,
  { vpcId }: LoadBalancer,
  target: Target,
  from: NetworkInterface | undefined,
): TargetServer | undefined => {
  if (!isAddressTarget(target)) {
    const instance = view.get(Instances, target.targetId);
    return instance === undefined ? undefined : { view, instance };
  }
  const found = view
    .find(NetworkInterfaces, 'privateAddress', target.targetId)
    .find((one) => one.vpcId === vpcId && one.attachment !== null);
  if (found !== undefined || target.zoneId !== null) return serverAt(view, found);
  const end = from === undefined ? undefined : interfaceByRoutes(view, from, target.targetId);
  return end === undefined ? undefined : serverAt(end.view, end.networkInterface);
};
