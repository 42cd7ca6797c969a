import { TargetHealthReports, type TargetReports } from '../aws/elbv2/entities.ts';
import { BalancerNodeChecks, type BalancerNodeCheck } from '../aws/elbv2/node-checks.ts';
import { nodeOfKey } from '../aws/elbv2/nodes.ts';
import { CheckerStatuses, type CheckerStatus } from '../aws/route53/entities.ts';
import type { NoticedEvent, WatchedName, WorldEvent } from '../drill/ports.ts';
import type { Commit, World } from '../world/world.ts';
import type { DnsAnswers } from '../serving/names/dns-answers.ts';
import { MemberEvents } from './member-events.ts';

/** The addresses of a name, in a stable order, as one text. */
const addressesOf = (answers: DnsAnswers, name: string): string =>
  answers
    .answer({ name: `${name.replace(/\.$/, '')}.`, type: 'A' })
    .answers.flatMap((record) => (record.data.type === 'A' ? [record.data.address] : []))
    .toSorted()
    .join(' ');

/** Tells what a world notices by itself: the same from the same commits, live and simulated. */
export class WorldEvents {
  readonly #world: World;
  readonly #answers: DnsAnswers;
  readonly #listeners = new Set<(event: WorldEvent) => void>();
  readonly #unwell = new Set<string>();
  readonly #addresses = new Map<string, string>();
  readonly #members: MemberEvents;
  readonly #stop: () => void;
  #lookedAt = -1;

  constructor(world: World, answers: DnsAnswers) {
    this.#world = world;
    this.#answers = answers;
    this.#members = new MemberEvents(world, (event) => this.#pass(event));
    this.#stop = world.subscribe((commit) => this.#look(commit));
  }

  watchNames(names: readonly WatchedName[]): void {
    this.#addresses.clear();
    for (const { name } of names) this.#addresses.set(name, addressesOf(this.#answers, name));
  }

  onEvent(listener: (event: WorldEvent) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  stop(): void {
    this.#stop();
    this.#listeners.clear();
  }

  #look(commit: Commit): void {
    this.#members.look(commit);
    for (const change of commit.changes) {
      if (change.op !== 'put') continue;
      switch (change.table) {
        case TargetHealthReports.name:
          // The table says what its entities are.
          this.#targetReports(change.entity as TargetReports);
          break;
        case CheckerStatuses.name:
          // The table says what its entities are.
          this.#checkerStatus(change.entity as CheckerStatus);
          break;
        case BalancerNodeChecks.name:
          // The table says what its entities are.
          this.#nodeCheck(change.entity as BalancerNodeCheck);
          break;
        default:
      }
    }
    const generation = this.#answers.generation();
    if (generation === this.#lookedAt) return;
    this.#lookedAt = generation;
    this.#lookAtNames();
  }

  #targetReports(reports: TargetReports): void {
    const target = reports.id.slice(reports.id.indexOf('|') + 1);
    for (const [zoneId, report] of Object.entries(reports.byZone)) {
      this.#turn(
        `${reports.id}@${zoneId}`,
        report.state === 'unhealthy',
        `target ${target} is unhealthy from ${zoneId}`,
      );
    }
  }

  #checkerStatus(status: CheckerStatus): void {
    this.#turn(
      status.id,
      !status.healthy,
      `health check ${status.healthCheckId} fails from ${status.checkerId}`,
    );
  }

  #nodeCheck(check: BalancerNodeCheck): void {
    const zoneId = nodeOfKey(check.id)?.zoneId ?? '';
    this.#turn(
      check.id,
      check.unreached.length > 0,
      `the balancer's node in ${zoneId} is not reached from ${check.unreached[0] ?? ''}`,
    );
  }

  #turn(key: string, isUnwell: boolean, detail: string): void {
    if (this.#unwell.has(key) === isUnwell) return;
    if (!isUnwell) {
      this.#unwell.delete(key);
      return;
    }
    this.#unwell.add(key);
    this.#tell('detected', detail);
  }

  #lookAtNames(): void {
    for (const [name, before] of this.#addresses) {
      const now = addressesOf(this.#answers, name);
      if (now === before) continue;
      this.#addresses.set(name, now);
      this.#tell('dns-changed', `${name} is now ${now === '' ? 'without an address' : now}`);
    }
  }

  #tell(kind: NoticedEvent['kind'], detail: string): void {
    this.#pass({ kind, at: this.#world.clock.now(), detail });
  }

  #pass(event: WorldEvent): void {
    for (const listener of this.#listeners) listener(event);
  }
}
