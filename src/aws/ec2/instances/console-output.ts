import type { GetConsoleOutputRequest, GetConsoleOutputResult } from '@aws-sdk/client-ec2';
import { isDomainError } from '../../../world/domain-error.ts';
import type { Operation } from '../../operation.ts';
import { ConsoleOutputs } from './instance-entities.ts';
import { instanceById } from './instances.ts';

/**
 * GetConsoleOutput: the last 64 KiB that the instance printed, in base64, as the compute plane last told it. AWS shows
 * it minutes later unless Latest is set; here it is always the latest that was told.
 */
export const getConsoleOutput: Operation<GetConsoleOutputRequest, GetConsoleOutputResult> = (
  tx,
  input,
) => {
  const instance = instanceById(tx, input.InstanceId);
  if (isDomainError(instance)) return instance;
  const output = tx.get(ConsoleOutputs, instance.id);
  return {
    InstanceId: instance.id,
    Timestamp: output?.at ?? instance.launchTime,
    Output: output?.base64 ?? '',
  };
};
