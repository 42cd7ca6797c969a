import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import type { DrillReport } from '../../src/drill/report.ts';
import { agree, drillReport } from '../support/live-drill.ts';

const example = join(import.meta.dirname, '..', '..', 'examples', 'elastic-ip-failover');

/** A live run takes a minute or two of a machine that does nothing else. */
const isLong = process.env['FAULTLINE_LONG'] === '1';

describe.skipIf(!isLong)(
  `the drill of Elastic IPs in two Regions, live${isLong ? '' : ' (FAULTLINE_LONG=1 runs it)'}`,
  () => {
    let live: DrillReport;
    let virtual: DrillReport;
    beforeAll(async () => {
      live = await drillReport(example);
      virtual = await drillReport(example, '--virtual');
    }, 1_800_000);

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
          const agrees = agree(fault[name], other?.[name], live.lateness.worldSeconds);
          expect({ name, agrees }).toEqual({ name, agrees: true });
        }
      }
    });
  },
);
