import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { earth } from '../atlas/geography.ts';
import { Conditions } from './conditions.ts';
import { DomainError } from './domain-error.ts';
import { makeFault, type Fault, type FaultRequest } from './faults.ts';
import { hostOf, hostsPerRack, racksPerZone } from './hosts.ts';
import type { Place } from './places.ts';
import { worldMs } from './way.ts';
import { fateOf, fateShares, type ApiFault } from './request-faults.ts';

const worldSeed = 7;
const zoneId = 'use1-az1';

const fault = (target: string, effect: string, more: Partial<FaultRequest> = {}): Fault => {
  const made = makeFault(earth, 'fault-1', 1000, { target, effect, ...more }, worldSeed);
  if (made instanceof DomainError) throw new Error(made.message);
  return made;
};

const conditionsOf = (...faults: readonly Fault[]): Conditions =>
  new Conditions(earth, faults, worldSeed);

const instanceIds = Array.from(
  { length: 4000 },
  (_, index) => `i-${index.toString(16).padStart(17, '0')}`,
);

const unpowered = (conditions: Conditions, ids = instanceIds): ReadonlySet<string> =>
  new Set(ids.filter((instanceId) => !conditions.instancePowered({ instanceId, zoneId })));

const recovering = (of: Fault, doneShare: number): Fault => ({
  ...of,
  recovery: { since: 2000, until: 3000, doneShare },
});

describe('part of a zone', () => {
  it('is that share of its hosts, and what a severity takes a higher one takes too', () => {
    fc.assert(
      fc.property(
        fc.double({ min: 0.01, max: 1, noNaN: true }),
        fc.double({ min: 0.01, max: 1, noNaN: true }),
        fc.integer(),
        fc.constantFrom('power', 'network'),
        (one, other, seed, effect) => {
          const [low, high] = [Math.min(one, other), Math.max(one, other)];
          const struckBy = (severity: number): ReadonlySet<string> => {
            const conditions = conditionsOf(fault(`zone/${zoneId}`, effect, { severity, seed }));
            const user: Place = { kind: 'vantage', roundTripMs: () => 10 };
            const isUp = (instanceId: string): boolean =>
              conditions.reach(user, { kind: 'instance', instanceId, zoneId }).up;
            return new Set(instanceIds.filter((id) => !isUp(id)));
          };
          const [few, many] = [struckBy(low), struckBy(high)];
          expect([...few].filter((id) => !many.has(id))).toEqual([]);
          // Four standard deviations of so many draws, beside the rack that may be taken in part.
          expect(Math.abs(few.size / instanceIds.length - low)).toBeLessThan(0.035);
        },
      ),
      { numRuns: 25 },
    );
  });

  it('is another part with another seed, and the same with the same', () => {
    const struck = (seed: number): ReadonlySet<string> =>
      unpowered(conditionsOf(fault(`zone/${zoneId}`, 'power', { severity: 0.5, seed })));
    expect(struck(1)).toEqual(struck(1));
    const second = struck(2);
    const both = [...struck(1)].filter((id) => second.has(id));
    expect(both.length).toBeLessThan(instanceIds.length * 0.3);
  });

  it('leaves the zone as a whole powered and says how much of it is struck', () => {
    const conditions = conditionsOf(fault(`zone/${zoneId}`, 'power', { severity: 0.25 }));
    expect(conditions.zone(zoneId)).toEqual({
      powered: true,
      connected: true,
      impairedSince: undefined,
      struckShare: 0.25,
    });
    expect(conditions.zone('use1-az2').struckShare).toBe(0);
  });

  it('takes all that share a host alike: instances, nodes, volumes', () => {
    const conditions = conditionsOf(fault(`zone/${zoneId}`, 'power', { severity: 0.5 }));
    const byHost = new Map<number, boolean>();
    for (const id of instanceIds) {
      const host = hostOf(worldSeed, zoneId, { id });
      const { powered } = conditions.host({ zoneId, host: { id } });
      expect(conditions.instancePowered({ instanceId: id, zoneId })).toBe(powered);
      expect(conditions.volume({ volumeId: id, zoneId }).io).toBe(powered ? 'well' : 'stuck');
      expect(byHost.get(host) ?? powered).toBe(powered);
      byHost.set(host, powered);
    }
  });

  it('never finds two members of a spread group on one rack', () => {
    fc.assert(
      fc.property(fc.integer(), fc.string(), (seed, group) => {
        const racks = Array.from({ length: racksPerZone }, (_, member) =>
          Math.floor(
            hostOf(seed, zoneId, { id: `i-${member}`, spread: { group, member } }) / hostsPerRack,
          ),
        );
        expect(new Set(racks).size).toBe(racksPerZone);
      }),
    );
  });
});

