import type {
  DeleteLifecycleHookType,
  DescribeLifecycleHooksAnswer,
  DescribeLifecycleHooksType,
  LifecycleHook as Answer,
  PutLifecycleHookType,
} from '@aws-sdk/client-auto-scaling';
import { isDomainError, type DomainError } from '../../../world/domain-error.ts';
import type { Tx, View } from '../../../world/transaction.ts';
import type { Operation, Plain } from '../../operation.ts';
import { limitExceeded, validation } from '../errors.ts';
import { existingGroup } from '../lookups.ts';
import { quotas } from '../quotas.ts';
import { finishAction } from './complete-action.ts';
import { LifecycleActions, LifecycleHooks, type LifecycleHook } from './entities.ts';
import { globalTimeoutSeconds } from './lifecycle-actions.ts';

type Input = Omit<Plain<PutLifecycleHookType>, 'AutoScalingGroupName'>;

const idOf = (groupName: string, name: string): string => `${groupName}/${name}`;

/** Bounds and defaults of PutLifecycleHook (API Reference). */
const heartbeats = { least: 30, most: 7200, usual: 3600 } as const;

/** An empty text takes the ARN away (PutLifecycleHook, API Reference). */
const arnOf = (asked: string | undefined, before: string | null): string | null => {
  if (asked === undefined) return before;
  return asked === '' ? null : asked;
};

const readResult = (text: string): LifecycleHook['defaultResult'] | DomainError =>
  text === 'CONTINUE' || text === 'ABANDON'
    ? text
    : validation(`Invalid default result: ${text}. Valid values are CONTINUE and ABANDON.`);

const readTransition = (
  text: string | undefined,
  before: LifecycleHook | undefined,
): LifecycleHook['transition'] | DomainError => {
  if (text === undefined) {
    return (
      before?.transition ?? validation('LifecycleTransition is required for a new lifecycle hook.')
    );
  }
  return text === 'autoscaling:EC2_INSTANCE_LAUNCHING' ||
    text === 'autoscaling:EC2_INSTANCE_TERMINATING'
    ? text
    : validation(`Invalid lifecycle transition: ${text}`);
};

/** A hook after a request: a new one, or one that was there before. */
const readHook = (
  groupName: string,
  input: Input,
  before: LifecycleHook | undefined,
): LifecycleHook | DomainError => {
  const transition = readTransition(input.LifecycleTransition, before);
  if (isDomainError(transition)) return transition;
  const heartbeatSeconds = input.HeartbeatTimeout ?? before?.heartbeatSeconds ?? heartbeats.usual;
  if (heartbeatSeconds < heartbeats.least || heartbeatSeconds > heartbeats.most) {
    return validation(
      `HeartbeatTimeout must be between ${heartbeats.least} and ${heartbeats.most} seconds.`,
    );
  }
  const defaultResult = readResult(input.DefaultResult ?? before?.defaultResult ?? 'ABANDON');
  if (isDomainError(defaultResult)) return defaultResult;
  const name = input.LifecycleHookName ?? '';
  return {
    id: idOf(groupName, name),
    groupName,
    name,
    transition,
    heartbeatSeconds,
    defaultResult,
    notificationTargetArn: arnOf(
      input.NotificationTargetARN,
      before?.notificationTargetArn ?? null,
    ),
    notificationMetadata: input.NotificationMetadata ?? before?.notificationMetadata ?? null,
    roleArn: arnOf(input.RoleARN, before?.roleArn ?? null),
  };
};

const putHook = (tx: Tx, groupName: string, input: Input): DomainError | undefined => {
  const name = input.LifecycleHookName ?? '';
  const before = tx.get(LifecycleHooks, idOf(groupName, name));
  const hook = readHook(groupName, input, before);
  if (isDomainError(hook)) return hook;
  const count = tx.find(LifecycleHooks, 'group', groupName).length;
  if (before === undefined && count >= quotas.lifecycleHooksPerGroup) {
    return limitExceeded(
      `Only ${quotas.lifecycleHooksPerGroup} lifecycle hooks are allowed for an AutoScalingGroup.`,
    );
  }
  tx.put(LifecycleHooks, hook);
  return undefined;
};

/** Puts the hooks that a new group is created with; the first refusal. */
export const putHooks = (
  tx: Tx,
  groupName: string,
  specifications: readonly Input[],
): DomainError | undefined => {
  for (const specification of specifications) {
    const refusal = putHook(tx, groupName, specification);
    if (refusal !== undefined) return refusal;
  }
  return undefined;
};

/** PutLifecycleHook: a new hook, or changes of one; what is not given stays. Instances that wait go on waiting as before. */
export const putLifecycleHook: Operation<PutLifecycleHookType, Record<string, never>> = (
  tx,
  input,
) => {
  const group = existingGroup(tx, input.AutoScalingGroupName);
  if (isDomainError(group)) return group;
  return putHook(tx, group.id, input) ?? {};
};

/** A group and its hooks part; what they still hold goes on: an instance that is launched is abandoned, one that ends continues. */
const deleteHook = (tx: Tx, hook: LifecycleHook): void => {
  const held = tx
    .find(LifecycleActions, 'group', hook.groupName)
    .filter((action) => action.hookName === hook.name);
  tx.delete(LifecycleHooks, hook.id);
  for (const action of held) {
    const isLaunch = action.transition === 'autoscaling:EC2_INSTANCE_LAUNCHING';
    finishAction(tx, action, isLaunch ? 'ABANDON' : 'CONTINUE', 'Lifecycle Hook Deleted');
  }
};

/** DeleteLifecycleHook. Error: ValidationError when there is no such hook. */
export const deleteLifecycleHook: Operation<DeleteLifecycleHookType, Record<string, never>> = (
  tx,
  input,
) => {
  const group = existingGroup(tx, input.AutoScalingGroupName);
  if (isDomainError(group)) return group;
  const name = input.LifecycleHookName ?? '';
  const hook = tx.get(LifecycleHooks, idOf(group.id, name));
  if (hook === undefined) return validation(`No Lifecycle Hook found for name: ${name}`);
  deleteHook(tx, hook);
  return {};
};

const hookAnswer = (hook: LifecycleHook): Plain<Answer> => ({
  LifecycleHookName: hook.name,
  AutoScalingGroupName: hook.groupName,
  LifecycleTransition: hook.transition,
  NotificationTargetARN: hook.notificationTargetArn ?? undefined,
  RoleARN: hook.roleArn ?? undefined,
  NotificationMetadata: hook.notificationMetadata ?? undefined,
  HeartbeatTimeout: hook.heartbeatSeconds,
  GlobalTimeout: globalTimeoutSeconds(hook.heartbeatSeconds),
  DefaultResult: hook.defaultResult,
});

const hooksOf = (view: View, groupName: string): readonly LifecycleHook[] =>
  view
    .find(LifecycleHooks, 'group', groupName)
    .toSorted((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0));

/** DescribeLifecycleHooks: all of a group, or those that are named. */
export const describeLifecycleHooks: Operation<
  DescribeLifecycleHooksType,
  DescribeLifecycleHooksAnswer
> = (tx, input) => {
  const group = existingGroup(tx, input.AutoScalingGroupName);
  if (isDomainError(group)) return group;
  const names = input.LifecycleHookNames ?? [];
  const hooks = hooksOf(tx, group.id).filter(
    (hook) => names.length === 0 || names.includes(hook.name),
  );
  return { LifecycleHooks: hooks.map(hookAnswer) };
};
