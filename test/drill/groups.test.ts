import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import type { DrillReport } from '../../src/drill/report.ts';
import { agree, drillReport } from '../support/live-drill.ts';

const example = join(import.meta.dirname, '..', '..', 'examples', 'groups');

/** A live run takes a minute or two of a machine that does nothing else. */
const isLong = process.env['FAULTLINE_LONG'] === '1';

describe.skipIf(!isLong)(
  `the drill of Auto Scaling groups in two Regions, live${isLong ? '' : ' (FAULTLINE_LONG=1 runs it)'}`,
  () => {
    let live: DrillReport;
    let virtual: DrillReport;
    beforeAll(async () => {
      live = await drillReport(example);
      virtual = await drillReport(example, '--virtual');
    }, 1_800_000);

    it('holds its objectives while a zone and then a Region fails', () => {
      expect([live.passed, virtual.passed]).toEqual([true, true]);
      expect(live.faults.map(({ target }) => target)).toEqual([
        'zone/use1-az1',
        'region/us-east-1',
      ]);
      for (const { requests } of live.faults) expect(requests.lost).toBeGreaterThan(0);
    });

    it.each([
      ['live', () => live],
      ['virtual', () => virtual],
    ])('says how much of the outage was what (%s)', (_, report) => {
      const replacement = report().faults[0]?.replacement;
      expect(replacement).toMatchObject({ instancesLost: 2, instancesReplaced: 2 });
      const parts = [
        replacement?.detectionSeconds ?? 0,
        replacement?.replacementSeconds ?? 0,
        replacement?.bootSeconds ?? 0,
        replacement?.warmUpSeconds ?? 0,
      ];
      // Three failed checks ten seconds apart; EC2's launch; the program's start; a minute after InService.
      const [detection = 0, launch = 0, boot = 0, warmUp = 0] = parts;
      expect(detection).toBeGreaterThan(20);
      expect(launch).toBeGreaterThan(4);
      expect(boot).toBeGreaterThan(0);
      expect(boot + warmUp).toBeCloseTo(60, 0);
      const sum = parts.reduce((all, part) => all + part, 0);
      expect(sum).toBeCloseTo(replacement?.wholeAgainSeconds ?? 0, 2);
    });

    it('measures the same when it is simulated', () => {
      const measures = ({ faults }: DrillReport) =>
        faults.flatMap(({ replacement, detectedSeconds, dnsChangedSeconds, rtoSeconds }) =>
          Object.entries({ ...replacement, detectedSeconds, dnsChangedSeconds, rtoSeconds }),
        );
      const simulated = measures(virtual);
      const apart = measures(live).filter(
        ([, seconds], index) =>
          !agree(seconds, simulated[index]?.[1] ?? null, live.lateness.worldSeconds),
      );
      expect(apart).toEqual([]);
      for (const [index, { requests, availability }] of live.faults.entries()) {
        const other = virtual.faults[index];
        expect(other?.requests.sent).toBe(requests.sent);
        expect(Math.abs((other?.availability ?? 0) - availability)).toBeLessThan(0.05);
      }
    });
  },
);
