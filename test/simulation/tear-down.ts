import {
  Instances,
  MachineReports,
  NetworkInterfaces,
  Volumes,
} from '../../src/aws/ec2/instances/instance-entities.ts';
import { ec2 } from '../../src/aws/ec2/service.ts';
import {
  LoadBalancers,
  TargetGroups,
  TargetHealthReports,
  Targets,
} from '../../src/aws/elbv2/entities.ts';
import { elbv2 } from '../../src/aws/elbv2/service.ts';
import { CheckerStatuses, HealthChecks } from '../../src/aws/route53/entities.ts';
import { route53 } from '../../src/aws/route53/service.ts';
import { partitionShard } from '../../src/world/entity.ts';
import { contentsOf } from './contents.ts';
import { viewsOf } from './rules.ts';
import { Broken, call, listOf, strangersAccount, type Answer, type Home, type Run } from './run.ts';

const hourMs = 3_600_000;

const mustAnswer = (answer: Answer, what: string): void => {
  if (typeof answer !== 'object') throw new Broken(`${what} is refused: ${answer ?? 'by silence'}`);
};

const tearDownHome = (run: Run, home: Home): void => {
  for (const { id } of listOf(run, home, LoadBalancers)) {
    mustAnswer(call(run, home, elbv2, 'DeleteLoadBalancer', { LoadBalancerArn: id }), id);
  }
  for (const { id } of listOf(run, home, TargetGroups)) {
    mustAnswer(call(run, home, elbv2, 'DeleteTargetGroup', { TargetGroupArn: id }), id);
  }
  const InstanceIds = listOf(run, home, Instances).map(({ id }) => id);
  if (InstanceIds.length > 0) {
    mustAnswer(call(run, home, ec2, 'TerminateInstances', { InstanceIds }), InstanceIds.join());
  }
  for (const { id } of run.simulated.world.view(partitionShard, home.account).list(HealthChecks)) {
    mustAnswer(call(run, home, route53, 'DeleteHealthCheck', { HealthCheckId: id }), id);
  }
};

const tables = [
  Instances,
  MachineReports,
  NetworkInterfaces,
  Volumes,
  LoadBalancers,
  TargetGroups,
  Targets,
  TargetHealthReports,
  HealthChecks,
  CheckerStatuses,
].map(({ name }) => name);

/** Deletes all that was made, waits until it is forgotten, and looks for what stayed behind. */
export const tearDown = (run: Run, homes: readonly Home[]): void => {
  for (const home of homes) tearDownHome(run, home);
  run.simulated.clock.advance(2 * hourMs);
  run.watch.check();
  const lines = contentsOf(run.simulated.world);
  const strangers = new Set(
    viewsOf(run).flatMap((view) => view.list(Instances).map(({ id }) => id)),
  );
  for (const line of lines) {
    const [, account = '', table = '', ...entity] = line.split(' ');
    if (account === strangersAccount) continue;
    const owner = /"(?:instance|public)\/(i-\w+)"/.exec(entity.join(' '))?.[1];
    const isLeft =
      tables.includes(table) ||
      (table === 'host-numbers' && owner !== undefined && !strangers.has(owner));
    if (isLeft) throw new Broken(`everything was deleted, yet there is ${line}`);
  }
  const machine = run.simulated.machines().find((one) => !strangers.has(one.instanceId));
  if (machine !== undefined)
    throw new Broken(`the machine of ${machine.instanceId} is still there`);
  const timers = lines.filter((line) => line.split(' ')[2] === 'timers').length;
  const waiting = run.simulated.clock.pending();
  if (waiting > timers + 32 * strangersChecks(run)) {
    throw new Broken(`${waiting} callbacks wait beside ${timers} timers, and nothing is there`);
  }
};

const strangersChecks = (run: Run): number =>
  run.simulated.world.view(partitionShard, strangersAccount).list(HealthChecks).length;
