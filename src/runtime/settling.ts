import { setTimeout as pause } from 'node:timers/promises';
import type { Call } from '../aws/execute.ts';
import type { DiskRunner } from '../serving/runners/disk-runner.ts';
import type { InstanceRunner } from '../serving/runners/instance-runner.ts';

/** A large volume is filled from its snapshot for longer than a client waits; its attachment is answered then. */
const longestPlacingMs = 20_000;

/** Brings into the world what an operation will read of machines. */
export const prepareCall = async (
  instances: Pick<InstanceRunner, 'refreshConsole'>,
  call: Call,
): Promise<void> => {
  const { InstanceId: id } = call.input;
  if (call.service.refreshes?.[call.operation] === 'console' && typeof id === 'string') {
    await instances.refreshConsole(call.region, call.account, id);
  }
};

/** Settles when the disks show what an operation has asked of them. */
export const settleCall = async (
  disks: Pick<DiskRunner, 'taken' | 'placed'>,
  call: Call,
): Promise<void> => {
  switch (call.service.settles?.[call.operation]) {
    case 'snapshots-taken':
      return await disks.taken();
    case 'volumes-placed':
      return await Promise.race([
        disks.placed(),
        pause(longestPlacingMs, undefined, { ref: false }),
      ]);
    case undefined:
      return undefined;
  }
};
