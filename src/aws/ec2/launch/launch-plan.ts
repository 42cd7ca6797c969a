import { DomainError } from '../../../world/domain-error.ts';
import type { LaunchZone } from '../capacity/launch-zone.ts';
import {
  insufficientCapacity,
  insufficientEverywhere,
  notOfferedIn,
} from '../capacity/refusals.ts';

/** A subnet that instances could go to. */
interface LaunchSubnet {
  readonly subnetId: string;
  readonly zoneId: string;
  readonly freeAddresses: number;
}

/** What is asked, and among what to choose. */
export interface LaunchQuestion {
  readonly instanceType: string;
  readonly minCount: number;
  readonly maxCount: number;
  /** True when the request names a subnet or a zone. */
  readonly zoneIsAsked: boolean;
  /** The subnet that was named, or the default subnets: all, or the one of the zone that was named. */
  readonly subnets: readonly LaunchSubnet[];
  /** All zones of the account's Region, in the order of their names. */
  readonly zones: readonly LaunchZone[];
  /** A whole number that decides among equals. */
  readonly draw: number;
}

/** Where the instances go, and how many of them. */
export interface LaunchPlan {
  readonly subnetId: string;
  readonly count: number;
}

const insufficientAddresses = (subnetId: string): DomainError =>
  new DomainError(
    'InsufficientFreeAddressesInSubnet',
    `There are not enough free addresses in subnet '${subnetId}' to satisfy the requested number of instances.`,
  );

/** A subnet with the zone that it is in. */
interface Choice {
  readonly subnet: LaunchSubnet;
  readonly zone: LaunchZone;
}

const choicesOf = ({ subnets, zones }: LaunchQuestion): readonly Choice[] =>
  subnets.flatMap((subnet) => {
    const zone = zones.find((candidate) => candidate.zoneId === subnet.zoneId);
    return zone === undefined ? [] : [{ subnet, zone }];
  });

/** One with enough addresses. Most have: the one that is drawn is looked at before all are. */
const chooseRoomy = (
  supplied: readonly Choice[],
  { draw, minCount }: LaunchQuestion,
): Choice | undefined => {
  const isRoomy = ({ subnet }: Choice): boolean => subnet.freeAddresses >= minCount;
  const drawn = supplied[draw % supplied.length];
  if (drawn !== undefined && isRoomy(drawn)) return drawn;
  const roomy = supplied.filter(isRoomy);
  return roomy[draw % Math.max(1, roomy.length)];
};

/**
 * Decides where instances go: to the zone that was asked for, or to any that has the type, capacity and addresses, all of
 * a request together, as EC2 does. Errors: Unsupported, InsufficientInstanceCapacity, InsufficientFreeAddressesInSubnet.
 * Fewer than `maxCount` are launched when there is capacity, or there are addresses, for `minCount` only
 * ("RunInstances", API Reference).
 */
export const planLaunch = (question: LaunchQuestion): LaunchPlan | DomainError => {
  const { instanceType, minCount, maxCount, zones } = question;
  const choices = choicesOf(question);
  const asked = choices[0]?.zone;
  const offered = choices.filter(({ zone }) => zone.isOffered);
  if (asked !== undefined && offered.length === 0) return notOfferedIn(instanceType, asked, zones);
  const supplied = offered.filter(({ zone }) => zone.room >= minCount);
  if (supplied.length === 0) {
    return question.zoneIsAsked && asked !== undefined
      ? insufficientCapacity(instanceType, asked, zones, minCount)
      : insufficientEverywhere(instanceType);
  }
  const chosen = chooseRoomy(supplied, question);
  if (chosen === undefined) return insufficientAddresses(supplied[0]?.subnet.subnetId ?? '');
  const { subnet, zone } = chosen;
  return {
    subnetId: subnet.subnetId,
    count: Math.min(maxCount, subnet.freeAddresses, zone.room),
  };
};
