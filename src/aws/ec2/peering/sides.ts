import type { View } from '../../../world/transaction.ts';
import type { PeeringConnection, PeeringSide } from './entities.ts';

/** A Region and an account in it: where one side of a peering connection is at home. */
type Home = Pick<PeeringSide, 'account' | 'region'>;

export const isAt = (view: View, side: Home): boolean =>
  side.region === view.shard && side.account === view.account;

/** Whether both sides are of one account and Region, which share one entity. */
export const isWithinOneHome = ({ requester, accepter }: PeeringConnection): boolean =>
  requester.region === accepter.region && requester.account === accepter.account;

/** What a VPC of this Region and account reaches by a peering connection: the other side, or nothing when it is no part of it. */
export const sidesFrom = (
  view: View,
  { requester, accepter }: PeeringConnection,
  vpcId: string,
): readonly PeeringSide[] => {
  if (isAt(view, requester) && requester.vpcId === vpcId) return [accepter];
  return isAt(view, accepter) && accepter.vpcId === vpcId ? [requester] : [];
};
