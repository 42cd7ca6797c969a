import type { CheckerObservation } from '../aws/route53/checker-statuses.ts';
import type { BalancerObservation, BalancerPlane } from '../plane/balancer/balancer-plane.ts';
import type { Driver } from '../plane/compute/driver.ts';
import type { Disks } from '../plane/disks/disks.ts';
import type { Prober } from '../plane/probe/prober.ts';
import type { Sockets } from '../serving/addresses/sockets.ts';
import type { DnsAnswers } from '../serving/names/dns-answers.ts';
import type { CpuScope } from '../serving/runners/cpu-runner.ts';
import type { RunSoon } from '../serving/runners/soon.ts';
import type { Clock } from '../world/clock.ts';
import type { World } from '../world/world.ts';

/** What a world's planes are made for, and whom they tell what they see. */
export interface PlaneContext<C extends Clock> {
  readonly world: World;
  readonly clock: C;
  readonly sockets: Sockets;
  readonly answers: DnsAnswers;
  readonly soon: RunSoon;
  readonly observeBalancer: (observation: BalancerObservation) => void;
  readonly observeChecker: (observation: CheckerObservation) => void;
  /** Something that checkers meet may have changed, beside what the world says. */
  readonly checkersMeetOthers: () => void;
}

/** What makes a world real, or plays it: machines, disks, balancers' nodes and health checkers. */
export interface Planes {
  readonly driver: Driver;
  readonly disks: Disks;
  readonly balancer: BalancerPlane;
  readonly prober: Prober;
  /**
   * Whether disks take time: then machines wait for their volumes, and are held still while snapshots are taken. In virtual
   * time nothing may wait for a promise, and all that disks are told is done at once.
   */
  readonly disksTakeTime: boolean;
  /** Which instances' CPU time is measured. */
  readonly cpuScope: CpuScope;
  /** Milliseconds of the host's time, for drivers that measure processes of the host. */
  readonly realNowMs: () => number;
  /** Ends what moves bytes, and the machines. Disks are closed after them. */
  close(): Promise<void>;
}
