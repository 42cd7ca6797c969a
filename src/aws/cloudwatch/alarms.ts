import type {
  DeleteAlarmsInput,
  DescribeAlarmHistoryInput,
  DescribeAlarmHistoryOutput,
  DescribeAlarmsForMetricInput,
  DescribeAlarmsForMetricOutput,
  DescribeAlarmsInput,
  DescribeAlarmsOutput,
  DisableAlarmActionsInput,
  EnableAlarmActionsInput,
  PutMetricAlarmInput,
  SetAlarmStateInput,
} from '@aws-sdk/client-cloudwatch';
import { DomainError, isDomainError } from '../../world/domain-error.ts';
import type { Tx, View } from '../../world/transaction.ts';
import type { Operation } from '../operation.ts';
import { paginate } from '../shared/pagination.ts';
import { addTags, checkTags, forgetTags } from '../shared/tags.ts';
import { alarmAnswer } from './alarm-answer.ts';
import { addHistory } from './alarm-history.ts';
import { alarmSettings } from './alarm-settings.ts';
import { actionsFor, enterState } from './alarm-states.ts';
import { wakeAlarms } from './alarm-wake.ts';
import { AlarmHistory, Alarms, type Alarm, type AlarmState } from './entities.ts';
import { alarmNotFound, invalidCombination, notBuilt, validation } from './errors.ts';
import { metricIdOf, sortedDimensions } from './record-metric.ts';

type Nothing = Record<string, never>;

/** Both of DescribeAlarms and DescribeAlarmHistory, where the request says no other number. */
const pageSize = 50;

const initialState = (now: number): AlarmState => ({
  value: 'INSUFFICIENT_DATA',
  reason: 'Unchecked: Initial alarm creation',
  reasonData: null,
  updatedAt: now,
  transitionedAt: now,
});

const alarmArn = (view: View, name: string): string =>
  `arn:aws:cloudwatch:${view.shard}:${view.account}:alarm:${name}`;

const tellConfiguration = (tx: Tx, alarm: Alarm, type: 'Create' | 'Update' | 'Delete'): void => {
  const what = { Create: 'created', Update: 'updated', Delete: 'deleted' }[type];
  const { id, state: _state, metricId: _metricId, ...configuration } = alarm;
  addHistory(tx, {
    alarmName: id,
    type: 'ConfigurationUpdate',
    summary: `Alarm "${id}" ${what}`,
    data: JSON.stringify({ version: '1.0', type, updatedAlarm: { name: id, ...configuration } }),
  });
};

/**
 * Makes an alarm, or makes it what the request says and nothing else; its state stays then. It begins without enough data,
 * and looks at the metric at the end of the minute.
 */
export const putMetricAlarm: Operation<PutMetricAlarmInput, Nothing> = (tx, input) => {
  const settings = alarmSettings(tx.shard, input);
  if (isDomainError(settings)) return settings;
  const name = input.AlarmName ?? '';
  const known = tx.get(Alarms, name);
  const { rule } = settings;
  const alarm: Alarm = {
    id: name,
    arn: alarmArn(tx, name),
    description: input.AlarmDescription ?? null,
    actionsEnabled: input.ActionsEnabled ?? true,
    okActions: input.OKActions ?? [],
    alarmActions: input.AlarmActions ?? [],
    insufficientDataActions: input.InsufficientDataActions ?? [],
    ...settings,
    metricId: metricIdOf({ ...rule, name: rule.metricName }),
    configuredAt: tx.now,
    state: known?.state ?? initialState(tx.now),
  };
  tx.put(Alarms, alarm);
  tellConfiguration(tx, alarm, known === undefined ? 'Create' : 'Update');
  wakeAlarms(tx);
  // "Tags of an existing alarm are not changed by PutMetricAlarm" (API Reference, PutMetricAlarm, Tags).
  if (known !== undefined || input.Tags === undefined) return {};
  const tags = checkTags(input.Tags);
  if (isDomainError(tags)) return validation(tags.message);
  return addTags(tx, alarm.arn, 'cloudwatch:alarm', tags) ?? {};
};

const byName = (a: Alarm, b: Alarm): number => (a.id < b.id ? -1 : a.id > b.id ? 1 : 0);

const actionArns = (alarm: Alarm): readonly string[] => [
  ...alarm.okActions,
  ...alarm.alarmActions,
  ...alarm.insufficientDataActions,
];

/** Lists alarms in the order of their names. There are no composite alarms here, so lists of them are truly empty. */
export const describeAlarms: Operation<DescribeAlarmsInput, DescribeAlarmsOutput> = (tx, input) => {
  const { AlarmNames: names, AlarmNamePrefix: prefix, StateValue: state } = input;
  if (names !== undefined && names.length > 0 && prefix !== undefined)
    return invalidCombination('Both AlarmNamePrefix and AlarmNames parameters are specified');
  if (input.ChildrenOfAlarmName !== undefined || input.ParentsOfAlarmName !== undefined)
    return notBuilt('composite alarms (ChildrenOfAlarmName, ParentsOfAlarmName)');
  if (input.AlarmTypes !== undefined && !input.AlarmTypes.includes('MetricAlarm'))
    return { MetricAlarms: [], CompositeAlarms: [] };
  const { ActionPrefix: actionPrefix } = input;
  const candidates =
    names !== undefined && names.length > 0
      ? [...new Set(names)].flatMap((name) => tx.get(Alarms, name) ?? [])
      : tx.list(Alarms);
  const found = candidates
    .filter(
      (alarm) =>
        (prefix === undefined || alarm.id.startsWith(prefix)) &&
        (state === undefined || alarm.state.value === state) &&
        (actionPrefix === undefined ||
          actionArns(alarm).some((arn) => arn.startsWith(actionPrefix))),
    )
    .toSorted(byName);
  const page = paginate(
    found,
    { token: input.NextToken, maxResults: input.MaxRecords ?? pageSize },
    (alarm) => alarm.id,
  );
  if (isDomainError(page)) return page;
  return {
    MetricAlarms: page.items.map(alarmAnswer),
    CompositeAlarms: [],
    ...(page.nextToken === undefined ? {} : { NextToken: page.nextToken }),
  };
};

