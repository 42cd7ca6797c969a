import type {
  DescribeTerminationPolicyTypesAnswer,
  ProcessesType,
  ScalingProcessQuery,
} from '@aws-sdk/client-auto-scaling';
import { isDomainError, type DomainError } from '../../world/domain-error.ts';
import { isoText } from '../shared/utc-text.ts';
import type { Operation } from '../operation.ts';
import type { ScalingProcess } from './decisions/group-snapshot.ts';
import { terminationPolicies } from './decisions/termination-choice.ts';
import { AutoScalingGroups } from './entities.ts';
import { validation } from './errors.ts';
import { wakeGroup } from './group-wake.ts';
import { existingGroup } from './lookups.ts';
import { renewPatience } from './refresh/active-refresh.ts';

/** In the order in which DescribeScalingProcessTypes lists them. */
const processes: readonly ScalingProcess[] = [
  'AZRebalance',
  'AddToLoadBalancer',
  'AlarmNotification',
  'HealthCheck',
  'InstanceRefresh',
  'Launch',
  'ReplaceUnhealthy',
  'ScheduledActions',
  'Terminate',
];

/** The processes that a request names: all when it names none. */
const readProcesses = (
  asked: readonly string[] | undefined,
): readonly ScalingProcess[] | DomainError => {
  if (asked === undefined || asked.length === 0) return processes;
  const unknown = asked.find((name) => !processes.some((process) => process === name));
  return unknown === undefined
    ? processes.filter((process) => asked.includes(process))
    : validation(`Invalid process type: ${unknown}`);
};

/** SuspendProcesses: what is suspended does nothing until it is resumed. */
export const suspendProcesses: Operation<ScalingProcessQuery, Record<string, never>> = (
  tx,
  input,
) => {
  const group = existingGroup(tx, input.AutoScalingGroupName);
  if (isDomainError(group)) return group;
  const asked = readProcesses(input.ScalingProcesses);
  if (isDomainError(asked)) return asked;
  // Programs look for the first two words, as AWS gives them.
  const reason = `User suspended at ${isoText(tx.now)}`;
  const added = asked.filter(
    (process) => !group.suspended.some((known) => known.process === process),
  );
  const suspended = [...group.suspended, ...added.map((process) => ({ process, reason }))];
  tx.put(AutoScalingGroups, { ...group, suspended });
  return {};
};

/** ResumeProcesses: what was left undone meanwhile is done now. */
export const resumeProcesses: Operation<ScalingProcessQuery, Record<string, never>> = (
  tx,
  input,
) => {
  const group = existingGroup(tx, input.AutoScalingGroupName);
  if (isDomainError(group)) return group;
  const asked = readProcesses(input.ScalingProcesses);
  if (isDomainError(asked)) return asked;
  tx.put(AutoScalingGroups, {
    ...group,
    suspended: group.suspended.filter(({ process }) => !asked.includes(process)),
  });
  // The time in which a refresh was not allowed to go on does not count against it.
  if (asked.includes('InstanceRefresh')) renewPatience(tx, group.id);
  wakeGroup(tx, group.id);
  return {};
};

/** DescribeScalingProcessTypes. */
export const describeScalingProcessTypes: Operation<object, ProcessesType> = () => ({
  Processes: processes.map((ProcessName) => ({ ProcessName })),
});

/** DescribeTerminationPolicyTypes. */
export const describeTerminationPolicyTypes: Operation<
  object,
  DescribeTerminationPolicyTypesAnswer
> = () => ({ TerminationPolicyTypes: terminationPolicies });
