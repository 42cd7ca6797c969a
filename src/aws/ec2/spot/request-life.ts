import { isDomainError, type DomainError } from '../../../world/domain-error.ts';
import type { RowChange } from '../../../world/rules.ts';
import type { Timer, Tx } from '../../../world/transaction.ts';
import { forgetTags } from '../../shared/tags.ts';
import { launchZonesFor } from '../capacity/launch-zones.ts';
import { Instances, type Instance } from '../instances/instance-entities.ts';
import { beginStart, isInterruptionReason } from '../instances/instance-lifecycle.ts';
import { launchInstances } from '../instances/instances.ts';
import { SpotInterruptions, SpotRequests, type SpotRequest } from './entities.ts';
import { followSpotCondition } from './interruptions.ts';
import { fulfil, putRequest } from './request-states.ts';

const evaluationKind = 'ec2/spot-evaluation';
const forgettingKind = 'ec2/spot-forgetting';

/** From a request to the first look at it, and between looks while there is no capacity. AWS: seconds to minutes. */
const firstEvaluationMs = 2_000;
const nextEvaluationMs = 15_000;

/** How long a request that is over can still be described: "for 48 hours" as people see it; AWS gives no figure. */
const closedVisibleMs = 172_800_000;

/** Has a request looked at after a while. */
export const scheduleEvaluation = (
  tx: Tx,
  request: SpotRequest,
  delayMs = firstEvaluationMs,
): void => {
  const { validUntil } = request;
  const at = tx.now + delayMs;
  tx.setTimer({
    id: `${evaluationKind}/${request.id}`,
    at: validUntil === null ? at : Math.min(at, Math.max(validUntil, tx.now + 1)),
    kind: evaluationKind,
    payload: request.id,
  });
};

/** Has a request that is over forgotten. */
export const scheduleForgetting = (tx: Tx, requestId: string): void =>
  tx.setTimer({
    id: `${forgettingKind}/${requestId}`,
    at: tx.now + closedVisibleMs,
    kind: forgettingKind,
    payload: requestId,
  });

/** Lets a request be over. */
const close = (tx: Tx, request: SpotRequest, code: 'schedule-expired'): void => {
  putRequest(tx, { ...request, state: 'closed' }, code);
  scheduleForgetting(tx, request.id);
};

const waitForCapacity = (tx: Tx, request: SpotRequest): void =>
  scheduleEvaluation(tx, putRequest(tx, request, 'capacity-not-available'), nextEvaluationMs);

const fail = (tx: Tx, request: SpotRequest, { code, message }: DomainError): void => {
  putRequest(tx, { ...request, state: 'failed', fault: { code, message } }, 'bad-parameters');
  scheduleForgetting(tx, request.id);
};

const launchFor = (tx: Tx, request: SpotRequest): void => {
  const launched = launchInstances(tx, request.launch, request);
  if (!isDomainError(launched)) return;
  switch (launched.code) {
    case 'InsufficientInstanceCapacity':
      return waitForCapacity(tx, request);
    case 'SpotMaxPriceTooLow':
      return scheduleEvaluation(
        tx,
        putRequest(tx, request, 'price-too-low', launched.message),
        nextEvaluationMs,
      );
    default:
      return fail(tx, request, launched);
  }
};

/** An instance that EC2 has stopped starts again where it is, once there is room. */
const restart = (tx: Tx, request: SpotRequest, instance: Instance): void => {
  const zone = launchZonesFor(
    tx,
    'spot',
  )(instance.instanceType).find(({ zoneId }) => zoneId === instance.zoneId);
  if (zone === undefined || zone.room < 1) waitForCapacity(tx, request);
  else beginStart(tx, instance);
};

/** Looks at an open request: fulfils it, or says why not. */
const evaluate = (tx: Tx, { payload }: Timer): void => {
  const request = typeof payload === 'string' ? tx.get(SpotRequests, payload) : undefined;
  if (request?.state !== 'open') return;
  const { validFrom, validUntil } = request;
  if (validUntil !== null && tx.now >= validUntil) return close(tx, request, 'schedule-expired');
  if (validFrom !== null && tx.now < validFrom) {
    return scheduleEvaluation(tx, putRequest(tx, request, 'not-scheduled-yet'), validFrom - tx.now);
  }
  const stopped = request.instanceId === null ? undefined : tx.get(Instances, request.instanceId);
  if (stopped?.state === 'stopped') restart(tx, request, stopped);
  else launchFor(tx, request);
};

const forget = (tx: Tx, { payload }: Timer): void => {
  if (typeof payload !== 'string') return;
  tx.delete(SpotRequests, payload);
  forgetTags(tx, payload);
};

/** A request whose instance has gone: a persistent one wants another. */
const loseInstance = (tx: Tx, request: SpotRequest, instance: Instance): void => {
  const code = isInterruptionReason(instance.stateReason)
    ? 'instance-terminated-no-capacity'
    : 'instance-terminated-by-user';
  if (request.state === 'cancelled') {
    putRequest(tx, request, code);
    return scheduleForgetting(tx, request.id);
  }
  if (request.type === 'persistent') {
    return scheduleEvaluation(tx, putRequest(tx, { ...request, state: 'open' }, code));
  }
  putRequest(tx, { ...request, state: 'closed' }, code);
  scheduleForgetting(tx, request.id);
};

const stopped = (tx: Tx, request: SpotRequest, instance: Instance): void => {
  if (request.state === 'cancelled') return;
  if (isInterruptionReason(instance.stateReason)) {
    const open = putRequest(tx, { ...request, state: 'open' }, 'instance-stopped-no-capacity');
    scheduleEvaluation(tx, open, nextEvaluationMs);
  } else putRequest(tx, { ...request, state: 'disabled' }, 'instance-stopped-by-user');
};

/** Keeps a request with its instance: whoever ends, stops or starts a Spot Instance need not know of requests. */
export const followSpotInstance = (tx: Tx, { before, after }: RowChange<Instance>): void => {
  if (after?.spotRequestId === undefined || before?.state === after.state) return;
  if (after.state !== 'running' && tx.get(SpotInterruptions, after.id) !== undefined) {
    tx.delete(SpotInterruptions, after.id);
  }
  const request = tx.get(SpotRequests, after.spotRequestId);
  if (request?.instanceId !== after.id) return;
  switch (after.state) {
    case 'shutting-down':
      return loseInstance(tx, request, after);
    case 'terminated':
      return before?.state === 'shutting-down' ? undefined : loseInstance(tx, request, after);
    case 'stopped':
      return stopped(tx, request, after);
    case 'pending':
      if (request.state !== 'cancelled') fulfil(tx, request, after);
      return;
    case 'running':
      return followSpotCondition(tx, after);
    case 'stopping':
  }
};

/** The timers of requests for Spot Instances. */
export const spotRequestTimers = {
  [evaluationKind]: evaluate,
  [forgettingKind]: forget,
} as const;
