import { pickTarget, routableTargets } from '../../aws/elbv2/pick-target.ts';
import { targetKey, type NodeTarget, type NodeTargetGroup } from './messages.ts';
import { Prober, type ProberOptions } from './prober.ts';
import { TargetPool } from './target-pool.ts';
import type { GroupCounts } from './traffic-counter.ts';

interface Member {
  readonly pool: TargetPool;
  prober: Prober | undefined;
  since: number;
}

const isProbed = (target: NodeTarget): boolean => !target.draining && !target.unused;

/** One target group in one node: its targets, their probers, and whose turn it is. */
export class GroupRouter {
  #group: NodeTargetGroup;
  readonly #options: ProberOptions;
  readonly #counts: GroupCounts;
  readonly #members = new Map<string, Member>();
  #routable: readonly TargetPool[] | undefined;
  #turn = 0;

  constructor(group: NodeTargetGroup, options: ProberOptions, counts: GroupCounts) {
    this.#group = group;
    this.#options = options;
    this.#counts = counts;
  }

  /** Takes over the group as it is to be now. */
  update(group: NodeTargetGroup, sourceAddress: string): void {
    this.#group = group;
    this.#routable = undefined;
    const wanted = new Set(group.targets.map(targetKey));
    for (const [key, member] of this.#members) {
      if (wanted.has(key)) continue;
      member.prober?.stop();
      member.pool.close();
      this.#members.delete(key);
    }
    for (const target of group.targets) this.#updateTarget(target, sourceAddress);
  }

  /** Who is healthy has changed. */
  healthChanged(): void {
    this.#routable = undefined;
  }

  /** The target whose turn it is; undefined when there is none. */
  pick(): TargetPool | undefined {
    this.#routable ??= this.#findRoutable();
    return pickTarget(this.#routable, this.#turn++);
  }

  stopProbing(): void {
    for (const member of this.#members.values()) {
      member.prober?.stop();
      member.prober = undefined;
    }
  }

  close(): void {
    this.stopProbing();
    for (const member of this.#members.values()) member.pool.close();
    this.#members.clear();
  }

  #findRoutable(): readonly TargetPool[] {
    const candidates = [...this.#members.values()].map(({ pool }) => ({
      pool,
      zoneId: pool.target.zoneId,
      healthy: pool.health.state === 'healthy',
      draining: pool.target.draining,
      unused: pool.target.unused,
    }));
    const { routing } = this.#group;
    return routableTargets(candidates, routing, this.#options.zoneId).map(({ pool }) => pool);
  }

  #updateTarget(target: NodeTarget, sourceAddress: string): void {
    const key = targetKey(target);
    const known = this.#members.get(key);
    const member = known ?? {
      pool: new TargetPool(target, sourceAddress, this.#counts),
      prober: undefined,
      since: target.since,
    };
    if (known === undefined) this.#members.set(key, member);
    else member.pool.update(target, sourceAddress);
    if (!isProbed(target) || target.since !== member.since) {
      member.prober?.stop();
      member.prober = undefined;
      member.since = target.since;
    }
    if (!isProbed(target)) return;
    if (member.prober === undefined) {
      const since = Math.max(target.since, this.#options.clock.now());
      member.prober = new Prober(this.#options, member.pool, () => this.#group, since);
    } else {
      member.prober.update();
    }
  }
}
