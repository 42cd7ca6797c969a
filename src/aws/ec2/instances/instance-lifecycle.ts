import type { Timer, Tx, View } from '../../../world/transaction.ts';
import { forgetTags } from '../../shared/tags.ts';
import { draw, durations, terminatedVisibleMs } from '../durations.ts';
import { followConditions } from './instance-health.ts';
import { locationOf, onWorkingHost } from './instance-location.ts';
import {
  ConsoleOutputs,
  Instances,
  InstanceUserDatas,
  MachineReports,
  Volumes,
  type Instance,
  type InstanceStateName,
  type StateReason,
} from './instance-entities.ts';
import {
  dropPublicAddresses,
  leaveInterfaces,
  renewPublicAddresses,
} from '../network-interfaces/network-interfaces.ts';
import { forgetProfileOf } from '../instance-profiles/profiles.ts';
import { utcText, wholeSecond } from '../../shared/utc-text.ts';
import { detachVolumes } from '../storage/volume-life.ts';
import { isKeyUsable } from '../storage/volume-keys.ts';

/** The states that each state can go to ("Amazon EC2 instance state changes", User Guide). */
export const nextStates: Readonly<Record<InstanceStateName, readonly InstanceStateName[]>> = {
  // A launch or start that finds no capacity ends where it came from.
  pending: ['running', 'stopped', 'shutting-down', 'terminated'],
  running: ['stopping', 'shutting-down'],
  stopping: ['stopped', 'shutting-down'],
  stopped: ['pending', 'shutting-down'],
  'shutting-down': ['terminated'],
  terminated: [],
};

/** The numbers of the states, as InstanceState has them. */
export const stateCodes: Readonly<Record<InstanceStateName, number>> = {
  pending: 0,
  running: 16,
  'shutting-down': 32,
  terminated: 48,
  stopping: 64,
  stopped: 80,
};

const timerKind = 'ec2/instance-transition';

const timerId = (instanceId: string): string => `${timerKind}/${instanceId}`;

/** The next step of the instance's life comes after this long; an earlier appointment is replaced. */
const scheduleNext = (tx: Tx, instanceId: string, delayMs: number): void =>
  tx.setTimer({
    id: timerId(instanceId),
    at: tx.now + delayMs,
    kind: timerKind,
    payload: instanceId,
  });

/** Puts the instance into its next state. One that its life does not allow is a bug. */
const enter = (
  tx: Tx,
  instance: Instance,
  state: InstanceStateName,
  changes: Partial<Instance> = {},
): Instance => {
  if (!nextStates[instance.state].includes(state)) {
    throw new Error(`${instance.id} cannot go from ${instance.state} to ${state}.`);
  }
  const next: Instance = { ...instance, ...changes, state };
  tx.put(Instances, next);
  return next;
};

/** Reasons by AWS's codes, with their texts (StateReason, Amazon EC2 API Reference). */
export const stateReasons = {
  pending: { code: 'pending', message: 'pending' },
  user: {
    code: 'Client.UserInitiatedShutdown',
    message: 'Client.UserInitiatedShutdown: User initiated shutdown',
  },
  instance: {
    code: 'Client.InstanceInitiatedShutdown',
    message: 'Client.InstanceInitiatedShutdown: Instance initiated shutdown',
  },
  noCapacity: {
    code: 'Server.InsufficientInstanceCapacity',
    message:
      'Server.InsufficientInstanceCapacity: Insufficient capacity to satisfy instance request',
  },
  noKey: {
    code: 'Client.InternalError',
    message: 'Client.InternalError: Client error on launch',
  },
} as const satisfies Readonly<Record<string, StateReason>>;

/** Why EC2 ends a Spot Instance by itself. */
export const interruptionReasons = {
  terminate: {
    code: 'Server.SpotInstanceTermination',
    message: 'Server.SpotInstanceTermination: Spot instance termination',
  },
  stop: {
    code: 'Server.SpotInstanceShutdown',
    message: 'Server.SpotInstanceShutdown: Spot instance shutdown',
  },
} as const satisfies Readonly<Record<string, StateReason>>;

/** Whether it was EC2 that wanted the capacity of a Spot Instance back. */
export const isInterruptionReason = (reason: StateReason | null): boolean =>
  Object.values(interruptionReasons).some(({ code }) => code === reason?.code);

const transitionReason = (tx: Tx, reason: StateReason): string =>
  reason === stateReasons.user ? `User initiated (${utcText(tx.now)})` : '';

/** Whether a machine of that zone can be switched on, and the control plane reaches it. */
export const isZoneAvailable = (view: View, zoneId: string): boolean => {
  const { powered, connected } = view.conditions.zone(zoneId);
  return powered && connected;
};

/** Puts a launched instance at the beginning of its life: `running` comes later. */
export const beginLaunch = (tx: Tx, instance: Instance): void => {
  tx.put(Instances, instance);
  scheduleNext(tx, instance.id, draw(tx, durations.pending));
};

/** Starts a stopped instance; its machine is another one, with empty memory. */
export const beginStart = (tx: Tx, instance: Instance): Instance => {
  renewPublicAddresses(tx, instance.id);
  scheduleNext(tx, instance.id, draw(tx, durations.pending));
  return enter(tx, instance, 'pending', {
    stateReason: stateReasons.pending,
    stateTransitionReason: '',
    launchTime: wholeSecond(tx.now),
    bootNumber: instance.bootNumber + 1,
    hostDraw: (instance.hostDraw ?? 0) + 1,
  });
};

