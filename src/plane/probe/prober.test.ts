import { createServer } from 'node:http';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, test } from 'vitest';
import type { CheckerObservation } from '../../aws/route53/checker-statuses.ts';
import type { Clock } from '../../world/clock.ts';
import { VirtualClock } from '../../world/clock.ts';
import { testEpochMs } from '../../world/test-world.ts';
import { createLiveProber } from './live-prober.ts';
import { createModelledProber } from './modelled-prober.ts';
import type { EndpointCondition } from './probe-result.ts';
import type { EndpointState, ProberWorld } from './prober-contract.ts';
import { contractCheck, describeProber } from './prober-contract.ts';

const seed = 7;

const modelled: Readonly<Record<EndpointState, EndpointCondition>> = {
  good: { kind: 'answering', latencyMs: 0, responseMs: 0, statusCode: 200, body: '' },
  bad: { kind: 'answering', latencyMs: 0, responseMs: 0, statusCode: 503, body: '' },
  silent: { kind: 'silent' },
  refusing: { kind: 'refusing', latencyMs: 0 },
};

const openModelled = (): Promise<ProberWorld> => {
  const clock = new VirtualClock(testEpochMs);
  const observations: (CheckerObservation & { at: number })[] = [];
  let state: EndpointState = 'good';
  const prober = createModelledProber({
    seed,
    clock,
    observe: (observation) => observations.push({ ...observation, at: clock.now() }),
    condition: () => modelled[state],
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

const createFastClock = (): Clock => {
  const startedAt = performance.now();
  const now = () => testEpochMs + (performance.now() - startedAt) * speed;
  return {
    now,
    speed: () => speed,
    at: (worldMs, callback) => {
      const timer = setTimeout(callback, Math.max(0, worldMs - now()) / speed);
      return () => clearTimeout(timer);
    },
  };
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
  const clock = createFastClock();
  const observations: (CheckerObservation & { at: number })[] = [];
  let state: EndpointState = 'good';
  const server = createServer((_, response) =>
    response.writeHead(state === 'bad' ? 503 : 200).end(),
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
    reach: () => ({ up: state !== 'silent', latencyMs: 0 }),
  });
  return {
    seed,
    clock,
    prober,
    observations,
    // A probe that races with a change may see either side of it: then it comes one interval sooner or later.
    toleranceMs: 14_000,
    endpoint: (next) => {
      state = next;
      prober.conditionsChanged();
      return Promise.resolve();
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
    condition: () => modelled.good,
  });
  prober.watch([{ check: contractCheck(), reported: () => undefined }]);
  clock.advance(3_600_000);
  expect(asked).toBe(6);
  prober.close();
});

test('a probe that had begun before a change ends as it would have', () => {
  const clock = new VirtualClock(testEpochMs);
  const seen: { healthy: boolean; checkerId: string }[] = [];
  let condition = modelled.silent;
  const prober = createModelledProber({
    seed,
    clock,
    observe: (report) => seen.push(report),
    condition: () => condition,
  });
  const check = contractCheck({ failureThreshold: 1, type: 'TCP' });
  prober.watch([{ check, reported: () => true }]);
  // All checkers have begun a probe of ten seconds after an interval; none has ended it at the last one's beginning.
  clock.advance(9_999);
  condition = modelled.good;
  prober.conditionsChanged();
  expect(seen).toHaveLength(0);
  clock.advance(10_001);
  expect(seen.filter((report) => !report.healthy)).toHaveLength(6);
  clock.advance(30_000);
  expect(seen.filter((report) => report.healthy)).toHaveLength(6);
  prober.close();
});