describe('the tail of a recovery', () => {
  const power = fault(`zone/${zoneId}`, 'power', { tailMs: 1000 });

  it('brings back ever more, and at its end all', () => {
    let before = unpowered(conditionsOf(power));
    expect(before.size).toBe(instanceIds.length);
    for (const doneShare of [0, 0.25, 0.5, 0.75, 1]) {
      const now = unpowered(conditionsOf(recovering(power, doneShare)));
      expect([...now].filter((id) => !before.has(id))).toEqual([]);
      // Half are back after a quarter of it.
      const expected = 1 - Math.sqrt(doneShare);
      expect(now.size / instanceIds.length).toBeCloseTo(expected, 1);
      before = now;
    }
    expect(before.size).toBe(0);
  });

  it('brings back nothing that was not struck, and no more is struck than was', () => {
    const part = fault(`zone/${zoneId}`, 'power', { severity: 0.3, tailMs: 1000 });
    const struck = unpowered(conditionsOf(part));
    const left = unpowered(conditionsOf(recovering(part, 0.1)));
    expect([...left].filter((id) => !struck.has(id))).toEqual([]);
    expect(left.size).toBeGreaterThan(0);
    expect(left.size).toBeLessThan(struck.size);
  });

  it('leaves some volumes stuck and some lost for good', () => {
    const io = (conditions: Conditions, volumeId: string): string =>
      conditions.volume({ volumeId, zoneId }).io;
    const early = conditionsOf(recovering(power, 0));
    const counts = Map.groupBy(instanceIds, (id) => io(early, id));
    expect(Math.abs((counts.get('stuck')?.length ?? 0) / instanceIds.length - 0.13)).toBeLessThan(
      0.02,
    );
    expect(Math.abs((counts.get('lost')?.length ?? 0) / instanceIds.length - 0.02)).toBeLessThan(
      0.01,
    );
    expect(counts.get('lost')?.length).toBeGreaterThan(0);
    const late = conditionsOf(recovering(power, 1));
    expect(new Set(instanceIds.filter((id) => io(late, id) !== 'well'))).toEqual(
      new Set(counts.get('lost')),
    );
  });

  it('lets a Region in disaster answer, while its zones come back one host after the other', () => {
    const conditions = conditionsOf(
      recovering(fault('region/us-east-1', 'disaster', { tailMs: 1000 }), 0.25),
    );
    expect(conditions.regionAlive('us-east-1')).toBe(true);
    expect(conditions.zone(zoneId).powered).toBe(true);
    expect(unpowered(conditions).size / instanceIds.length).toBeCloseTo(0.5, 1);
  });

  test.each([
    ['latency', { latencyMs: 400 }, 100],
    ['loss', { severity: 0.4 }, 0.1],
  ])('lets %s fade', (effect, more, left) => {
    const slow = fault(`link/us-east-1/eu-west-1`, effect, { ...more, tailMs: 1000 });
    const reach = conditionsOf(recovering(slow, 0.75)).reach(
      { kind: 'region', region: 'us-east-1' },
      { kind: 'region', region: 'eu-west-1' },
    );
    const base = earth.roundTripMs('us-east-1', 'eu-west-1');
    if (!reach.up) throw new Error('The link carries bytes.');
    expect(effect === 'loss' ? reach.loss : reach.roundTrip - base).toBeCloseTo(left, 5);
  });
});

describe('a link that is struck one way', () => {
  const [a, b]: readonly [Place, Place] = [
    { kind: 'zone', zoneId: 'use1-az1' },
    { kind: 'zone', zoneId: 'use1-az2' },
  ];

  test.each(['network', 'latency', 'loss'])('%s is met in that direction alone', (effect) => {
    const conditions = conditionsOf(fault('link/use1-az1/use1-az2', effect, { oneWay: true }));
    const well = conditionsOf().reach(b, a);
    expect(conditions.reach(b, a)).toEqual(well);
    expect(conditions.reach(a, b)).not.toEqual(well);
  });
});

