import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import type { DrillReport } from '../../src/drill/report.ts';
import { runCommand } from '../support/faultline-process.ts';

const example = join(import.meta.dirname, '..', '..', 'examples', 'elastic-ip-failover');

const run = (...args: readonly string[]): ReturnType<typeof runCommand> =>
  runCommand(['drill', example, '--json', ...args]);

const drill = async (...args: readonly string[]): Promise<DrillReport> => {
  let ended = await run(...args);
  // Something else kept the machine busy, and the program says so itself: such a run proves nothing.
  if (ended.stderr.includes('this machine is too slow')) ended = await run(...args);
  if (ended.exitCode !== 0)
    throw new Error(`The drill ended with ${ended.exitCode}: ${ended.stderr}`);
  // The program promises a report on stdout; the tests below check what is in it.
  return JSON.parse(ended.stdout) as DrillReport;
};

/** A live run takes a minute or two of a machine that does nothing else. */
const isLong = process.env['FAULTLINE_LONG'] === '1';

describe.skipIf(!isLong)(
  `the drill of Elastic IPs in two Regions, live${isLong ? '' : ' (FAULTLINE_LONG=1 runs it)'}`,
  () => {
    let live: DrillReport;
    let virtual: DrillReport;
    beforeAll(async () => {
      live = await drill();
      virtual = await drill('--virtual');
    }, 300_000);

    it('shows that records with addresses fail over, and how long it takes', () => {
      expect(live.passed).toBe(true);
      expect(live.faults.map(({ target }) => target)).toEqual([
        'zone/use1-az1',
        'region/us-east-1',
      ]);
      for (const fault of live.faults) {
        const { beginSeconds, detectedSeconds, dnsChangedSeconds, lastRecoveredSeconds } = fault;
        expect(fault.requests.lost).toBeGreaterThan(0);
        expect(detectedSeconds).toBeGreaterThan(beginSeconds);
        expect(dnsChangedSeconds).toBeGreaterThan(detectedSeconds ?? Infinity);
        expect(lastRecoveredSeconds).toBeGreaterThan(dnsChangedSeconds ?? Infinity);
        // Three probes ten seconds apart, and a time to live of thirty.
        expect(fault.rtoSeconds).toBeGreaterThan(30);
        expect(fault.rtoSeconds).toBeLessThan(90);
      }
    });

    it('measures the same when it is simulated', () => {
      expect(virtual.passed).toBe(true);
      for (const [index, fault] of live.faults.entries()) {
        const other = virtual.faults[index];
        expect(other?.requests.sent).toBe(fault.requests.sent);
        expect(Math.abs((other?.availability ?? 0) - fault.availability)).toBeLessThan(0.05);
        for (const name of ['detectedSeconds', 'dnsChangedSeconds', 'rtoSeconds'] as const) {
          const [real = 0, simulated = 0] = [fault[name] ?? undefined, other?.[name] ?? undefined];
          const allowed = Math.max(0.5, 0.05 * Math.max(real, simulated));
          expect({ name, agrees: Math.abs(real - simulated) <= allowed }).toEqual({
            name,
            agrees: true,
          });
        }
      }
    });
  },
);