/** How an end is asked for. */
export interface ShutdownRequest {
  /** What did it. */
  readonly reason: StateReason;
  /** Force: nothing is waited for. */
  readonly forced: boolean;
  /** SkipOsShutdown: the operating system is not asked; what else is to be done takes its time. */
  readonly skipsOsShutdown: boolean;
}

/** Asked for by a user, who leaves the operating system its time. */
export const userShutdown: ShutdownRequest = {
  reason: stateReasons.user,
  forced: false,
  skipsOsShutdown: false,
};

/** `shutdown -h` within the instance. */
export const ownShutdown: ShutdownRequest = { ...userShutdown, reason: stateReasons.instance };

const shutdownOf = ({ forced, skipsOsShutdown }: ShutdownRequest): Instance['shutdown'] =>
  forced || skipsOsShutdown ? 'forced' : 'orderly';

const stoppingMs = (tx: Tx, instance: Instance, forced: boolean): number => {
  if (forced) return draw(tx, durations.forcedStopping);
  return tx.conditions.instancePowered(locationOf(instance))
    ? draw(tx, durations.stopping)
    : draw(tx, durations.unreachableStopping);
};

/** Stops a running instance, or hurries one that is stopping already. */
export const beginStop = (tx: Tx, instance: Instance, request: ShutdownRequest): Instance => {
  const shutdown = shutdownOf(request);
  scheduleNext(tx, instance.id, stoppingMs(tx, instance, request.forced));
  if (instance.state === 'stopping') {
    const hurried: Instance = { ...instance, shutdown };
    tx.put(Instances, hurried);
    return hurried;
  }
  return enter(tx, instance, 'stopping', {
    stateReason: request.reason,
    stateTransitionReason: transitionReason(tx, request.reason),
    shutdown,
  });
};

/** Ends an instance for ever, whatever its state. */
export const beginTermination = (
  tx: Tx,
  instance: Instance,
  request: ShutdownRequest,
): Instance => {
  const { reason, forced } = request;
  const duration = forced ? durations.forcedStopping : durations.shuttingDown;
  scheduleNext(tx, instance.id, draw(tx, duration));
  return enter(tx, instance, 'shutting-down', {
    stateReason: reason,
    stateTransitionReason: transitionReason(tx, reason),
    shutdown: shutdownOf(request),
  });
};

/** The machine is gone: what it had goes back, and the record stays for a while. */
const finishTermination = (tx: Tx, instance: Instance, changes: Partial<Instance> = {}): void => {
  leaveInterfaces(tx, instance.id);
  detachVolumes(tx, instance.id);
  tx.delete(InstanceUserDatas, instance.id);
  forgetProfileOf(tx, instance.id);
  enter(tx, instance, 'terminated', {
    ...changes,
    networkInterfaceId: null,
    rootVolumeId: null,
    bootedAt: null,
    impairment: null,
  });
  scheduleNext(tx, instance.id, terminatedVisibleMs);
};

const finishStop = (tx: Tx, instance: Instance, changes: Partial<Instance> = {}): void => {
  dropPublicAddresses(tx, instance.id);
  enter(tx, instance, 'stopped', { ...changes, bootedAt: null, impairment: null });
};

/** An instance that cannot be switched on: EC2 gives up, and it goes back to where it came from, with the reason. */
const failToStart = (tx: Tx, instance: Instance, stateReason: StateReason): void => {
  const reason = { stateReason, stateTransitionReason: '' };
  if (instance.bootNumber === 1) finishTermination(tx, instance, reason);
  else finishStop(tx, instance, reason);
};

/** Whether all its volumes can be opened: what is encrypted needs its key. */
const canOpenVolumes = (view: View, instanceId: string): boolean =>
  view.find(Volumes, 'instance', instanceId).every(({ kmsKeyId }) => isKeyUsable(view, kmsKeyId));

const finishPending = (tx: Tx, instance: Instance): void => {
  // In a zone that lost its power meanwhile there is no machine to switch on.
  const placed = onWorkingHost(tx, instance);
  if (placed === undefined) failToStart(tx, instance, stateReasons.noCapacity);
  else if (!canOpenVolumes(tx, instance.id)) failToStart(tx, instance, stateReasons.noKey);
  else {
    const running = enter(tx, placed, 'running', {
      stateReason: null,
      stateTransitionReason: '',
      bootedAt: tx.now,
    });
    followConditions(tx, running);
  }
};

const forget = (tx: Tx, instance: Instance): void => {
  tx.delete(Instances, instance.id);
  tx.delete(ConsoleOutputs, instance.id);
  tx.delete(MachineReports, instance.id);
  forgetTags(tx, instance.id);
};

/** Takes the step that is due. */
const transition = (tx: Tx, timer: Timer): void => {
  const instance = tx.get(Instances, typeof timer.payload === 'string' ? timer.payload : '');
  if (instance === undefined) return;
  switch (instance.state) {
    case 'pending':
      return finishPending(tx, instance);
    case 'stopping':
      return finishStop(tx, instance);
    case 'shutting-down':
      return finishTermination(tx, instance);
    case 'terminated':
      return forget(tx, instance);
    case 'running':
    case 'stopped':
      throw new Error(`${instance.id} is ${instance.state}: nothing was due.`);
  }
};

/** The timers of instances' lives. */
export const instanceTimers: Readonly<Record<string, (tx: Tx, timer: Timer) => void>> = {
  [timerKind]: transition,
};
