import { Faults } from '../world/faults.ts';
import type { Tx, View } from '../world/transaction.ts';
import type { World } from '../world/world.ts';
import { Outbox, Receivers, type OutboxEntry } from './shared/outbox.ts';

const deliver = (world: World, from: View, entry: OutboxEntry): void => {
  const receiver = from.extensions(Receivers).get(entry.kind);
  if (receiver === undefined) return;
  const { output } = world.transact(entry.to, entry.toAccount ?? from.account, (tx: Tx) => {
    const there = from.shard === tx.shard ? tx : tx.elsewhere(from.shard);
    const sender = there?.forAccount(from.account);
    return sender === undefined ? undefined : { answer: receiver.receive(tx, entry, sender) };
  });
  if (output === undefined) return;
  world.transact(from.shard, from.account, (tx: Tx) => {
    // What was sent meanwhile about the same is another matter.
    if (tx.get(Outbox, entry.id) !== entry) return;
    tx.delete(Outbox, entry.id);
    receiver.received?.(tx, entry, output.answer);
  });
};

/** Delivers what can be delivered now; the rest stays where it is. */
const deliverAll = (world: World, views: readonly View[]): void => {
  for (const view of views) {
    for (const entry of view.list(Outbox)) deliver(world, view, entry);
  }
};

/**
 * Delivers what Regions have for each other: at once where a way leads there, else when faults have changed, and after a
 * start what was not delivered before. Returns a way to stop.
 */
export const followOutboxes = (world: World): (() => void) => {
  deliverAll(world, world.regionalViews());
  return world.subscribe((commit) => {
    if (commit.tables.has(Faults.name)) deliverAll(world, world.regionalViews());
    else if (commit.tables.has(Outbox.name)) deliverAll(world, world.viewsOf(commit.shard));
  });
};
