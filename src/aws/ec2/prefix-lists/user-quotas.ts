import { isDomainError, type DomainError } from '../../../world/domain-error.ts';
import type { View } from '../../../world/transaction.ts';
import {
  RouteTables,
  SecurityGroupRules,
  type Route,
  type SecurityGroupPeer,
} from '../entities.ts';
import { limitExceeded } from '../errors.ts';
import { quotaIn } from '../launch/raisable-quotas.ts';
import type { PrefixList } from './entities.ts';
import { weightOf } from './lookups.ts';

const sum = (numbers: readonly number[]): number =>
  numbers.reduce((total, number) => total + number, 0);

/** How many of IPv4, and how many of IPv6, rules of one direction count as; a group counts as both. */
export const ruleCount = (
  peers: readonly SecurityGroupPeer[],
  weigh: (prefixListId: string) => number,
): number => {
  const without = (family: 'ipv4' | 'ipv6'): number =>
    sum(
      peers
        .filter((peer) => peer.kind !== family)
        .map((peer) => (peer.kind === 'prefix-list' ? weigh(peer.prefixListId) : 1)),
    );
  return Math.max(without('ipv6'), without('ipv4'));
};

export const routeCount = (
  routes: readonly Pick<Route, 'destination'>[],
  weigh: (prefixListId: string) => number,
): number =>
  sum(routes.map(({ destination }) => (destination.startsWith('pl-') ? weigh(destination) : 1)));

/** The weight of a prefix list that is there; 1 of one that is gone. */
export const weigher =
  (view: View) =>
  (id: string): number => {
    const weight = weightOf(view, id);
    return isDomainError(weight) ? 1 : weight;
  };

/** Whether all that name a prefix list can hold it with another size ("Prefix lists", Amazon VPC User Guide). */
export const checkUsersHold = (
  view: View,
  list: PrefixList,
  maxEntries: number,
): DomainError | undefined => {
  const now = weigher(view);
  const then = (id: string): number => (id === list.id ? maxEntries : now(id));
  for (const groupId of new Set(
    view.find(SecurityGroupRules, 'prefixList', list.id).map((rule) => rule.groupId),
  )) {
    const rules = view.find(SecurityGroupRules, 'group', groupId);
    for (const isEgress of [false, true]) {
      const peers = rules.filter((rule) => rule.isEgress === isEgress).map(({ peer }) => peer);
      if (ruleCount(peers, then) > quotaIn(view, 'rulesPerSecurityGroup')) {
        return limitExceeded('RulesPerSecurityGroupLimitExceeded', 'rules per security group');
      }
    }
  }
  const full = view
    .find(RouteTables, 'prefixList', list.id)
    .some(({ routes }) => routeCount(routes, then) > quotaIn(view, 'routesPerRouteTable'));
  return full ? limitExceeded('RouteLimitExceeded', 'routes') : undefined;
};
