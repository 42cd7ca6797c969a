import type { Tx, View } from '../../world/transaction.ts';
import { quotasOf, quotaValue } from '../shared/quotas.ts';

/** "Quotas for your Application Load Balancers", User Guide: what an account has unless it asks for more. */
export const quotas = {
  loadBalancersPerRegion: 50,
  targetGroupsPerRegion: 3000,
  targetsPerTargetGroup: 1000,
  listenersPerLoadBalancer: 50,
  tagsPerResource: 50,
} as const;

/** Those of them that an account may ask to raise, with codes and names as Service Quotas lists them. */
export const raisableQuotas = quotasOf('elasticloadbalancing', quotas, {
  listenersPerLoadBalancer: ['L-B6DF7632', 'Listeners per Application Load Balancer'],
  loadBalancersPerRegion: ['L-53DA6B97', 'Application Load Balancers per Region'],
  targetGroupsPerRegion: ['L-B22855CB', 'Target Groups per Region'],
  targetsPerTargetGroup: ['L-A0D0B863', 'Targets per Target Group per Region'],
});

/** How many the account may have now. */
export const quotaIn = (view: View, name: keyof typeof raisableQuotas): number =>
  quotaValue(view, raisableQuotas[name]);

const suffix = (tx: Tx): string => tx.random('elbv2/arns').hex(16);

const arn = (tx: Tx, resource: string): string =>
  `arn:aws:elasticloadbalancing:${tx.shard}:${tx.account}:${resource}`;

export const newLoadBalancerArn = (tx: Tx, name: string): string =>
  arn(tx, `loadbalancer/app/${name}/${suffix(tx)}`);

export const newTargetGroupArn = (tx: Tx, name: string): string =>
  arn(tx, `targetgroup/${name}/${suffix(tx)}`);

/** `arn:...:loadbalancer/app/name/id` makes `arn:...:listener/app/name/id/another-id`. */
export const newListenerArn = (tx: Tx, loadBalancerArn: string): string =>
  `${loadBalancerArn.replace(':loadbalancer/', ':listener/')}/${suffix(tx)}`;

export const newRuleArn = (tx: Tx, listenerArn: string): string =>
  `${listenerArn.replace(':listener/', ':listener-rule/')}/${suffix(tx)}`;

/** What an ARN names, by its form. */
export type ArnKind = 'loadbalancer' | 'targetgroup' | 'listener' | 'listener-rule';

/** What kind of resource an ARN of this service names; undefined when it is none of ours. */
export const arnKind = (text: string): ArnKind | undefined => {
  const match =
    /^arn:aws[a-z-]*:elasticloadbalancing:[a-z0-9-]+:\d{12}:(loadbalancer|targetgroup|listener|listener-rule)\/[A-Za-z0-9/-]+$/.exec(
      text,
    );
  // The expression lets only these through.
  return match?.[1] as ArnKind | undefined;
};

/** `app/name/id` of a load balancer's ARN, as its network interfaces describe themselves. */
export const loadBalancerPath = (loadBalancerArn: string): string =>
  loadBalancerArn.slice(loadBalancerArn.indexOf(':loadbalancer/') + ':loadbalancer/'.length);
