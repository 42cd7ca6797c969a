import { afterEach, describe, expect, it } from 'vitest';
import { VirtualClock, type Clock } from '../../world/clock.ts';
import {
  createBalancerPlane,
  type BalancerObservation,
  type BalancerPlane,
  type LiveBalancerPlane,
} from './balancer-plane.ts';
import type { NodeConfiguration, NodeTarget, TargetHealthReport } from './messages.ts';
import type { TargetBehaviour } from '../../aws/elbv2/exchange-outcomes.ts';
import { exchangesOf, ModelledBalancer } from './modelled-balancer.ts';
import { NodeClock } from './node-clock.ts';
import {
  configurationOf,
  eventually,
  forwardListener,
  groupArn,
  listenerArn,
  startServer,
  targetAt,
} from './node-under-test.ts';
import { noWay, openWay, worldMs } from '../../world/way.ts';

// One suite over the live plane (real sockets, a fast clock) and the modelled one (virtual time): what a user of
// the API and of the load balancer sees must be the same, and at the same moments.

/** A server behind a target that can be told what to do. */
interface ScriptedServer {
  readonly port: number;
  behave(behaviour: TargetBehaviour): void;
}

interface Bench {
  readonly clock: Clock;
  readonly plane: BalancerPlane;
  readonly reports: readonly TargetHealthReport[];
  /** How far from the exact moment a report may be, in world milliseconds. */
  readonly toleranceMs: number;
  server(): Promise<ScriptedServer>;
  /** World time at which the node had begun: a live one needs a while to start as a process. */
  started(): Promise<number>;
  /** Lets world time pass until it is so. */
  until<T>(what: string, find: () => T | undefined | false): Promise<T>;
  /** What happens to a request: the port of the server that gets it, a code of the balancer's own, or silence. */
  request(): Promise<number | `code ${number}` | 'silence'>;
  /** The same of many: the share of each, as exactly as so many requests show it. */
  shares(count: number): Promise<Readonly<Record<string, number>>>;
}

const cleanUps: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).toReversed()) await cleanUp();
});

const start = 1_000_000_000_000;
const speed = 20;

const liveServer = async (): Promise<ScriptedServer> => {
  let behaviour: TargetBehaviour = { kind: 'answers', code: 200, afterMs: 0 };
  const { port, close } = await startServer((request, response) => {
    if (behaviour.kind === 'refuses') request.socket.destroy();
    else if (behaviour.kind === 'answers') {
      response.statusCode = request.url === '/health' ? behaviour.code : 200;
      response.end(String(request.socket.localPort));
    }
  });
  cleanUps.push(close);
  return {
    port,
    behave: (next) => {
      behaviour = next;
    },
  };
};

const ask = async (
  plane: LiveBalancerPlane,
  patienceMs: number,
): Promise<number | `code ${number}` | 'silence'> => {
  const port = await eventually('the node listens', () => plane.listening()[0]?.port);
  try {
    const answer = await fetch(`http://127.0.0.1:${port}/`, {
      signal: AbortSignal.timeout(patienceMs),
    });
    return answer.status === 200 ? Number(await answer.text()) : `code ${answer.status}`;
  } catch (error) {
    if (error instanceof DOMException) return 'silence';
    throw error;
  }
};

const live = (): Bench => {
  const clock = new NodeClock({ worldNow: start, speed });
  const reports: TargetHealthReport[] = [];
  const observe = (observation: BalancerObservation): void => {
    if (observation.kind === 'target-health') reports.push(observation.report);
    if (observation.kind === 'listening') listening ??= clock.now();
  };
  let listening: number | undefined;
  const quiet = { info: () => undefined, warn: () => undefined };
  const plane = createBalancerPlane({ log: quiet, clock, observe });
  cleanUps.push(() => plane.close());
  return {
    clock,
    plane,
    reports,
    toleranceMs: 100 * speed,
    server: liveServer,
    started: () => eventually('the node listens', () => listening),
    until: (what, find) => eventually(what, find, 10_000),
    request: () => ask(plane, 300),
    shares: async (count) => {
      const ends: Record<string, number> = {};
      for (let sent = 0; sent < count; sent += 1) {
        const end = await ask(plane, 3000);
        ends[end] = (ends[end] ?? 0) + 1 / count;
      }
      return ends;
    },
  };
};

