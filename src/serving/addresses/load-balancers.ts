import {
  groupsOfListeners,
  Listeners,
  LoadBalancers,
  type Listener,
  type LoadBalancer,
} from '../../aws/elbv2/entities.ts';
import type { View } from '../../world/transaction.ts';
import type { World } from '../../world/world.ts';
import { rememberedByWorld } from '../runners/tables-watch.ts';

/** A load balancer that serves, with what its nodes need of it. */
export interface ServingLoadBalancer {
  readonly region: string;
  /** Committed state of its Region and account. */
  readonly view: View;
  readonly loadBalancer: LoadBalancer;
  readonly listeners: readonly Listener[];
  /** ARNs of the target groups that its listeners forward to. */
  readonly targetGroupArns: readonly string[];
}

const readServing = (world: World): readonly ServingLoadBalancer[] =>
  world.regionalViews().flatMap((view) =>
    view
      .list(LoadBalancers)
      .filter((loadBalancer) => loadBalancer.state === 'active')
      .map((loadBalancer) => {
        const listeners = view.find(Listeners, 'loadBalancer', loadBalancer.id);
        const targetGroupArns = groupsOfListeners(listeners);
        return { region: view.shard, view, loadBalancer, listeners, targetGroupArns };
      }),
  );

/** What `servingLoadBalancers` rests on. */
export const servingTables = [LoadBalancers, Listeners] as const;

/** All load balancers of the world that have been provisioned. */
export const servingLoadBalancers = rememberedByWorld(servingTables, readServing);
