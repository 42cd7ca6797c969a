import { createServer } from 'node:http';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { CheckerObservation } from '../../aws/route53/checker-statuses.ts';
import { checkersIn } from '../../aws/route53/checkers.ts';
import { nextProbeAt } from '../../aws/route53/health.ts';
import type { Clock } from '../../world/clock.ts';
import { VirtualClock } from '../../world/clock.ts';
import { testEpochMs } from '../../world/test-world.ts';
import { createLiveProber } from './live-prober.ts';
import { createModelledProber } from './modelled-prober.ts';
import type { EndpointCondition } from './probe-result.ts';
import { probeLimits, results } from './probe-result.ts';
import { probePassing } from '../../aws/route53/probe-passing.ts';
import { NodeClock } from '../balancer/node-clock.ts';
import type { Prober } from './prober.ts';
import { checkOf, testSettings } from './test-health-check.ts';
import { noWay, openWay, worldMs, type OpenWay, type Way } from '../../world/way.ts';

/** How the endpoint of the contract's health check is. */
type EndpointState = 'good' | 'bad' | 'silent' | 'refusing' | 'far' | 'lossy' | 'gray';

/** A prober in a world that a test can turn. */
interface ProberWorld {
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

const { regions, intervalMs, failureThreshold } = testSettings;
const checkerIds = checkersIn(regions).map((checker) => checker.id);
const unreported = () => undefined;

/** Whether the probe of a checker that is `count`th after a moment fails over the lossy way: it is not answered in time. */
const isLost = (
  { seed: worldSeed }: Pick<ProberWorld, 'seed'>,
  checkerId: string,
  afterMs: number,
  count: number,
): boolean => {
  const first = nextProbeAt(worldSeed, checkerId, 'check-1', intervalMs, afterMs);
  const at = first + (count - 1) * intervalMs;
  const moment = { seed: worldSeed, checkerId, healthCheckId: 'check-1', at };
  const { opening, asking } = probePassing(ways.lossy, { type: 'HTTP' }, moment);
  const isOpen = opening.kind === 'through' && opening.delay < probeLimits.httpConnectMs;
  return !(isOpen && asking.kind === 'through' && asking.delay <= probeLimits.httpResponseMs);
};

/** What every prober promises: the same reports at the same moments, over sockets or in the model. */
const describeProber = (name: string, open: () => Promise<ProberWorld>): void => {
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
      world.prober.watch([{ check: checkOf(), reported: unreported }]);
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
      world.prober.watch([{ check: checkOf(), reported: () => true }]);

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
      world.prober.watch([{ check: checkOf({ type: 'TCP' }), reported: unreported }]);
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

    test('counts the way of a far endpoint once to connect and once to ask', async () => {
      await world.endpoint('far');
      const begin = world.clock.now();
      world.prober.watch([{ check: checkOf(), reported: unreported }]);
      await reports(checkerIds.length);
      expectReports(0, begin, 1, 3000);
    });

    test('loses the probes over a lossy way that every prober loses', async () => {
      await world.endpoint('good');
      world.prober.watch([{ check: checkOf(), reported: () => true }]);
      await world.endpoint('lossy');
      const lossyAt = world.clock.now();
      const firstOf = (checkerId: string) =>
        world.observations.find((report) => report.checkerId === checkerId);
      await world.until(() => checkerIds.every((id) => firstOf(id) !== undefined));
      for (const checkerId of checkerIds) {
        // Two lost ones in a row, wherever in the schedule they fall: drawn anew here.
        let [count, inARow] = [0, 0];
        while (inARow < failureThreshold) {
          count += 1;
          inARow = isLost(world, checkerId, lossyAt, count) ? inARow + 1 : 0;
        }
        const begunAt = probeAfter(checkerId, lossyAt, count);
        const reportedAt = firstOf(checkerId)?.at ?? 0;
        // A time-out to connect, or to be answered once connected.
        const { httpConnectMs, httpResponseMs } = probeLimits;
        expect(reportedAt).toBeGreaterThanOrEqual(begunAt + httpResponseMs);
        expect(reportedAt).toBeLessThanOrEqual(
          begunAt + httpConnectMs + httpResponseMs + world.toleranceMs,
        );
      }
    });

    test('finds a gray failure where it looks for a text, and not where it looks at the status alone', async () => {
      await world.endpoint('gray');
      const begin = world.clock.now();
      const deep = checkOf({ type: 'HTTP_STR_MATCH', searchString: 'all is well' });
      world.prober.watch([{ check: deep, reported: unreported }]);
      await reports(checkerIds.length);
      expectReports(0, begin, failureThreshold, 0);
      expect(world.observations[0]).toMatchObject({
        healthy: false,
        reason: 'Failure: HTTP Status Code 500, Internal Server Error',
      });
      world.prober.watch([{ check: checkOf(), reported: () => false }]);
      await reports(2 * checkerIds.length);
      expect(world.observations.at(-1)).toMatchObject({ healthy: true });
    });

    test('goes on from what was reported, without saying it again', async () => {
      await world.endpoint('bad');
      world.prober.watch([{ check: checkOf(), reported: () => false }]);
      const begin = world.clock.now();
      await world.until(() => world.clock.now() > begin + 3 * intervalMs);
      expect(world.observations).toEqual([]);
    });

    test('says nothing of checks that are disabled or gone, and goes on when they are enabled', async () => {
      await world.endpoint('good');
      const disabled = { check: checkOf({ disabled: true }), reported: unreported };
      world.prober.watch([disabled]);
      const begin = world.clock.now();
      await world.until(() => world.clock.now() > begin + 2 * intervalMs);
      expect(world.observations).toEqual([]);
      world.prober.watch([{ check: checkOf(), reported: unreported }]);
      await reports(checkerIds.length);
      world.prober.watch([]);
      await world.endpoint('bad');
      const ended = world.clock.now();
      await world.until(() => world.clock.now() > ended + 3 * intervalMs);
      expect(world.observations).toHaveLength(checkerIds.length);
    });

    test('takes on new settings and other Regions', async () => {
      await world.endpoint('bad');
      world.prober.watch([{ check: checkOf({ failureThreshold: 10 }), reported: () => true }]);
      const more = [...regions, 'sa-east-1'];
      world.prober.watch([
        { check: checkOf({ regions: more, failureThreshold: 1 }), reported: () => true },
      ]);
      await reports(checkersIn(more).length);
      expect(new Set(world.observations.map((report) => report.checkerId)).size).toBe(
        checkersIn(more).length,
      );
    });
  });
};

