import {
  AutoScalingGroups,
  GroupInstances,
  type AutoScalingGroup,
  type GroupInstance,
} from '../aws/autoscaling/entities.ts';
import { warmAt } from '../aws/autoscaling/health-checks.ts';
import { Instances, type Instance } from '../aws/ec2/instances/instance-entities.ts';
import { TargetHealthReports, type TargetReports } from '../aws/elbv2/entities.ts';
import type { MemberWorldEvent } from '../drill/ports.ts';
import type { View } from '../world/transaction.ts';
import type { Commit, World } from '../world/world.ts';

/** How far an instance of a group has come, as far as it was told. */
interface Told {
  readonly group: string;
  isHealthy: boolean;
  isRunning: boolean;
  isAnswering: boolean;
  isInService: boolean;
}

type Step = MemberWorldEvent['step'];

const instanceOf = (reports: TargetReports): string =>
  reports.id.slice(reports.id.indexOf('|') + 1).split(':')[0] ?? '';

/** Reads out of commits what happens to instances of Auto Scaling groups: the same live and simulated. */
export class MemberEvents {
  readonly #world: World;
  readonly #tell: (event: MemberWorldEvent) => void;
  readonly #members = new Map<string, Told>();

  constructor(world: World, tell: (event: MemberWorldEvent) => void) {
    this.#world = world;
    this.#tell = tell;
  }

  look({ shard, changes }: Commit): void {
    for (const change of changes) {
      if (change.op === 'delete') {
        if (change.table === GroupInstances.name) this.#left(change.id);
        continue;
      }
      switch (change.table) {
        case GroupInstances.name:
          // The table says what its entities are.
          this.#member(this.#world.view(shard, change.account), change.entity as GroupInstance);
          break;
        case Instances.name:
          // The table says what its entities are.
          this.#instance(change.entity as Instance);
          break;
        case TargetHealthReports.name:
          // The table says what its entities are.
          this.#reports(change.entity as TargetReports);
          break;
        default:
      }
    }
  }

  #member(view: View, member: GroupInstance): void {
    const group = view.get(AutoScalingGroups, member.groupName);
    const told = this.#members.get(member.id) ?? this.#joined(member);
    if (!told.isRunning && view.get(Instances, member.id)?.state === 'running') {
      this.#runs(member.id, told);
    }
    if (member.state === 'InService' && !told.isInService && group !== undefined) {
      this.#inService(group, member, told);
    }
    if (told.isHealthy && !member.isHealthy) this.#step('lost', member.id, told);
    told.isHealthy = member.isHealthy;
  }

  #joined(member: GroupInstance): Told {
    const told: Told = {
      group: member.groupName,
      isHealthy: true,
      isRunning: false,
      isAnswering: false,
      isInService: false,
    };
    this.#members.set(member.id, told);
    if (member.source !== null) this.#step('launched', member.id, told);
    return told;
  }

  #inService(group: AutoScalingGroup, member: GroupInstance, told: Told): void {
    told.isInService = true;
    this.#tell({
      kind: 'member',
      step: 'in-service',
      at: this.#world.clock.now(),
      group: told.group,
      instanceId: member.id,
      warmAt: warmAt(group, member),
    });
    // Nobody else asks whether it answers.
    if (group.targetGroupArns.length === 0) this.#answers(member.id, told);
  }

  #instance(instance: Instance): void {
    const told = this.#members.get(instance.id);
    if (told !== undefined && instance.state === 'running') this.#runs(instance.id, told);
  }

  #reports(reports: TargetReports): void {
    const id = instanceOf(reports);
    const told = this.#members.get(id);
    if (told === undefined) return;
    const isHealthy = Object.values(reports.byZone).some(({ state }) => state === 'healthy');
    if (isHealthy) this.#answers(id, told);
  }

  #runs(id: string, told: Told): void {
    if (told.isRunning) return;
    told.isRunning = true;
    this.#step('running', id, told);
  }

  #answers(id: string, told: Told): void {
    if (told.isAnswering) return;
    told.isAnswering = true;
    this.#step('answering', id, told);
  }

  #left(id: string): void {
    const told = this.#members.get(id);
    if (told === undefined) return;
    this.#members.delete(id);
    if (!told.isInService) this.#step('gone', id, told);
  }

  #step(step: Exclude<Step, 'in-service'>, instanceId: string, { group }: Told): void {
    this.#tell({ kind: 'member', step, at: this.#world.clock.now(), group, instanceId });
  }
}
