import { isDomainError } from '../../world/domain-error.ts';
import { defineExtensionPoint } from '../../world/rules.ts';
import type { Tx } from '../../world/transaction.ts';
import { rebootInstances, stopInstances, terminateInstances } from '../ec2/instances/instances.ts';
import type { Alarm, AlarmStateValue } from './entities.ts';
import type { EvaluatedPeriod } from './evaluate-alarm.ts';

/** What an alarm tells its actions. */
export interface AlarmEvent {
  /** As it is now. */
  readonly alarm: Alarm;
  readonly previousState: AlarmStateValue;
  /** The newest datapoints with a value, oldest first; none when the state was set by hand or data is missing. */
  readonly datapoints: readonly EvaluatedPeriod[];
  /** True when the alarm tells again, each minute, that it is still in its state. */
  readonly isRepeated: boolean;
}

/** What became of an action, in words for the alarm's history. */
export interface ActionOutcome {
  readonly state: 'Succeeded' | 'Failed';
  /** Why it failed. */
  readonly error?: string;
}

/** Carries out an action that an alarm names by ARN, in the alarm's own transaction. */
export type AlarmAction = (tx: Tx, arn: string, event: AlarmEvent) => ActionOutcome;

/**
 * Who carries out actions of a service, by the service's name in their ARNs (`autoscaling`). CloudWatch cannot import them:
 * they make alarms themselves.
 */
export const AlarmActions = defineExtensionPoint<AlarmAction>('cloudwatch/alarm-actions');

const succeeded: ActionOutcome = { state: 'Succeeded' };

const failed = (error: string): ActionOutcome => ({ state: 'Failed', error });

const outcomeOf = (answer: unknown): ActionOutcome =>
  isDomainError(answer) ? failed(`${answer.code}: ${answer.message}`) : succeeded;

/** `arn:aws:automate:us-east-1:ec2:stop` and its like: what EC2 does with the instance that the alarm's metric is of. */
const runInstanceAction: AlarmAction = (tx, arn, { alarm }) => {
  const instanceId = alarm.rule.dimensions.find(({ Name }) => Name === 'InstanceId')?.Value;
  if (instanceId === undefined) return failed('The metric of the alarm is not that of an instance');
  const action = arn.split(':').at(-1);
  switch (action) {
    case 'stop':
      return outcomeOf(stopInstances(tx, { InstanceIds: [instanceId] }));
    case 'terminate':
      return outcomeOf(terminateInstances(tx, { InstanceIds: [instanceId] }));
    case 'reboot':
      return outcomeOf(rebootInstances(tx, { InstanceIds: [instanceId] }));
    default:
      return failed(`Faultline has not built the action ${action ?? ''} of EC2 yet`);
  }
};

/** The service that an action's ARN names. */
export const serviceOfAction = (arn: string): string => arn.split(':')[2] ?? '';

/** Carries out one action of an alarm and tells what became of it. Actions of services that are not there fail, and say so. */
export const runAlarmAction: AlarmAction = (tx, arn, event) => {
  const service = serviceOfAction(arn);
  if (service === 'automate') return runInstanceAction(tx, arn, event);
  const action = tx.extensions(AlarmActions).get(service);
  if (action !== undefined) return action(tx, arn, event);
  return failed(
    service === 'sns'
      ? 'Faultline has no Amazon SNS: the notification is not delivered'
      : `Faultline has nothing that carries out actions of ${service}`,
  );
};

/** Actions that an alarm may name: services that AWS lets alarms act on. */
const knownServices: ReadonlySet<string> = new Set([
  'aiops',
  'autoscaling',
  'automate',
  'cloudwatch',
  'lambda',
  'sns',
  'ssm',
  'ssm-incidents',
  'swf',
]);

/** Why an ARN cannot be an action of an alarm in this Region, in AWS's words; undefined when it can. */
export const whyNoAction = (region: string, arn: string): string | undefined => {
  const parts = arn.split(':');
  const [arnWord, partition, service = '', actionRegion = ''] = parts;
  if (arnWord !== 'arn' || partition !== 'aws' || parts.length < 6 || !knownServices.has(service)) {
    return `Invalid arn syntax: ${arn}`;
  }
  if (actionRegion !== '' && actionRegion !== region) {
    return `Invalid region ${actionRegion} specified. Only ${region} is supported.`;
  }
  return undefined;
};