const seed = 7;

const answering = (statusCode: number, way: OpenWay = openWay(0)): EndpointCondition => ({
  kind: 'answering',
  way,
  answers: [{ share: 1, statusCode, responseMs: 0 }],
  body: 'all is well',
});

/** What lies between a checker and the endpoint. */
const ways: Readonly<Record<EndpointState, Way>> = {
  good: openWay(0),
  bad: openWay(0),
  silent: noWay,
  refusing: openWay(0),
  far: openWay(1500),
  lossy: openWay(0, 0.4),
  gray: { ...openWay(0), gray: [{ share: 1, as: 'error', delay: worldMs(0), seed: 3 }] },
};

const conditionOf = (state: EndpointState): EndpointCondition => {
  const way = ways[state];
  if (!way.up) return { kind: 'silent' };
  if (state === 'refusing') return { kind: 'refusing', way };
  return answering(state === 'bad' ? 503 : 200, way);
};

const openModelled = (): Promise<ProberWorld> => {
  const clock = new VirtualClock(testEpochMs);
  const observations: (CheckerObservation & { at: number })[] = [];
  let state: EndpointState = 'good';
  const prober = createModelledProber({
    seed,
    clock,
    observe: (observation) => observations.push({ ...observation, at: clock.now() }),
    condition: () => conditionOf(state),
  });
  return Promise.resolve({
    seed,
    clock,
    prober,
    observations,
    toleranceMs: 0,
    endpoint: (next) => {
      state = next;
      prober.conditionsChanged();
      return Promise.resolve();
    },
    until: (condition) => {
      const deadline = clock.now() + 600_000;
      while (!condition() && clock.now() < deadline) clock.advance(100);
      return condition()
        ? Promise.resolve()
        : Promise.reject(new Error('ten minutes passed in vain'));
    },
    close: () => {
      prober.close();
      return Promise.resolve();
    },
  });
};