describe('loss', () => {
  const user: Place = { kind: 'vantage', roundTripMs: () => 10 };
  const zone = (id: string): Place => ({ kind: 'zone', zoneId: id });
  const instance: Place = { kind: 'instance', instanceId: 'i-0123456789abcdef0', zoneId };

  test.each<[string, readonly Fault[], Place, Place, number]>([
    [
      'of a zone, from outside',
      [fault(`zone/${zoneId}`, 'loss', { severity: 0.2 })],
      user,
      zone(zoneId),
      0.2,
    ],
    [
      'of a zone, within',
      [fault(`zone/${zoneId}`, 'loss', { severity: 0.2 })],
      zone(zoneId),
      instance,
      0,
    ],
    [
      'of an instance, within its zone',
      [fault('instance/i-0123456789abcdef0', 'loss', { severity: 0.2 })],
      zone(zoneId),
      instance,
      0.2,
    ],
    [
      'of a Region, from outside',
      [fault('region/us-east-1', 'loss', { severity: 0.2 })],
      user,
      zone(zoneId),
      0.2,
    ],
    [
      'of a Region, within',
      [fault('region/us-east-1', 'loss', { severity: 0.2 })],
      zone('use1-az2'),
      zone(zoneId),
      0,
    ],
    [
      'of one of two providers',
      [fault(`provider/${zoneId}/1`, 'loss', { severity: 0.2 })],
      user,
      zone(zoneId),
      0.1,
    ],
    [
      'of the provider that is left',
      [
        fault(`provider/${zoneId}/1`, 'loss', { severity: 0.2 }),
        fault(`provider/${zoneId}/2`, 'network'),
      ],
      user,
      zone(zoneId),
      0.2,
    ],
    [
      'of two things on the way',
      [
        fault(`zone/${zoneId}`, 'loss', { severity: 0.5 }),
        fault('region/us-east-1', 'loss', { severity: 0.5 }),
      ],
      user,
      zone(zoneId),
      0.75,
    ],
  ])('%s', (_, faults, from, to, loss) => {
    const way = conditionsOf(...faults).reach(from, to);
    expect(way.up ? way.loss : 'cut').toBeCloseTo(loss, 10);
  });
});

describe('a volume', () => {
  const at = { volumeId: 'vol-0123456789abcdef0', zoneId, instanceId: 'i-0123456789abcdef0' };

  test.each<[string, readonly Fault[], object]>([
    ['is well', [], { io: 'well' }],
    ['is stuck in a zone without power', [fault(`zone/${zoneId}`, 'power')], { io: 'stuck' }],
    ['is well in a zone without network', [fault(`zone/${zoneId}`, 'network')], { io: 'well' }],
    ['is stuck by itself', [fault(`volume/${at.volumeId}`, 'disk')], { io: 'stuck' }],
    [
      'is full with its instance',
      [fault(`instance/${at.instanceId}`, 'disk', { as: 'full' })],
      { io: 'full' },
    ],
    [
      'is slow with its zone',
      [fault(`zone/${zoneId}`, 'disk', { as: 'slow', latencyMs: 50 })],
      { io: 'slow', latencyMs: 50 },
    ],
    [
      'is as slow as all that slows it',
      [
        fault(`zone/${zoneId}`, 'disk', { as: 'slow', latencyMs: 50 }),
        fault(`volume/${at.volumeId}`, 'disk', { as: 'slow', latencyMs: 20 }),
      ],
      { io: 'slow', latencyMs: 70 },
    ],
    [
      'shows the worst',
      [fault(`zone/${zoneId}`, 'disk', { as: 'slow' }), fault(`volume/${at.volumeId}`, 'disk')],
      { io: 'stuck' },
    ],
    [
      'is well when another is struck',
      [fault('volume/vol-11111111111111111', 'disk')],
      { io: 'well' },
    ],
  ])('%s', (_, faults, expected) => {
    expect(conditionsOf(...faults).volume(at)).toMatchObject(expected);
  });
});

