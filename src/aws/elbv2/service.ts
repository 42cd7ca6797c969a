import type { Service } from '../operation.ts';
import { about } from './about.ts';
import {
  createListener,
  deleteListener,
  describeListenerAttributes,
  describeListeners,
  describeRules,
  modifyListener,
} from './listeners.ts';
import {
  describeCapacityReservation,
  describeLoadBalancerAttributes,
  modifyLoadBalancerAttributes,
} from './load-balancer-attributes.ts';
import {
  activateLoadBalancer,
  createLoadBalancer,
  deleteLoadBalancer,
  describeLoadBalancers,
  loadBalancerActiveKind,
  setIpAddressType,
  setSecurityGroups,
  setSubnets,
} from './load-balancers.ts';
import { targetDrained, targetDrainedKind } from './registered-targets.ts';
import { addTags, describeTags, removeTags } from './resource-tags.ts';
import {
  createTargetGroup,
  deleteTargetGroup,
  describeTargetGroupAttributes,
  describeTargetGroups,
  modifyTargetGroup,
  modifyTargetGroupAttributes,
} from './target-groups.ts';
import { deregisterTargets, describeTargetHealth, registerTargets } from './targets.ts';

export const elbv2: Service = {
  ...about,
  operations: {
    CreateLoadBalancer: createLoadBalancer,
    DescribeLoadBalancers: describeLoadBalancers,
    DeleteLoadBalancer: deleteLoadBalancer,
    DescribeLoadBalancerAttributes: describeLoadBalancerAttributes,
    ModifyLoadBalancerAttributes: modifyLoadBalancerAttributes,
    DescribeCapacityReservation: describeCapacityReservation,
    SetIpAddressType: setIpAddressType,
    SetSecurityGroups: setSecurityGroups,
    SetSubnets: setSubnets,
    CreateTargetGroup: createTargetGroup,
    DescribeTargetGroups: describeTargetGroups,
    ModifyTargetGroup: modifyTargetGroup,
    DeleteTargetGroup: deleteTargetGroup,
    DescribeTargetGroupAttributes: describeTargetGroupAttributes,
    ModifyTargetGroupAttributes: modifyTargetGroupAttributes,
    RegisterTargets: registerTargets,
    DeregisterTargets: deregisterTargets,
    DescribeTargetHealth: describeTargetHealth,
    CreateListener: createListener,
    DescribeListeners: describeListeners,
    ModifyListener: modifyListener,
    DeleteListener: deleteListener,
    DescribeListenerAttributes: describeListenerAttributes,
    DescribeRules: describeRules,
    DescribeTags: describeTags,
    AddTags: addTags,
    RemoveTags: removeTags,
  },
  timers: {
    [loadBalancerActiveKind]: activateLoadBalancer,
    [targetDrainedKind]: targetDrained,
  },
};
