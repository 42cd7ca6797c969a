import { isDomainError, type DomainError } from '../../../world/domain-error.ts';
import type { RowChange } from '../../../world/rules.ts';
import type { Timer, Tx } from '../../../world/transaction.ts';
import { forgetTags } from '../../shared/tags.ts';
import { statusCheckLagMs } from '../durations.ts';
import { Instances, type Instance } from '../instances/instance-entities.ts';
import { beginTermination, userShutdown } from '../instances/instance-lifecycle.ts';
import { SpotInterruptions, type SpotInterruption } from '../spot/entities.ts';
import {
  Fleets,
  FleetMembers,
  type Fleet,
  type FleetError,
  type FleetMember,
  type Lifecycle,
} from './entities.ts';
import { fillFleet, fulfilledUnits, instancesOf, targetUnits } from './fill.ts';
import { forgetHistory, noteEvent } from './history.ts';

const evaluationKind = 'ec2/fleet-evaluation';
const forgettingKind = 'ec2/fleet-forgetting';
const replacedKind = 'ec2/fleet-member-replaced';

/** From a request or a loss to the next look at a fleet, and between looks while there is no capacity. AWS gives neither. */
const soonMs = 2_000;
const laterMs = 30_000;

/** How long a deleted fleet can still be described. */
const deletedVisibleMs = 172_800_000;

const lifecycles: readonly Lifecycle[] = ['on-demand', 'spot'];

/** Has a fleet looked at after a while, or sooner if that was to be. */
export const scheduleFleet = (tx: Tx, fleetId: string, delayMs = soonMs): void =>
  tx.setTimer({
    id: `${evaluationKind}/${fleetId}`,
    at: tx.now + delayMs,
    kind: evaluationKind,
    payload: fleetId,
  });

const errorText = ({ code, message }: Pick<FleetError, 'code' | 'message'>): string =>
  JSON.stringify({ code, message });

/** Instances that are not well, as status checks say it, a minute late. */
const isUnhealthy = (tx: Tx, { id }: FleetMember): boolean => {
  const impairment = tx.get(Instances, id)?.impairment;
  return (
    impairment !== undefined &&
    impairment !== null &&
    impairment.until === null &&
    tx.now >= impairment.since + statusCheckLagMs
  );
};

/** Ends an instance of a fleet; that it is gone is noted by the follower. */
const endMember = (tx: Tx, memberId: string): void => {
  const instance = tx.get(Instances, memberId);
  if (instance === undefined || instance.state === 'terminated') return;
  if (instance.state !== 'shutting-down') beginTermination(tx, instance, userShutdown);
};

/** Ends what is more than the target, the newest first, as long as what stays reaches it. */
const endExcess = (tx: Tx, fleet: Fleet, lifecycle: Lifecycle): void => {
  let excess = fulfilledUnits(tx, fleet, lifecycle) - targetUnits(fleet, lifecycle);
  const members = tx
    .find(FleetMembers, 'fleet', fleet.id)
    .filter((member) => member.lifecycle === lifecycle);
  for (const { id, weight } of members.toReversed()) {
    if (weight > excess) continue;
    excess -= weight;
    endMember(tx, id);
  }
};

const isFulfilled = (tx: Tx, fleet: Fleet): boolean =>
  lifecycles.every(
    (lifecycle) => fulfilledUnits(tx, fleet, lifecycle) >= targetUnits(fleet, lifecycle),
  );

/** Ends all instances of a fleet, which then is deleted; one without instances is at once. */
export const terminateFleet = (tx: Tx, fleet: Fleet): void => {
  const instances = instancesOf(tx, fleet.id);
  putState(tx, fleet, 'deleted_terminating');
  for (const { id } of instances) endMember(tx, id);
  settleDeleted(tx, fleet.id);
};

/** Puts a fleet into a state and notes it in its history. */
export const putState = (tx: Tx, fleet: Fleet, state: Fleet['state']): Fleet => {
  const put: Fleet = { ...fleet, state };
  tx.put(Fleets, put);
  noteEvent(tx, fleet.id, {
    type: 'fleet-change',
    subType: state,
    description: '',
    instanceId: null,
  });
  return put;
};

/** A deleted fleet whose last instance is gone is over. */
const settleDeleted = (tx: Tx, fleetId: string): void => {
  const fleet = tx.get(Fleets, fleetId);
  if (fleet?.state !== 'deleted_terminating' && fleet?.state !== 'deleted_running') return;
  if (tx.find(FleetMembers, 'fleet', fleetId).length > 0) return;
  putState(tx, fleet, 'deleted');
  tx.setTimer({
    id: `${forgettingKind}/${fleetId}`,
    at: tx.now + deletedVisibleMs,
    kind: forgettingKind,
    payload: fleetId,
  });
};

/** Leaves a fleet that is deleted to its instances, or them to it. */
export const leaveFleet = (tx: Tx, fleet: Fleet): void => {
  putState(tx, fleet, 'deleted_running');
  settleDeleted(tx, fleet.id);
};

const noteErrors = (tx: Tx, fleet: Fleet, errors: readonly FleetError[]): void => {
  for (const error of errors) {
    noteEvent(tx, fleet.id, {
      type: 'service-error',
      subType: 'allLaunchSpecsTemporarilyBlacklisted',
      description: errorText(error),
      instanceId: null,
    });
  }
};

const noteInvalid = (tx: Tx, fleet: Fleet, error: DomainError): void =>
  noteEvent(tx, fleet.id, {
    type: 'service-error',
    subType: 'spotFleetRequestConfigurationInvalid',
    description: errorText(error),
    instanceId: null,
  });

