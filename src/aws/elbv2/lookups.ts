import type { DomainError } from '../../world/domain-error.ts';
import type { View } from '../../world/transaction.ts';
import { arnKind } from './arns.ts';
import {
  Listeners,
  LoadBalancers,
  TargetGroups,
  type Listener,
  type LoadBalancer,
  type TargetGroup,
} from './entities.ts';
import {
  listenerNotFound,
  loadBalancerNotFound,
  targetGroupNotFound,
  validation,
} from './errors.ts';

// A resource by its ARN, or AWS's error. An ARN of another Region names nothing here.

export const existingLoadBalancer = (
  view: View,
  arn: string | undefined,
): LoadBalancer | DomainError => {
  const text = arn ?? '';
  if (arnKind(text) !== 'loadbalancer') {
    return validation(`'${text}' is not a valid load balancer ARN`);
  }
  return view.get(LoadBalancers, text) ?? loadBalancerNotFound();
};

export const existingTargetGroup = (
  view: View,
  arn: string | undefined,
): TargetGroup | DomainError => {
  const text = arn ?? '';
  if (arnKind(text) !== 'targetgroup') {
    return validation(`'${text}' is not a valid target group ARN`);
  }
  return view.get(TargetGroups, text) ?? targetGroupNotFound();
};

export const existingListener = (view: View, arn: string | undefined): Listener | DomainError => {
  const text = arn ?? '';
  if (arnKind(text) !== 'listener') return validation(`'${text}' is not a valid listener ARN`);
  return view.get(Listeners, text) ?? listenerNotFound();
};