describeProber('modelled', openModelled);

/** World seconds per real second of the live tests. */
const speed = 25;

/** The middle of the longest time in which no checker begins a probe: what changes then races with none. */
const betweenProbes = (afterMs: number): number => {
  const starts = checkerIds
    .map((id) => nextProbeAt(seed, id, 'check-1', intervalMs, afterMs))
    .toSorted((a, b) => a - b);
  const gaps = starts.map((at, index) => ({
    at,
    lengthMs: (starts[index + 1] ?? (starts[0] ?? 0) + intervalMs) - at,
  }));
  const longest = gaps.toSorted((a, b) => b.lengthMs - a.lengthMs)[0];
  return (longest?.at ?? afterMs) + (longest?.lengthMs ?? 0) / 2;
};

const listen = (server: Server): Promise<number> =>
  new Promise((resolve) => {
    // A server that listens on a port has an address of this kind.
    server.listen(0, '127.0.0.1', () => resolve((server.address() as AddressInfo).port));
  });

const closeServer = (server: Server): Promise<void> =>
  new Promise((resolve) => {
    server.closeAllConnections();
    server.close(() => resolve());
  });

const openLive = async (): Promise<ProberWorld> => {
  const clock = new NodeClock({ worldNow: testEpochMs, speed });
  const observations: (CheckerObservation & { at: number })[] = [];
  let state: EndpointState = 'good';
  const server = createServer((_, response) =>
    response.writeHead(state === 'bad' ? 503 : 200).end('all is well'),
  );
  const port = await listen(server);
  const gone = createServer();
  const closedPort = await listen(gone);
  await closeServer(gone);
  const prober = createLiveProber({
    seed,
    clock,
    observe: (observation) => observations.push({ ...observation, at: clock.now() }),
    resolve: () => ({ address: '127.0.0.1', port: state === 'refusing' ? closedPort : port }),
    way: () => ways[state],
  });
  return {
    seed,
    clock,
    prober,
    observations,
    // Less than an interval: one probe more or less is seen.
    toleranceMs: 0.7 * intervalMs,
    endpoint: async (next) => {
      await new Promise<void>((resolve) => clock.at(betweenProbes(clock.now()), resolve));
      state = next;
      prober.conditionsChanged();
    },
    until: (condition) => expect.poll(condition, { timeout: 15_000, interval: 5 }).toBe(true),
    close: async () => {
      prober.close();
      await closeServer(server);
    },
  };
};

describeProber('live', openLive);

test('a modelled hour costs as many events as there are changes', () => {
  const clock = new VirtualClock(testEpochMs);
  let asked = 0;
  const counting: Clock = {
    now: () => clock.now(),
    speed: () => clock.speed(),
    at: (worldMs, callback) => {
      asked += 1;
      return clock.at(worldMs, callback);
    },
  };
  const prober = createModelledProber({
    seed,
    clock: counting,
    observe: () => undefined,
    condition: () => conditionOf('good'),
  });
  prober.watch([{ check: checkOf(), reported: () => undefined }]);
  clock.advance(3_600_000);
  expect(asked).toBe(6);
  prober.close();
});

test('a probe that had begun before a change ends as it would have', () => {
  const clock = new VirtualClock(testEpochMs);
  const seen: { healthy: boolean; checkerId: string }[] = [];
  let condition = conditionOf('silent');
  const prober = createModelledProber({
    seed,
    clock,
    observe: (report) => seen.push(report),
    condition: () => condition,
  });
  const check = checkOf({ failureThreshold: 1, type: 'TCP' });
  prober.watch([{ check, reported: () => true }]);
  // All checkers have begun a probe of ten seconds after an interval; none has ended it at the last one's beginning.
  clock.advance(9_999);
  condition = conditionOf('good');
  prober.conditionsChanged();
  expect(seen).toHaveLength(0);
  clock.advance(10_001);
  expect(seen.filter((report) => !report.healthy)).toHaveLength(6);
  clock.advance(30_000);
  expect(seen.filter((report) => report.healthy)).toHaveLength(6);
  prober.close();
});
