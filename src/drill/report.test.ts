import { earth } from '../atlas/geography.ts';
import { describe, expect, it } from 'vitest';
import type { DrillPlan } from './drill-plan.ts';
import { parseObjective, withObjectives } from './objectives.ts';
import { htmlReport } from './report-html.ts';
import { junitReport } from './report-junit.ts';
import { reportText } from './report-text.ts';
import { plainPaint } from './test-paint.ts';
import { faultWindows, type DrillResult } from './report.ts';
import { runDrill } from './run-drill.ts';
import type { WorldEvent } from './ports.ts';
import { readers, ScriptedWorld, scriptStartMs, type ScriptedState } from './test-virtual-world.ts';

const well: ScriptedState = { fromMs: 0, addresses: ['10.0.0.1'], ttlSeconds: 30, failing: {} };

/** The drill begins on the first full minute after the world. */
const drillStartMs = scriptStartMs + 60_000;

const plan: DrillPlan = {
  name: 'Shop & <More>',
  file: 'drill.yaml',
  // A script that does nothing: the scripted world stands already.
  stackFile: '/bin/true',
  geography: earth,
  seed: 7,
  speed: 10,
  durationMs: 300_000,
  traffic: [readers()],
  timeline: [
    {
      kind: 'break',
      atMs: 60_000,
      fault: { target: 'zone/use1-az1', effect: 'power', durationMs: 120_000 },
    },
    { kind: 'break', atMs: 240_000, fault: { target: 'region/us-east-1', effect: 'disaster' } },
  ],
  objectives: [
    { name: 'rto', limit: 60 },
    { name: 'availability', limit: 0.99 },
  ],
};

const script: readonly ScriptedState[] = [
  well,
  { ...well, fromMs: 60_000, failing: { '10.0.0.1': 1 } },
  { ...well, fromMs: 80_000, addresses: ['10.0.0.2'], failing: { '10.0.0.1': 1 } },
];

const drill = async (
  changes: Partial<DrillPlan> = {},
  moreEvents: readonly WorldEvent[] = [],
): Promise<DrillResult> => {
  const world = new ScriptedWorld(script, drillStartMs, [
    ...moreEvents,
    { kind: 'detected', at: 75_000, detail: 'target i-1 is unhealthy' },
    { kind: 'dns-changed', at: 80_000, detail: 'www.example.test is now 10.0.0.2' },
  ]);
  const result = await runDrill({ ...plan, ...changes }, world, {
    version: '1.2.3',
    startedAt: new Date(drillStartMs),
  });
  if (!('report' in result)) throw new Error(result.message);
  return result;
};

describe('a drill in a virtual world', () => {
  it('reports what users lost, in seconds of drill time', async () => {
    const { report } = await drill();
    expect(report).toMatchObject({
      drill: 'Shop & <More>',
      mode: 'virtual',
      version: '1.2.3',
      seed: 7,
      durationSeconds: 300,
      passed: false,
      wall: { startedAt: '2026-01-01T00:01:00.000Z', speed: null },
    });
    const [zone, region] = report.faults;
    expect(zone).toMatchObject({
      target: 'zone/use1-az1',
      effect: 'power',
      beginSeconds: 60,
      endSeconds: 180,
      firstFailedSeconds: 60,
      detectedSeconds: 75,
      dnsChangedSeconds: 80,
    });
    // The last client asks DNS again 30 s after it did so before the change.
    expect(zone?.lastRecoveredSeconds).toBeGreaterThan(100);
    expect(zone?.lastRecoveredSeconds).toBeLessThanOrEqual(110);
    expect(zone?.rtoSeconds).toBe((zone?.lastRecoveredSeconds ?? 0) - 60);
    expect(region).toMatchObject({
      beginSeconds: 240,
      endSeconds: null,
      firstFailedSeconds: null,
      detectedSeconds: null,
      lastRecoveredSeconds: null,
      rtoSeconds: 0,
      requests: { sent: 300, lost: 0 },
      availability: 1,
    });
    expect(report.timeline.map(({ atSeconds, kind }) => `${atSeconds} ${kind}`)).toEqual([
      '60 break',
      '60 first-failed',
      '75 detected',
      '80 dns-changed',
      `${zone?.lastRecoveredSeconds ?? 0} recovered`,
      '180 mend',
      '240 break',
    ]);
  });

  it('judges its objectives, durations under keys in seconds', async () => {
    const { report } = await drill();
    expect(report.objectives).toEqual([
      {
        name: 'rto',
        limitSeconds: 60,
        measuredSeconds: report.faults[0]?.rtoSeconds,
        held: true,
        result: 'held',
      },
      {
        name: 'availability',
        limit: 0.99,
        measured: report.traffic[0]?.availability,
        held: false,
        result: 'missed',
      },
    ]);
  });

  it('passes when there is nothing to miss, and fails when nobody came back', async () => {
    expect((await drill({ objectives: [] })).report.passed).toBe(true);
    const { report } = await drill({ durationMs: 90_000, timeline: plan.timeline.slice(0, 1) });
    expect(report.faults[0]).toMatchObject({ rtoSeconds: null, lastRecoveredSeconds: null });
    expect(report.objectives[0]).toMatchObject({ measuredSeconds: null, held: false });
  });

  it('breaks and mends at its times', async () => {
    const world = new ScriptedWorld([well], drillStartMs);
    const timeline = [
      ...plan.timeline,
      { kind: 'mend' as const, atMs: 270_000, target: 'region/us-east-1' },
    ];
    await runDrill({ ...plan, timeline }, world, { version: '1', startedAt: new Date(0) });
    expect(world.faults).toEqual([
      { at: 60_000, what: 'break zone/use1-az1' },
      { at: 240_000, what: 'break region/us-east-1' },
      { at: 270_000, what: 'mend region/us-east-1' },
    ]);
  });

  it('ends with what went wrong: the stack script, or a fault', async () => {
    const options = { version: '1', startedAt: new Date(0) };
    const bad = { ...plan, stackFile: '/bin/false' };
    expect(await runDrill(bad, new ScriptedWorld([well]), options)).toMatchObject({
      code: 'StackFailed',
      message: 'The stack script ended with exit code 1.',
    });
    const fault = { target: 'instance/i-01234567', effect: 'power' };
    const timeline = [{ kind: 'break' as const, atMs: 1000, fault }];
    expect(await runDrill({ ...plan, timeline }, new ScriptedWorld([well]), options)).toMatchObject(
      { message: 'breaking instance/i-01234567 (power) failed: There is no such instance.' },
    );
  });
});

