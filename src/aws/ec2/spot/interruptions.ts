import type { Timer, Tx } from '../../../world/transaction.ts';
import { Instances, type Instance } from '../instances/instance-entities.ts';
import {
  beginStop,
  beginTermination,
  interruptionReasons,
  userShutdown,
} from '../instances/instance-lifecycle.ts';
import { wholeSecond } from '../../shared/utc-text.ts';
import { SpotInterruptions, SpotRequests, type SpotInterruption } from './entities.ts';
import { putRequest } from './request-states.ts';

const interruptionKind = 'ec2/spot-interruption';

/** "A warning that is issued two minutes before Amazon EC2 stops or terminates your Spot Instance" (User Guide). */
const noticeMs = 120_000;

/** What a Spot Instance is told under what is broken now; undefined when it has nothing to be told that is new. */
const noticeFor = (tx: Tx, instance: Instance): SpotInterruption | undefined => {
  const told = tx.get(SpotInterruptions, instance.id);
  // A notice that was given stays.
  if (told !== undefined && told.actionAt !== null) return undefined;
  const condition = tx.conditions.spot({
    instanceId: instance.id,
    zoneId: instance.zoneId,
    instanceType: instance.instanceType,
  });
  if (condition === 'well' || (condition === 'rebalance' && told !== undefined)) return undefined;
  const request = tx.get(SpotRequests, instance.spotRequestId ?? '');
  return {
    id: instance.id,
    recommendedAt: told?.recommendedAt ?? wholeSecond(tx.now),
    actionAt: condition === 'interruption' ? wholeSecond(tx.now + noticeMs) : null,
    action: request?.interruptionBehavior ?? 'terminate',
  };
};

/** Brings what a running Spot Instance has been told in line with what is broken now. */
export const followSpotCondition = (tx: Tx, instance: Instance): void => {
  if (instance.spotRequestId === undefined || instance.state !== 'running') return;
  const notice = noticeFor(tx, instance);
  if (notice === undefined) return;
  tx.put(SpotInterruptions, notice);
  if (notice.actionAt === null) return;
  tx.setTimer({
    id: `${interruptionKind}/${instance.id}`,
    at: notice.actionAt,
    kind: interruptionKind,
    payload: instance.id,
  });
  const request = tx.get(SpotRequests, instance.spotRequestId);
  if (request?.state === 'active') {
    putRequest(
      tx,
      request,
      notice.action === 'stop' ? 'marked-for-stop' : 'marked-for-termination',
    );
  }
};

/** The same for all Spot Instances of the account here. It runs whenever faults have changed. */
export const reconcileSpot = (tx: Tx): void => {
  for (const { instanceId } of tx.list(SpotRequests)) {
    const instance = instanceId === null ? undefined : tx.get(Instances, instanceId);
    if (instance !== undefined) followSpotCondition(tx, instance);
  }
};

/** The two minutes are over. */
const interrupt = (tx: Tx, { payload }: Timer): void => {
  if (typeof payload !== 'string') return;
  const instance = tx.get(Instances, payload);
  const told = tx.get(SpotInterruptions, payload);
  if (instance?.state !== 'running' || told === undefined) return;
  if (told.action === 'stop') {
    beginStop(tx, instance, { ...userShutdown, reason: interruptionReasons.stop });
  } else {
    beginTermination(tx, instance, { ...userShutdown, reason: interruptionReasons.terminate });
  }
};

/** The timers of interruptions. */
export const spotInterruptionTimers = { [interruptionKind]: interrupt } as const;
