import { DomainError } from '../../../world/domain-error.ts';
import type { LaunchZone } from './launch-zone.ts';

const patience = 'Our system will be working on provisioning additional capacity.';

const namesOf = (zones: readonly LaunchZone[]): string => zones.map((zone) => zone.name).join(', ');

/**
 * What EC2 answers when a zone has no capacity for so many instances of the type, in its words: the other zones that
 * have it, and nothing of that when there is none ("Insufficient instance capacity", User Guide).
 */
export const insufficientCapacity = (
  instanceType: string,
  zone: LaunchZone,
  zones: readonly LaunchZone[],
  count: number,
): DomainError => {
  const others = zones.filter(
    (other) => other.zoneId !== zone.zoneId && other.isOffered && other.room >= count,
  );
  const advice =
    others.length === 0
      ? ''
      : ` You can currently get ${instanceType} capacity by not specifying an Availability Zone in your request or choosing ${namesOf(others)}.`;
  return new DomainError(
    'InsufficientInstanceCapacity',
    `We currently do not have sufficient ${instanceType} capacity in the Availability Zone you requested (${zone.name}). ${patience}${advice}`,
  );
};

/** The same for a launch that names no zone. */
export const insufficientEverywhere = (instanceType: string): DomainError =>
  new DomainError(
    'InsufficientInstanceCapacity',
    `We currently do not have sufficient ${instanceType} capacity in zones with support for 'gp3' volumes. ${patience}`,
  );

/** What EC2 answers when a zone does not have the type at all, whatever the state of the zones that have it. */
export const notOfferedIn = (
  instanceType: string,
  zone: LaunchZone,
  zones: readonly LaunchZone[],
): DomainError => {
  const others = zones.filter((other) => other.isOffered);
  return new DomainError(
    'Unsupported',
    `Your requested instance type (${instanceType}) is not supported in your requested Availability Zone (${zone.name}). Please retry your request by not specifying an Availability Zone or choosing ${namesOf(others)}.`,
  );
};

/** What EC2 answers when a spread placement group can have no more running instances in a zone. */
export const insufficientInGroup = (groupName: string, zoneName: string): DomainError =>
  new DomainError(
    'InsufficientInstanceCapacity',
    `There is not enough unique hardware in the Availability Zone ${zoneName} for more running instances of the spread placement group '${groupName}'.`,
  );