const modelled = (): Bench => {
  const clock = new VirtualClock(start);
  const reports: TargetHealthReport[] = [];
  const behaviours = new Map<number, TargetBehaviour>();
  const plane = new ModelledBalancer({
    clock,
    observe: (observation) => {
      if (observation.kind === 'target-health') reports.push(observation.report);
    },
    behaviour: (target) => behaviours.get(target.socket?.port ?? 0) ?? { kind: 'refuses' },
  });
  let turn = 0;
  return {
    clock,
    plane,
    reports,
    toleranceMs: 0,
    started: async () => start,
    server: async () => {
      const port = 10_000 + behaviours.size;
      behaviours.set(port, { kind: 'answers', code: 200, afterMs: 0 });
      return {
        port,
        behave: (behaviour) => {
          behaviours.set(port, behaviour);
          plane.behaviourChanged();
        },
      };
    },
    until: async (what, find) => {
      for (;;) {
        const found = find();
        if (found !== undefined && found !== false) return found;
        const next = clock.nextAt();
        if (next === undefined) throw new Error(`In vain: ${what}.`);
        clock.advanceTo(next);
      }
    },
    request: async () => {
      const route = plane.route('use1-az1', listenerArn);
      if (route.kind === 'silent') return 'silence';
      if (route.kind === 'answer') return `code ${route.statusCode}`;
      const share = route.shares[turn++ % route.shares.length];
      return share?.target.socket?.port ?? 'silence';
    },
    shares: async () => {
      const route = plane.route('use1-az1', listenerArn);
      const ends: Record<string, number> = {};
      if (route.kind !== 'targets') return ends;
      for (const routed of route.shares) {
        const port = routed.target.socket?.port ?? 0;
        const behaviour = behaviours.get(port) ?? { kind: 'refuses' };
        for (const { share, statusCode } of exchangesOf(routed, behaviour, route.idleTimeoutMs)) {
          const end = statusCode === 200 ? String(port) : `code ${statusCode}`;
          ends[end] = (ends[end] ?? 0) + routed.share * share;
        }
      }
      return ends;
    },
  };
};