const member = { kind: 'member', group: 'web' } as const;

/** A group loses an instance and replaces it. */
const replaced: readonly WorldEvent[] = [
  { ...member, at: 80_000, step: 'lost', instanceId: 'i-1' },
  { ...member, at: 80_500, step: 'launched', instanceId: 'i-2' },
  { ...member, at: 86_500, step: 'running', instanceId: 'i-2' },
  { ...member, at: 86_500, step: 'in-service', instanceId: 'i-2', warmAt: 146_500 },
  { ...member, at: 104_000, step: 'answering', instanceId: 'i-2' },
];

describe('the report of a drill with Auto Scaling groups', () => {
  it('says how much of the time until all were replaced was what', async () => {
    const { faults, timeline } = (await drill({}, replaced)).report;
    expect(faults.map(({ replacement }) => replacement)).toEqual([
      {
        instancesLost: 1,
        instancesReplaced: 1,
        detectionSeconds: 20,
        replacementSeconds: 6.5,
        bootSeconds: 17.5,
        warmUpSeconds: 42.5,
        wholeAgainSeconds: 86.5,
      },
      {
        instancesLost: 0,
        instancesReplaced: 0,
        detectionSeconds: null,
        replacementSeconds: null,
        bootSeconds: null,
        warmUpSeconds: null,
        wholeAgainSeconds: null,
      },
    ]);
    const moments = timeline.map(({ atSeconds, kind }) => `${atSeconds} ${kind}`);
    expect(moments).toContain('80 noticed');
    expect(moments).toContain('146.5 replaced');
  });

  it('says it to people and to CI systems', async () => {
    const result = await drill({}, replaced);
    const parts = 'detection 20 s, replacement 6.5 s, boot 17.5 s, warm-up 42.5 s';
    const text = reportText(result, plainPaint);
    expect(text).toContain(`1 of 1, whole again after 1 min 27 s: ${parts}\n`);
    expect(text.match(/instances replaced/g)).toHaveLength(1);
    const html = htmlReport(result);
    expect(unclosed(html)).toEqual([]);
    expect(html).toContain('<tr><td>boot</td><td></td><td>17.5 s</td></tr>');
    expect(junitReport(result.report)).toContain(
      '<property name="zone/use1-az1 power: boot seconds" value="17.5"/>',
    );
  });

  it('says what was not over in time', async () => {
    const result = await drill({}, replaced.slice(0, 3));
    expect(reportText(result, plainPaint)).toContain(
      '0 of 1, NOT whole again before the next fault or the end: detection 20 s, replacement 6.5 s, boot not over, warm-up not over\n',
    );
    expect(junitReport(result.report)).toContain('whole again seconds" value="not over"/>');
  });
});

describe('the text report', () => {
  it('says the verdict first and shows the outage', async () => {
    const text = reportText(await drill(), plainPaint);
    const lines = text.split('\n');
    expect(lines[0]).toMatch(/^FAILED {2}Shop & <More> {2}5 min 00 s of drill, simulated/);
    expect(lines[1]).toMatch(/held +rto +\d+(\.\d)? s +at most 1 min 00 s/);
    expect(lines[2]).toMatch(/missed availability +88\.33 % +at least 99\.00 %/);
    expect(text).toMatch(
      /zone\/use1-az1 power, 01:00 to 03:00\n +first user failed +01:00 +at once/,
    );
    expect(text).toMatch(/detected +01:15 +after 15 s/);
    expect(text).toMatch(
      /region\/us-east-1 disaster, 04:00 to the end\n +first user failed +- +nobody failed/,
    );
    expect(text).toMatch(/readers +\|█{12} .*█{36}\|/);
    expect(text).toMatch(/zone\/use1-az1 +\| {12}x{24} {24}\|/);
    expect(text).not.toContain('\u001B');
  });
});

