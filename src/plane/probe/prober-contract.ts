import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { CheckerObservation } from '../../aws/route53/checker-statuses.ts';
import { checkersIn } from '../../aws/route53/checkers.ts';
import type { HealthCheck, HealthCheckConfig } from '../../aws/route53/entities.ts';
import { nextProbeAt } from '../../aws/route53/health.ts';
import type { Clock } from '../../world/clock.ts';
import type { Prober } from './prober.ts';
import { results } from './probe-result.ts';

/** How the endpoint of the contract's health check is. */
export type EndpointState = 'good' | 'bad' | 'silent' | 'refusing';

/** A prober in a world that a test can turn. */
export interface ProberWorld {
  readonly seed: number;
  readonly clock: Clock;
  readonly prober: Prober;
  readonly observations: readonly (CheckerObservation & { readonly at: number })[];
  /** How far from the foretold moment a report may come, in world time. */
  readonly toleranceMs: number;
  /** Changes the endpoint, and tells the prober that conditions changed. */
  endpoint(state: EndpointState): Promise<void>;
  /** Lets world time pass until something is so; rejects when it does not come to be. */
  until(condition: () => boolean): Promise<void>;
  close(): Promise<void>;
}

const regions = ['us-east-1', 'eu-west-1', 'ap-southeast-2'];
const intervalMs = 10_000;
const failureThreshold = 2;

/** A health check on the contract's endpoint. */
export const contractCheck = (config: Partial<HealthCheckConfig> = {}): HealthCheck => ({
  id: 'check-1',
  callerReference: 'contract',
  version: 1,
  createdAt: 0,
  config: {
    type: 'HTTP',
    ipAddress: '52.0.0.1',
    port: 80,
    requestIntervalSeconds: 10,
    failureThreshold,
    measureLatency: false,
    inverted: false,
    disabled: false,
    enableSni: false,
    regions,
    ...config,
  },
});

const checkerIds = checkersIn(regions).map((checker) => checker.id);
const unreported = () => undefined;

/** What every prober promises: the same reports at the same moments, over sockets or in the model. */
export const describeProber = (name: string, open: () => Promise<ProberWorld>): void => {
  describe(`a ${name} prober`, () => {
    let world: ProberWorld;

    beforeEach(async () => {
      world = await open();
    });

    afterEach(() => world.close());

    const probeAfter = (checkerId: string, afterMs: number, count: number): number =>
      nextProbeAt(world.seed, checkerId, 'check-1', intervalMs, afterMs) + (count - 1) * intervalMs;

    const reports = (count: number): Promise<void> =>
      world.until(() => world.observations.length >= count);

    /** The last report of each checker came at the probe that is `count`th after a moment, and so long after it began. */
    const expectReports = (
      from: number,
      sinceMs: number,
      count: number,
      durationMs: number,
    ): void => {
      const seen = world.observations.slice(from);
      expect(seen.map((report) => report.checkerId).toSorted()).toEqual(checkerIds.toSorted());
      for (const report of seen) {
        const foretold = probeAfter(report.checkerId, sinceMs, count) + durationMs;
        expect(Math.abs(report.at - foretold)).toBeLessThanOrEqual(world.toleranceMs);
      }
    };

    test('reports a good endpoint at the first probe of each checker, and then nothing more', async () => {
      await world.endpoint('good');
      const begin = world.clock.now();
      world.prober.watch([{ check: contractCheck(), reported: unreported }]);
      await reports(checkerIds.length);
      expectReports(0, begin, 1, 0);
      for (const report of world.observations) {
        expect(report).toMatchObject({
          healthCheckId: 'check-1',
          healthy: true,
          reason: 'Success: HTTP Status Code 200, OK',
        });
      }
      await world.until(() => world.clock.now() > begin + 5 * intervalMs);
      expect(world.observations).toHaveLength(checkerIds.length);
    });

    test('reports failing, silent and recovered endpoints after as many probes as the threshold says', async () => {
      await world.endpoint('good');
      world.prober.watch([{ check: contractCheck(), reported: () => true }]);

      await world.endpoint('bad');
      const badAt = world.clock.now();
      await reports(checkerIds.length);
      expectReports(0, badAt, failureThreshold, 0);
      expect(world.observations[0]).toMatchObject({
        healthy: false,
        reason: 'Failure: HTTP Status Code 503, Service Unavailable',
      });

      await world.endpoint('good');
      const goodAt = world.clock.now();
      await reports(2 * checkerIds.length);
      expectReports(checkerIds.length, goodAt, failureThreshold, 0);

      await world.endpoint('silent');
      const silentAt = world.clock.now();
      await reports(3 * checkerIds.length);
      expectReports(2 * checkerIds.length, silentAt, failureThreshold, 4000);
      expect(world.observations.at(-1)).toMatchObject({
        healthy: false,
        reason: results.timedOut.reason,
      });
    });

    test('waits ten seconds for a silent TCP endpoint, and not at all for one that refuses', async () => {
      await world.endpoint('silent');
      const begin = world.clock.now();
      world.prober.watch([{ check: contractCheck({ type: 'TCP' }), reported: unreported }]);
      await reports(checkerIds.length);
      expectReports(0, begin, failureThreshold, 10_000);

      await world.endpoint('good');
      await reports(2 * checkerIds.length);
      expect(world.observations.at(-1)).toMatchObject({
        healthy: true,
        reason: results.connected.reason,
      });

      await world.endpoint('refusing');
      const refusingAt = world.clock.now();
      await reports(3 * checkerIds.length);
      expectReports(2 * checkerIds.length, refusingAt, failureThreshold, 0);
      expect(world.observations.at(-1)).toMatchObject({
        healthy: false,
        reason: results.refused.reason,
      });
    });

    test('goes on from what was reported, without saying it again', async () => {
      await world.endpoint('bad');
      world.prober.watch([{ check: contractCheck(), reported: () => false }]);
      const begin = world.clock.now();
      await world.until(() => world.clock.now() > begin + 3 * intervalMs);
      expect(world.observations).toEqual([]);
    });

    test('says nothing of checks that are disabled or gone, and goes on when they are enabled', async () => {
      await world.endpoint('good');
      const disabled = { check: contractCheck({ disabled: true }), reported: unreported };
      world.prober.watch([disabled]);
      const begin = world.clock.now();
      await world.until(() => world.clock.now() > begin + 2 * intervalMs);
      expect(world.observations).toEqual([]);
      world.prober.watch([{ check: contractCheck(), reported: unreported }]);
      await reports(checkerIds.length);
      world.prober.watch([]);
      await world.endpoint('bad');
      const ended = world.clock.now();
      await world.until(() => world.clock.now() > ended + 3 * intervalMs);
      expect(world.observations).toHaveLength(checkerIds.length);
    });

    test('takes on new settings and other Regions', async () => {
      await world.endpoint('bad');
      world.prober.watch([
        { check: contractCheck({ failureThreshold: 10 }), reported: () => true },
      ]);
      const more = [...regions, 'sa-east-1'];
      world.prober.watch([
        { check: contractCheck({ regions: more, failureThreshold: 1 }), reported: () => true },
      ]);
      await reports(checkersIn(more).length);
      expect(new Set(world.observations.map((report) => report.checkerId)).size).toBe(
        checkersIn(more).length,
      );
    });
  });
};
