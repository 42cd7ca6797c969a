import { DomainError } from '../../world/domain-error.ts';

/** A zone of the Region, as a launch sees it. */
export interface LaunchZone {
  readonly zoneId: string;
  /** Its name for this account. */
  readonly name: string;
  /** Whether machines there can be switched on: it has power and the control plane reaches it. */
  readonly available: boolean;
}

/** A subnet that instances could go to. */
export interface LaunchSubnet {
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

const sentence = 'Our system will be working on provisioning additional capacity.';

const otherZones = (zones: readonly LaunchZone[], zoneId: string): readonly string[] =>
  zones.filter((zone) => zone.available && zone.zoneId !== zoneId).map((zone) => zone.name);

/**
 * What EC2 answers when a zone has no capacity for the type, in its words: where there is some, and nothing of that
 * when there is none.
 */
export const insufficientCapacity = (
  instanceType: string,
  zone: LaunchZone,
  zones: readonly LaunchZone[],
): DomainError => {
  const others = otherZones(zones, zone.zoneId);
  const advice =
    others.length === 0
      ? ''
      : ` You can currently get ${instanceType} capacity by not specifying an Availability Zone in your request or choosing ${others.join(', ')}.`;
  return new DomainError(
    'InsufficientInstanceCapacity',
    `We currently do not have sufficient ${instanceType} capacity in the Availability Zone you requested (${zone.name}). ${sentence}${advice}`,
  );
};

const insufficientEverywhere = (instanceType: string): DomainError =>
  new DomainError(
    'InsufficientInstanceCapacity',
    `We currently do not have sufficient ${instanceType} capacity in zones with support for 'gp3' volumes. ${sentence}`,
  );

const insufficientAddresses = (subnetId: string): DomainError =>
  new DomainError(
    'InsufficientFreeAddressesInSubnet',
    `There are not enough free addresses in subnet '${subnetId}' to satisfy the requested number of instances.`,
  );

/**
 * Decides where instances go: to the zone that was asked for, or to any that has capacity and addresses, all of a
 * request together, as EC2 does. Errors: InsufficientInstanceCapacity, InsufficientFreeAddressesInSubnet. Fewer than
 * `maxCount` are launched when the subnet has addresses for `minCount` only ("RunInstances", API Reference).
 */
export const planLaunch = (question: LaunchQuestion): LaunchPlan | DomainError => {
  const { instanceType, minCount, maxCount, subnets, zones } = question;
  const zoneOf = (subnet: LaunchSubnet): LaunchZone | undefined =>
    zones.find((zone) => zone.zoneId === subnet.zoneId);
  const powered = subnets.filter((subnet) => zoneOf(subnet)?.available === true);
  if (powered.length === 0) {
    const asked = subnets[0] === undefined ? undefined : zoneOf(subnets[0]);
    return question.zoneIsAsked && asked !== undefined
      ? insufficientCapacity(instanceType, asked, zones)
      : insufficientEverywhere(instanceType);
  }
  const roomy = powered.filter((subnet) => subnet.freeAddresses >= minCount);
  const chosen = roomy[question.draw % Math.max(1, roomy.length)];
  if (chosen === undefined) return insufficientAddresses(powered[0]?.subnetId ?? '');
  return { subnetId: chosen.subnetId, count: Math.min(maxCount, chosen.freeAddresses) };
};
