import type { FaultWindow } from './measure.ts';

/**
 * A moment in the life of an instance of an Auto Scaling group; drill time in world ms.
 *
 * `lost`: its group found it unhealthy. `launched`: its group asked for it. `gone`: it ended before it was in service.
 * `running`: EC2 says so. `answering`: the first health check of its balancer passes; without a balancer, in service.
 * `in-service`: its group counts on it, and takes it for warmed up at `warmAtMs`.
 */
export type MemberEvent = {
  readonly atMs: number;
  readonly group: string;
  readonly instanceId: string;
} & (
  | { readonly step: 'lost' | 'launched' | 'gone' | 'running' | 'answering' }
  | { readonly step: 'in-service'; readonly warmAtMs: number }
);

/** How one instance that was lost was replaced; drill times in world ms, null for what has not happened. */
interface Replacement {
  readonly group: string;
  readonly noticedMs: number;
  readonly instanceId: string | null;
  readonly runningMs: number | null;
  readonly answeringMs: number | null;
  readonly warmMs: number | null;
}

/**
 * What groups did about a fault; drill times in world ms. The four moments are those of the replacement that took
 * longest, so that the times between them add up; null for what did not happen before the next fault or the end.
 */
export interface ReplacementMeasure {
  readonly lost: number;
  readonly replaced: number;
  readonly noticedMs: number | null;
  readonly runningMs: number | null;
  readonly answeringMs: number | null;
  readonly warmMs: number | null;
}

const begin = (event: MemberEvent): Replacement => ({
  group: event.group,
  noticedMs: event.atMs,
  instanceId: null,
  runningMs: null,
  answeringMs: null,
  warmMs: null,
});

const advance = (one: Replacement, event: MemberEvent): Replacement => {
  switch (event.step) {
    case 'running':
      return { ...one, runningMs: one.runningMs ?? event.atMs };
    case 'answering': {
      const answeringMs = one.answeringMs ?? event.atMs;
      // Whoever was counted as warm before it answered is of use from now on.
      const warmMs = one.warmMs === null ? null : Math.max(one.warmMs, answeringMs);
      return { ...one, answeringMs, warmMs };
    }
    case 'in-service':
      return { ...one, warmMs: Math.max(event.warmAtMs, one.answeringMs ?? 0) };
    case 'lost':
    case 'gone':
      // The place is empty again, and the group launches another.
      return { ...one, instanceId: null, runningMs: null, answeringMs: null, warmMs: null };
    case 'launched':
      return one;
  }
};

/** The replacements that began within a window, each with how far it came there. */
const replacementsIn = (
  { beginMs, untilMs }: FaultWindow,
  events: readonly MemberEvent[],
): readonly Replacement[] => {
  const all: Replacement[] = [];
  for (const event of events) {
    if (event.atMs < beginMs || event.atMs >= untilMs) continue;
    const known = all.findIndex((one) => one.instanceId === event.instanceId);
    const place = event.step === 'launched' ? emptyPlace(all, event.group) : known;
    const one = all[place];
    if (one === undefined) {
      if (event.step === 'lost') all.push(begin(event));
      continue;
    }
    all[place] =
      event.step === 'launched' ? { ...one, instanceId: event.instanceId } : advance(one, event);
  }
  return all.map((one) => unfinishedAt(one, untilMs));
};

/** Launches fill the places of a group's lost instances in their order. */
const emptyPlace = (all: readonly Replacement[], group: string): number =>
  all.findIndex((one) => one.group === group && one.instanceId === null);

/** A warm-up that ends after the window, or an instance that never answered, has not come to its end. */
const unfinishedAt = (one: Replacement, untilMs: number): Replacement => {
  const isWarm = one.warmMs !== null && one.warmMs < untilMs && one.answeringMs !== null;
  return isWarm ? one : { ...one, warmMs: null };
};

const lateness = (one: Replacement): readonly number[] =>
  [one.warmMs, one.answeringMs, one.runningMs, one.noticedMs].map((atMs) => atMs ?? Infinity);

const isLater = (one: Replacement, other: Replacement): boolean => {
  const [a, b] = [lateness(one), lateness(other)];
  const differs = a.findIndex((atMs, index) => atMs !== b[index]);
  return differs !== -1 && (a[differs] ?? 0) > (b[differs] ?? 0);
};

/** What Auto Scaling groups did about a fault, from what happened to their instances, in the order of time. */
export const measureReplacement = (
  window: FaultWindow,
  events: readonly MemberEvent[],
): ReplacementMeasure => {
  const all = replacementsIn(window, events);
  const slowest = all.reduce<Replacement | undefined>(
    (latest, one) => (latest === undefined || isLater(one, latest) ? one : latest),
    undefined,
  );
  return {
    lost: all.length,
    replaced: all.filter(({ warmMs }) => warmMs !== null).length,
    noticedMs: slowest?.noticedMs ?? null,
    runningMs: slowest?.runningMs ?? null,
    answeringMs: slowest?.answeringMs ?? null,
    warmMs: slowest?.warmMs ?? null,
  };
};
