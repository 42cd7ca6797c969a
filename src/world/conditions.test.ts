import { describe, expect, it } from 'vitest';
import { earth } from '../atlas/geography.ts';
import { Conditions } from './conditions.ts';
import type { Place } from './places.ts';
import { DomainError } from './domain-error.ts';
import { makeFault, type Fault, type FaultRequest } from './faults.ts';
import { openWay } from './way.ts';

const fault = (target: string, effect: string, more: Partial<FaultRequest> = {}): Fault => {
  const made = makeFault(earth, 'fault-1', 1000, { target, effect, ...more });
  if (made instanceof DomainError) throw new Error(made.message);
  return made;
};

const zone = (zoneId: string): Place => ({ kind: 'zone', zoneId });
const region = (code: string): Place => ({ kind: 'region', region: code });
const instance = (zoneId: string): Place => ({
  kind: 'instance',
  instanceId: 'i-0123456789abcdef0',
  zoneId,
});
const user: Place = { kind: 'vantage', roundTripMs: () => 40 };

describe('reach', () => {
  const cases: readonly [string, readonly Fault[], Place, Place, boolean][] = [
    ['nothing broken', [], zone('use1-az1'), zone('use1-az2'), true],
    [
      'power gone at the far end',
      [fault('zone/use1-az2', 'power')],
      zone('use1-az1'),
      zone('use1-az2'),
      false,
    ],
    [
      'power gone elsewhere',
      [fault('zone/use1-az3', 'power')],
      zone('use1-az1'),
      zone('use1-az2'),
      true,
    ],
    [
      'a zone without network, from a sister zone',
      [fault('zone/use1-az2', 'network')],
      zone('use1-az1'),
      zone('use1-az2'),
      false,
    ],
    [
      'a zone without network, within itself',
      [fault('zone/use1-az2', 'network')],
      zone('use1-az2'),
      instance('use1-az2'),
      true,
    ],
    [
      'a zone without network, from a user',
      [fault('zone/use1-az2', 'network')],
      user,
      zone('use1-az2'),
      false,
    ],
    [
      'a Region in disaster',
      [fault('region/us-east-1', 'disaster')],
      user,
      zone('use1-az2'),
      false,
    ],
    [
      'a Region in disaster, as a Region',
      [fault('region/us-east-1', 'disaster')],
      region('eu-west-1'),
      region('us-east-1'),
      false,
    ],
    [
      'another Region in disaster',
      [fault('region/us-east-1', 'disaster')],
      user,
      zone('euw1-az1'),
      true,
    ],
    [
      'the link of two zones cut',
      [fault('link/use1-az1/use1-az2', 'network')],
      zone('use1-az2'),
      zone('use1-az1'),
      false,
    ],
    [
      'the link of two other zones cut',
      [fault('link/use1-az1/use1-az2', 'network')],
      zone('use1-az3'),
      zone('use1-az1'),
      true,
    ],
    [
      'the link of two Regions cut, between their zones',
      [fault('link/us-east-1/eu-west-1', 'network')],
      zone('use1-az3'),
      zone('euw1-az1'),
      false,
    ],
    [
      'the link of two Regions cut, inside one',
      [fault('link/us-east-1/eu-west-1', 'network')],
      zone('use1-az3'),
      zone('use1-az1'),
      true,
    ],
    [
      'one of two providers lost',
      [fault('provider/use1-az1/1', 'network')],
      user,
      zone('use1-az1'),
      true,
    ],
    [
      'both providers lost, from a user',
      [fault('provider/use1-az1/1', 'network'), fault('provider/use1-az1/2', 'network')],
      user,
      zone('use1-az1'),
      false,
    ],
    [
      'both providers lost, from a sister zone',
      [fault('provider/use1-az1/1', 'network'), fault('provider/use1-az1/2', 'network')],
      zone('use1-az2'),
      zone('use1-az1'),
      true,
    ],
    [
      'an instance without power',
      [fault('instance/i-0123456789abcdef0', 'power')],
      zone('use1-az1'),
      instance('use1-az1'),
      false,
    ],
    [
      'an instance without network',
      [fault('instance/i-0123456789abcdef0', 'network')],
      zone('use1-az1'),
      instance('use1-az1'),
      false,
    ],
    [
      'a Region cut off from the rest, inside',
      [fault('region/us-east-1', 'network')],
      zone('use1-az1'),
      zone('use1-az2'),
      true,
    ],
    [
      'a Region cut off from the rest, from a user',
      [fault('region/us-east-1', 'network')],
      user,
      zone('use1-az2'),
      false,
    ],
  ];

  it.each(cases)('%s', (_name, faults, from, to, up) => {
    expect(new Conditions(earth, faults).reach(from, to).up).toBe(up);
    expect(new Conditions(earth, faults).reach(to, from).up).toBe(up);
  });

  it('adds the latency of a slow link to what the atlas says', () => {
    const base = earth.zoneRoundTripMs('use1-az1', 'euw1-az1');
    const slow = new Conditions(earth, [
      fault('link/us-east-1/eu-west-1', 'latency', { latencyMs: 250 }),
    ]);
    expect(slow.reach(zone('use1-az1'), zone('euw1-az1'))).toEqual(openWay(base + 250));
    expect(slow.reach(user, zone('euw1-az1'))).toEqual(openWay(40));
  });
});

