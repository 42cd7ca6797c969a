import { isDomainError, type DomainError } from '../../world/domain-error.ts';
import type { Entity, Table } from '../../world/entity.ts';
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

/** The resources with these ARNs, then those with these names; the first that is not there is the answer. */
export const byArnsAndNames = <T extends Entity>(
  view: View,
  table: Table<T>,
  request: { readonly arns: readonly string[]; readonly names: readonly string[] },
  existing: (view: View, arn: string) => T | DomainError,
  nameNotFound: () => DomainError,
): readonly T[] | DomainError => {
  const found: T[] = [];
  for (const arn of request.arns) {
    const one = existing(view, arn);
    if (isDomainError(one)) return one;
    found.push(one);
  }
  for (const name of request.names) {
    const [one] = view.find(table, 'name', name);
    if (one === undefined) return nameNotFound();
    found.push(one);
  }
  return found;
};
