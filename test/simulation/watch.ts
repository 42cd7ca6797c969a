import { createHash } from 'node:crypto';
import { nextStates } from '../../src/aws/ec2/instances/instance-lifecycle.ts';
import {
  Instances,
  NetworkInterfaces,
  type Instance,
} from '../../src/aws/ec2/instances/instance-entities.ts';
import { TargetHealthReports } from '../../src/aws/elbv2/entities.ts';
import { HealthChecks } from '../../src/aws/route53/entities.ts';
import { checkers } from '../../src/aws/route53/checkers.ts';
import { noAccount } from '../../src/world/entity.ts';
import { Faults } from '../../src/world/faults.ts';
import type { Commit, World } from '../../src/world/world.ts';
import { Broken, strangersAccount } from './run.ts';

/** How Route 53's checkers have met a zone, without a break since a moment. */
export interface Reachability {
  /** `reached` by most of them without delay, `cut` off from all, or something between. */
  readonly state: 'reached' | 'cut' | 'between';
  readonly since: number;
}

/** A probe that waits longer than this for a connection may give up. */
const promptMs = 3_000;

const reachabilityNow = (world: World, zoneId: string): Reachability['state'] => {
  const ways = checkers.map(({ region }) =>
    world.conditions.reach({ kind: 'region', region }, { kind: 'zone', zoneId }),
  );
  if (ways.every((way) => !way.up)) return 'cut';
  // A node may stand on one of the hosts that are lost.
  if (world.conditions.zone(zoneId).struckShare > 0) return 'between';
  const prompt = ways.filter((way) => way.up && way.roundTrip < promptMs && way.loss === 0);
  return prompt.length * 2 > ways.length ? 'reached' : 'between';
};

const disturbs = (table: string): boolean =>
  [Faults.name, Instances.name, NetworkInterfaces.name, HealthChecks.name].includes(table) ||
  (table.startsWith('elbv2-') && table !== TargetHealthReports.name);

/** Follows every commit of a run: the rules that hold of each one, and what is remembered of the way. */
export class Watch {
  /** The commits so far, for comparing two runs. */
  readonly timeline = createHash('sha256');
  commits = 0;
  /** Set while a stranger acts, who must not change what others have. */
  isStranger = false;
  readonly #instances = new Map<string, Instance>();
  readonly #zoneIds: readonly string[];
  readonly #zones = new Map<string, Reachability>();
  #stop = (): void => undefined;
  #broken: Broken | undefined;
  #disturbedAt = 0;

  constructor(zoneIds: readonly string[]) {
    this.#zoneIds = zoneIds;
  }

  /** Follows this world from now on; checkers of a world that was opened again begin to count anew. */
  follow(world: World): void {
    this.#stop();
    this.#zones.clear();
    this.#disturbedAt = world.clock.now();
    this.#lookAtZones(world);
    this.#stop = world.subscribe((commit) => this.#see(world, commit));
  }

  /** World time of the last change of anything that planes follow: faults, instances, balancers. */
  get disturbedAt(): number {
    return this.#disturbedAt;
  }

  zone(zoneId: string): Reachability {
    const known = this.#zones.get(zoneId);
    if (known === undefined) throw new Error(`${zoneId} is not watched.`);
    return known;
  }

  /** Throws the first rule that a commit has broken. */
  check(): void {
    if (this.#broken !== undefined) throw this.#broken;
  }

  digest(): string {
    return this.timeline.copy().digest('hex');
  }

  #see(world: World, commit: Commit): void {
    this.commits += 1;
    this.timeline.update(`${world.clock.now()} ${JSON.stringify(commit)}\n`);
    if (commit.changes.some(({ table }) => disturbs(table))) this.#disturbedAt = world.clock.now();
    for (const change of commit.changes) {
      if (this.isStranger && ![strangersAccount, noAccount].includes(change.account)) {
        this.#broken ??= new Broken(
          `a stranger's call changed ${change.table} of ${change.account}`,
        );
      }
      if (change.table !== Instances.name) continue;
      // Only instances are put in this table.
      if (change.op === 'put') this.#seeInstance(change.entity as Instance);
      else this.#seeEnd(change.id);
    }
    if (commit.changes.some(({ table }) => table === Faults.name)) this.#lookAtZones(world);
  }

  #seeInstance(instance: Instance): void {
    const before = this.#instances.get(instance.id);
    this.#instances.set(instance.id, instance);
    if (before === undefined) {
      if (instance.state === 'pending') return;
      this.#broken ??= new Broken(`${instance.id} begins its life as ${instance.state}`);
    } else if (
      before.state !== instance.state &&
      !nextStates[before.state].includes(instance.state)
    ) {
      this.#broken ??= new Broken(`${instance.id} went from ${before.state} to ${instance.state}`);
    } else if (instance.bootNumber < before.bootNumber) {
      this.#broken ??= new Broken(`${instance.id} counts its boots backwards`);
    }
  }

  #seeEnd(id: string): void {
    const before = this.#instances.get(id);
    this.#instances.delete(id);
    if (before?.state === 'terminated') return;
    this.#broken ??= new Broken(`${id} was forgotten while ${before?.state ?? 'unknown'}`);
  }

  #lookAtZones(world: World): void {
    const since = world.clock.now();
    for (const zoneId of this.#zoneIds) {
      const state = reachabilityNow(world, zoneId);
      if (this.#zones.get(zoneId)?.state !== state) this.#zones.set(zoneId, { state, since });
    }
  }
}
