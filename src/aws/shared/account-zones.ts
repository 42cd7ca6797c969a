import { zoneNamesOf, type ZoneName } from '../../atlas/zone-names.ts';
import type { View } from '../../world/transaction.ts';

/** The Availability Zones of the view's Region as its account sees them, in the order of their names. */
export const accountZones = (view: View): readonly ZoneName[] => {
  const region = view.geography.region(view.shard);
  return region === undefined ? [] : zoneNamesOf(region, view.account, view.seed);
};

/** The name that the account has for a zone; the id itself for a zone that it does not see. */
export const zoneNameOf = (view: View, zoneId: string): string =>
  accountZones(view).find((zone) => zone.id === zoneId)?.name ?? zoneId;