const expire = (tx: Tx, fleet: Fleet): void =>
  fleet.terminatesWithExpiration ? terminateFleet(tx, fleet) : leaveFleet(tx, fleet);

/** Brings a fleet to what it is to have; looks again later when it has not. */
const fill = (tx: Tx, fleet: Fleet): void => {
  if (fleet.type === 'request' && fleet.wasFulfilled) return;
  if (fleet.replacesUnhealthy) {
    for (const member of tx.find(FleetMembers, 'fleet', fleet.id)) {
      if (isUnhealthy(tx, member)) endMember(tx, member.id);
    }
  }
  if (fleet.type === 'maintain' && fleet.excessPolicy === 'termination') {
    for (const lifecycle of lifecycles) endExcess(tx, fleet, lifecycle);
  }
  const filling = fillFleet(tx, fleet);
  if (isDomainError(filling)) {
    noteInvalid(tx, fleet, filling);
    return scheduleFleet(tx, fleet.id, laterMs);
  }
  noteErrors(tx, fleet, filling.errors);
  const isDone = isFulfilled(tx, fleet);
  tx.put(Fleets, { ...fleet, wasFulfilled: fleet.wasFulfilled || isDone, errors: filling.errors });
  if (isDone) scheduleReplaced(tx, fleet);
  else scheduleFleet(tx, fleet.id, laterMs);
};

/** Has members that are at risk go a while after others have come in their place, where the fleet says so. */
const scheduleReplaced = (tx: Tx, fleet: Fleet): void => {
  const { TerminationDelay: delay } =
    fleet.spotOptions?.MaintenanceStrategies?.CapacityRebalance ?? {};
  if (delay === undefined) return;
  for (const member of tx.find(FleetMembers, 'fleet', fleet.id)) {
    if (member.isReplaced === true || tx.get(SpotInterruptions, member.id) === undefined) continue;
    tx.put(FleetMembers, { ...member, isReplaced: true });
    tx.setTimer({
      id: `${replacedKind}/${member.id}`,
      at: tx.now + delay * 1000,
      kind: replacedKind,
      payload: member.id,
    });
  }
};

const endReplaced = (tx: Tx, { payload }: Timer): void => {
  if (typeof payload === 'string' && tx.get(FleetMembers, payload) !== undefined) {
    endMember(tx, payload);
  }
};

const evaluate = (tx: Tx, { payload }: Timer): void => {
  const fleet = typeof payload === 'string' ? tx.get(Fleets, payload) : undefined;
  if (fleet === undefined || (fleet.state !== 'submitted' && fleet.state !== 'active')) return;
  const { validFrom, validUntil } = fleet;
  if (validUntil !== null && tx.now >= validUntil) return expire(tx, fleet);
  if (validFrom !== null && tx.now < validFrom) {
    return scheduleFleet(tx, fleet.id, validFrom - tx.now);
  }
  fill(tx, fleet.state === 'submitted' ? putState(tx, fleet, 'active') : fleet);
  scheduleEnd(tx, fleet);
};

/** A fleet that has all that it is to have is looked at again when its time is over. */
const scheduleEnd = (tx: Tx, { id, validUntil }: Fleet): void => {
  if (validUntil === null) return;
  tx.setTimer({
    id: `${evaluationKind}/${id}/end`,
    at: Math.max(validUntil, tx.now + 1),
    kind: evaluationKind,
    payload: id,
  });
};

/** Forgets a fleet with all that was its own. */
const forget = (tx: Tx, { payload }: Timer): void => {
  if (typeof payload !== 'string') return;
  tx.delete(Fleets, payload);
  forgetHistory(tx, payload);
  forgetTags(tx, payload);
};

const loseMember = (tx: Tx, member: FleetMember): void => {
  tx.delete(FleetMembers, member.id);
  noteEvent(tx, member.fleetId, {
    type: 'instance-change',
    subType: 'terminated',
    description: JSON.stringify({
      instanceType: member.instanceType,
      lifecycle: member.lifecycle,
    }),
    instanceId: member.id,
  });
  settleDeleted(tx, member.fleetId);
  if (tx.get(Fleets, member.fleetId)?.type === 'maintain') scheduleFleet(tx, member.fleetId);
};

/** Keeps a fleet with its instances: whoever ends one need not know of fleets. */
export const followFleetInstance = (tx: Tx, { before, after }: RowChange<Instance>): void => {
  const id = after?.id ?? before?.id ?? '';
  if (
    before === undefined ||
    (after?.state === before.state && after.impairment === before.impairment)
  ) {
    return;
  }
  const member = tx.get(FleetMembers, id);
  if (member === undefined) return;
  const isGone =
    after === undefined || after.state === 'shutting-down' || after.state === 'terminated';
  if (isGone) loseMember(tx, member);
  else if (
    after.impairment?.until === null &&
    tx.get(Fleets, member.fleetId)?.replacesUnhealthy === true
  ) {
    scheduleFleet(tx, member.fleetId, statusCheckLagMs);
  }
};

/** A fleet that replaces what EC2 will take hears of it. */
export const followFleetInterruption = (tx: Tx, { after }: RowChange<SpotInterruption>): void => {
  const member = after === undefined ? undefined : tx.get(FleetMembers, after.id);
  if (member !== undefined && tx.get(Fleets, member.fleetId)?.type === 'maintain') {
    scheduleFleet(tx, member.fleetId);
  }
};

/** The timers of fleets. */
export const fleetTimers = {
  [evaluationKind]: evaluate,
  [forgettingKind]: forget,
  [replacedKind]: endReplaced,
} as const;
