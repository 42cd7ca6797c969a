import { DomainError } from './domain-error.ts';
import { noAccount, worldShard } from './entity.ts';
import { Faults, makeFault, type Fault, type FaultRequest } from './faults.ts';
import type { TimerHandler, Tx } from './transaction.ts';
import type { Committed, World } from './world.ts';

const mendKind = 'world/mend-fault';

const timerId = (faultId: string): string => `${mendKind}/${faultId}`;

const open = (tx: Tx, request: FaultRequest): Fault | DomainError => {
  const id = `fault-${tx.random('faults/ids').hex(8)}`;
  const fault = makeFault(tx.geography, id, tx.now, request);
  if (fault instanceof DomainError) return fault;
  tx.put(Faults, fault);
  if (fault.end !== null)
    tx.setTimer({ id: timerId(id), at: fault.end, kind: mendKind, payload: id });
  return fault;
};

const mend = (tx: Tx, id: string): Fault | DomainError => {
  const fault = tx.get(Faults, id);
  if (fault === undefined) return new DomainError('NoSuchFault', `There is no open fault '${id}'.`);
  tx.delete(Faults, id);
  tx.cancelTimer(timerId(id));
  return fault;
};

/** Breaks something; a DomainError says what is wrong with the request. */
export const openFault = (world: World, request: FaultRequest): Committed<Fault | DomainError> =>
  world.transact(worldShard, noAccount, (tx) => open(tx, request));

/** Mends an open fault; `NoSuchFault` when there is none with the id. */
export const mendFault = (world: World, id: string): Committed<Fault | DomainError> =>
  world.transact(worldShard, noAccount, (tx) => mend(tx, id));

/** The timers that end faults whose time is over. */
export const faultTimers: Readonly<Record<string, TimerHandler>> = {
  [mendKind]: (tx, timer) => {
    if (typeof timer.payload === 'string') mend(tx, timer.payload);
  },
};
