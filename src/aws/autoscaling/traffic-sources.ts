import type {
  AttachLoadBalancerTargetGroupsType,
  AttachTrafficSourcesType,
  DescribeLoadBalancerTargetGroupsRequest,
  DescribeLoadBalancerTargetGroupsResponse,
  DescribeTrafficSourcesRequest,
  DescribeTrafficSourcesResponse,
  DetachLoadBalancerTargetGroupsType,
  DetachTrafficSourcesType,
  TrafficSourceIdentifier,
} from '@aws-sdk/client-auto-scaling';
import { isDomainError, type DomainError } from '../../world/domain-error.ts';
import type { Tx, View } from '../../world/transaction.ts';
import { Subnets } from '../ec2/entities.ts';
import { TargetGroups } from '../elbv2/entities.ts';
import type { Operation, Plain } from '../operation.ts';
import { AutoScalingGroups, type AutoScalingGroup } from './entities.ts';
import { limitExceeded, notBuilt, validation } from './errors.ts';
import { membersOf, subnetsIn, targetsOfMember, targetStates } from './group-members.ts';
import { wakeGroup } from './group-wake.ts';
import { existingGroup, page } from './lookups.ts';
import { quotas } from './quotas.ts';
import { deregisterMember, registerMember } from './target-registration.ts';

type SourceInput = Plain<TrafficSourceIdentifier>;

/** The target groups among traffic sources. Errors: NotImplemented for what is none. */
const targetGroupsAmong = (sources: readonly SourceInput[]): readonly string[] | DomainError => {
  const other = sources.find(({ Identifier = '', Type }) =>
    Type === undefined ? !Identifier.includes(':targetgroup/') : Type !== 'elbv2',
  );
  return other === undefined
    ? sources.map(({ Identifier = '' }) => Identifier)
    : notBuilt(`traffic sources that are no target groups (${other.Type ?? other.Identifier})`);
};

/** The target groups that the creation of a group names, in either way. */
export const targetGroupsOfRequest = (input: {
  readonly TargetGroupARNs?: readonly string[] | undefined;
  readonly TrafficSources?: readonly SourceInput[] | undefined;
}): readonly string[] | DomainError => {
  const sources = targetGroupsAmong(input.TrafficSources ?? []);
  return isDomainError(sources)
    ? sources
    : [...new Set([...(input.TargetGroupARNs ?? []), ...sources])];
};

const vpcOf = (view: View, group: AutoScalingGroup): string | undefined => {
  const [id] = group.subnetIds;
  if (id !== undefined) return view.get(Subnets, id)?.vpcId;
  return group.zoneIds.flatMap((zoneId) => subnetsIn(view, group, zoneId))[0]?.vpcId;
};

/** Target groups that a group can be attached to: they are there, take instances, and are of the group's VPC. */
export const checkTargetGroups = (
  view: View,
  group: AutoScalingGroup,
  arns: readonly string[],
): DomainError | undefined => {
  if (arns.length > quotas.targetGroupsPerGroup) {
    return limitExceeded(
      `An AutoScalingGroup can have ${quotas.targetGroupsPerGroup} target groups.`,
    );
  }
  for (const arn of arns) {
    const targetGroup = view.get(TargetGroups, arn);
    if (targetGroup === undefined) {
      return validation(
        'Provided Target Groups may not be valid. Please ensure they exist and try again.',
      );
    }
    if (targetGroup.targetType !== 'instance') {
      return validation(
        `Provided Target Groups must have the target type 'instance': ${targetGroup.name}`,
      );
    }
    if (targetGroup.vpcId !== vpcOf(view, group)) {
      return validation(
        `The target group ${targetGroup.name} is not in the VPC of the AutoScalingGroup.`,
      );
    }
  }
  return undefined;
};

const attach = (
  tx: Tx,
  groupName: string | undefined,
  arns: readonly string[],
): Record<string, never> | DomainError => {
  const group = existingGroup(tx, groupName);
  if (isDomainError(group)) return group;
  const added = arns.filter((arn) => !group.targetGroupArns.includes(arn));
  const targetGroupArns = [...group.targetGroupArns, ...new Set(added)];
  const refusal = checkTargetGroups(tx, group, targetGroupArns);
  if (refusal !== undefined) return refusal;
  tx.put(AutoScalingGroups, {
    ...group,
    targetGroupArns,
    detachingTargetGroupArns: group.detachingTargetGroupArns.filter((arn) => !added.includes(arn)),
  });
  const isSuspended = group.suspended.some(({ process }) => process === 'AddToLoadBalancer');
  for (const member of membersOf(tx, group.id)) {
    if (member.state !== 'InService' || isSuspended) continue;
    const refused = registerMember(tx, added, member.id);
    if (refused !== undefined) return validation(refused.message);
  }
  wakeGroup(tx, group.id);
  return {};
};

