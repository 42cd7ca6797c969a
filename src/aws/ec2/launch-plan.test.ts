import { describe, expect, test } from 'vitest';
import { isDomainError } from '../../world/domain-error.ts';
import { planLaunch, type LaunchQuestion, type LaunchZone } from './launch-plan.ts';

const zone = (letter: string, available = true): LaunchZone => ({
  zoneId: `use1-az-${letter}`,
  name: `us-east-1${letter}`,
  available,
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
    [
      'past a zone without power',
      { zones: [zone('a', false), zone('b'), zone('c')] },
      '1 in subnet-b',
    ],
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
        zones: [zone('a', false), zone('b'), zone('c')],
      },
      `${noCapacity} capacity in the Availability Zone you requested (us-east-1a). ${patience} You can currently get t3.micro capacity by not specifying an Availability Zone in your request or choosing us-east-1b, us-east-1c.`,
    ],
    [
      'nowhere when the zone asked for is dead, without names when the others are dead too',
      {
        zoneIsAsked: true,
        subnets: [subnet('a')],
        zones: [zone('a', false), zone('b', false), zone('c', false)],
      },
      `${noCapacity} capacity in the Availability Zone you requested (us-east-1a). ${patience}`,
    ],
    [
      'nowhere when all zones are dead',
      { zones: [zone('a', false), zone('b', false), zone('c', false)] },
      `${noCapacity} capacity in zones with support for 'gp3' volumes. ${patience}`,
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
