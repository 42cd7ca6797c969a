import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { DrillReport } from '../../src/drill/report.ts';
import { runCommand } from '../support/faultline-process.ts';

const examples = join(import.meta.dirname, '..', '..', 'examples');

const simulate = async (name: string): Promise<DrillReport> => {
  const ended = await runCommand(['drill', join(examples, name), '--virtual', '--json']);
  if (ended.exitCode !== 0) throw new Error(ended.stderr);
  // The program promises a report on stdout; the tests below check what is in it.
  return JSON.parse(ended.stdout) as DrillReport;
};

describe('the examples, simulated', () => {
  it('replaces what a zone takes from groups, and says what that time was made of', async () => {
    const { passed, faults } = await simulate('groups');
    expect(passed).toBe(true);
    expect(faults[0]?.replacement).toMatchObject({ instancesLost: 2, instancesReplaced: 2 });
  }, 60_000);

  it('leads names of Elastic IPs to the other Region', async () => {
    const { passed, faults } = await simulate('elastic-ip-failover');
    expect(passed).toBe(true);
    for (const fault of faults) {
      // Three probes ten seconds apart, and a time to live of thirty.
      expect(fault.rtoSeconds).toBeGreaterThan(30);
      expect(fault.rtoSeconds).toBeLessThan(90);
    }
  }, 60_000);
});
