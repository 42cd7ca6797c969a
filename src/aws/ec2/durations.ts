import type { Tx } from '../../world/transaction.ts';

/** A duration of world time: `baseMs`, and up to `spreadMs` more, drawn from the world's seed. */
export interface Duration {
  readonly baseMs: number;
  readonly spreadMs: number;
}

/**
 * How long things take, in world time. AWS promises none of these; its User Guide and common experience give the
 * order of magnitude, and the README says what AWS's are. They are short enough to wait for at the clock's own speed.
 */
export const durations = {
  /** From RunInstances or StartInstances to `running`. AWS: five to thirty seconds. */
  pending: { baseMs: 5_000, spreadMs: 3_000 },
  /** From StopInstances to `stopped`; the operating system shuts down meanwhile. AWS: twenty seconds to minutes. */
  stopping: { baseMs: 10_000, spreadMs: 5_000 },
  /** With Force the operating system is not asked. */
  forcedStopping: { baseMs: 2_000, spreadMs: 1_000 },
  /**
   * A stop of an instance that has no power: nobody shuts down in an orderly way, so AWS waits before it gives up
   * on it. "Troubleshoot Amazon EC2 instance stop issues" asks for ten minutes of patience.
   */
  unreachableStopping: { baseMs: 600_000, spreadMs: 0 },
  /** From TerminateInstances to `terminated`. AWS: twenty seconds to minutes. */
  shuttingDown: { baseMs: 10_000, spreadMs: 5_000 },
  /** From CreateVolume to `available`. AWS: seconds. */
  creatingVolume: { baseMs: 2_000, spreadMs: 2_000 },
  /** From AttachVolume to `attached`. AWS: seconds. */
  attachingVolume: { baseMs: 2_000, spreadMs: 2_000 },
  /** From DetachVolume to `available`; with Force nobody asks the operating system. AWS: seconds. */
  detachingVolume: { baseMs: 2_000, spreadMs: 2_000 },
  forcedDetachingVolume: { baseMs: 1_000, spreadMs: 0 },
  /** From DeleteVolume until it is gone. AWS: seconds to minutes. */
  deletingVolume: { baseMs: 2_000, spreadMs: 2_000 },
  /** Until a changed volume has its new size and performance. AWS: seconds. */
  modifyingVolume: { baseMs: 3_000, spreadMs: 2_000 },
  /** From CreateNatGateway to `available`, or to `failed`. AWS: one to three minutes. */
  creatingNatGateway: { baseMs: 8_000, spreadMs: 4_000 },
  /** Of an attachment of a virtual private gateway, and of a VPN connection. AWS: minutes. */
  changingVpn: { baseMs: 8_000, spreadMs: 4_000 },
  /** From one state of a transit gateway to the next. AWS: one to three minutes. */
  changingTransitGateway: { baseMs: 15_000, spreadMs: 10_000 },
  /** Of what is attached to one. AWS: a minute or two. */
  changingTransitAttachment: { baseMs: 8_000, spreadMs: 4_000 },
  /** Of its route tables, and of what is associated with them. AWS: seconds to a minute. */
  changingTransitRouteTable: { baseMs: 4_000, spreadMs: 2_000 },
  changingTransitAssociation: { baseMs: 3_000, spreadMs: 2_000 },
  /** From DeleteNatGateway to `deleted`. AWS: about a minute. */
  deletingNatGateway: { baseMs: 8_000, spreadMs: 4_000 },
} as const satisfies Readonly<Record<string, Duration>>;

/** How long a terminated instance can still be described: "a short while (usually about an hour)", User Guide. */
export const terminatedVisibleMs = 3_600_000;

/** From the boot to status checks that say `ok`. AWS: two to three minutes; checks run each minute. */
export const statusInitializingMs = 60_000;

/** How late status checks notice that an instance became unreachable, or reachable again: they run each minute. */
export const statusCheckLagMs = 60_000;

/** One draw of a duration. */
export const draw = (tx: Tx, duration: Duration): number =>
  duration.baseMs +
  (duration.spreadMs === 0 ? 0 : tx.random('ec2/durations').below(duration.spreadMs));

/**
 * How long a changed volume is `optimizing`: a minute, and what moving its data takes. "A fully used 1 TiB volume can
 * take up to six hours" ("Monitor the progress of volume modifications", Amazon EBS User Guide).
 */
export const optimizingVolumeMs = (sizeGiB: number): number => 60_000 + sizeGiB * 21_000;

const hourMs = 3_600_000;

/** How long a snapshot takes to the archive tier. AWS gives no figure: ten minutes, and what moving it takes. */
export const archivingMs = (sizeGiB: number): number => 600_000 + sizeGiB * 3_600;

/**
 * How long a snapshot takes back from the archive tier: "up to 72 hours, depending on the size of the snapshot" ("Archive Amazon
 * EBS snapshots", Amazon EBS User Guide); 24 hours, and what moving it takes.
 */
export const restoringMs = (sizeGiB: number): number =>
  Math.min(72 * hourMs, 24 * hourMs + sizeGiB * 7_200);
