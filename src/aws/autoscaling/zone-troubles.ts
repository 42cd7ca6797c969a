import type { Tx } from '../../world/transaction.ts';
import { afterFailedLaunch } from './decisions/back-off.ts';
import type { Lifecycle } from './decisions/instances-distribution.ts';
import { AutoScalingGroups, type AutoScalingGroup } from './entities.ts';

/** Where a group keeps that launches fail in a zone: want of Spot capacity says nothing of what runs on demand. */
const troubleKey = (zoneId: string, lifecycle: Lifecycle): string =>
  lifecycle === 'spot' ? `${zoneId}/spot` : zoneId;

/** Until when nothing of the kind is launched in a zone; 0 when nothing failed. */
export const closedUntil = (
  group: Pick<AutoScalingGroup, 'zoneTroubles'>,
  zoneId: string,
  lifecycle: Lifecycle,
): number => group.zoneTroubles[troubleKey(zoneId, lifecycle)]?.until ?? 0;

/** Nothing more of the kind is launched in the zone for a while, longer with each failure in a row. */
export const closeZone = (
  tx: Tx,
  groupName: string,
  zoneId: string,
  lifecycle: Lifecycle,
): void => {
  const group = tx.get(AutoScalingGroups, groupName);
  if (group === undefined) return;
  const key = troubleKey(zoneId, lifecycle);
  const trouble = afterFailedLaunch(group.zoneTroubles[key], tx.now);
  tx.put(AutoScalingGroups, {
    ...group,
    zoneTroubles: { ...group.zoneTroubles, [key]: trouble },
  });
};

/** A launch of the kind in the zone has succeeded: nothing there is remembered against it. */
export const openZone = (
  tx: Tx,
  group: AutoScalingGroup,
  zoneId: string,
  lifecycle: Lifecycle,
): void => {
  const key = troubleKey(zoneId, lifecycle);
  if (group.zoneTroubles[key] === undefined && group.launchTrouble === null) return;
  const { [key]: _mended, ...zoneTroubles } = group.zoneTroubles;
  tx.put(AutoScalingGroups, { ...group, zoneTroubles, launchTrouble: null });
};
