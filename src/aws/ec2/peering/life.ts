import type { JsonValue, Timer, Tx, View } from '../../../world/transaction.ts';
import { cidrsOverlap } from '../../shared/cidr.ts';
import { send, type OutboxEntry, type Receiver } from '../../shared/outbox.ts';
import { forgetTags } from '../../shared/tags.ts';
import { Vpcs, type Vpc } from '../entities.ts';
import {
  PeeringConnections,
  type PeeringConnection,
  type PeeringSide,
  type PeeringStatus,
} from './entities.ts';
import { isAt, isWithinOneHome } from './sides.ts';

const stepKind = 'ec2/peering-step';
const expiryKind = 'ec2/peering-expiry';
const forgetKind = 'ec2/peering-forget';
const sharedKind = 'ec2/peering';

const hourMs = 3_600_000;

/** "VPC peering connection lifecycle", Amazon VPC Peering Guide. */
const lifeMs = {
  /** How long AWS takes from a request to `pending-acceptance`, and from there to `active`; it gives no figure. */
  step: 1000,
  expiry: 7 * 24 * hourMs,
  /** How long one that has ended is seen by who ended it, and by the other. */
  visible: 2 * hourMs,
  visibleToOther: 48 * hourMs,
} as const;

/** When a request made now can no longer be accepted. */
export const expiryOf = (now: number): number => now + lifeMs.expiry;

const schedule = (tx: Tx, id: string, kind: string, at: number): void =>
  tx.setTimer({ id: `${kind}/${id}`, at, kind, payload: id });

/** Statuses in their order: what comes later has the last word when both sides have changed one. */
const order: Readonly<Record<PeeringStatus, number>> = {
  'initiating-request': 0,
  'pending-acceptance': 1,
  provisioning: 2,
  active: 3,
  failed: 4,
  expired: 4,
  rejected: 4,
  deleted: 5,
};

export const hasEnded = ({ status }: Pick<PeeringConnection, 'status'>): boolean =>
  order[status] >= 4;

const put = (tx: Tx, connection: PeeringConnection, visibleMs: number): void => {
  tx.put(PeeringConnections, connection);
  if (hasEnded(connection)) schedule(tx, connection.id, forgetKind, tx.now + visibleMs);
};

/** Tells the other side, when it is of another Region or account. */
const share = (tx: Tx, connection: PeeringConnection): void => {
  if (isWithinOneHome(connection)) return;
  const { requester, accepter } = connection;
  const other = isAt(tx, requester) ? accepter : requester;
  send(tx, {
    kind: sharedKind,
    to: other.region,
    toAccount: other.account,
    subject: connection.id,
    payload: null,
  });
};

/** Changes one, here and on its other side. */
export const change = (
  tx: Tx,
  connection: PeeringConnection,
  changes: Partial<Omit<PeeringConnection, 'id'>>,
): PeeringConnection => {
  const after = { ...connection, ...changes };
  put(tx, after, lifeMs.visible);
  share(tx, after);
  return after;
};

/** Makes one that is to be offered to its accepter. */
export const begin = (tx: Tx, connection: PeeringConnection): void => {
  tx.put(PeeringConnections, connection);
  if (isWithinOneHome(connection)) schedule(tx, connection.id, stepKind, tx.now + lifeMs.step);
  share(tx, connection);
};

/** Accepts one: it is `active` a little later. */
export const accept = (tx: Tx, connection: PeeringConnection): PeeringConnection => {
  const after: PeeringConnection = {
    ...connection,
    status: 'provisioning',
    message: 'Provisioning',
  };
  tx.put(PeeringConnections, after);
  schedule(tx, connection.id, stepKind, tx.now + lifeMs.step);
  return after;
};

/** The blocks of a VPC, as the other side is to know them. */
export const blocksOf = (vpc: Vpc): Pick<PeeringSide, 'cidrBlocks' | 'ipv6CidrBlocks'> => ({
  cidrBlocks: vpc.cidrBlocks.map(({ cidrBlock }) => cidrBlock),
  ipv6CidrBlocks: (vpc.ipv6CidrBlocks ?? []).map(({ cidrBlock }) => cidrBlock),
});

