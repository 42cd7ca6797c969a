import { DomainError } from './domain-error.ts';
import { noAccount, worldShard } from './entity.ts';
import { Faults, makeFault, type Fault, type FaultRequest } from './faults.ts';
import { beginRecovery, stepTime, tailSteps } from './recovery.ts';
import type { TimerHandler, Tx } from './transaction.ts';
import type { Committed, World } from './world.ts';

const mendKind = 'world/mend-fault';
const recoverKind = 'world/recover-fault';

const timerId = (faultId: string): string => `${mendKind}/${faultId}`;
const stepTimerId = (faultId: string): string => `${recoverKind}/${faultId}`;

const open = (tx: Tx, request: FaultRequest): Fault | DomainError => {
  const id = `fault-${tx.random('faults/ids').hex(8)}`;
  const fault = makeFault(tx.geography, id, tx.now, request, tx.seed);
  if (fault instanceof DomainError) return fault;
  tx.put(Faults, fault);
  if (fault.end !== null)
    tx.setTimer({ id: timerId(id), at: fault.end, kind: mendKind, payload: id });
  return fault;
};

/** Ends a fault for good, and with it all that is left of its recovery. */
const close = (tx: Tx, { id }: Fault): void => {
  tx.delete(Faults, id);
  tx.cancelTimer(timerId(id));
  tx.cancelTimer(stepTimerId(id));
};

/** The next moment at which more of what a recovering fault struck is back. */
const awaitStep = (tx: Tx, { id, recovery }: Fault): void => {
  if (recovery === undefined) return;
  const step = Math.round(recovery.doneShare * tailSteps) + 1;
  tx.setTimer({
    id: stepTimerId(id),
    at: stepTime(recovery, step),
    kind: recoverKind,
    payload: id,
  });
};

/** Ends a fault: at once, or its tail begins. One that recovers already is over. */
const mend = (tx: Tx, id: string): Fault | DomainError => {
  const fault = tx.get(Faults, id);
  if (fault === undefined) return new DomainError('NoSuchFault', `There is no open fault '${id}'.`);
  const recovery = fault.recovery === undefined ? beginRecovery(fault, tx.now) : undefined;
  if (recovery === undefined) {
    close(tx, fault);
    return fault;
  }
  const recovering: Fault = { ...fault, end: recovery.until, recovery };
  tx.put(Faults, recovering);
  tx.cancelTimer(timerId(id));
  awaitStep(tx, recovering);
  return recovering;
};

const recover = (tx: Tx, id: string): void => {
  const fault = tx.get(Faults, id);
  if (fault?.recovery === undefined) return;
  const step = Math.round(fault.recovery.doneShare * tailSteps) + 1;
  if (step >= tailSteps) {
    close(tx, fault);
    return;
  }
  const recovering: Fault = {
    ...fault,
    recovery: { ...fault.recovery, doneShare: step / tailSteps },
  };
  tx.put(Faults, recovering);
  awaitStep(tx, recovering);
};

/** Breaks something; a DomainError says what is wrong with the request. */
export const openFault = (world: World, request: FaultRequest): Committed<Fault | DomainError> =>
  world.transact(worldShard, noAccount, (tx) => open(tx, request));

/**
 * Mends an open fault; `NoSuchFault` when there is none with the id. One with a tail stays, recovering, until its tail is
 * over or it is mended again.
 */
export const mendFault = (world: World, id: string): Committed<Fault | DomainError> =>
  world.transact(worldShard, noAccount, (tx) => mend(tx, id));

/** The timers that end faults whose time is over, and that bring back, bit by bit, what those with a tail had struck. */
export const faultTimers: Readonly<Record<string, TimerHandler>> = {
  [mendKind]: (tx, timer) => {
    if (typeof timer.payload === 'string') mend(tx, timer.payload);
  },
  [recoverKind]: (tx, timer) => {
    if (typeof timer.payload === 'string') recover(tx, timer.payload);
  },
};
