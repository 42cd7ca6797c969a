import { locationOf } from '../../src/aws/ec2/instances/instance-location.ts';
import { checksOf } from '../../src/aws/ec2/instances/instance-status.ts';
import { Instances, MachineReports } from '../../src/aws/ec2/instances/instance-entities.ts';
import { matchesCode } from '../../src/aws/elbv2/target-health.ts';
import { Targets, TargetGroups } from '../../src/aws/elbv2/entities.ts';
import { reportedHealth } from '../../src/aws/elbv2/reported-health.ts';
import { HealthChecks } from '../../src/aws/route53/entities.ts';
import { BalancerNodeChecks } from '../../src/aws/elbv2/node-checks.ts';
import { noAccount, partitionShard, worldShard } from '../../src/world/entity.ts';
import { Faults } from '../../src/world/faults.ts';
import { Timers } from '../../src/world/shard.ts';
import type { View } from '../../src/world/transaction.ts';
import { groupsAccount } from './group-steps.ts';
import { Broken, isBootable, strangersAccount, type Run } from './run.ts';
import { checkBalancerNames, viewsOf, type NodeAges } from './rules.ts';
import { goodScripts } from './server-steps.ts';

const minuteMs = 60_000;

/**
 * Once nothing has changed for a minute: every running instance's machine is on with its own boot if it has power, and
 * no machine is on that should not be.
 */
export const checkMachines = (run: Run): void => {
  if (run.simulated.clock.now() - run.watch.disturbedAt < minuteMs) return;
  const machines = new Map(run.simulated.machines().map((one) => [one.instanceId, one]));
  for (const view of viewsOf(run)) {
    for (const instance of view.list(Instances)) {
      const { id, state, bootNumber } = instance;
      const isOn = state === 'running' && run.scripts.get(id) !== 'malformed';
      const machine = machines.get(id);
      machines.delete(id);
      if (isOn && !view.conditions.instancePowered(locationOf(instance))) {
        if (machine === undefined || machine.state === 'frozen') continue;
        throw new Broken(`${id} is without power, its machine is ${machine.state}`);
      }
      if (machine !== undefined && !isOn) throw new Broken(`${id} is ${state}, its machine is on`);
      if (!isOn || (machine === undefined && !isBootable(view, instance))) continue;
      if (machine?.state !== 'running') {
        throw new Broken(`${id} is running, its machine is ${machine?.state ?? 'not there'}`);
      }
      const report = view.get(MachineReports, id);
      if (report?.bootNumber !== bootNumber) {
        throw new Broken(
          `${id} is on boot ${bootNumber}, its machine on ${report?.bootNumber ?? 'none'}`,
        );
      }
    }
  }
  const [stray] = machines.keys();
  if (stray !== undefined) throw new Broken(`the machine of ${stray} runs without its instance`);
};

const checkStatusChecks = (run: Run, view: View): void => {
  for (const instance of view.list(Instances)) {
    if (instance.state !== 'running' || run.scripts.get(instance.id) === 'malformed') continue;
    if (!isBootable(view, instance)) continue;
    const { system, instance: own } = checksOf(instance, view.now);
    if (system !== 'ok' || own !== 'ok') {
      throw new Broken(`the status checks of ${instance.id} say ${system} and ${own}`);
    }
  }
};

const checkTargets = (run: Run, view: View): void => {
  for (const target of view.list(Targets)) {
    const group = view.get(TargetGroups, target.targetGroupArn);
    const script = run.scripts.get(target.targetId);
    const isGood = script !== undefined && script in goodScripts;
    const instance = view.get(Instances, target.targetId);
    if (instance?.state !== 'running' || !isGood || !isBootable(view, instance)) continue;
    if (group === undefined || !matchesCode(group.healthCheck.matcher, 200)) continue;
    const { state, reason = '' } = reportedHealth(view, target);
    if (['healthy', 'unused', 'draining'].includes(state)) continue;
    throw new Broken(`target ${target.targetId} (${script}) is ${state} ${reason}`);
  }
};

const checkLeftovers = (run: Run): void => {
  const { world } = run.simulated;
  const common = world.view(worldShard, noAccount);
  const left = [
    ...common.list(Faults).map(({ id }) => `fault ${id}`),
    ...common.list(Timers).map(({ id }) => `timer ${id}`),
    ...world
      .view(partitionShard, noAccount)
      .list(BalancerNodeChecks)
      .map(({ id }) => `node check ${id}`),
  ];
  if (left.length > 0) throw new Broken(`nothing is broken any more, yet there is ${left.join()}`);
  if (!world.conditions.clear) throw new Broken('conditions are not clear without a fault');
};

/** Timers, and what planes wait for: a few for each thing that there is, however long the world has run. */
const checkWaiting = (run: Run): void => {
  const { world, clock } = run.simulated;
  const timers = world.shards().flatMap((shard) => {
    const view = world.view(shard, noAccount);
    return [noAccount, ...view.accounts()].flatMap((one) => view.forAccount(one).list(Timers));
  });
  const partition = world.view(partitionShard, noAccount);
  const checks = partition
    .accounts()
    .flatMap((account) => partition.forAccount(account).list(HealthChecks));
  const targets = viewsOf(run).flatMap((view) => view.list(Targets));
  const machines = run.simulated.machines();
  const allowed = timers.length + machines.length + 16 * 2 * checks.length + 4 * targets.length;
  if (clock.pending() > allowed + 64) {
    throw new Broken(`${clock.pending()} callbacks wait, and only ${allowed} have a reason to`);
  }
  const overdue = timers.filter(({ at }) => at < clock.now());
  if (overdue[0] !== undefined) throw new Broken(`the timer ${overdue[0].id} never fired`);
};

/** What must hold once everything has been mended for ten minutes. */
export const checkMended = (run: Run, ages: NodeAges): void => {
  checkMachines(run);
  checkLeftovers(run);
  checkWaiting(run);
  for (const view of viewsOf(run)) {
    // Groups launch and let go for longer than that: they have rules of their own.
    if ([strangersAccount, groupsAccount].includes(view.account)) continue;
    checkStatusChecks(run, view);
    checkTargets(run, view);
  }
  checkBalancerNames(run, ages);
};
