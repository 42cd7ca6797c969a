import type { DrillPlan } from './drill-plan.ts';
import type { RequestCount } from './measure.ts';
import { noMargins, type Margins } from './objectives.ts';
import type { LiveMeasures } from './ports.ts';

/** A stall of this share of a time-out may have made it run out: the program at its other end may have stalled as well. */
const turningShare = 1 / 2;

/** What comes later than this may be seen only by whoever looks next. */
const seenAtOnceMs = 1000;

/** Each fault begins and ends: at both, requests fare otherwise than before. */
const turnsOfFault = 2;

/** The most by which the machine was late, in world ms. */
export const latestMs = ({ stallMs, startMs }: LiveMeasures): number => Math.max(stallMs, startMs);

/** How seldom anybody looks whether something has changed: a health check, or a client with its next request. World ms. */
const longestLookMs = (plan: DrillPlan, { longestIntervalMs }: LiveMeasures): number =>
  Math.max(
    longestIntervalMs,
    ...plan.traffic.map(({ clients, ratePerSecond }) => (clients * 1000) / ratePerSecond),
  );

/** The least time, in world ms, that anybody in a drill waits for an answer. */
export const shortestPatienceMs = (plan: DrillPlan): number =>
  Math.min(...plan.traffic.map(({ timeoutMs }) => timeoutMs));

/** By how much the measures of a live drill may be off, by how late its machine was; not at all for a simulated one. */
export const marginsOf = (
  plan: DrillPlan,
  requests: RequestCount,
  live: LiveMeasures | undefined,
): Margins => {
  if (live === undefined) return noMargins;
  const lateMs = latestMs(live);
  const marginMs = lateMs < seenAtOnceMs ? lateMs : lateMs + longestLookMs(plan, live);
  const perSecond = plan.traffic.reduce((sum, { ratePerSecond }) => sum + ratePerSecond, 0);
  const breaks = plan.timeline.filter(({ kind }) => kind === 'break').length;
  const turned = Math.ceil((marginMs / 1000) * perSecond * breaks * turnsOfFault);
  const patienceMs = Math.min(shortestPatienceMs(plan), live.shortestTimeoutMs);
  return {
    seconds: marginMs / 1000,
    // Where nobody lost anything, there is no outage that could have been longer.
    requests: requests.lost === 0 ? 0 : turned,
    sent: requests.sent,
    everything: live.stallMs >= patienceMs * turningShare,
  };
};
