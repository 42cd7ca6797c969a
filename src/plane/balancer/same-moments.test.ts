import { afterEach, expect, it } from 'vitest';
import { firstProbeFrom, probePhaseMs } from '../../aws/elbv2/probe-schedule.ts';
import { VirtualClock, type Clock } from '../../world/clock.ts';
import { onTime } from '../test-lateness.ts';
import { createBalancerPlane, type BalancerPlane } from './balancer-plane.ts';
import type { TargetHealthReport } from './messages.ts';
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
import { noWay } from '../../world/way.ts';

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

/** Plays one story on a plane: a target's network breaks and is mended. */
const play = (clock: Clock, plane: BalancerPlane, port: number): void => {
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

const simulate = (): readonly TargetHealthReport[] => {
  const clock = new VirtualClock(start);
  const reports: TargetHealthReport[] = [];
  const modelled = new ModelledBalancer({
    clock,
    observe: (observation) => {
      if (observation.kind === 'target-health') reports.push(observation.report);
    },
    behaviour: () => ({ kind: 'answers', code: 200, afterMs: 0 }),
  });
  play(clock, modelled, 80);
  clock.advanceTo(mendedAt + 60_000);
  return reports;
};

/** The turns over real sockets; `late` is told how late the node's process was. */
const playLive = async (
  speed: number,
  late: (realMs: number) => void,
): Promise<readonly [number, number]> => {
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
  play(clock, plane, port);
  return await eventually('the live target has turned twice', () => turns(seen), 240_000 / speed);
};

it('a target turns at the same moments in a live world and in a simulated one', async ({
  skip,
}) => {
  const expected = turns(simulate());
  // Two probes with their time-out after the break; five after the mending.
  expect(expected).toEqual([intervalMs * 1.5 + quickCheck.timeoutSeconds * 1000, intervalMs * 4.5]);
  const { value: live, lateMs } = await onTime(skip, pace, playLive);
  for (const index of [0, 1] as const) {
    const [simulatedMs = 0, liveMs] = [expected?.[index], live[index]];
    const tolerance = Math.max(500, simulatedMs * 0.05) + lateMs;
    expect(Math.abs(liveMs - simulatedMs)).toBeLessThan(tolerance);
  }
}, 120_000);