describe.each([
  { name: 'live', create: live },
  { name: 'modelled', create: modelled },
])('a balancer plane, $name', ({ create }) => {
  const stateOf = (bench: Bench, target: NodeTarget): TargetHealthReport | undefined =>
    bench.reports.findLast((report) => report.targetId === target.id);

  it('holds a new target for healthy after one check, at once', async () => {
    const bench = create();
    const server = await bench.server();
    const target = targetAt(server.port);
    bench.plane.converge([configurationOf([target])]);
    const report = await bench.until(
      'healthy',
      () => stateOf(bench, target)?.state === 'healthy' && stateOf(bench, target),
    );
    expect(report.at - (await bench.started())).toBeLessThan(bench.toleranceMs + 1000 * speed);
    expect(await bench.request()).toBe(server.port);
  });

  it('takes a target out after two failures at the moments of its schedule, and back after five passes', async () => {
    const bench = create();
    const [sick, well] = [await bench.server(), await bench.server()];
    const targets = [targetAt(sick.port), targetAt(well.port)];
    bench.plane.converge([configurationOf(targets)]);
    const [target, other] = targets;
    if (target === undefined || other === undefined) throw new Error('There are two.');
    await bench.until('both healthy', () =>
      targets.every((one) => stateOf(bench, one)?.state === 'healthy'),
    );
    sick.behave({ kind: 'answers', code: 503, afterMs: 0 });
    const failedAt = bench.clock.now();
    const out = await bench.until(
      'unhealthy',
      () => stateOf(bench, target)?.state === 'unhealthy' && stateOf(bench, target),
    );
    expect(out.reason).toBe('Target.ResponseCodeMismatch');
    expect(out.description).toBe('Health checks failed with these codes: [503]');
    // Two checks, five seconds apart, the first within five seconds.
    expect(out.at - failedAt).toBeGreaterThanOrEqual(5_000 - bench.toleranceMs);
    expect(out.at - failedAt).toBeLessThanOrEqual(10_000 + bench.toleranceMs);
    for (let i = 0; i < 4; i++) expect(await bench.request()).toBe(well.port);
    sick.behave({ kind: 'answers', code: 200, afterMs: 0 });
    const mendedAt = bench.clock.now();
    const back = await bench.until(
      'healthy again',
      () => stateOf(bench, target)?.state === 'healthy' && stateOf(bench, target),
    );
    expect(back.at - mendedAt).toBeGreaterThanOrEqual(20_000 - bench.toleranceMs);
    expect(back.at - mendedAt).toBeLessThanOrEqual(25_000 + bench.toleranceMs);
    expect(stateOf(bench, other)?.state).toBe('healthy');
  });

  it('says why: silence is a time-out, a reset is a failed check', async () => {
    const bench = create();
    const [silent, resetting] = [await bench.server(), await bench.server()];
    silent.behave({ kind: 'silent' });
    resetting.behave({ kind: 'refuses' });
    const [one, two] = [targetAt(silent.port), targetAt(resetting.port)];
    bench.plane.converge([configurationOf([one, two])]);
    await bench.until('both unhealthy', () =>
      [one, two].every((target) => stateOf(bench, target)?.state === 'unhealthy'),
    );
    expect(stateOf(bench, one)).toMatchObject({
      reason: 'Target.Timeout',
      description: 'Request timed out',
    });
    expect(stateOf(bench, two)).toMatchObject({
      reason: 'Target.FailedHealthChecks',
      description: 'Health checks failed',
    });
    expect(
      bench.reports.find((report) => report.targetId === two.id),
      'the first failure shows as a check in progress',
    ).toMatchObject({ state: 'initial', reason: 'Elb.InitialHealthChecking' });
  });

  it('holds a target for unhealthy that it cannot reach, and sends to all when it reaches none', async () => {
    const bench = create();
    const server = await bench.server();
    const target = targetAt(server.port);
    const cutOff = { ...target, way: noWay };
    bench.plane.converge([configurationOf([target])]);
    await bench.until('healthy', () => stateOf(bench, target)?.state === 'healthy');
    bench.plane.converge([configurationOf([cutOff])]);
    const out = await bench.until(
      'unhealthy',
      () => stateOf(bench, target)?.state === 'unhealthy' && stateOf(bench, target),
    );
    expect(out.reason).toBe('Target.Timeout');
    bench.plane.converge([configurationOf([target])]);
    expect(await bench.request()).toBe(server.port);
  });

  it('is silent while its zone has no network or no power, and begins anew with power', async () => {
    const bench = create();
    const server = await bench.server();
    const target = targetAt(server.port);
    bench.plane.converge([configurationOf([target])]);
    await bench.until('healthy', () => stateOf(bench, target)?.state === 'healthy');
    bench.plane.converge([configurationOf([target], { entrance: noWay })]);
    expect(await bench.request()).toBe('silence');
    bench.plane.converge([configurationOf([target])]);
    expect(await bench.request()).toBe(server.port);
    bench.plane.freeze('use1-az1');
    expect(await bench.request()).toBe('silence');
    const seen = bench.reports.length;
    bench.plane.restart('use1-az1');
    await bench.until('checked anew', () => bench.reports.length > seen);
    expect(stateOf(bench, target)?.state).toBe('healthy');
    expect(await bench.request()).toBe(server.port);
  });

  /** Converges on targets, and waits until each of them has been found to be well. */
  const serving = async (
    bench: Bench,
    targets: readonly NodeTarget[],
    more: Partial<NodeConfiguration> = {},
  ): Promise<void> => {
    bench.plane.converge([configurationOf(targets, more)]);
    await bench.until('all healthy', () =>
      targets.every((one) => stateOf(bench, one)?.state === 'healthy'),
    );
  };

  it('gives weighted target groups their shares', async () => {
    const bench = create();
    const [large, small] = [await bench.server(), await bench.server()];
    const [group] = configurationOf([]).targetGroups;
    const [loadBalancer] = configurationOf([]).loadBalancers;
    if (group === undefined || loadBalancer === undefined) throw new Error('There is one.');
    const groups = [large, small].map(({ port }, index) => ({
      ...group,
      arn: `${groupArn}-${index}`,
      targets: [targetAt(port)],
    }));
    const targetGroups = groups.map(({ arn }, index) => ({ arn, weight: index === 0 ? 3 : 1 }));
    const listener = { ...forwardListener, action: { type: 'forward', targetGroups } as const };
    await serving(bench, [], {
      loadBalancers: [{ ...loadBalancer, listeners: [listener] }],
      targetGroups: groups,
    });
    await bench.until('both healthy', () =>
      groups.every(({ targets: [one] }) => one && stateOf(bench, one)?.state === 'healthy'),
    );
    expect(await bench.shares(8)).toEqual({ [large.port]: 0.75, [small.port]: 0.25 });
  });

  it('keeps to its own zone with cross-zone load balancing off', async () => {
    const bench = create();
    const [here, there] = [await bench.server(), await bench.server()];
    const targets = [targetAt(here.port), targetAt(there.port, { zoneId: 'use1-az2' })];
    const [group] = configurationOf(targets).targetGroups;
    if (group === undefined) throw new Error('There is one.');
    const routing = { crossZone: false, minimumHealthyTargets: 1 };
    await serving(bench, targets, { targetGroups: [{ ...group, routing }] });
    expect(await bench.shares(4)).toEqual({ [here.port]: 1 });
  });

  it('sends to all where fewer targets than the minimum are healthy', async () => {
    const bench = create();
    const [well, sick] = [await bench.server(), await bench.server()];
    sick.behave({ kind: 'answers', code: 503, afterMs: 0 });
    const targets = [targetAt(well.port), targetAt(sick.port)];
    const [group] = configurationOf(targets).targetGroups;
    if (group === undefined) throw new Error('There is one.');
    const routing = { crossZone: true, minimumHealthyTargets: 2 };
    bench.plane.converge([configurationOf(targets, { targetGroups: [{ ...group, routing }] })]);
    await bench.until('one of them healthy', () =>
      targets.every((one) => ['healthy', 'unhealthy'].includes(stateOf(bench, one)?.state ?? '')),
    );
    expect(Object.values(await bench.shares(4))).toEqual([0.5, 0.5]);
  });

  it('times out where rules let requests not begin, or checks', async () => {
    const bench = create();
    const server = await bench.server();
    const target = targetAt(server.port, { lets: { traffic: false, probes: true } });
    await serving(bench, [target]);
    expect(await bench.shares(1)).toEqual({ 'code 504': 1 });
    const unchecked = { ...target, lets: { traffic: true, probes: false } };
    bench.plane.converge([configurationOf([unchecked])]);
    const out = await bench.until(
      'unhealthy',
      () => stateOf(bench, target)?.state === 'unhealthy' && stateOf(bench, target),
    );
    expect(out.reason).toBe('Target.Timeout');
    expect(await bench.shares(1)).toEqual({ [server.port]: 1 });
  });

  it('passes on what a gray failure makes of a share of requests, and health checks do not see it', async () => {
    const bench = create();
    const server = await bench.server();
    const gray = [{ share: 0.5, as: 'error', delay: worldMs(0), seed: 7 }] as const;
    const target = targetAt(server.port, { way: { ...openWay(0), gray } });
    await serving(bench, [target]);
    const { 'code 500': failed = 0, [server.port]: served = 0 } = await bench.shares(60);
    expect(failed + served).toBeCloseTo(1, 6);
    // Of 60 that are drawn one by one between a quarter and three quarters fail, but once in a hundred thousand times.
    expect(failed).toBeGreaterThan(0.25);
    expect(failed).toBeLessThan(0.75);
    expect(stateOf(bench, target)?.state).toBe('healthy');
  });

  it('sends nothing to draining and unused targets', async () => {
    const bench = create();
    const server = await bench.server();
    bench.plane.converge([
      configurationOf([targetAt(server.port, { draining: true }), targetAt(1, { unused: true })]),
    ]);
    expect(await bench.request()).toBe('code 503');
    expect(bench.reports).toEqual([]);
  });
});
