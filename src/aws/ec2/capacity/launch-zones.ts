import { hash32 } from '../../../atlas/hash.ts';
import type { Tx } from '../../../world/transaction.ts';
import { accountZones } from '../../shared/account-zones.ts';
import { isZoneAvailable } from '../instances/instance-lifecycle.ts';
import type { LaunchZone } from './launch-zone.ts';
import { isOfferedIn } from './offerings.ts';
import { occupantsOf, roomFor, type Occupant } from './zone-stock.ts';

/**
 * What one request finds in the zones of its Region, in the order of their names: for each instance type the same answer
 * all through the request. `claims` are what the request itself has taken that stands in no zone yet.
 */
export const launchZonesFor = (
  tx: Tx,
  market: 'on-demand' | 'spot' = 'on-demand',
): ((instanceType: string, claims?: readonly Occupant[]) => readonly LaunchZone[]) => {
  let drawn: number | undefined;
  // A request that is refused takes back its draw, so that the time must tell it from its repetition.
  const draw = (): number => (drawn ??= hash32(tx.random('ec2/capacity').uint32(), tx.now));
  const room = (instanceType: string, zoneId: string, claims: readonly Occupant[]): number =>
    roomFor({
      instanceType,
      zoneId,
      stocks: tx.geography.stocksOf(zoneId),
      condition:
        market === 'spot'
          ? tx.conditions.spotCapacity(zoneId, instanceType, tx.now)
          : tx.conditions.capacity(zoneId, instanceType, tx.now),
      occupants: () => [...occupantsOf(tx, zoneId), ...claims],
      draw,
    });
  return (instanceType, claims = []) =>
    accountZones(tx).map(({ id, name }) => ({
      zoneId: id,
      name,
      isOffered: isOfferedIn(instanceType, { id, region: tx.shard }),
      // Counted when it is looked at: most requests look at one zone only.
      get room() {
        return isZoneAvailable(tx, id) ? room(instanceType, id, claims) : 0;
      },
    }));
};
