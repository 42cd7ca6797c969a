import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseXml, type XmlElement } from '../../src/wire/protocols/xml-parse.ts';
import { runCommand } from '../support/faultline-process.ts';
import {
  agree,
  reportOf,
  runDrillCommand,
  uncertain,
  type DrillEnded,
} from '../support/live-drill.ts';

const root = join(import.meta.dirname, '..', '..');
const example = join(root, 'examples', 'two-regions');

const faultline = (...args: readonly string[]): Promise<DrillEnded> =>
  runCommand(['drill', ...args]);

/** Every duration of a report by its path, without the real time under `wall`, and how late the machine was. */
const durationsOf = (value: unknown, path = ''): ReadonlyMap<string, unknown> => {
  if (typeof value !== 'object' || value === null) return new Map();
  return new Map(
    Object.entries(value).flatMap(([key, item]): readonly (readonly [string, unknown])[] => {
      if (path === '' && ['wall', 'lateness'].includes(key)) return [];
      const at = `${path}/${key}`;
      return key.endsWith('Seconds') ? [[at, item]] : [...durationsOf(item, at)];
    }),
  );
};

const oneLine = (text: string): string => {
  expect(text).toMatch(/^[^\n]+\n$/);
  return text;
};

let directory = '';
let live: DrillEnded;
let virtual: DrillEnded;

beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), 'faultline-drill-'));
  const junit = join(directory, 'live.xml');
  const html = join(directory, 'live.html');
  live = await runDrillCommand(example, '--junit', junit, '--html', html);
  virtual = await runDrillCommand(example, '--virtual');
}, 1_800_000);

afterAll(() => {
  rmSync(directory, { recursive: true, force: true });
});

/** Then durations prove nothing, as the drill itself says. */
const tooLate = 'This machine was too late in each live run to tell.';

describe('the drill of two Regions', () => {
  it('runs, prints JSON alone and holds its objectives, live and virtual', () => {
    // A machine that was too busy to tell says so; it never says that an objective was missed.
    expect([0, uncertain]).toContain(live.exitCode);
    expect(virtual).toMatchObject({ exitCode: 0 });
    expect(reportOf(live)).toMatchObject({
      drill: 'Two Regions',
      mode: 'live',
      passed: live.exitCode === 0,
    });
    expect(reportOf(virtual)).toMatchObject({
      mode: 'virtual',
      passed: true,
      wall: { speed: null },
    });
    expect(virtual.stderr).toBe('');
  });

  it('shows what users lose when a zone and then a Region fails', ({ skip }) => {
    skip(live.exitCode === uncertain, tooLate);
    const { faults, traffic } = reportOf(live);
    expect(faults.map(({ target }) => target)).toEqual(['zone/use1-az1', 'region/us-east-1']);
    for (const fault of faults) {
      expect(fault.requests.lost).toBeGreaterThan(0);
      expect(fault.firstFailedSeconds).toBeGreaterThanOrEqual(fault.beginSeconds);
      const { detectedSeconds, dnsChangedSeconds, lastRecoveredSeconds } = fault;
      expect(detectedSeconds).toBeGreaterThan(fault.beginSeconds);
      expect(dnsChangedSeconds).toBeGreaterThan(detectedSeconds ?? Infinity);
      expect(lastRecoveredSeconds).toBeGreaterThan(dnsChangedSeconds ?? Infinity);
      expect(fault.rtoSeconds).toBeCloseTo((lastRecoveredSeconds ?? 0) - fault.beginSeconds, 3);
    }
    // A zone takes a part of the users with it, a Region all of them.
    const [zone, region] = faults;
    expect(region?.availability).toBeLessThan(zone?.availability ?? 0);
    expect(traffic[0]?.longestOutageSeconds).toBeGreaterThan(30);
  });

  it('gives the same durations live and virtual', ({ skip }) => {
    skip(live.exitCode === uncertain, tooLate);
    const [real, simulated] = [durationsOf(reportOf(live)), durationsOf(reportOf(virtual))];
    const late = reportOf(live).lateness.worldSeconds;
    expect([...simulated.keys()]).toEqual([...real.keys()]);
    expect(real.size).toBeGreaterThan(20);
    const apart = [...real].filter(([path, seconds]) => !agree(seconds, simulated.get(path), late));
    expect(apart.map(([path, seconds]) => [path, seconds, simulated.get(path)])).toEqual([]);
  });

  it('sends as many requests and loses about as many', ({ skip }) => {
    skip(live.exitCode === uncertain, tooLate);
    for (const [index, fault] of reportOf(live).faults.entries()) {
      const other = reportOf(virtual).faults[index];
      expect(other?.requests.sent).toBe(fault.requests.sent);
      expect(Math.abs((other?.availability ?? 0) - fault.availability)).toBeLessThan(0.05);
    }
  });

  it('tells whoever waits where a live drill stands', () => {
    expect(live.stderr).toMatch(/^Two Regions: \d\d:\d\d \/ 10:00 {3}\d+ requests, \d+ lost/m);
    expect(live.stderr).toContain('BROKEN: region/us-east-1 disaster');
  });

  it('writes a JUnit report that CI systems can read, and one HTML file', () => {
    // Anything but an element would be the parser's complaint, which has no children.
    const suites = parseXml(readFileSync(join(directory, 'live.xml'), 'utf8')) as XmlElement;
    expect(suites.name).toBe('testsuites');
    const [suite] = suites.children;
    expect(suite?.children.map(({ name }) => name)).toEqual(['testcase', 'testcase']);
    expect(readFileSync(join(directory, 'live.html'), 'utf8')).toMatch(
      /^<!doctype html>[^]*<\/html>\n$/,
    );
  });

  it('gives the same report again when simulated with the same seed', async () => {
    const again = reportOf(await faultline(example, '--virtual', '--json'));
    expect({ ...again, wall: undefined }).toEqual({ ...reportOf(virtual), wall: undefined });
  });
});

