import { afterEach, expect, it } from 'vitest';
import { firstProbeFrom, probePhaseMs } from '../../aws/elbv2/probe-schedule.ts';
import { VirtualClock, type Clock } from '../../world/clock.ts';
import { onTime } from '../test-lateness.ts';
import { createBalancerPlane, type BalancerPlane } from './balancer-plane.ts';
import type { NodeTarget, TargetHealthReport } from './messages.ts';
import { ModelledBalancer } from './modelled-balancer.ts';
import { NodeClock } from './node-clock.ts';
import {
  configurationOf,
  eventually,
  groupArn,
  quickCheck,
  startServer,
  targetAt,
} from './node-under-test.ts';
import { noWay, openWay } from '../../world/way.ts';

const cleanUps: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).toReversed()) await cleanUp();
});

const start = 1_000_000_000_000;
const intervalMs = quickCheck.intervalSeconds * 1000;
const phaseMs = probePhaseMs(
  {
    seed: 1,
    nodeZoneId: 'use1-az1',
    targetGroupArn: groupArn,
    targetId: 'i-fixed',
    targetPort: 80,
  },
  intervalMs,
);
/** The middle between two probes, at that moment or after it: what changes then races with no probe. */
const betweenProbes = (fromMs: number): number =>
  firstProbeFrom(phaseMs, intervalMs, 0, fromMs) + intervalMs / 2;
const brokenAt = betweenProbes(start + 20_000);
const mendedAt = betweenProbes(brokenAt + 20_000);

/** What is told to a plane, at moments of world time. */
type Story = (clock: Clock, plane: BalancerPlane, port: number) => void;

/** A target's network breaks and is mended. */
const breakAndMend: Story = (clock, plane, port) => {
  const target = targetAt(port, { id: 'i-fixed' });
  const cutOff = { ...target, way: noWay };
  plane.converge([configurationOf([target])]);
  clock.at(brokenAt, () => plane.converge([configurationOf([cutOff])]));
  clock.at(mendedAt, () => plane.converge([configurationOf([target])]));
};

/** When the target turned unhealthy and healthy again, counted from the break and from the mending. */
const turns = (reports: readonly TargetHealthReport[]): readonly [number, number] | undefined => {
  const out = reports.find((report) => report.state === 'unhealthy');
  const back = reports.find((report) => report.state === 'healthy' && report.at > mendedAt);
  return out && back && [out.at - brokenAt, back.at - mendedAt];
};

const pace = { patienceMs: quickCheck.timeoutSeconds * 1000, speeds: [20, 10, 3] };

const simulate = (story: Story, untilMs: number): readonly TargetHealthReport[] => {
  const clock = new VirtualClock(start);
  const reports: TargetHealthReport[] = [];
  const modelled = new ModelledBalancer({
    clock,
    observe: (observation) => {
      if (observation.kind === 'target-health') reports.push(observation.report);
    },
    behaviour: () => ({ kind: 'answers', code: 200, afterMs: 0 }),
  });
  story(clock, modelled, 80);
  clock.advanceTo(untilMs);
  return reports;
};

/** Plays a story over real sockets until its reports show it; `late` is told how late the node's process was. */
const playLive =
  <T>(story: Story, find: (reports: readonly TargetHealthReport[]) => T | undefined | false) =>
  async (speed: number, late: (realMs: number) => void): Promise<T> => {
    const { port, close } = await startServer((_, response) => response.end());
    cleanUps.push(close);
    const clock = new NodeClock({ worldNow: start, speed });
    const seen: TargetHealthReport[] = [];
    const quiet = { info: () => undefined, warn: () => undefined };
    const plane = createBalancerPlane({
      log: quiet,
      clock,
      observe: (observation) => {
        if (observation.kind === 'target-health') seen.push(observation.report);
        if (observation.kind === 'late' && observation.late === 'stall') late(observation.realMs);
      },
    });
    cleanUps.push(() => plane.close());
    story(clock, plane, port);
    return await eventually('the live target has turned', () => find(seen), 300_000 / speed);
  };

it('a target turns at the same moments in a live world and in a simulated one', async ({
  skip,
}) => {
  const expected = turns(simulate(breakAndMend, mendedAt + 60_000));
  // Two probes with their time-out after the break; five after the mending.
  expect(expected).toEqual([intervalMs * 1.5 + quickCheck.timeoutSeconds * 1000, intervalMs * 4.5]);
  const { value: live, lateMs } = await onTime(skip, pace, playLive(breakAndMend, turns));
  for (const index of [0, 1] as const) {
    const [simulatedMs = 0, liveMs] = [expected?.[index], live[index]];
    const tolerance = Math.max(500, simulatedMs * 0.05) + lateMs;
    expect(Math.abs(liveMs - simulatedMs)).toBeLessThan(tolerance);
  }
}, 120_000);

// A live node needs a while to start as a process.
const lossyAt = betweenProbes(start + 60_000);

/** Packets to a target and from it begin to get lost. */
const losePackets: Story = (clock, plane, port) => {
  const target = targetAt(port, { id: 'i-fixed' });
  const converge = (one: NodeTarget): void => {
    const [group] = configurationOf([one]).targetGroups;
    if (group === undefined) throw new Error('There is one.');
    const healthCheck = { ...quickCheck, healthyThresholdCount: 2 };
    plane.converge([configurationOf([one], { targetGroups: [{ ...group, healthCheck }] })]);
  };
  converge(target);
  clock.at(lossyAt, () => converge({ ...target, way: openWay(0, 0.3) }));
};

/** The first three turns of the target since packets get lost: to what, and how long after. */
const lossyTurns = (reports: readonly TargetHealthReport[]) => {
  const all = reports
    .filter(({ at, state }) => at > lossyAt && state !== 'initial')
    .map(({ at, state }) => ({ state, afterMs: at - lossyAt }));
  return all.length >= 3 && all.slice(0, 3);
};

it('loses the same probes over a lossy way in a live world and in a simulated one', async ({
  skip,
}) => {
  const expected = lossyTurns(simulate(losePackets, lossyAt + 600_000)) || [];
  expect(expected.map(({ state }) => state)).toEqual(['unhealthy', 'healthy', 'unhealthy']);
  const { value: live } = await onTime(skip, pace, playLive(losePackets, lossyTurns));
  expect(live.map(({ state }) => state)).toEqual(expected.map(({ state }) => state));
  for (const [index, { afterMs }] of expected.entries()) {
    // Less than an interval: one probe more or less is seen.
    expect(Math.abs((live[index]?.afterMs ?? 0) - afterMs)).toBeLessThan(intervalMs * 0.7);
  }
}, 180_000);
