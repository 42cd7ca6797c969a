import type { Tx, View } from '../../../world/transaction.ts';
import { followConditions } from './instance-health.ts';
import { ConsoleOutputs, Instances, MachineReports, type Instance } from './instance-entities.ts';
import { locationOf } from './instance-location.ts';
import { beginStop, beginTermination, ownShutdown } from './instance-lifecycle.ts';
import { base64OfBytes } from '../launch/launch-user-data.ts';
import { reconcileSpot } from '../spot/interruptions.ts';
import { canReadRoot, loseVolumes } from '../storage/volume-io.ts';
import { releaseHeldVolumes } from '../storage/volume-life.ts';
import { releaseHeldModifications } from '../storage/volume-modifications.ts';

/** What the machine of an instance should be doing now. Level-triggered: the same until the world changes. */
export interface DesiredMachine {
  /** `frozen`: without power it neither answers nor refuses, and nothing of it may go on. */
  readonly power: 'on' | 'off' | 'frozen';
  /** A machine that runs under another number is switched off at once and booted anew with empty memory. */
  readonly bootNumber: number;
  /** With `off`: whether its operating system is asked first, or the power is cut. */
  readonly shutdown: 'orderly' | 'forced';
  /** With `off`: the instance is gone for good, and its disk with it. */
  readonly erase: boolean;
}

/**
 * What the compute plane should make of an instance. An instance boots when it is `running`: `pending` is the time
 * that AWS needs to find it a host.
 */
export const desiredMachine = (view: View, instance: Instance): DesiredMachine => {
  const { bootNumber, state } = instance;
  const isPowered = view.conditions.instancePowered(locationOf(instance));
  const shutdown = isPowered && instance.shutdown === 'orderly' ? 'orderly' : 'forced';
  switch (state) {
    case 'running': {
      // Until the loss of its memory has led to another boot, power that is back must not revive it.
      const isDead = !isPowered || instance.lostBootNumber === bootNumber;
      if (isDead) return { power: 'frozen', bootNumber, shutdown, erase: false };
      // What was read once goes on without its disk; a boot waits for it.
      const isBooted = view.get(MachineReports, instance.id)?.bootNumber === bootNumber;
      const power = isBooted || canReadRoot(view, instance) ? 'on' : 'off';
      return { power, bootNumber, shutdown, erase: false };
    }
    case 'pending':
    case 'stopping':
    case 'shutting-down':
      return { power: 'off', bootNumber, shutdown, erase: false };
    case 'stopped':
      return { power: 'off', bootNumber, shutdown: 'forced', erase: false };
    case 'terminated':
      return { power: 'off', bootNumber, shutdown: 'forced', erase: true };
  }
};

/** What the compute plane saw of a machine. */
export type InstanceObservation = {
  readonly instanceId: string;
  /** The boot that it was seen of; without it, the one that the instance is on now. */
  readonly bootNumber?: number;
} & (
  | {
      /**
       * `booted`: it is on, and its main process was started if it has one. `shutdown`: its operating system switched
       * it off, as `shutdown -h` does.
       */
      readonly kind: 'booted' | 'shutdown';
    }
  | {
      /** `exited`: its main process ended by itself, and the machine goes on. `failed`: it could not boot. */
      readonly kind: 'exited' | 'failed';
      /** An exit's code or signal, a failure's reason. */
      readonly detail: string;
    }
);

const shutDownFromWithin = (tx: Tx, instance: Instance): void => {
  if (instance.instanceInitiatedShutdownBehavior === 'terminate') {
    beginTermination(tx, instance, ownShutdown);
  } else beginStop(tx, instance, ownShutdown);
};

/**
 * Records what the compute plane saw. A failed boot shows in the status checks; a shutdown from within stops or
 * terminates the instance, as its attribute says. What concerns an instance that is gone, not running, or on another
 * boot by now changes nothing.
 */
export const observeInstance = (tx: Tx, observation: InstanceObservation): void => {
  const instance = tx.get(Instances, observation.instanceId);
  if (instance?.state !== 'running') return;
  const { bootNumber = instance.bootNumber } = observation;
  if (bootNumber !== instance.bootNumber) return;
  if (observation.kind === 'shutdown') return shutDownFromWithin(tx, instance);
  tx.put(MachineReports, {
    id: instance.id,
    bootNumber,
    phase: observation.kind,
    at: tx.now,
    detail: 'detail' in observation ? observation.detail : '',
  });
  followConditions(tx, instance);
};

/** GetConsoleOutput gives the last 64 KiB (Amazon EC2 API Reference). */
const consoleOutputBytes = 65_536;

/**
 * Keeps what a machine printed, as GetConsoleOutput then answers it. Callers need not tell every line: before
 * GetConsoleOutput runs, and before the machine's own record goes away, is enough.
 */
export const observeConsole = (tx: Tx, instanceId: string, output: Uint8Array): void => {
  if (tx.get(Instances, instanceId) === undefined) return;
  const base64 = base64OfBytes(output.subarray(-consoleOutputBytes));
  if (tx.get(ConsoleOutputs, instanceId)?.base64 === base64) return;
  tx.put(ConsoleOutputs, { id: instanceId, base64, at: tx.now });
};

/**
 * Brings the account's instances in this Region in line with what is broken now. Run it whenever faults have
 * changed, and once after a recovery. While a zone is without power its instances stay `running` in the API, their
 * memory is lost, and with the power they boot anew.
 */
export const reconcileFaults = (tx: Tx): void => {
  loseVolumes(tx);
  for (const instance of tx.list(Instances)) followConditions(tx, instance);
  reconcileSpot(tx);
  releaseHeldVolumes(tx);
  releaseHeldModifications(tx);
};
