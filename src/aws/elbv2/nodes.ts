import type { HostedLocation } from '../../world/places.ts';

/** A load balancer's node: it has one in each zone that it is enabled in. */
export interface BalancerNode {
  readonly loadBalancerArn: string;
  readonly zoneId: string;
}

const prefix = 'node/';

/** What a node is called where one text must stand for it: as the key of an address, as the id of a health check. */
export const nodeKey = ({ loadBalancerArn, zoneId }: BalancerNode): string =>
  `${prefix}${loadBalancerArn}/${zoneId}`;

/** The node that a key stands for; undefined for a text that is no such key. */
export const nodeOfKey = (key: string): BalancerNode | undefined => {
  if (!key.startsWith(prefix)) return undefined;
  const end = key.lastIndexOf('/');
  return { loadBalancerArn: key.slice(prefix.length, end), zoneId: key.slice(end + 1) };
};

/** Where a node stands: on a host of its zone that follows from which node it is. */
export const nodeLocation = (node: BalancerNode): HostedLocation => ({
  zoneId: node.zoneId,
  host: { id: nodeKey(node) },
});
