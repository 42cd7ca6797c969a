import type { StartInstanceRefreshType } from '@aws-sdk/client-auto-scaling';
import { isDomainError, type DomainError } from '../../../world/domain-error.ts';
import type { Plain } from '../../operation.ts';
import type { AutoScalingGroup } from '../entities.ts';
import { validation } from '../errors.ts';
import type { RefreshPreferences } from './entities.ts';

type Input = NonNullable<Plain<StartInstanceRefreshType>['Preferences']>;

/** "If you specify a value for CheckpointPercentages and not for CheckpointDelay, the CheckpointDelay defaults to 3600". */
const usualCheckpointDelaySeconds = 3600;

const readCheckpoints = (input: Input): readonly number[] | DomainError => {
  const percentages = input.CheckpointPercentages ?? [];
  if (input.CheckpointDelay !== undefined && percentages.length === 0) {
    return validation('CheckpointDelay needs CheckpointPercentages.');
  }
  const isAscending = percentages.every(
    (percentage, index) => index === 0 || percentage > (percentages[index - 1] ?? 0),
  );
  const isWithin = percentages.every((percentage) => percentage >= 1 && percentage <= 100);
  return isAscending && isWithin
    ? percentages
    : validation('CheckpointPercentages must be unique, between 1 and 100, in ascending order.');
};

/** 90 to 100 percent, unless the group's maintenance policy says otherwise (RefreshPreferences, API Reference). */
const readPercentages = (
  input: Input,
  group: AutoScalingGroup,
): readonly [min: number, max: number] | DomainError => {
  const { MinHealthyPercentage: min, MaxHealthyPercentage: max } = input;
  if (max !== undefined && min === undefined) {
    return validation('MaxHealthyPercentage needs MinHealthyPercentage.');
  }
  const least = min ?? group.maintenance?.minHealthyPercentage ?? 90;
  const most = max ?? (min === undefined ? group.maintenance?.maxHealthyPercentage : 100) ?? 100;
  return most - least > 100
    ? validation(
        'The difference of MaxHealthyPercentage and MinHealthyPercentage must be at most 100.',
      )
    : [least, most];
};

const warmupOf = (input: Input, group: AutoScalingGroup): number => {
  const asked = input.InstanceWarmup;
  if (asked !== undefined && asked >= 0) return asked;
  return group.defaultInstanceWarmupSeconds ?? group.healthCheckGraceSeconds;
};

/** The preferences of a request, with AWS's defaults filled in. Error: ValidationError. */
export const readPreferences = (
  input: Input,
  group: AutoScalingGroup,
): RefreshPreferences | DomainError => {
  const checkpointPercentages = readCheckpoints(input);
  if (isDomainError(checkpointPercentages)) return checkpointPercentages;
  const percentages = readPercentages(input, group);
  if (isDomainError(percentages)) return percentages;
  return {
    minHealthyPercentage: percentages[0],
    maxHealthyPercentage: percentages[1],
    instanceWarmupSeconds: warmupOf(input, group),
    checkpointPercentages,
    checkpointDelaySeconds: input.CheckpointDelay ?? usualCheckpointDelaySeconds,
    skipMatching: input.SkipMatching ?? false,
    autoRollback: input.AutoRollback ?? false,
    protectedInstances: input.ScaleInProtectedInstances ?? 'Wait',
    standbyInstances: input.StandbyInstances ?? 'Wait',
    alarms: input.AlarmSpecification?.Alarms ?? [],
    bakeSeconds: input.BakeTime ?? 0,
  };
};

/** Preferences, as DescribeInstanceRefreshes tells them. */
export const preferencesAnswer = (preferences: RefreshPreferences): Input => {
  const { checkpointPercentages, alarms, bakeSeconds } = preferences;
  const hasCheckpoints = checkpointPercentages.length > 0;
  return {
    MinHealthyPercentage: preferences.minHealthyPercentage,
    MaxHealthyPercentage: preferences.maxHealthyPercentage,
    InstanceWarmup: preferences.instanceWarmupSeconds,
    ...(hasCheckpoints
      ? {
          CheckpointPercentages: checkpointPercentages,
          CheckpointDelay: preferences.checkpointDelaySeconds,
        }
      : {}),
    SkipMatching: preferences.skipMatching,
    AutoRollback: preferences.autoRollback,
    ScaleInProtectedInstances: preferences.protectedInstances,
    StandbyInstances: preferences.standbyInstances,
    ...(alarms.length === 0 ? {} : { AlarmSpecification: { Alarms: alarms } }),
    ...(bakeSeconds === 0 ? {} : { BakeTime: bakeSeconds }),
  };
};