describe('requests of a share', () => {
  const call = { region: 'us-east-1', service: 'ec2', operation: 'RunInstances' };
  const fates = (conditions: Conditions, count = 4000) =>
    Array.from({ length: count }, (_, index) =>
      conditions.callFate(call, { of: 'caller', count: index, now: index }),
    );

  test.each(['silence', 'error', 'throttle'])('meet %s, and the others nothing', (as) => {
    const conditions = conditionsOf(fault('api/us-east-1/ec2', 'api', { as, severity: 0.3 }));
    const struck = fates(conditions).filter(({ kind }) => kind === as);
    expect(struck.length / 4000).toBeCloseTo(0.3, 1);
    expect(conditions.apiAnswers('us-east-1', 'ec2')).toBe(true);
    expect(conditions.callFate({ ...call, service: 'iam' }, { of: '', count: 1, now: 1 })).toEqual({
      kind: 'served',
      delay: 0,
    });
  });

  it('are of the operations that the fault names', () => {
    const conditions = conditionsOf(
      fault('api/us-east-1', 'api', { as: 'error', operations: ['RunInstances'] }),
    );
    const fate = (operation: string) =>
      conditions.callFate({ ...call, operation }, { of: '', count: 1, now: 1 }).kind;
    expect([fate('RunInstances'), fate('StopInstances')]).toEqual(['error', 'served']);
    expect(conditions.controlPlaneWorks('us-east-1', 'ec2')).toBe(true);
  });

  it('fare alike for as long as what was drawn holds, and then are drawn anew', () => {
    const conditions = conditionsOf(
      fault('api/us-east-1', 'api', { as: 'error', severity: 0.5, holdMs: 100 }),
    );
    const stretches = Map.groupBy(fates(conditions).entries(), ([index]) =>
      Math.floor(index / 100),
    );
    const kinds = [...stretches.values()].map((ones) => new Set(ones.map(([, { kind }]) => kind)));
    expect(kinds.every(({ size }) => size === 1)).toBe(true);
    expect(new Set(kinds.flatMap((set) => [...set])).size).toBe(2);
  });

  it('come to the shares that planes which only count reckon with', () => {
    const faultArbitrary = fc.record({
      as: fc.constantFrom('error', 'silence', 'throttle', 'latency'),
      share: fc.double({ min: 0.05, max: 1, noNaN: true }),
      delay: fc.constantFrom(worldMs(10), worldMs(20)),
      seed: fc.integer(),
      holdMs: fc.constant(0),
    });
    fc.assert(
      fc.property(fc.array(faultArbitrary, { maxLength: 4 }), (list) => {
        const faults: readonly ApiFault[] = list;
        const shares = fateShares(faults);
        expect(shares.reduce((sum, { share }) => sum + share, 0)).toBeCloseTo(1, 9);
        const tell = (fate: object): string => JSON.stringify(fate);
        const reckoned = Map.groupBy(shares, ({ fate }) => tell(fate));
        const met = Map.groupBy(
          Array.from({ length: 2000 }, (_, count) => fateOf(faults, { of: 'a', count, now: 0 })),
          tell,
        );
        for (const [fate, parts] of reckoned) {
          const share = parts.reduce((sum, part) => sum + part.share, 0);
          expect(Math.abs((met.get(fate)?.length ?? 0) / 2000 - share)).toBeLessThan(0.06);
        }
        for (const fate of met.keys()) expect(reckoned.has(fate)).toBe(true);
      }),
      { numRuns: 40 },
    );
  });

  it('of a gray zone or instance are those to the servers in it', () => {
    const location = { instanceId: 'i-0123456789abcdef0', zoneId };
    const zone = conditionsOf(fault(`zone/${zoneId}`, 'gray', { severity: 0.3 }));
    expect(zone.gray(location)).toMatchObject([{ as: 'error', share: 0.3 }]);
    expect(zone.gray({ ...location, zoneId: 'use1-az2' })).toEqual([]);
    const own = conditionsOf(
      fault('instance/i-0123456789abcdef0', 'gray', { as: 'latency', latencyMs: 70 }),
    );
    expect(own.gray(location)).toMatchObject([{ as: 'latency', share: 1, delay: 70 }]);
    expect(own.gray({ ...location, instanceId: 'i-11111111111111111' })).toEqual([]);
  });
});
