import type {
  DescribeCapacityReservationInput,
  DescribeCapacityReservationOutput,
  DescribeLoadBalancerAttributesInput,
  DescribeLoadBalancerAttributesOutput,
  ModifyLoadBalancerAttributesInput,
  ModifyLoadBalancerAttributesOutput,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import { isDomainError } from '../../world/domain-error.ts';
import type { Operation } from '../operation.ts';
import { attributesOf, changedAttributes, loadBalancerAttributeRules } from './attributes.ts';
import { LoadBalancers } from './entities.ts';
import { existingLoadBalancer } from './lookups.ts';

/** All attributes of a load balancer. */
export const describeLoadBalancerAttributes: Operation<
  DescribeLoadBalancerAttributesInput,
  DescribeLoadBalancerAttributesOutput
> = (tx, input) => {
  const loadBalancer = existingLoadBalancer(tx, input.LoadBalancerArn);
  if (isDomainError(loadBalancer)) return loadBalancer;
  return { Attributes: attributesOf(loadBalancerAttributeRules, loadBalancer) };
};

/** The capacity that a load balancer has reserved: none, since reservations are not built. */
export const describeCapacityReservation: Operation<
  DescribeCapacityReservationInput,
  DescribeCapacityReservationOutput
> = (tx, input) => {
  const loadBalancer = existingLoadBalancer(tx, input.LoadBalancerArn);
  return isDomainError(loadBalancer) ? loadBalancer : {};
};

/** Sets attributes; all of them or, when one is refused, none. */
export const modifyLoadBalancerAttributes: Operation<
  ModifyLoadBalancerAttributesInput,
  ModifyLoadBalancerAttributesOutput
> = (tx, input) => {
  const loadBalancer = existingLoadBalancer(tx, input.LoadBalancerArn);
  if (isDomainError(loadBalancer)) return loadBalancer;
  const attributes = changedAttributes(
    'Load balancer',
    loadBalancerAttributeRules,
    loadBalancer,
    input.Attributes ?? [],
  );
  if (isDomainError(attributes)) return attributes;
  const changed = { ...loadBalancer, attributes };
  tx.put(LoadBalancers, changed);
  return { Attributes: attributesOf(loadBalancerAttributeRules, changed) };
};
