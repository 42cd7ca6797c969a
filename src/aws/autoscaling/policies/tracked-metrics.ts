import type {
  CustomizedMetricSpecification,
  PredefinedMetricSpecification,
} from '@aws-sdk/client-auto-scaling';
import type { DomainError } from '../../../world/domain-error.ts';
import type { Plain } from '../../operation.ts';
import type { AutoScalingGroup } from '../entities.ts';
import { notBuilt, validation } from '../errors.ts';
import type { TrackedMetric } from './entities.ts';

/** Metrics of EC2 that are averages over the instances of a group. */
const ofInstances: Readonly<Record<string, string>> = {
  ASGAverageCPUUtilization: 'CPUUtilization',
  ASGAverageNetworkIn: 'NetworkIn',
  ASGAverageNetworkOut: 'NetworkOut',
};

/** `app/NAME/ID/targetgroup/NAME/ID` (PredefinedMetricSpecification, API Reference). */
const labelForm = /^(app\/[^/]+\/[^/]+)\/(targetgroup\/[^/]+\/[^/]+)$/;

const requestCount = (
  group: AutoScalingGroup,
  label: string | undefined,
): TrackedMetric | DomainError => {
  if (label === undefined) {
    return validation('ResourceLabel must be specified with ALBRequestCountPerTarget');
  }
  const [, loadBalancer = '', targetGroup = ''] = labelForm.exec(label) ?? [];
  if (targetGroup === '') {
    return validation(
      `The resource label ${label} must have the form app/load-balancer-name/load-balancer-id/targetgroup/target-group-name/target-group-id`,
    );
  }
  if (!group.targetGroupArns.some((arn) => arn.endsWith(`:${targetGroup}`))) {
    return validation(
      `The target group ${targetGroup} of the resource label is not attached to the Auto Scaling group ${group.id}`,
    );
  }
  return {
    namespace: 'AWS/ApplicationELB',
    name: 'RequestCountPerTarget',
    dimensions: [
      { Name: 'LoadBalancer', Value: loadBalancer },
      { Name: 'TargetGroup', Value: targetGroup },
    ],
    statistic: 'Sum',
    unit: null,
  };
};

/** The metric that a predefined name stands for. Errors: ValidationError. */
export const predefinedMetric = (
  group: AutoScalingGroup,
  { PredefinedMetricType: type, ResourceLabel: label }: Plain<PredefinedMetricSpecification>,
): TrackedMetric | DomainError => {
  if (type === 'ALBRequestCountPerTarget') return requestCount(group, label);
  if (type === 'ASGAverageCPUUtilizationHighResolution') {
    return notBuilt('metrics of less than a minute');
  }
  const name = ofInstances[type ?? ''];
  if (name === undefined) return validation(`Invalid predefined metric type: ${type ?? ''}`);
  if (label !== undefined) return validation(`ResourceLabel is not supported with ${type}`);
  return {
    namespace: 'AWS/EC2',
    name,
    dimensions: [{ Name: 'AutoScalingGroupName', Value: group.id }],
    statistic: 'Average',
    unit: null,
  };
};

/** A metric that its user writes. Errors: ValidationError, NotImplemented for metric math and periods below a minute. */
export const customizedMetric = (
  asked: Plain<CustomizedMetricSpecification>,
): TrackedMetric | DomainError => {
  if (asked.Metrics !== undefined) return notBuilt('target tracking on metric math (Metrics)');
  const { MetricName: name, Namespace: namespace, Statistic: statistic, Period = 60 } = asked;
  if (name === undefined || namespace === undefined || statistic === undefined) {
    return validation('MetricName, Namespace and Statistic must be specified');
  }
  if (Period !== 60) return notBuilt('target tracking by periods below a minute (Period)');
  return {
    namespace,
    name,
    dimensions: (asked.Dimensions ?? []).map(({ Name = '', Value = '' }) => ({ Name, Value })),
    statistic,
    unit: asked.Unit ?? null,
  };
};