describe('the exit code', () => {
  it('is 1 when an objective is missed, after the report', async () => {
    const ended = await faultline(example, '--virtual', '--objective', 'rto=1s');
    expect(ended.exitCode).toBe(1);
    expect(ended.stdout).toMatch(/^FAILED {2}Two Regions/);
    expect(ended.stdout).toMatch(/missed rto +1 min \d\d s +at most 1 s/);
    expect(oneLine(ended.stderr)).toContain('missed rto.');
  });

  it('is 1 when the stack cannot be built, with what its script said', async () => {
    const file = join(directory, 'broken.yaml');
    const yaml = readFileSync(join(example, 'drill.yaml'), 'utf8');
    writeFileSync(file, yaml.replace('./stack.ts', './broken.mjs'));
    writeFileSync(join(directory, 'broken.mjs'), 'console.error("no quota"); process.exit(3);');
    const ended = await faultline(file, '--virtual');
    expect(ended).toMatchObject({ exitCode: 1, stdout: '' });
    expect(ended.stderr).toContain('no quota\n');
    expect(ended.stderr).toContain('broken.yaml: The stack script ended with exit code 3.');
  });

  it.each([
    ['a file that is not there', ['nowhere.yaml'], 'nowhere.yaml: there is no such file'],
    ['a directory without a drill', ['src'], 'src: there is no drill.yaml'],
    ['another kind of file', ['package.json'], 'package.json: is no drill'],
    [
      'an unknown objective',
      [example, '--objective', 'rpo=1m'],
      "--objective: there is no objective 'rpo'",
    ],
    [
      'a bad speed',
      [example, '--speed', 'fast'],
      "--speed is above 0 and at most 1000, or auto, not 'fast'.",
    ],
    [
      'a bad seed',
      [example, '--seed', '-1'],
      "--seed is a whole number from 0 to 4294967295, not '-1'.",
    ],
    [
      'a report that cannot be written',
      [example, '--html', 'nowhere/report.html'],
      '--html: cannot write nowhere/report.html',
    ],
  ])('is 2 for %s, with one line that names it', async (_, args, says) => {
    const ended = await faultline(...args, '--virtual');
    expect(ended).toMatchObject({ exitCode: 2, stdout: '' });
    expect(oneLine(ended.stderr)).toContain(says);
  });

  it('is 2 for a wrong file, with one line that names the file and the place', async () => {
    const file = join(directory, 'wrong.yaml');
    writeFileSync(file, 'name: Wrong\nstack: ./stack.ts\nduration: soon\ntraffic: []\n');
    const ended = await faultline(file, '--virtual');
    expect(ended).toMatchObject({ exitCode: 2, stdout: '' });
    expect(oneLine(ended.stderr)).toContain(`${file}: duration: is a duration such as`);
  });
});
