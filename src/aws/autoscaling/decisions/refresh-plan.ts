import { countByZone, fillsCapacity, type LifecycleState } from './group-snapshot.ts';

/** What is done with instances that a refresh must not simply replace (RefreshPreferences, API Reference). */
export type ProtectedBehavior = 'Refresh' | 'Ignore' | 'Wait';
export type StandbyBehavior = 'Terminate' | 'Ignore' | 'Wait';

/** An instance of a group that is being refreshed. */
export interface RefreshMember {
  readonly id: string;
  readonly zoneId: string;
  readonly state: LifecycleState;
  readonly healthy: boolean;
  /** In service, warmed up, and healthy behind its balancers where the group asks them. */
  readonly ready: boolean;
  /** It is to be replaced. */
  readonly isOutdated: boolean;
  readonly isProtected: boolean;
  /** Launched beyond what is desired, for another to go when this one is ready. */
  readonly isSurplus: boolean;
  readonly launchedAt: number;
}

/** All that a step of a refresh rests on. */
export interface RefreshQuestion {
  readonly desired: number;
  readonly minHealthyPercentage: number;
  readonly maxHealthyPercentage: number;
  /** All of the group but those that leave it or are kept warm. */
  readonly members: readonly RefreshMember[];
  /** How many were to be replaced at the beginning. */
  readonly total: number;
  /** How many of them may be replaced now: all, or those up to the next checkpoint. */
  readonly allowed: number;
  readonly protectedInstances: ProtectedBehavior;
  readonly standbyInstances: StandbyBehavior;
}

/** What a refresh does next. */
export interface RefreshPlan {
  /** Instances to let go. */
  readonly terminate: readonly string[];
  /** How many to launch beyond what is desired. */
  readonly launch: number;
  /** How many are not yet replaced by one that is ready. */
  readonly remaining: number;
  /** An instance that is waited for until its user does something about it. */
  readonly waitsFor: { readonly id: string; readonly why: 'protected' | 'standby' } | undefined;
}

/**
 * The bounds of the number of instances, in instances. A refresh always goes on by one at least: where percentages leave no
 * room, one instance is missed, or one is more when the group may grow ("How an instance refresh works", User Guide).
 */
export const refreshBounds = ({
  desired,
  minHealthyPercentage: min,
  maxHealthyPercentage: max,
}: Pick<RefreshQuestion, 'desired' | 'minHealthyPercentage' | 'maxHealthyPercentage'>): {
  readonly floor: number;
  readonly ceiling: number;
} => {
  const floor = Math.ceil((desired * min) / 100);
  if (max > 100)
    return { floor, ceiling: Math.max(desired + 1, Math.floor((desired * max) / 100)) };
  return { floor: Math.max(0, Math.min(floor, desired - 1)), ceiling: desired };
};

const isIgnored = (question: RefreshQuestion, member: RefreshMember): boolean =>
  (member.isProtected && question.protectedInstances === 'Ignore') ||
  (member.state === 'Standby' && question.standbyInstances === 'Ignore');

const waitingReason = (
  question: RefreshQuestion,
  member: RefreshMember,
): 'protected' | 'standby' | undefined => {
  if (member.state === 'Standby' && question.standbyInstances === 'Wait') return 'standby';
  return member.isProtected && question.protectedInstances === 'Wait' ? 'protected' : undefined;
};

/** Of the fullest zones first, then the oldest: so that zones stay balanced while instances go. */
const inOrder = (members: readonly RefreshMember[]): readonly RefreshMember[] => {
  const left = members.toSorted((a, b) => a.launchedAt - b.launchedAt);
  const ordered: RefreshMember[] = [];
  while (left.length > 0) {
    const counts = countByZone(left);
    const most = Math.max(...counts.values());
    const index = left.findIndex(({ zoneId }) => counts.get(zoneId) === most);
    ordered.push(...left.splice(index, 1));
  }
  return ordered;
};

/** Whether an instance answers users, warmed up or not. */
const serves = ({ state, healthy }: RefreshMember): boolean => state === 'InService' && healthy;

/**
 * How many instances of a refresh are counted on: those to be replaced for as long as they serve, also while they have
 * only just begun to, and those that replace them once they are ready.
 */
const countedOn = (members: readonly RefreshMember[]): number =>
  members.filter((member) => (member.isOutdated ? serves(member) : member.ready)).length;

/**
 * The next step of an instance refresh: outdated instances go as long as enough others are counted on, those that serve nobody
 * at once and those that still warm up first; others are launched beyond what is desired as far as the group may grow. What is missing below the desired
 * capacity is launched by the group itself.
 */
export const planRefresh = (question: RefreshQuestion): RefreshPlan => {
  const { members, desired, total } = question;
  const outdated = inOrder(members.filter((it) => it.isOutdated && !isIgnored(question, it)));
  const filling = members.filter((member) => fillsCapacity(member.state));
  const unready = filling.filter((member) => !member.isOutdated && !member.ready).length;
  const missing = Math.max(0, desired - filling.length);
  const remaining = Math.min(total, outdated.length + unready + missing);
  const held = outdated.find((member) => waitingReason(question, member) !== undefined);
  const why = held === undefined ? undefined : waitingReason(question, held);
  const waitsFor = held === undefined || why === undefined ? undefined : { id: held.id, why };
  const begun = total - outdated.length;
  const may = Math.max(0, question.allowed - begun);
  const replaceable = outdated
    .filter((member) => waitingReason(question, member) === undefined)
    .slice(0, may);
  const { floor, ceiling } = refreshBounds(question);
  const serving = replaceable.filter(serves).toSorted((a, b) => Number(a.ready) - Number(b.ready));
  const terminate = [
    ...replaceable.filter((member) => !serves(member)),
    ...serving.slice(0, Math.max(0, countedOn(filling) - floor)),
  ];
  const leaving = terminate.filter((member) => fillsCapacity(member.state)).length;
  const room = ceiling - Math.max(desired, filling.length - leaving);
  const underWay = filling.filter((member) => member.isSurplus && !member.ready).length;
  const waiting = replaceable.length - terminate.length - underWay;
  return {
    terminate: terminate.map((member) => member.id),
    launch: Math.max(0, Math.min(waiting, room)),
    remaining,
    waitsFor,
  };
};

/** How many instances a percentage of a refresh is. */
export const instancesOfPercentage = (total: number, percentage: number): number =>
  Math.ceil((total * percentage) / 100);

/** The part that is done, in whole percent. */
export const percentageComplete = (total: number, remaining: number): number =>
  total === 0 ? 100 : Math.floor(((total - remaining) / total) * 100);
