import { describe, expect, test } from 'vitest';
import { isDomainError } from '../../../world/domain-error.ts';
import type { LaunchZone } from '../capacity/launch-zone.ts';
import { planLaunch, type LaunchQuestion } from './launch-plan.ts';

const zone = (letter: string, room = Infinity, isOffered = true): LaunchZone => ({
  zoneId: `use1-az-${letter}`,
  name: `us-east-1${letter}`,
  isOffered,
  room,
});

const subnet = (letter: string, freeAddresses = 100) => ({
  subnetId: `subnet-${letter}`,
  zoneId: `use1-az-${letter}`,
  freeAddresses,
});

const question = (changes: Partial<LaunchQuestion> = {}): LaunchQuestion => ({
  instanceType: 't3.micro',
  minCount: 1,
  maxCount: 1,
  zoneIsAsked: false,
  subnets: [subnet('a'), subnet('b'), subnet('c')],
  zones: [zone('a'), zone('b'), zone('c')],
  draw: 0,
  ...changes,
});

const outcome = (changes: Partial<LaunchQuestion>): string => {
  const plan = planLaunch(question(changes));
  return isDomainError(plan)
    ? `${plan.code}: ${plan.message}`
    : `${plan.count} in ${plan.subnetId}`;
};

const noCapacity = 'InsufficientInstanceCapacity: We currently do not have sufficient t3.micro';
const patience = 'Our system will be working on provisioning additional capacity.';

describe('a launch goes', () => {
  test.each<[string, Partial<LaunchQuestion>, string]>([
    ['to the first zone by draw 0', { draw: 0 }, '1 in subnet-a'],
    ['to the second zone by draw 4', { draw: 4 }, '1 in subnet-b'],
    ['past a zone without power', { zones: [zone('a', 0), zone('b'), zone('c')] }, '1 in subnet-b'],
    [
      'past a subnet without room',
      { subnets: [subnet('a', 1), subnet('b')], minCount: 2, maxCount: 2 },
      '2 in subnet-b',
    ],
    ['as many as there is room for', { subnets: [subnet('a', 3)], maxCount: 5 }, '3 in subnet-a'],
    ['where it is asked for', { zoneIsAsked: true, subnets: [subnet('c')] }, '1 in subnet-c'],
    [
      'nowhere when the zone asked for is dead, and names the others',
      {
        zoneIsAsked: true,
        subnets: [subnet('a')],
        zones: [zone('a', 0), zone('b'), zone('c')],
      },
      `${noCapacity} capacity in the Availability Zone you requested (us-east-1a). ${patience} You can currently get t3.micro capacity by not specifying an Availability Zone in your request or choosing us-east-1b, us-east-1c.`,
    ],
    [
      'nowhere when the zone asked for is dead, without names when the others are dead too',
      {
        zoneIsAsked: true,
        subnets: [subnet('a')],
        zones: [zone('a', 0), zone('b', 0), zone('c', 0)],
      },
      `${noCapacity} capacity in the Availability Zone you requested (us-east-1a). ${patience}`,
    ],
    [
      'nowhere when all zones are dead',
      { zones: [zone('a', 0), zone('b', 0), zone('c', 0)] },
      `${noCapacity} capacity in zones with support for 'gp3' volumes. ${patience}`,
    ],
    [
      'past a zone that has capacity for fewer than it needs at least',
      { zones: [zone('a', 1), zone('b', 2), zone('c', 0)], minCount: 2, maxCount: 3 },
      '2 in subnet-b',
    ],
    [
      'past a zone without the type',
      { zones: [zone('a', 9, false), zone('b'), zone('c')] },
      '1 in subnet-b',
    ],
    [
      'nowhere when the zone asked for has too little, and names those that have enough',
      {
        zoneIsAsked: true,
        subnets: [subnet('a')],
        zones: [zone('a', 1), zone('b', 1), zone('c', 2), zone('d', 9, false)],
        minCount: 2,
        maxCount: 2,
      },
      `${noCapacity} capacity in the Availability Zone you requested (us-east-1a). ${patience} You can currently get t3.micro capacity by not specifying an Availability Zone in your request or choosing us-east-1c.`,
    ],
    [
      'nowhere when the zone asked for does not have the type, and names all that do',
      {
        zoneIsAsked: true,
        subnets: [subnet('a')],
        zones: [zone('a', 9, false), zone('b', 0), zone('c')],
      },
      'Unsupported: Your requested instance type (t3.micro) is not supported in your requested Availability Zone (us-east-1a). Please retry your request by not specifying an Availability Zone or choosing us-east-1b, us-east-1c.',
    ],
    [
      'nowhere when the subnet has too few addresses',
      { zoneIsAsked: true, subnets: [subnet('a', 1)], minCount: 2, maxCount: 2 },
      "InsufficientFreeAddressesInSubnet: There are not enough free addresses in subnet 'subnet-a' to satisfy the requested number of instances.",
    ],
  ])('%s', (_, changes, expected) => {
    expect(outcome(changes)).toBe(expected);
  });
});