describe('the API', () => {
  it('is silent in a Region in disaster and nowhere else', () => {
    const conditions = new Conditions(earth, [fault('region/us-east-1', 'disaster')]);
    expect(conditions.apiAnswers('us-east-1', 'ec2')).toBe(false);
    expect(conditions.apiAnswers('us-east-2', 'ec2')).toBe(true);
  });

  it('can be silent alone, for one service, while the zones go on', () => {
    const conditions = new Conditions(earth, [fault('api/us-east-1/ec2', 'api')]);
    expect(conditions.apiAnswers('us-east-1', 'ec2')).toBe(false);
    expect(conditions.apiAnswers('us-east-1', 'elasticloadbalancing')).toBe(true);
    expect(conditions.zone('use1-az1').powered).toBe(true);
  });
});

describe('asking for a fault', () => {
  it('says what the effect takes on its target when a field does not fit', () => {
    const made = makeFault(earth, 'fault-1', 0, {
      target: 'zone/use1-az1',
      effect: 'network',
      oneWay: true,
    });
    expect(made).toMatchObject({
      message:
        "The effect 'network' of zone/use1-az1 has no 'oneWay'; it takes severity, duration, seed, tail.",
    });
  });

  it.each([
    ['zone/nowhere', 'power', {}, 'InvalidTarget'],
    ['zone', 'power', {}, 'InvalidTarget'],
    ['moon/use1-az1', 'power', {}, 'InvalidTarget'],
    ['region/us-east-9', 'disaster', {}, 'InvalidTarget'],
    ['link/use1-az1/eu-west-1', 'network', {}, 'InvalidTarget'],
    ['link/use1-az1/use1-az1', 'network', {}, 'InvalidTarget'],
    ['provider/use1-az1/3', 'network', {}, 'InvalidTarget'],
    ['instance/web', 'power', {}, 'InvalidTarget'],
    ['zone/use1-az1', 'earthquake', {}, 'InvalidEffect'],
    ['zone/use1-az1', 'disaster', {}, 'InvalidEffect'],
    ['zone/use1-az1', 'power', { severity: 0 }, 'InvalidSeverity'],
    ['region/us-east-1', 'network', { severity: 0.5 }, 'InvalidSeverity'],
    ['instance/i-0123456789abcdef0', 'power', { severity: 0.5 }, 'InvalidSeverity'],
    ['zone/use1-az1', 'power', { durationMs: 0 }, 'InvalidDuration'],
    ['link/use1-az1/use1-az2', 'latency', { latencyMs: -1 }, 'InvalidLatency'],
    ['volume/web', 'disk', {}, 'InvalidTarget'],
    ['volume/vol-0123456789abcdef0', 'power', {}, 'InvalidEffect'],
    ['zone/use1-az1', 'power', { latencyMs: 5 }, 'InvalidField'],
    ['zone/use1-az1', 'power', { as: 'silence' }, 'InvalidField'],
    ['zone/use1-az1', 'latency', { oneWay: true }, 'InvalidField'],
    ['zone/use1-az1', 'gray', { operations: ['RunInstances'] }, 'InvalidField'],
    ['zone/use1-az1', 'gray', { as: 'throttle' }, 'InvalidManner'],
    ['zone/use1-az1', 'gray', { as: 'error', latencyMs: 5 }, 'InvalidField'],
    ['zone/use1-az1', 'disk', { as: 'silence' }, 'InvalidManner'],
    ['link/use1-az1/use1-az2', 'network', { tailMs: 1000 }, 'InvalidField'],
    ['zone/use1-az1', 'power', { tailMs: 0 }, 'InvalidDuration'],
    ['zone/use1-az1', 'gray', { holdMs: -1 }, 'InvalidDuration'],
    ['api/us-east-1', 'api', { operations: [] }, 'InvalidOperations'],
    ['zone/use1-az1', 'power', { seed: 0.5 }, 'InvalidSeed'],
  ])('%s %s %o is refused with %s', (target, effect, more, code) => {
    const made = makeFault(earth, 'fault-1', 0, { target, effect, ...more });
    expect(made).toBeInstanceOf(DomainError);
    expect(made).toMatchObject({ code });
  });
});
