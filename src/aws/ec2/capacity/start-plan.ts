import type { DomainError } from '../../../world/domain-error.ts';
import type { LaunchZone } from './launch-zone.ts';
import { insufficientCapacity, notOfferedIn } from './refusals.ts';
import type { Occupant } from './zone-stock.ts';

/**
 * Why stopped instances cannot be started, all together, or undefined when they can. A stopped instance holds no
 * capacity: its start asks for it anew, in its own zone ("Stop and start Amazon EC2 instances", User Guide).
 */
export const startRefusal = (
  stopped: readonly Occupant[],
  zonesFor: (instanceType: string, claims: readonly Occupant[]) => readonly LaunchZone[],
): DomainError | undefined => {
  const claims: Occupant[] = [];
  for (const instance of stopped) {
    const { instanceType, zoneId } = instance;
    const zones = zonesFor(instanceType, claims);
    const zone = zones.find((candidate) => candidate.zoneId === zoneId);
    if (zone !== undefined && !zone.isOffered) return notOfferedIn(instanceType, zone, zones);
    if (zone !== undefined && zone.room < 1) {
      return insufficientCapacity(instanceType, zone, zones, 1);
    }
    claims.push(instance);
  }
  return undefined;
};
