import { describe, expect, it } from 'vitest';
import {
  availabilityOf,
  availabilityOverTime,
  longestOutageMs,
  measureFault,
  type DrillEvent,
} from './measure.ts';
import { outcome, runsOfOutcomes, type TrafficRuns } from './runs.ts';

/** `+` is a good request, `-` a lost one; one client sends one a second. */
const traffic = (...clients: readonly string[]): TrafficRuns => {
  const length = clients[0]?.length ?? 0;
  const outcomes = Uint8Array.from({ length: length * clients.length }, (_, request) =>
    clients[request % clients.length]?.[Math.floor(request / clients.length)] === '+'
      ? outcome.good
      : outcome.lost,
  );
  const schedule = {
    ratePerSecond: clients.length,
    clients: clients.length,
    durationMs: length * 1000,
  };
  return {
    name: 'readers',
    vantage: 'London',
    schedule,
    clients: runsOfOutcomes(schedule, outcomes, [2000, 6000]),
  };
};

const window = {
  target: 'zone/use1-az1',
  effect: 'power',
  beginMs: 2000,
  endMs: null,
  untilMs: 6000,
};

const nothing = { firstFailedMs: null, lastRecoveredMs: null, recoveryMs: 0 };

describe('what a fault did', () => {
  it.each([
    ['nobody failed', ['++++++++'], nothing],
    ['failures before and after are not its own', ['--++++--'], nothing],
    [
      'a failure at once',
      ['++-+++++'],
      { firstFailedMs: 2000, lastRecoveredMs: 3000, recoveryMs: 1000 },
    ],
    [
      'the last failure counts',
      ['++-+-+++'],
      { firstFailedMs: 2000, lastRecoveredMs: 5000, recoveryMs: 3000 },
    ],
    [
      'no recovery in the window',
      ['++----++'],
      { firstFailedMs: 2000, lastRecoveredMs: null, recoveryMs: null },
    ],
    [
      'recovered by the last request of it',
      ['++---+++'],
      { firstFailedMs: 2000, lastRecoveredMs: 5000, recoveryMs: 3000 },
    ],
    [
      'a last request that is lost says nothing of a client that is served',
      ['++-++-++'],
      { firstFailedMs: 2000, lastRecoveredMs: 3000, recoveryMs: 1000 },
    ],
    [
      'the slowest client counts',
      ['++-+++++', '++--++++', '++++++++'],
      { firstFailedMs: 2000, lastRecoveredMs: 4333, recoveryMs: 2333 },
    ],
    [
      'one client never recovers',
      ['++-+++++', '++++----'],
      { firstFailedMs: 2000, lastRecoveredMs: null, recoveryMs: null },
    ],
  ])('%s', (_, clients, expected) => {
    const measured = measureFault(window, [traffic(...clients)], []);
    const { firstFailedMs, lastRecoveredMs, recoveryMs } = measured;
    const round = (ms: number | null): number | null => (ms === null ? null : Math.floor(ms));
    expect({
      firstFailedMs: round(firstFailedMs),
      lastRecoveredMs: round(lastRecoveredMs),
      recoveryMs: round(recoveryMs),
    }).toEqual(expected);
  });

  it('counts the requests of its window', () => {
    expect(measureFault(window, [traffic('-+--++-+'), traffic('++++++++')], []).requests).toEqual({
      sent: 8,
      lost: 2,
    });
  });

  it('takes the first events of its window', () => {
    const event = (kind: DrillEvent['kind'], atMs: number, detail: string): DrillEvent => ({
      kind,
      atMs,
      detail,
    });
    const events = [
      event('detected', 1500, 'before'),
      event('dns-changed', 3000, 'away'),
      event('detected', 3500, 'first'),
      event('detected', 4000, 'second'),
      event('dns-changed', 6000, 'after'),
    ];
    expect(measureFault(window, [traffic('++++++++')], events)).toMatchObject({
      detectedMs: 3500,
      detectedDetail: 'first',
      dnsChangedMs: 3000,
    });
    expect(measureFault(window, [], [])).toMatchObject({ detectedMs: null, dnsChangedMs: null });
  });
});

/** Twelve clients that send one request a second each, all with the same outcomes. */
const crowd = (outcomes: string): TrafficRuns =>
  traffic(...Array.from({ length: 12 }, () => outcomes));

describe('the longest outage', () => {
  it.each([
    ['++++++++', 0],
    ['++-+++++', 1000],
    ['+--+-++-', 2000],
    ['+++-----', 5000],
    ['--------', 8000],
    ['---+---+', 3000],
  ])('of %s is %i ms', (outcomes, expected) => {
    expect(longestOutageMs(crowd(outcomes))).toBeCloseTo(expected, 6);
  });

  it('is over when anybody is served, and is none while somebody always is', () => {
    const others = Array.from({ length: 11 }, () => '+---++++');
    expect(longestOutageMs(traffic('+-++++++', ...others))).toBeCloseTo(1000, 6);
    expect(longestOutageMs(traffic('++++++++', ...others))).toBe(0);
  });

  it('is none when few requests are lost in a row', () => {
    expect(longestOutageMs(traffic('++---+++', '++---+++'))).toBe(0);
  });
});

describe('availability', () => {
  it('is the share of good ones, and whole when nobody asks', () => {
    expect([
      availabilityOf({ sent: 8, lost: 2 }),
      availabilityOf({ sent: 0, lost: 0 }),
      availabilityOf({ sent: 3, lost: 3 }),
    ]).toEqual([0.75, 1, 0]);
  });

  it('over time shows where requests were lost', () => {
    const slices = availabilityOverTime(traffic('++++----'), 8000, 4);
    expect(slices.map(({ availability }) => availability)).toEqual([1, 1, 0, 0]);
    expect(slices[2]).toMatchObject({ fromMs: 4000, toMs: 6000 });
  });

  it('over time is unknown where nobody asked', () => {
    const slices = availabilityOverTime(traffic('++++'), 8000, 2);
    expect(slices.map(({ availability }) => availability)).toEqual([1, null]);
  });
});
