import type {
  CreateTargetGroupInput,
  CreateTargetGroupOutput,
  DeleteTargetGroupInput,
  DeleteTargetGroupOutput,
  DescribeTargetGroupAttributesInput,
  DescribeTargetGroupAttributesOutput,
  DescribeTargetGroupsInput,
  DescribeTargetGroupsOutput,
  ModifyTargetGroupAttributesInput,
  ModifyTargetGroupAttributesOutput,
  ModifyTargetGroupInput,
  ModifyTargetGroupOutput,
  TargetGroup as Answer,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import { isDomainError, type DomainError } from '../../world/domain-error.ts';
import type { View } from '../../world/transaction.ts';
import { Vpcs } from '../ec2/entities.ts';
import type { Operation, Plain } from '../operation.ts';
import { forgetTags } from '../shared/tags.ts';
import { arnKind, newTargetGroupArn, quotaIn } from './arns.ts';
import { attributesOf, changedAttributes, targetGroupAttributeRules } from './attributes.ts';
import { groupsOfAction, Listeners, TargetGroups, Targets, type TargetGroup } from './entities.ts';
import {
  duplicateTargetGroupName,
  notBuilt,
  targetGroupInUse,
  targetGroupNotFound,
  tooMany,
  validation,
} from './errors.ts';
import { changedHealthCheck, defaultHealthCheck } from './health-check-settings.ts';
import { byArnsAndNames, existingLoadBalancer, existingTargetGroup } from './lookups.ts';
import { nameError, page } from './names.ts';
import { removeTarget } from './registered-targets.ts';
import { checkedTags, tagResource } from './resource-tags.ts';

/** The load balancers that forward to the group: none or one. */
const loadBalancersOf = (view: View, arn: string): readonly string[] => [
  ...new Set(view.find(Listeners, 'targetGroup', arn).map((listener) => listener.loadBalancerArn)),
];

const answerOf = (view: View, group: TargetGroup): Plain<Answer> => ({
  TargetGroupArn: group.id,
  TargetGroupName: group.name,
  Protocol: group.protocol,
  Port: group.port,
  VpcId: group.vpcId,
  HealthCheckProtocol: group.healthCheck.protocol,
  HealthCheckPort:
    group.healthCheck.port === null ? 'traffic-port' : String(group.healthCheck.port),
  HealthCheckEnabled: true,
  HealthCheckIntervalSeconds: group.healthCheck.intervalSeconds,
  HealthCheckTimeoutSeconds: group.healthCheck.timeoutSeconds,
  HealthyThresholdCount: group.healthCheck.healthyThresholdCount,
  UnhealthyThresholdCount: group.healthCheck.unhealthyThresholdCount,
  HealthCheckPath: group.healthCheck.path,
  Matcher: { HttpCode: group.healthCheck.matcher },
  LoadBalancerArns: [...loadBalancersOf(view, group.id)],
  TargetType: group.targetType,
  ProtocolVersion: group.protocolVersion,
  IpAddressType: 'ipv4',
});

const unbuiltPart = (input: Plain<CreateTargetGroupInput>): DomainError | undefined => {
  const { TargetType: type = 'instance', IpAddressType: ipAddressType = 'ipv4' } = input;
  if (type !== 'instance' && type !== 'ip') return notBuilt(`targets of type '${type}'`);
  if (ipAddressType !== 'ipv4') return notBuilt(`the IP address type '${ipAddressType}'`);
  if (input.Protocol === undefined) return validation('A protocol must be specified');
  if (input.Protocol !== 'HTTP') {
    return notBuilt(`target groups with the protocol '${input.Protocol}'`);
  }
  // Terraform's provider sends an empty one for none.
  const version = input.ProtocolVersion === '' ? 'HTTP1' : (input.ProtocolVersion ?? 'HTTP1');
  if (version !== 'HTTP1') return notBuilt(`the protocol version '${version}'`);
  if (input.TargetControlPort !== undefined) return notBuilt('TargetControlPort');
  if (input.Port === undefined) return validation('A port must be specified');
  return input.Port >= 1 && input.Port <= 65_535
    ? undefined
    : validation(`Port '${input.Port}' must be between '1' and '65535' (inclusive)`);
};

const hasSameSettings = (a: TargetGroup, b: TargetGroup): boolean =>
  a.targetType === b.targetType &&
  a.port === b.port &&
  a.vpcId === b.vpcId &&
  JSON.stringify(a.healthCheck) === JSON.stringify(b.healthCheck);

/** Creates a target group. With the name and the settings of one that exists it answers that one. */
export const createTargetGroup: Operation<CreateTargetGroupInput, CreateTargetGroupOutput> = (
  tx,
  input,
) => {
  const name = input.Name ?? '';
  const refused = nameError('Target group', name) ?? unbuiltPart(input);
  if (refused !== undefined) return refused;
  const tags = checkedTags(input.Tags);
  if (isDomainError(tags)) return tags;
  const { VpcId: vpcId } = input;
  if (vpcId === undefined) return validation('A VPC ID must be specified');
  if (tx.get(Vpcs, vpcId) === undefined) return validation(`The VPC ID '${vpcId}' is not found`);
  const healthCheck = changedHealthCheck(defaultHealthCheck, input);
  if (isDomainError(healthCheck)) return healthCheck;
  const plan: Omit<TargetGroup, 'id'> = {
    name,
    targetType: input.TargetType === 'ip' ? 'ip' : 'instance',
    protocol: 'HTTP',
    protocolVersion: 'HTTP1',
    port: input.Port ?? 80,
    vpcId,
    healthCheck,
    attributes: {},
  };
  const [known] = tx.find(TargetGroups, 'name', name);
  if (known !== undefined) {
    return hasSameSettings(known, { ...known, ...plan })
      ? { TargetGroups: [answerOf(tx, known)] }
      : duplicateTargetGroupName(name);
  }
  if (tx.list(TargetGroups).length >= quotaIn(tx, 'targetGroupsPerRegion')) {
    return tooMany('TargetGroups', quotaIn(tx, 'targetGroupsPerRegion'));
  }
  const group: TargetGroup = { id: newTargetGroupArn(tx, name), ...plan };
  tx.put(TargetGroups, group);
  const failed = tagResource(tx, group.id, tags);
  if (failed !== undefined) return failed;
  return { TargetGroups: [answerOf(tx, group)] };
};

const described = (
  view: View,
  input: Plain<DescribeTargetGroupsInput>,
): readonly TargetGroup[] | DomainError => {
  const { TargetGroupArns: arns = [], Names: names = [], LoadBalancerArn: loadBalancerArn } = input;
  const ways = [arns.length > 0, names.length > 0, loadBalancerArn !== undefined];
  if (ways.filter(Boolean).length > 1) {
    return validation(
      'Target group names, target group ARNs and a load balancer ARN cannot be specified at the same time',
    );
  }
  if (loadBalancerArn !== undefined) {
    const loadBalancer = existingLoadBalancer(view, loadBalancerArn);
    if (isDomainError(loadBalancer)) return loadBalancer;
    const used = view
      .find(Listeners, 'loadBalancer', loadBalancer.id)
      .flatMap((listener) => groupsOfAction(listener.defaultAction));
    return [...new Set(used)].flatMap((arn) => view.get(TargetGroups, arn) ?? []);
  }
  if (arns.length === 0 && names.length === 0) return view.list(TargetGroups);
  return byArnsAndNames(
    view,
    TargetGroups,
    { arns, names },
    existingTargetGroup,
    targetGroupNotFound,
  );
};

/** Target groups by ARN, by name, by load balancer, or all. */
export const describeTargetGroups: Operation<
  DescribeTargetGroupsInput,
  DescribeTargetGroupsOutput
> = (tx, input) => {
  const found = described(tx, input);
  if (isDomainError(found)) return found;
  const result = page(found, input);
  if (isDomainError(result)) return result;
  return {
    TargetGroups: result.items.map((group) => answerOf(tx, group)),
    ...(result.nextToken === undefined ? {} : { NextMarker: result.nextToken }),
  };
};

/** Changes the health check settings. */
export const modifyTargetGroup: Operation<ModifyTargetGroupInput, ModifyTargetGroupOutput> = (
  tx,
  input,
) => {
  const group = existingTargetGroup(tx, input.TargetGroupArn);
  if (isDomainError(group)) return group;
  const healthCheck = changedHealthCheck(group.healthCheck, input);
  if (isDomainError(healthCheck)) return healthCheck;
  const changed = { ...group, healthCheck };
  tx.put(TargetGroups, changed);
  return { TargetGroups: [answerOf(tx, changed)] };
};

/** All attributes of a target group. */
export const describeTargetGroupAttributes: Operation<
  DescribeTargetGroupAttributesInput,
  DescribeTargetGroupAttributesOutput
> = (tx, input) => {
  const group = existingTargetGroup(tx, input.TargetGroupArn);
  if (isDomainError(group)) return group;
  return { Attributes: attributesOf(targetGroupAttributeRules, group) };
};

/** Sets attributes; all of them or, when one is refused, none. */
export const modifyTargetGroupAttributes: Operation<
  ModifyTargetGroupAttributesInput,
  ModifyTargetGroupAttributesOutput
> = (tx, input) => {
  const group = existingTargetGroup(tx, input.TargetGroupArn);
  if (isDomainError(group)) return group;
  const attributes = changedAttributes(
    'Target group',
    targetGroupAttributeRules,
    group,
    input.Attributes ?? [],
  );
  if (isDomainError(attributes)) return attributes;
  const changed = { ...group, attributes };
  tx.put(TargetGroups, changed);
  return { Attributes: attributesOf(targetGroupAttributeRules, changed) };
};

/** Deletes a target group that no listener forwards to, with its targets. One that does not exist is no error. */
export const deleteTargetGroup: Operation<DeleteTargetGroupInput, DeleteTargetGroupOutput> = (
  tx,
  input,
) => {
  const arn = input.TargetGroupArn ?? '';
  if (arnKind(arn) !== 'targetgroup') {
    return validation(`'${arn}' is not a valid target group ARN`);
  }
  if (tx.get(TargetGroups, arn) === undefined) return {};
  if (tx.find(Listeners, 'targetGroup', arn).length > 0) return targetGroupInUse(arn);
  for (const target of tx.find(Targets, 'targetGroup', arn)) removeTarget(tx, target.id);
  tx.delete(TargetGroups, arn);
  forgetTags(tx, arn);
  return {};
};
