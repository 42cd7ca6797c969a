import type { Tx } from '../../world/transaction.ts';
import { runAlarmAction, serviceOfAction, type AlarmEvent } from './alarm-actions.ts';
import { addHistory } from './alarm-history.ts';
import { stateUpdateData } from './alarm-words.ts';
import { Alarms, type Alarm, type AlarmState, type AlarmStateValue } from './entities.ts';
import type { EvaluatedPeriod } from './evaluate-alarm.ts';

/** What an alarm does when it comes into a state. */
export const actionsFor = (alarm: Alarm, state: AlarmStateValue): readonly string[] => {
  switch (state) {
    case 'OK':
      return alarm.okActions;
    case 'ALARM':
      return alarm.alarmActions;
    case 'INSUFFICIENT_DATA':
      return alarm.insufficientDataActions;
  }
};

const runAll = (tx: Tx, arns: readonly string[], event: AlarmEvent): void => {
  for (const arn of arns) {
    const outcome = runAlarmAction(tx, arn, event);
    if (event.isRepeated) continue;
    const summary =
      outcome.state === 'Succeeded'
        ? `Successfully executed action ${arn}`
        : `Failed to execute action ${arn}. Received error: "${outcome.error ?? ''}"`;
    const data = {
      actionState: outcome.state,
      notificationResource: arn,
      stateUpdateTimestamp: event.alarm.state.updatedAt,
      ...(outcome.error === undefined ? {} : { error: outcome.error }),
    };
    addHistory(tx, {
      alarmName: event.alarm.id,
      type: 'Action',
      summary,
      data: JSON.stringify(data),
    });
  }
};

/** Brings an alarm into a state, tells it in its history, and does what it does then. */
export const enterState = (
  tx: Tx,
  alarm: Alarm,
  next: Pick<AlarmState, 'value' | 'reason' | 'reasonData'>,
  datapoints: readonly EvaluatedPeriod[],
): void => {
  const isTransition = next.value !== alarm.state.value;
  const state: AlarmState = {
    ...next,
    updatedAt: tx.now,
    transitionedAt: isTransition ? tx.now : alarm.state.transitionedAt,
  };
  const changed: Alarm = { ...alarm, state };
  tx.put(Alarms, changed);
  if (!isTransition) return;
  addHistory(tx, {
    alarmName: alarm.id,
    type: 'StateUpdate',
    summary: `Alarm updated from ${alarm.state.value} to ${next.value}`,
    data: stateUpdateData(alarm.state, state),
  });
  if (!alarm.actionsEnabled) return;
  runAll(tx, actionsFor(changed, next.value), {
    alarm: changed,
    previousState: alarm.state.value,
    datapoints,
    isRepeated: false,
  });
};

/** The actions that an alarm repeats while it stays in its state. */
export const repeatedActions = (alarm: Alarm): readonly string[] =>
  alarm.actionsEnabled
    ? actionsFor(alarm, alarm.state.value).filter((arn) => serviceOfAction(arn) === 'autoscaling')
    : [];

/**
 * Tells Auto Scaling again that an alarm is still in its state. Source: User Guide, "Alarm actions": Auto Scaling actions are
 * invoked "once per minute that the alarm remains in the new state".
 */
export const repeatActions = (tx: Tx, alarm: Alarm, datapoints: readonly EvaluatedPeriod[]): void =>
  runAll(tx, repeatedActions(alarm), {
    alarm,
    previousState: alarm.state.value,
    datapoints,
    isRepeated: true,
  });
