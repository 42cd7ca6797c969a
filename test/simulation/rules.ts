import { nodeLocation } from '../../src/aws/elbv2/nodes.ts';
import { locationOf } from '../../src/aws/ec2/instances/instance-location.ts';
import {
  NetworkInterfaces,
  Instances,
  type Instance,
} from '../../src/aws/ec2/instances/instance-entities.ts';
import { privateAddressesOf } from '../../src/aws/ec2/addresses/associations.ts';
import { ElasticIps } from '../../src/aws/ec2/addresses/entities.ts';
import { PublicAddresses } from '../../src/aws/ec2/addresses/public-addresses.ts';
import { ec2 } from '../../src/aws/ec2/service.ts';
import {
  TargetGroups,
  TargetHealthReports,
  Targets,
  type Target,
} from '../../src/aws/elbv2/entities.ts';
import { Subnets } from '../../src/aws/ec2/entities.ts';
import {
  servingLoadBalancers,
  type ServingLoadBalancer,
} from '../../src/serving/addresses/load-balancers.ts';
import { noAccount } from '../../src/world/entity.ts';
import type { View } from '../../src/world/transaction.ts';
import { goodScripts } from './server-steps.ts';
import { Broken, isBootable, call, type Home, type Run } from './run.ts';

/** All accounts of all Regions, with their state. */
export const viewsOf = (run: Run): readonly View[] => run.simulated.world.regionalViews();

/**
 * No private address twice in a VPC, no public one twice in the world, be it assigned or an Elastic IP, and each public one
 * is noted as taken.
 */
export const checkAddresses = (run: Run): void => {
  const taken = new Set<string>();
  const take = (key: string): void => {
    if (taken.has(key)) throw new Broken(`two have the address ${key}`);
    taken.add(key);
  };
  const takePublic = (view: View, address: string, ownerId: string): void => {
    take(address);
    const noted = view.forAccount(noAccount).get(PublicAddresses, address);
    if (noted?.ownerId !== ownerId || noted.account !== view.account) {
      throw new Broken(`${address} of ${ownerId} is not noted as its own`);
    }
  };
  for (const view of viewsOf(run)) {
    for (const one of view.list(NetworkInterfaces)) {
      for (const address of privateAddressesOf(one)) take(`${one.vpcId} ${address}`);
      if (one.publicIpAddress !== null) takePublic(view, one.publicIpAddress, one.id);
    }
    for (const { id, publicIp } of view.list(ElasticIps)) takePublic(view, publicIp, id);
  }
  for (const { world } of [run.simulated]) {
    for (const { code } of world.geography.regions) {
      if (!world.shards().includes(code)) continue;
      for (const { id } of world.view(code, noAccount).list(PublicAddresses)) {
        if (!taken.has(id))
          throw new Broken(`nothing has the public address ${id}, yet it is taken`);
      }
    }
  }
};

/** What DescribeSubnets says is free adds up with what is taken. */
export const checkFreeAddresses = (run: Run, home: Home): void => {
  const answer = call(run, home, ec2, 'DescribeSubnets', {});
  if (typeof answer !== 'object') return;
  const view = run.simulated.world.view(home.region, home.account);
  // DescribeSubnets answers a list of subnets.
  const described = answer['Subnets'] as readonly {
    readonly SubnetId: string;
    readonly CidrBlock: string;
    readonly AvailableIpAddressCount: number;
  }[];
  if (described.length !== view.list(Subnets).length) throw new Broken('a subnet is not described');
  for (const subnet of described) {
    const size = 2 ** (32 - Number(subnet.CidrBlock.split('/')[1]));
    const used = view
      .find(NetworkInterfaces, 'subnet', subnet.SubnetId)
      .flatMap(privateAddressesOf).length;
    if (subnet.AvailableIpAddressCount !== size - 5 - used) {
      throw new Broken(
        `${subnet.SubnetId} (${subnet.CidrBlock}) has ${used} addresses in use and says that ${subnet.AvailableIpAddressCount} addresses are free`,
      );
    }
  }
};

/** How long a load balancer's node has stood with the same listeners. */
export type NodeAges = Map<string, number>;

const minuteMs = 60_000;

/** The order in which health checks notice and DNS follows: two minutes are enough. */
const noticedMs = 2 * minuteMs;

/** Whether enough of every group's servers are healthy for this node: by what it reported of those that run. */
const hasHealthyTargets = (
  { view, targetGroupArns, loadBalancer }: ServingLoadBalancer,
  zoneId: string,
): boolean =>
  targetGroupArns.every((arn) => {
    const group = view.get(TargetGroups, arn);
    if (group === undefined) return true;
    const { attributes } = group;
    const needed = Number(
      attributes['target_group_health.dns_failover.minimum_healthy_targets.count'] ?? 1,
    );
    const healthy = view.find(Targets, 'targetGroup', arn).filter((target) => {
      const isUsed =
        target.zoneId === null || loadBalancer.zones.some((zone) => zone.zoneId === target.zoneId);
      const isNear =
        attributes['load_balancing.cross_zone.enabled'] !== 'false' || target.zoneId === zoneId;
      const instance = view.get(Instances, target.targetId);
      const isOn = !target.targetId.startsWith('i-') || instance?.state === 'running';
      const report = view.get(TargetHealthReports, target.id)?.byZone[zoneId];
      const isFresh =
        report !== undefined &&
        report.at >= Math.max(target.registeredAt, instance?.launchTime ?? 0);
      return (
        isUsed &&
        isNear &&
        isOn &&
        isFresh &&
        report.state === 'healthy' &&
        target.drainingUntil === null
      );
    });
    return healthy.length >= needed;
  });

