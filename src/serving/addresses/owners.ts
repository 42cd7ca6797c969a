import { nodeKey, nodeOfKey, type BalancerNode } from '../../aws/elbv2/nodes.ts';

/**
 * What has a loopback address of its own in a world: a load balancer's node in a zone, an instance inside its VPC
 * (`instance`) and as it is reached from outside (`public`), and an Elastic IP (`address`).
 */
export type Owner =
  | ({ readonly kind: 'node' } & BalancerNode)
  | { readonly kind: 'instance'; readonly instanceId: string }
  | { readonly kind: 'public'; readonly instanceId: string }
  | { readonly kind: 'address'; readonly allocationId: string };

/** The owners whose ports open one by one, as whoever stands behind them listens. */
export type PublicOwner = Extract<Owner, { readonly kind: 'public' | 'address' }>;

export const isPublicOwner = (owner: Owner): owner is PublicOwner =>
  owner.kind === 'public' || owner.kind === 'address';

/** The key of an owner in the table of host numbers, which the journal keeps. */
export const ownerKey = (owner: Owner): string => {
  switch (owner.kind) {
    case 'node':
      return nodeKey(owner);
    case 'instance':
    case 'public':
      return `${owner.kind}/${owner.instanceId}`;
    case 'address':
      return `${owner.kind}/${owner.allocationId}`;
  }
};

/** The owner that a key of the table of host numbers stands for. */
export const ownerOfKey = (key: string): Owner => {
  const node = nodeOfKey(key);
  if (node !== undefined) return { kind: 'node', ...node };
  const slash = key.indexOf('/');
  const kind = key.slice(0, slash);
  const id = key.slice(slash + 1);
  switch (kind) {
    case 'instance':
    case 'public':
      return { kind, instanceId: id };
    case 'address':
      return { kind, allocationId: id };
    default:
      throw new Error(`'${key}' is no owner of a loopback address.`);
  }
};
