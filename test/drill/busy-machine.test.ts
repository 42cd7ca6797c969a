import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { DrillReport } from '../../src/drill/report.ts';
import { startBusyProcesses } from '../support/busy-processes.ts';
import { runCommand, type CommandResult } from '../support/faultline-process.ts';
import { agree, reportOf, uncertain } from '../support/live-drill.ts';

const examples = join(import.meta.dirname, '..', '..', 'examples');

/** FAULTLINE_LONG=1 runs the whole drill of two Regions, minutes long; else one of two servers, a minute at most. */
const isLong = process.env['FAULTLINE_LONG'] === '1';

/** Two servers in two Regions; the first Region fails for good. */
const short = `
name: Busy
stack: ${join(examples, 'elastic-ip-failover', 'stack.ts')}
duration: 110s
traffic:
  - { name: readers, vantage: 'New York City,US', request: 'http://www.example.test:8080/', rate: 2.5, clients: 10, timeout: 10s }
timeline:
  - { at: 10s, break: region/us-east-1, effect: disaster }
`;

const busyForEachProcessor = 2;

let directory = '';
let live: CommandResult;
let virtual: DrillReport;

beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), 'faultline-busy-'));
  const file = join(directory, 'busy.yaml');
  writeFileSync(file, short);
  const drill = isLong ? join(examples, 'two-regions') : file;
  // In truth users are back within two minutes, and some requests are lost.
  const objectives = ['--objective', 'rto=3m', '--objective', 'requestsLost=1'];
  const run = ['drill', drill, '--json', ...objectives];
  virtual = reportOf(await runCommand([...run, '--virtual']));
  const stopBusy = startBusyProcesses(busyForEachProcessor * availableParallelism());
  try {
    live = await runCommand(run);
  } finally {
    stopBusy();
  }
}, 1_800_000);

afterAll(() => rmSync(directory, { recursive: true, force: true }));

describe('a live drill beside twice as many busy processes as there are processors', () => {
  it('is about objectives of which one holds and one is missed, in truth', () => {
    expect(virtual.objectives.map(({ name, result }) => [name, result])).toContainEqual([
      'rto',
      'held',
    ]);
    expect(virtual.objectives.map(({ name, result }) => [name, result])).toContainEqual([
      'requestsLost',
      'missed',
    ]);
  });

  it('is right about each, or says that it cannot tell', () => {
    const { objectives } = reportOf(live);
    for (const { name, result } of virtual.objectives) {
      expect([result, 'uncertain']).toContain(
        objectives.find((objective) => objective.name === name)?.result,
      );
    }
    const isMissed = objectives.some(({ result }) => result === 'missed');
    expect(live.exitCode).toBe(isMissed ? 1 : uncertain);
  });

  it('is right within what it says of its lateness, where it is certain', () => {
    const report = reportOf(live);
    expect(report.lateness.worldSeconds).toBeGreaterThan(0);
    const isCertain = report.objectives.every(({ result }) => result !== 'uncertain');
    const apart = report.faults.flatMap((fault, index) =>
      (['detectedSeconds', 'dnsChangedSeconds', 'rtoSeconds'] as const).flatMap((path) => {
        const simulated = virtual.faults[index]?.[path];
        const isRight = agree(fault[path], simulated, report.lateness.worldSeconds);
        return isRight || !isCertain ? [] : [[fault.target, path, fault[path], simulated]];
      }),
    );
    expect(apart).toEqual([]);
  });

  it('says at which speed it ran, and the lowest', () => {
    const { wall } = reportOf(live);
    expect(wall.lowestSpeed).toBeGreaterThanOrEqual(1);
    expect(wall.lowestSpeed).toBeLessThanOrEqual(wall.speed ?? 0);
  });
});