/** The server behind a target, that was registered by its id or its address. */
const serverOf = (view: View, vpcId: string, { targetId }: Target): Instance | undefined => {
  if (targetId.startsWith('i-')) return view.get(Instances, targetId);
  const networkInterface = view
    .find(NetworkInterfaces, 'privateAddress', targetId)
    .find((one) => one.vpcId === vpcId);
  return view.get(Instances, networkInterface?.attachment?.instanceId ?? '');
};

/** What a node must have found out of a target by now; undefined when it is not plain. */
const expectedState = (
  run: Run,
  { view, loadBalancer }: ServingLoadBalancer,
  zoneId: string,
  target: Target,
): 'healthy' | 'unhealthy' | undefined => {
  const instance = serverOf(view, loadBalancer.vpcId, target);
  const script = run.scripts.get(instance?.id ?? '') ?? '';
  const group = view.get(TargetGroups, target.targetGroupArn);
  if (instance?.state !== 'running' || group === undefined) return undefined;
  if (!isBootable(view, instance)) return undefined;
  const way = view.conditions.reach(
    { kind: 'hosted', ...nodeLocation({ loadBalancerArn: loadBalancer.id, zoneId }) },
    { kind: 'instance', ...locationOf(instance) },
  );
  if (!way.up || script === 'malformed' || script === 'slow') return 'unhealthy';
  if (way.loss > 0) return undefined;
  const isPrompt = way.roundTrip * 2 + 100 < group.healthCheck.timeoutSeconds * 1000;
  return script in goodScripts && isPrompt ? 'healthy' : undefined;
};

/** Long enough for the slowest health check here: a boot, and five passes half a minute apart. */
const probedMs = 5 * minuteMs;

/** Once nothing has changed for long enough, each node has found out the truth about each target. */
export const checkTargetReports = (run: Run): void => {
  const { world, clock } = run.simulated;
  if (clock.now() - run.watch.disturbedAt < probedMs) return;
  for (const serving of servingLoadBalancers(world)) {
    const zones = serving.loadBalancer.zones.map((zone) => zone.zoneId);
    for (const zoneId of zones.filter((id) => world.conditions.zone(id).powered)) {
      const targets = serving.targetGroupArns.flatMap((arn) =>
        serving.view.find(Targets, 'targetGroup', arn),
      );
      for (const target of targets) {
        if (target.drainingUntil !== null || !zones.includes(target.zoneId ?? '')) continue;
        const expected = expectedState(run, serving, zoneId, target);
        const report = serving.view.get(TargetHealthReports, target.id)?.byZone[zoneId];
        if (expected === undefined || report?.state === expected) continue;
        throw new Broken(
          `${zoneId} says that ${target.id} is ${report?.state ?? 'unknown'}, and it is ${expected}`,
        );
      }
    }
  }
};

/** What is kept up by change is what reading everything anew gives: nodes are told as if everything had been looked at. */
export const checkKeptUp = (run: Run): void => {
  const { told, anew } = run.simulated.nodes();
  const [first, second] = [JSON.stringify(told), JSON.stringify(anew)];
  if (first !== second) throw new Broken(`nodes were told ${first}, and the world says ${second}`);
};

const addressesOf = (run: Run, name: string): ReadonlySet<string> => {
  const { answers } = run.simulated.answers.answer({ name: `${name}.`, type: 'A' });
  return new Set(answers.flatMap(({ data }) => (data.type === 'A' ? [data.address] : [])));
};

const checkBalancerName = (run: Run, ages: NodeAges, serving: ServingLoadBalancer): void => {
  const { loadBalancer, listeners } = serving;
  const now = run.simulated.clock.now();
  const given = addressesOf(run, loadBalancer.dnsName);
  const nodes = loadBalancer.zones.map(({ zoneId }) => {
    const key = `${loadBalancer.id} ${zoneId} ${listeners.map((one) => one.id).join()}`;
    const age = now - (ages.get(key) ?? now);
    const { state, since } = run.watch.zone(zoneId);
    const isSettled = age >= noticedMs && now - since >= noticedMs;
    return {
      zoneId,
      isGiven: given.has(run.simulated.nodeAddress(loadBalancer.id, zoneId)),
      isGood: isSettled && state === 'reached' && hasHealthyTargets(serving, zoneId),
      isBad: isSettled && state === 'cut',
      isEmpty: !hasHealthyTargets(serving, zoneId),
    };
  });
  if (given.size === 0) throw new Broken(`${loadBalancer.dnsName} has no address at all`);
  if (listeners.length === 0 || !nodes.some((node) => node.isGood)) return;
  for (const node of nodes) {
    const where = `${loadBalancer.dnsName} has a good node, and DNS`;
    if (node.isGood && !node.isGiven) throw new Broken(`${where} leaves out ${node.zoneId}`);
    if (node.isBad && node.isGiven) {
      throw new Broken(`${where} gives ${node.zoneId}, which nobody has reached for two minutes`);
    }
    if (node.isEmpty && node.isGiven) {
      throw new Broken(`${where} gives ${node.zoneId}, which has not enough healthy targets`);
    }
  }
};

/** DNS leads to nodes that are reached and have healthy targets, and to all of those. */
export const checkBalancerNames = (run: Run, ages: NodeAges): void => {
  const serving = servingLoadBalancers(run.simulated.world);
  const standing = new Set<string>();
  for (const { loadBalancer, listeners } of serving) {
    for (const { zoneId } of loadBalancer.zones) {
      const key = `${loadBalancer.id} ${zoneId} ${listeners.map((one) => one.id).join()}`;
      standing.add(key);
      if (!ages.has(key)) ages.set(key, run.simulated.clock.now());
    }
  }
  for (const key of ages.keys()) if (!standing.has(key)) ages.delete(key);
  for (const one of serving) checkBalancerName(run, ages, one);
};