describe('the JUnit report', () => {
  it('has one test case an objective, and a failure for each missed one', async () => {
    const xml = junitReport((await drill()).report);
    expect(xml).toMatch(/^<\?xml version="1\.0" encoding="UTF-8"\?>\n<testsuites /);
    expect(xml.match(/<testcase /g)).toHaveLength(2);
    expect(xml).toContain('tests="2" failures="1"');
    expect(xml).toContain('classname="Shop &amp; &lt;More&gt;"');
    expect(xml).toMatch(
      /<failure type="ObjectiveMissed" message="availability was 88\.33 %; the objective is at least 99\.00 %\.">/,
    );
  });
});

/** Every element that is opened is closed in order: enough to find a forgotten quote, bracket or end tag. */
const unclosed = (html: string): readonly string[] => {
  const open: string[] = [];
  for (const [, end, name = '', selfClosing] of html.matchAll(
    /<(\/?)([a-z][a-z0-9]*)(?:\s[^<>]*?)?(\/?)>/g,
  )) {
    if (selfClosing === '/' || ['meta', 'br'].includes(name)) continue;
    if (end !== '/') open.push(name);
    else if (open.pop() !== name) return [`</${name}>`];
  }
  return open;
};

describe('the HTML report', () => {
  it('is one whole file that asks for nothing from elsewhere', async () => {
    const html = htmlReport(await drill());
    expect(html).toMatch(/^<!doctype html>\n<html lang="en">/);
    expect(unclosed(html)).toEqual([]);
    expect(html).not.toMatch(/<script|src=|href=|url\(|@import/);
    expect(html).not.toContain('<More>');
    expect(html).toContain('prefers-color-scheme: dark');
  });

  it('draws the faults and marks what happened', async () => {
    const html = htmlReport(await drill());
    expect(html.match(/<rect class="fault" /g)).toHaveLength(2);
    expect(html).toMatch(/<rect class="fault" x="204\.8" y="0" width="393\.6"/);
    for (const mark of ['fails 01:00', 'detected 01:15', 'DNS changed 01:20', 'recovered 01:']) {
      expect(html).toContain(mark);
    }
  });

  it('shows no outage where there was none', async () => {
    const bars = (html: string): readonly string[] =>
      [...html.matchAll(/<rect x="[\d.]+" y="[\d.]+" width="[\d.]+" height="([\d.]+)"\/>/g)].map(
        ([, height = '']) => height,
      );
    const drawn = bars(htmlReport(await drill()));
    expect(drawn).toHaveLength(180);
    expect(new Set(drawn.slice(0, 35))).toEqual(new Set(['84']));
    expect(drawn[40]).toBe('0');
    expect(new Set(drawn.slice(70))).toEqual(new Set(['84']));
  });
});

describe('faults', () => {
  it('last until they mend themselves, are mended, or the drill ends', () => {
    const fault = { target: 'zone/use1-az1', effect: 'power' };
    const windows = faultWindows({
      ...plan,
      timeline: [
        { kind: 'break', atMs: 1000, fault },
        { kind: 'mend', atMs: 5000, target: fault.target },
        { kind: 'break', atMs: 6000, fault: { ...fault, durationMs: 1000 } },
        { kind: 'break', atMs: 8000, fault: { ...fault, durationMs: 1_000_000 } },
      ],
    });
    expect(windows.map(({ beginMs, endMs, untilMs }) => [beginMs, endMs, untilMs])).toEqual([
      [1000, 5000, 6000],
      [6000, 7000, 8000],
      [8000, null, 300_000],
    ]);
  });
});

describe('an objective of the command line', () => {
  it.each([
    ['rto=30s', { name: 'rto', limit: 30 }],
    ['availability=99.5%', { name: 'availability', limit: 0.995 }],
    ['availability=0.9', { name: 'availability', limit: 0.9 }],
    ['requestsLost=12', { name: 'requestsLost', limit: 12 }],
  ])('%s is read', (text, expected) => {
    expect(parseObjective(text, '--objective')).toEqual(expected);
  });

  it.each([
    ['rto', 'is NAME=VALUE'],
    ['rto=', 'is NAME=VALUE'],
    ['rto=30', 'is a duration such as'],
    ['speed=3', "there is no objective 'speed'; there are rto, availability, requestsLost."],
    ['requestsLost=-1', 'is a whole number'],
  ])('%s is refused', (text, says) => {
    expect(parseObjective(text, '--objective')).toMatchObject({
      message: expect.stringContaining(`--objective: ${says}`),
    });
  });

  it('replaces the one of the file', () => {
    expect(
      withObjectives(plan.objectives, [
        { name: 'rto', limit: 5 },
        { name: 'requestsLost', limit: 1 },
      ]),
    ).toEqual([
      { name: 'rto', limit: 5 },
      { name: 'availability', limit: 0.99 },
      { name: 'requestsLost', limit: 1 },
    ]);
  });
});