const detach = (
  tx: Tx,
  groupName: string | undefined,
  arns: readonly string[],
): Record<string, never> | DomainError => {
  const group = existingGroup(tx, groupName);
  if (isDomainError(group)) return group;
  const unknown = arns.find((arn) => !group.targetGroupArns.includes(arn));
  if (unknown !== undefined) {
    return validation(`Trying to remove Target Groups that are not part of the group: ${unknown}`);
  }
  for (const member of membersOf(tx, group.id)) deregisterMember(tx, arns, member.id);
  tx.put(AutoScalingGroups, {
    ...group,
    targetGroupArns: group.targetGroupArns.filter((arn) => !arns.includes(arn)),
    detachingTargetGroupArns: [...new Set([...group.detachingTargetGroupArns, ...arns])],
  });
  wakeGroup(tx, group.id);
  return {};
};

/** AttachLoadBalancerTargetGroups: instances in service are registered there, later ones when they come into service. */
export const attachLoadBalancerTargetGroups: Operation<
  AttachLoadBalancerTargetGroupsType,
  Record<string, never>
> = (tx, input) => attach(tx, input.AutoScalingGroupName, input.TargetGroupARNs ?? []);

/** DetachLoadBalancerTargetGroups: instances drain there. */
export const detachLoadBalancerTargetGroups: Operation<
  DetachLoadBalancerTargetGroupsType,
  Record<string, never>
> = (tx, input) => detach(tx, input.AutoScalingGroupName, input.TargetGroupARNs ?? []);

/** AttachTrafficSources: target groups under their newer name. */
export const attachTrafficSources: Operation<AttachTrafficSourcesType, Record<string, never>> = (
  tx,
  input,
) => {
  const arns = targetGroupsAmong(input.TrafficSources ?? []);
  return isDomainError(arns) ? arns : attach(tx, input.AutoScalingGroupName, arns);
};

/** DetachTrafficSources. */
export const detachTrafficSources: Operation<DetachTrafficSourcesType, Record<string, never>> = (
  tx,
  input,
) => {
  const arns = targetGroupsAmong(input.TrafficSources ?? []);
  return isDomainError(arns) ? arns : detach(tx, input.AutoScalingGroupName, arns);
};

interface SourceState {
  readonly arn: string;
  readonly state: 'Adding' | 'Added' | 'InService' | 'Removing';
}

/** How far a group is with a target group (LoadBalancerTargetGroupState, API Reference). */
const stateOf = (view: View, group: AutoScalingGroup, arn: string): SourceState['state'] => {
  const only = { ...group, targetGroupArns: [arn], detachingTargetGroupArns: [] };
  const serving = membersOf(view, group.id).filter((member) => member.state === 'InService');
  const states = serving.flatMap((member) => targetStates(view, only, member.id));
  if (states.includes('healthy')) return 'InService';
  return serving.every((member) => targetsOfMember(view, only, member.id).length > 0)
    ? 'Added'
    : 'Adding';
};

const sourceStates = (view: View, group: AutoScalingGroup): readonly SourceState[] => [
  ...group.targetGroupArns.map((arn) => ({ arn, state: stateOf(view, group, arn) })),
  ...group.detachingTargetGroupArns.map((arn) => ({ arn, state: 'Removing' as const })),
];

/** DescribeLoadBalancerTargetGroups. */
export const describeLoadBalancerTargetGroups: Operation<
  DescribeLoadBalancerTargetGroupsRequest,
  DescribeLoadBalancerTargetGroupsResponse
> = (tx, input) => {
  const group = existingGroup(tx, input.AutoScalingGroupName);
  if (isDomainError(group)) return group;
  const shown = page(sourceStates(tx, group), input, ({ arn }) => arn, 100);
  if (isDomainError(shown)) return shown;
  return {
    LoadBalancerTargetGroups: shown.items.map(({ arn, state }) => ({
      LoadBalancerTargetGroupARN: arn,
      State: state,
    })),
    NextToken: shown.nextToken,
  };
};

/** DescribeTrafficSources. */
export const describeTrafficSources: Operation<
  DescribeTrafficSourcesRequest,
  DescribeTrafficSourcesResponse
> = (tx, input) => {
  const group = existingGroup(tx, input.AutoScalingGroupName);
  if (isDomainError(group)) return group;
  const isAsked = (input.TrafficSourceType ?? 'elbv2') === 'elbv2';
  const shown = page(isAsked ? sourceStates(tx, group) : [], input, ({ arn }) => arn);
  if (isDomainError(shown)) return shown;
  return {
    TrafficSources: shown.items.map(({ arn, state }) => ({
      TrafficSource: arn,
      Identifier: arn,
      Type: 'elbv2',
      State: state,
    })),
    NextToken: shown.nextToken,
  };
};
