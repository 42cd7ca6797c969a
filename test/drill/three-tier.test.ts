import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import type { DrillReport } from '../../src/drill/report.ts';
import { runCommand } from '../support/faultline-process.ts';

const example = join(import.meta.dirname, '..', '..', 'examples', 'three-tier');

describe('the drill of three tiers, simulated', () => {
  let report: DrillReport;
  beforeAll(async () => {
    const ended = await runCommand(['drill', example, '--virtual', '--json']);
    if (ended.exitCode !== 0) throw new Error(ended.stderr);
    // The program promises a report on stdout; the tests below check what is in it.
    report = JSON.parse(ended.stdout) as DrillReport;
  }, 60_000);

  it('serves again soon after a zone is lost, with servers that are open to their balancers alone', () => {
    const [zone] = report.faults;
    expect(zone?.requests.lost).toBeGreaterThan(0);
    expect(zone?.rtoSeconds).toBeLessThan(120);
    expect(report.traffic[0]?.longestOutageSeconds).toBe(0);
  });

  it('replaces a server of each tier', () => {
    expect(report.faults[0]?.replacement).toMatchObject({ instancesLost: 2, instancesReplaced: 2 });
  });
});
