import { earth } from '../atlas/geography.ts';
import { describe, expect, it } from 'vitest';
import type { DrillPlan } from './drill-plan.ts';
import type { Objective } from './objectives.ts';
import type { LiveMeasures } from './ports.ts';
import { htmlReport } from './report-html.ts';
import { junitReport } from './report-junit.ts';
import { reportText } from './report-text.ts';
import { plainPaint } from './test-paint.ts';
import { makeReport, type DrillResult } from './report.ts';
import { uniformRun } from './runs.ts';
import { readers } from './test-virtual-world.ts';

/** One client, one request a second; the zone fails at 01:00, and users are back 40 s later. */
const plan: DrillPlan = {
  name: 'Late',
  file: 'late.yaml',
  stackFile: '/late.ts',
  geography: earth,
  seed: 1,
  speed: 'auto',
  durationMs: 300_000,
  traffic: [readers({ clients: 1, ratePerSecond: 1, timeoutMs: 5000 })],
  timeline: [{ kind: 'break', atMs: 60_000, fault: { target: 'zone/use1-az1', effect: 'power' } }],
  objectives: [],
};

const onTime: LiveMeasures = {
  chosenSpeed: 10,
  lowestSpeed: 10,
  stallMs: 0,
  startMs: 0,
  shortestTimeoutMs: 4000,
  longestIntervalMs: 10_000,
};

const resultOf = (
  measures: Partial<LiveMeasures>,
  objective: Objective,
  recoversAtMs: number | null = 100_000,
): DrillResult => {
  const lostUntilMs = recoversAtMs ?? plan.durationMs;
  const runs = [
    uniformRun(0, 59_000, 60, false),
    uniformRun(60_000, lostUntilMs - 1000, (lostUntilMs - 60_000) / 1000, true),
    ...(recoversAtMs === null
      ? []
      : [uniformRun(recoversAtMs, 299_000, (300_000 - recoversAtMs) / 1000, false)]),
  ];
  const schedule = { ratePerSecond: 1, clients: 1, durationMs: plan.durationMs };
  return makeReport(
    { ...plan, objectives: [objective] },
    {
      mode: 'live',
      version: '1',
      traffic: [{ name: 'readers', vantage: 'London', schedule, clients: [runs] }],
      events: [],
      memberEvents: [],
      live: { ...onTime, ...measures },
      wall: { startedAt: '2026-01-01T00:00:00.000Z', tookSeconds: 30 },
    },
  );
};

const rto = (limit: number): Objective => ({ name: 'rto', limit });

describe('an objective of a live drill', () => {
  it.each([
    ['on time, within its limit', {}, rto(40), 'held'],
    ['on time, beyond it', {}, rto(39), 'missed'],
    ['half a second late, at its limit', { stallMs: 500 }, rto(40), 'uncertain'],
    ['half a second late, a second below it', { stallMs: 500 }, rto(41), 'held'],
    ['half a second late, a second beyond it', { stallMs: 500 }, rto(39), 'missed'],
    ['two seconds late, what a later look could turn', { startMs: 2000 }, rto(51), 'uncertain'],
    ['two seconds late, what it could not turn', { startMs: 2000 }, rto(53), 'held'],
    ['two seconds late, surely missed', { startMs: 2000 }, rto(27), 'missed'],
    ['so late that time-outs ran out', { stallMs: 2500 }, rto(300), 'uncertain'],
    ['so late in beginning processes', { startMs: 2500 }, rto(300), 'held'],
    ['on time, few enough lost', {}, { name: 'requestsLost', limit: 40 }, 'held'],
    ['late, few enough lost', { stallMs: 900 }, { name: 'requestsLost', limit: 40 }, 'uncertain'],
    ['late, by far few enough', { stallMs: 900 }, { name: 'requestsLost', limit: 60 }, 'held'],
    ['late, enough served', { stallMs: 900 }, { name: 'availability', limit: 0.8 }, 'held'],
    ['late, just served', { stallMs: 900 }, { name: 'availability', limit: 0.866 }, 'uncertain'],
    ['late, too few served', { stallMs: 900 }, { name: 'availability', limit: 0.9 }, 'missed'],
  ] as const)('%s', (_, measures, objective, result) => {
    expect(resultOf(measures, objective).report.objectives[0]).toMatchObject({
      result,
      held: result === 'held',
    });
  });

  it('that nobody recovered from is missed, unless a moment more could have been enough', () => {
    expect(resultOf({ stallMs: 500 }, rto(180), null).report.objectives[0]?.result).toBe('missed');
    expect(resultOf({ stallMs: 500 }, rto(240), null).report.objectives[0]?.result).toBe(
      'uncertain',
    );
  });
});

describe('the report of a live drill', () => {
  const uncertain = resultOf({ stallMs: 1234, lowestSpeed: 4 }, rto(41));

  it('says how late the machine was, and how fast the world was chosen to be', () => {
    expect(uncertain.report).toMatchObject({
      passed: false,
      lateness: { worldSeconds: 1.234 },
      wall: { speed: 10, lowestSpeed: 4 },
    });
  });

  it('says it to people and to CI systems', () => {
    const sentence =
      'the machine was late by up to 1.23 world seconds: durations are uncertain by that much';
    const text = reportText(uncertain, plainPaint);
    expect(text).toMatch(/^UNCERTAIN {2}Late {2}5 min 00 s of drill, live at 10 to 4 x real time/);
    expect(text).toMatch(/^ {2}uncertain rto +40 s +at most 41 s$/m);
    expect(text).toContain(`\n  ${sentence}\n`);
    const html = htmlReport(uncertain);
    expect(html).toContain(`<p>${sentence}</p>`);
    expect(html).toContain('<span class="uncertain">uncertain</span>');
    const junit = junitReport(uncertain.report);
    expect(junit).toContain('tests="1" failures="0" errors="1"');
    expect(junit).toContain(
      `<error type="Uncertain" message="rto was 40 s; the objective is at most 41 s, and ${sentence}.">`,
    );
    expect(junit).toContain(`<system-out>${sentence}</system-out>`);
  });
});
