import { describe, expect, it, test } from 'vitest';
import { awsRegions } from '../atlas/regions.ts';
import { earth, Geography } from '../atlas/geography.ts';
import { Conditions } from './conditions.ts';
import { DomainError } from './domain-error.ts';
import { makeFault, type Fault, type FaultRequest } from './faults.ts';

const minute = 60_000;
const begin = 1_000_000;

const fault = (target: string, effect: string, more: Partial<FaultRequest> = {}): Fault => {
  const made = makeFault(earth, `fault-${target}`, begin, { target, effect, ...more });
  if (made instanceof DomainError) throw new Error(made.message);
  return made;
};

describe('a fault of capacity', () => {
  const goneOf = (faults: readonly Fault[], zoneId: string, type?: string): number =>
    new Conditions(earth, faults).capacity(zoneId, type, begin).goneShare;

  test.each<[string, readonly Fault[], string, string | undefined, number]>([
    ['of a zone is for all types', [fault('zone/use1-az1', 'capacity')], 'use1-az1', 'm5.large', 1],
    [
      'leaves the other zones alone',
      [fault('zone/use1-az1', 'capacity')],
      'use1-az2',
      't3.nano',
      0,
    ],
    [
      'of a Region is in each of its zones',
      [fault('region/us-east-1', 'capacity', { severity: 0.25 })],
      'use1-az6',
      't3.nano',
      0.25,
    ],
    [
      'of a family is for its types',
      [fault('zone/use1-az1/m5', 'capacity')],
      'use1-az1',
      'm5.large',
      1,
    ],
    [
      'of a family is not for its likes',
      [fault('zone/use1-az1/m5', 'capacity')],
      'use1-az1',
      'm5a.large',
      0,
    ],
    [
      'of a type is for it alone',
      [fault('zone/use1-az1/m5.large', 'capacity')],
      'use1-az1',
      'm5.xlarge',
      0,
    ],
    ['of a type is not for all', [fault('zone/use1-az1/m5', 'capacity')], 'use1-az1', undefined, 0],
    [
      'takes its share of what another leaves',
      [
        fault('zone/use1-az1', 'capacity', { severity: 0.5 }),
        fault('zone/use1-az1/m5', 'capacity', { severity: 0.5 }),
      ],
      'use1-az1',
      'm5.large',
      0.75,
    ],
    ['is not what a lost zone has', [fault('zone/use1-az1', 'power')], 'use1-az1', 't3.nano', 0],
  ])('%s', (_, faults, zoneId, type, gone) => {
    expect(goneOf(faults, zoneId, type)).toBe(gone);
  });

  it('breaks nothing else', () => {
    const conditions = new Conditions(earth, [fault('region/us-east-1', 'capacity')]);
    expect(conditions.zone('use1-az1')).toMatchObject({ powered: true, connected: true });
    expect(conditions.apiAnswers('us-east-1', 'ec2')).toBe(true);
  });

  test.each([
    ['zone/use1-az1/M5!', 'capacity', 'InvalidTarget'],
    ['zone/use1-az9/m5', 'capacity', 'InvalidTarget'],
    ['zone/use1-az1/m5/large', 'capacity', 'InvalidTarget'],
    ['zone/use1-az1/m5', 'power', 'InvalidEffect'],
    ['link/use1-az1/use1-az2', 'capacity', 'InvalidEffect'],
  ])('%s %s is refused with %s', (target, effect, code) => {
    expect(makeFault(earth, 'fault-1', 0, { target, effect })).toMatchObject({ code });
  });
});

describe('a rush', () => {
  const rushing = new Geography(awsRegions, [], undefined, {
    stocks: [],
    rush: { share: 0.6, durationMs: 30 * minute },
  });
  const goneAfter = (minutes: number, zoneId: string, ...faults: readonly Fault[]): number =>
    new Conditions(rushing, faults).capacity(zoneId, 't3.micro', begin + minutes * minute)
      .goneShare;
  const lost = fault('zone/use1-az1', 'power');

  it.each([
    [0, 0.6],
    [10, 0.4],
    [29, 0.02],
    [30, 0],
    [600, 0],
  ])('after %d minutes has taken %d from the other zones', (minutes, gone) => {
    expect(goneAfter(minutes, 'use1-az2', lost)).toBeCloseTo(gone, 10);
  });

  it('leaves other Regions and the zone itself alone', () => {
    expect(goneAfter(0, 'use2-az1', lost)).toBe(0);
    expect(goneAfter(0, 'use1-az1', lost)).toBe(0);
  });

  it('comes from each zone that is lost, once', () => {
    const both = [lost, fault('zone/use1-az1', 'network'), fault('zone/use1-az3', 'power')];
    expect(goneAfter(0, 'use1-az2', ...both)).toBeCloseTo(1 - 0.4 * 0.4, 10);
  });

  it('does not come from a shortage, a slow zone or a lost Region', () => {
    for (const other of [
      fault('zone/use1-az1', 'capacity'),
      fault('zone/use1-az1', 'latency'),
      fault('region/us-east-1', 'disaster'),
    ]) {
      expect(new Conditions(rushing, [other]).consequences(begin)).toEqual([]);
    }
  });

  it('is shown with what it comes from', () => {
    const shown = new Conditions(rushing, [lost]).consequences(begin + 15 * minute);
    expect(shown.map((one) => one.target)).toEqual(
      [2, 3, 4, 5, 6].map((number) => `zone/use1-az${number}`),
    );
    expect(shown[0]).toMatchObject({
      derivedFrom: lost.id,
      effect: 'capacity',
      severity: 0.3,
      begin,
      end: begin + 30 * minute,
    });
  });

  it('is not there unless the world says so', () => {
    expect(new Conditions(earth, [lost]).consequences(begin)).toEqual([]);
  });
});
