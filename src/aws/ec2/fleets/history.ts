import type { Tx } from '../../../world/transaction.ts';
import { FleetEvents, type FleetEvent } from './entities.ts';

/** "The history of an EC2 Fleet is available for the last 48 hours" is what people see; AWS gives no figure. */
const keptMs = 172_800_000;

/** Of one fleet this many entries are kept at most. */
const mostEvents = 1000;

/** Adds an entry to a fleet's history, and drops what is too old of it. */
export const noteEvent = (
  tx: Tx,
  fleetId: string,
  event: Pick<FleetEvent, 'type' | 'subType' | 'description' | 'instanceId'>,
): void => {
  const known = tx.find(FleetEvents, 'fleet', fleetId);
  const oldest = known[0];
  if (oldest !== undefined && (known.length >= mostEvents || oldest.at < tx.now - keptMs)) {
    tx.delete(FleetEvents, oldest.id);
  }
  const number = Number(known.at(-1)?.id.split('/')[1] ?? -1) + 1;
  const id = `${fleetId}/${number}`;
  tx.put(FleetEvents, { ...event, id, fleetId, at: tx.now });
};

/** Forgets a fleet's history. */
export const forgetHistory = (tx: Tx, fleetId: string): void => {
  for (const { id } of tx.find(FleetEvents, 'fleet', fleetId)) tx.delete(FleetEvents, id);
};
