import { defineTable, type AccountId, type Entity, type ShardId } from '../../world/entity.ts';
import { defineExtensionPoint } from '../../world/rules.ts';
import type { JsonValue, Tx, View } from '../../world/transaction.ts';

/**
 * Something that one Region has for another, such as a replica: a transaction writes one Region alone. It stays until it was
 * delivered, so it survives a crash, and waits while no way leads there.
 */
export interface OutboxEntry extends Entity {
  /** Who receives it: a key of `Receivers`. */
  readonly kind: string;
  readonly to: ShardId;
  /** The account that it is for; the sender's own when it is absent. */
  readonly toAccount?: AccountId;
  /** What it is about, by its id or ARN. */
  readonly subject: string;
  readonly payload: JsonValue;
}

export const Outbox = defineTable<OutboxEntry>('outbox');

/** Who takes what comes from another Region. */
export interface Receiver {
  /** Takes it into the Region and account that it is for; `from` is the sender's, as they can be seen from there. */
  readonly receive: (tx: Tx, entry: OutboxEntry, from: View) => JsonValue;
  /** Told in the sender's Region what `receive` answered. */
  readonly received?: (tx: Tx, entry: OutboxEntry, answer: JsonValue) => void;
}

/** Receivers by the kind of what they take. */
export const Receivers = defineExtensionPoint<Receiver>('outbox/receivers');

/** The id of what is sent of one kind about one thing to one Region. */
export const entryId = ({
  kind,
  subject,
  to,
}: Pick<OutboxEntry, 'kind' | 'subject' | 'to'>): string => `${kind}/${subject}/${to}`;

/** Sends something to another Region. What was sent before of the same kind about the same is replaced by it. */
export const send = (tx: Tx, entry: Omit<OutboxEntry, 'id'>): void =>
  tx.put(Outbox, { ...entry, id: entryId(entry) });
