import { Targets, TargetGroups } from '../../aws/elbv2/entities.ts';
import { isLoadBalancerHealthy, pickNodes, type NodeInDns } from '../../aws/elbv2/pick-node.ts';
import { isHealthyForNode } from '../../aws/elbv2/reported-health.ts';
import { answer, type AnswerContext, type HostAddresses } from '../../aws/route53/answer.ts';
import type { DnsAnswer, DnsQuestion, DnsRecord } from '../../aws/route53/dns-records.ts';
import { HealthChecks, HostedZones, ResourceRecordSets } from '../../aws/route53/entities.ts';
import { healthCheckStatus } from '../../aws/route53/health-checks.ts';
import { serveZone, zoneFinder } from '../../aws/route53/served-zone.ts';
import { noAccount, partitionShard } from '../../world/entity.ts';
import type { World } from '../../world/world.ts';
import { InstanceHosts, type InstanceHost } from './instance-hosts.ts';
import { servingLoadBalancers, type ServingLoadBalancer } from './load-balancers.ts';
import { isCrossZone, minimumHealthyTargets } from './node-configurations.ts';
import { isNodeReached } from './node-reachability.ts';
import { watchTables } from './tables-watch.ts';

/** World time that balancers' and instances' addresses may be kept ("How Elastic Load Balancing works", User Guide). */
const awsTtlSeconds = 60;

/** Where the answers point to. */
export interface AnswerSockets {
  nodeAddress(loadBalancerArn: string, zoneId: string): string;
  /** The loopback address on which an instance answers inside its VPC. */
  instanceAddress(instanceId: string): string;
  /** The loopback address on which an instance answers to the outside. */
  publicAddress(instanceId: string): string;
}

/** Answers DNS questions from the world. */
export interface DnsAnswers {
  answer(question: DnsQuestion): DnsAnswer;
  /** Counts up whenever any answer may have changed. */
  generation(): number;
  stop(): void;
}

const nodesOf = (world: World, serving: ServingLoadBalancer): readonly NodeInDns[] =>
  serving.loadBalancer.zones.map(({ zoneId }) => ({
    zoneId,
    reachable: isNodeReached(world, serving.loadBalancer.id, zoneId),
    targetGroups: serving.targetGroupArns.flatMap((arn) => {
      const group = serving.view.get(TargetGroups, arn);
      if (group === undefined) return [];
      return {
        crossZone: isCrossZone(group),
        minimumHealthyTargets: minimumHealthyTargets(
          group.attributes,
          'target_group_health.dns_failover.minimum_healthy_targets.count',
        ),
        targets: serving.view.find(Targets, 'targetGroup', arn).map((target) => ({
          zoneId: target.zoneId ?? zoneId,
          healthy: isHealthyForNode(serving.view, serving.loadBalancer, zoneId, target),
        })),
      };
    }),
  }));

const balancerAddresses = (
  world: World,
  sockets: AnswerSockets,
  serving: ServingLoadBalancer,
): HostAddresses => {
  const nodes = nodesOf(world, serving);
  return {
    addresses: pickNodes(nodes, 0).map((node) =>
      sockets.nodeAddress(serving.loadBalancer.id, node.zoneId),
    ),
    ttlSeconds: awsTtlSeconds,
    healthy: isLoadBalancerHealthy(nodes),
  };
};

const withoutDot = (name: string): string => name.replace(/\.$/, '');

const instanceAddresses = (
  sockets: AnswerSockets,
  name: string,
  host: InstanceHost | undefined,
): HostAddresses | undefined => {
  if (host === undefined) return undefined;
  const isPrivateName = name.includes('internal.');
  const address = isPrivateName
    ? sockets.instanceAddress(host.instance.id)
    : sockets.publicAddress(host.instance.id);
  return { addresses: [address], ttlSeconds: awsTtlSeconds, healthy: true };
};

/** The health checks' statuses and the zones of all accounts: they are one name space. */
const readRoute53 = (world: World): Pick<AnswerContext, 'zoneOf' | 'healthy'> => {
  const accounts = world.view(partitionShard, noAccount).accounts();
  const views = accounts.map((account) => world.view(partitionShard, account));
  const zones = views.flatMap((view) =>
    view
      .list(HostedZones)
      .map((zone) => serveZone(zone, view.find(ResourceRecordSets, 'hostedZone', zone.id))),
  );
  return {
    zoneOf: zoneFinder(zones),
    healthy: (healthCheckId) => {
      const view = views.find(
        (candidate) => candidate.get(HealthChecks, healthCheckId) !== undefined,
      );
      // A record whose health check is gone is never healthy (Developer Guide, "Deleting health checks").
      return view !== undefined && healthCheckStatus(view, healthCheckId);
    },
  };
};

const readContext = (
  world: World,
  sockets: AnswerSockets,
): AnswerContext & { readonly hosts: InstanceHosts } => {
  const hosts = new InstanceHosts(world);
  const balancers = new Map(
    servingLoadBalancers(world).map((serving) => [`${serving.loadBalancer.dnsName}.`, serving]),
  );
  const known = new Map<string, HostAddresses | undefined>();
  return {
    ...readRoute53(world),
    hosts,
    balancer: (name) => {
      if (known.has(name)) return known.get(name);
      const serving = balancers.get(name);
      const addresses =
        serving === undefined ? undefined : balancerAddresses(world, sockets, serving);
      known.set(name, addresses);
      return addresses;
    },
    instance: (name) => instanceAddresses(sockets, name, hosts.byName(withoutDot(name))),
  };
};

/** An address that the API gave, in a record that a user wrote, leads to the real socket behind it. */
const toRealAddress = (
  sockets: AnswerSockets,
  hosts: InstanceHosts,
  record: DnsRecord,
): DnsRecord => {
  if (record.data.type !== 'A') return record;
  const { address } = record.data;
  const outside = hosts.byPublicAddress(address);
  if (outside !== undefined) {
    return { ...record, data: { type: 'A', address: sockets.publicAddress(outside.instance.id) } };
  }
  const [inside, ...others] = hosts.byPrivateAddress(address);
  if (inside === undefined || others.length > 0) return record;
  return { ...record, data: { type: 'A', address: sockets.instanceAddress(inside.instance.id) } };
};

/** Makes the answers of one world; what they rest on is read anew after each commit that may change it. */
export const createDnsAnswers = (world: World, sockets: AnswerSockets): DnsAnswers => {
  const watch = watchTables(world, [
    'route53-',
    'elbv2-',
    'ec2-instances',
    'ec2-network-interfaces',
    'balancer-node-',
  ]);
  let context: ReturnType<typeof readContext> | undefined;
  let readAt = -1;
  return {
    answer: (question) => {
      if (context === undefined || readAt !== watch.generation()) {
        context = readContext(world, sockets);
        readAt = watch.generation();
      }
      const { hosts } = context;
      const found = answer(question, context);
      return {
        ...found,
        answers: found.answers.map((record) => toRealAddress(sockets, hosts, record)),
      };
    },
    generation: watch.generation,
    stop: watch.stop,
  };
};