const failure = {
  status: 'failed',
  message: 'Failed due to incorrect VPC-ID, Account ID, or overlapping CIDR range',
} as const;

/** What a request becomes where its accepter is: something that can be accepted, or a failure. */
const offered = (view: View, connection: PeeringConnection): PeeringConnection => {
  const { requester, accepter } = connection;
  const vpc = isAt(view, accepter) ? view.get(Vpcs, accepter.vpcId) : undefined;
  const blocks = vpc === undefined ? undefined : blocksOf(vpc);
  const isOverlapping = blocks?.cidrBlocks.some((own) =>
    requester.cidrBlocks.some((other) => cidrsOverlap(own, other)),
  );
  if (blocks === undefined || isOverlapping === true) {
    return { ...connection, ...failure };
  }
  return {
    ...connection,
    accepter: { ...accepter, ...blocks },
    status: 'pending-acceptance',
    message: `Pending Acceptance by ${accepter.account}`,
  };
};

const putOffered = (tx: Tx, connection: PeeringConnection): PeeringConnection => {
  const after = offered(tx, connection);
  put(tx, after, lifeMs.visible);
  if (!hasEnded(after)) schedule(tx, after.id, expiryKind, after.expiresAt);
  return after;
};

const byTimer = (tx: Tx, { payload }: Timer): PeeringConnection | undefined =>
  typeof payload === 'string' ? tx.get(PeeringConnections, payload) : undefined;

const step = (tx: Tx, timer: Timer): void => {
  const connection = byTimer(tx, timer);
  if (connection?.status === 'initiating-request') putOffered(tx, connection);
  if (connection?.status === 'provisioning') {
    change(tx, connection, { status: 'active', message: 'Active' });
  }
};

const expire = (tx: Tx, timer: Timer): void => {
  const connection = byTimer(tx, timer);
  if (connection?.status !== 'pending-acceptance') return;
  const after: PeeringConnection = { ...connection, status: 'expired', message: 'Expired' };
  put(tx, after, lifeMs.visibleToOther);
  share(tx, after);
};

const forget = (tx: Tx, timer: Timer): void => {
  const connection = byTimer(tx, timer);
  if (connection === undefined || !hasEnded(connection)) return;
  tx.delete(PeeringConnections, connection.id);
  forgetTags(tx, connection.id);
};

export const peeringTimers = { [stepKind]: step, [expiryKind]: expire, [forgetKind]: forget };

/** Both sides' knowledge in one: each knows its own VPC best, and the later status holds. */
const merge = (view: View, own: PeeringConnection, other: PeeringConnection): PeeringConnection => {
  const later = order[other.status] > order[own.status] ? other : own;
  return {
    ...own,
    requester: isAt(view, own.requester) ? own.requester : other.requester,
    accepter: isAt(view, own.accepter) ? own.accepter : other.accepter,
    status: later.status,
    message: later.message,
  };
};

const receive = (tx: Tx, { subject }: OutboxEntry, from: View): JsonValue => {
  const theirs = from.get(PeeringConnections, subject);
  if (theirs === undefined) return null;
  const own = tx.get(PeeringConnections, subject);
  if (own !== undefined) {
    put(tx, merge(tx, own, theirs), lifeMs.visibleToOther);
  } else if (!hasEnded(theirs)) {
    const after = putOffered(tx, theirs);
    // Of what nobody here could accept there is nothing to see here.
    if (hasEnded(after)) tx.delete(PeeringConnections, after.id);
    else share(tx, after);
    return after.status;
  }
  return null;
};

const received = (tx: Tx, { subject }: OutboxEntry, answer: JsonValue): void => {
  const own = tx.get(PeeringConnections, subject);
  if (answer !== 'failed' || own === undefined) return;
  put(tx, { ...own, ...failure }, lifeMs.visible);
};

/** Who takes what the other side's Region or account tells of a peering connection. */
export const peeringReceivers: Readonly<Record<string, Receiver>> = {
  [sharedKind]: { receive, received },
};
