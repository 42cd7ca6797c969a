import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { probeNetns } from '../../src/plane/compute/netns/probe.ts';
import type { DrillReport } from '../../src/drill/report.ts';
import { runCommand } from '../support/faultline-process.ts';

const example = join(import.meta.dirname, 'own-world');
const netns = await probeNetns();

const reportOf = async (...options: readonly string[]): Promise<DrillReport> => {
  const ended = await runCommand(['drill', example, '--json', ...options]);
  if (ended.exitCode !== 0) throw new Error(ended.stderr);
  // The program promises a report on stdout; the tests below check what is in it.
  return JSON.parse(ended.stdout) as DrillReport;
};

/** Users of the node that was lost waited for as long as they kept its address, on any machine. */
const checkReport = ({ faults, traffic }: DrillReport): void => {
  expect(faults.map(({ target }) => target)).toEqual(['zone/eun9-az1']);
  expect(faults[0]?.rtoSeconds).toBeGreaterThan(10);
  expect(traffic[0]?.requests.sent).toBeGreaterThan(400);
  expect(traffic[0]?.requests.lost).toBeGreaterThan(10);
};

describe('a drill in a world of its own', () => {
  it('breaks a zone of a Region that AWS does not have, simulated', async () => {
    const report = await reportOf('--virtual');
    checkReport(report);
    // Three probes ten seconds apart, and a time to live of sixty: the zone is not waited for.
    expect(report.faults[0]?.rtoSeconds).toBeLessThan(110);
  }, 60_000);

  it('does so live, with a driver of choice', async () => {
    checkReport(await reportOf('--driver', 'mock'));
  }, 120_000);

  it.runIf('mode' in netns)(
    'does so live, where instances have networks of their own',
    async () => {
      checkReport(await reportOf('--driver', 'netns'));
    },
    120_000,
  );

  it('says in one line when the world lacks what the drill names', async () => {
    const world = join(import.meta.dirname, '..', '..', 'package.json');
    const ended = await runCommand(['drill', example, '--virtual', '--world', world]);
    expect(ended.exitCode).toBe(2);
    expect(ended.stderr).toMatch(/^[^\n]*package\.json[^\n]*\n$/);
  }, 60_000);

  it('takes no driver where nothing runs', async () => {
    const ended = await runCommand(['drill', example, '--virtual', '--driver', 'mock']);
    expect(ended).toMatchObject({ exitCode: 2 });
    expect(ended.stderr).toContain('--driver');
  }, 60_000);
});