/** Alarms of one metric. A metric is named with all its dimensions. */
export const describeAlarmsForMetric: Operation<
  DescribeAlarmsForMetricInput,
  DescribeAlarmsForMetricOutput
> = (tx, input) => {
  const dimensions = (input.Dimensions ?? []).map(({ Name = '', Value = '' }) => ({ Name, Value }));
  const metricId = metricIdOf({
    namespace: input.Namespace ?? '',
    name: input.MetricName ?? '',
    dimensions: sortedDimensions(dimensions),
  });
  const statistic = input.Statistic ?? input.ExtendedStatistic;
  const found = tx
    .find(Alarms, 'metric', metricId)
    .filter(
      ({ rule }) =>
        (statistic === undefined || rule.statistic === statistic) &&
        (input.Period === undefined || rule.periodSeconds === input.Period) &&
        (input.Unit === undefined || rule.unit === input.Unit),
    );
  return { MetricAlarms: found.toSorted(byName).map(alarmAnswer) };
};

/** Deletes alarms; when one of them is not there, none is. */
export const deleteAlarms: Operation<DeleteAlarmsInput, Nothing> = (tx, input) => {
  const names = [...new Set(input.AlarmNames)];
  const unknown = names.filter((name) => tx.get(Alarms, name) === undefined);
  if (unknown.length > 0) return alarmNotFound(unknown.join(', '));
  for (const name of names) {
    const alarm = tx.get(Alarms, name);
    if (alarm === undefined) continue;
    tellConfiguration(tx, alarm, 'Delete');
    tx.delete(Alarms, name);
    forgetTags(tx, alarm.arn);
  }
  return {};
};

const setActionsEnabled = (
  tx: Tx,
  names: readonly string[] | undefined,
  actionsEnabled: boolean,
): Nothing => {
  for (const name of names ?? []) {
    const alarm = tx.get(Alarms, name);
    if (alarm === undefined || alarm.actionsEnabled === actionsEnabled) continue;
    const changed: Alarm = { ...alarm, actionsEnabled, configuredAt: tx.now };
    tx.put(Alarms, changed);
    tellConfiguration(tx, changed, 'Update');
  }
  // Alarms that repeat an action may have rested meanwhile.
  wakeAlarms(tx);
  return {};
};

/** Lets alarms act again. Names that are no alarm's are passed over, as AWS does. */
export const enableAlarmActions: Operation<EnableAlarmActionsInput, Nothing> = (tx, input) =>
  setActionsEnabled(tx, input.AlarmNames, true);

/** Lets alarms change their state without acting. */
export const disableAlarmActions: Operation<DisableAlarmActionsInput, Nothing> = (tx, input) =>
  setActionsEnabled(tx, input.AlarmNames, false);

const isJson = (text: string): boolean => {
  try {
    JSON.parse(text);
    return true;
  } catch (error) {
    if (error instanceof SyntaxError) return false;
    throw error;
  }
};

/** Sets an alarm's state by hand, with what it does then; the next look at its metric sets it right again. */
export const setAlarmState: Operation<SetAlarmStateInput, Nothing> = (tx, input) => {
  const alarm = tx.get(Alarms, input.AlarmName ?? '');
  if (alarm === undefined) return alarmNotFound(input.AlarmName ?? '');
  const reasonData = input.StateReasonData ?? null;
  if (reasonData !== null && !isJson(reasonData))
    return new DomainError('InvalidFormat', 'StateReasonData is not valid JSON');
  const { StateValue: value, StateReason: reason = '' } = input;
  if (value === undefined) return validation('The parameter StateValue is required.');
  enterState(tx, alarm, { value, reason, reasonData }, []);
  if (actionsFor(alarm, value).length > 0 || value !== alarm.state.value) wakeAlarms(tx);
  return {};
};

/** Tells what alarms have gone through, also those that are deleted; newest first unless asked otherwise. */
export const describeAlarmHistory: Operation<
  DescribeAlarmHistoryInput,
  DescribeAlarmHistoryOutput
> = (tx, input) => {
  if (input.AlarmContributorId !== undefined) return notBuilt('alarm contributors');
  if (input.AlarmTypes !== undefined && !input.AlarmTypes.includes('MetricAlarm'))
    return { AlarmHistoryItems: [] };
  const { AlarmName: name, HistoryItemType: type, StartDate: from, EndDate: until } = input;
  const all = name === undefined ? tx.list(AlarmHistory) : tx.find(AlarmHistory, 'alarm', name);
  const found = all.filter(
    (item) =>
      (type === undefined || item.type === type) &&
      (from === undefined || item.at >= from) &&
      (until === undefined || item.at <= until),
  );
  const page = paginate(
    input.ScanBy === 'TimestampAscending' ? found : found.toReversed(),
    { token: input.NextToken, maxResults: input.MaxRecords ?? pageSize },
    (item) => item.id,
  );
  if (isDomainError(page)) return page;
  return {
    AlarmHistoryItems: page.items.map((item) => ({
      AlarmName: item.alarmName,
      AlarmType: 'MetricAlarm' as const,
      Timestamp: item.at,
      HistoryItemType: item.type,
      HistorySummary: item.summary,
      HistoryData: item.data,
    })),
    ...(page.nextToken === undefined ? {} : { NextToken: page.nextToken }),
  };
};
