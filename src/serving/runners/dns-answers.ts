import { Instances } from '../../aws/ec2/instances/instance-entities.ts';
import { TargetGroups, TargetHealthReports, Targets } from '../../aws/elbv2/entities.ts';
import { BalancerNodeChecks } from '../../aws/elbv2/node-checks.ts';
import { nodesInDns } from '../../aws/elbv2/nodes-in-dns.ts';
import { isLoadBalancerHealthy, pickNodes } from '../../aws/elbv2/pick-node.ts';
import { answer, type AnswerContext, type HostAddresses } from '../../aws/route53/answer.ts';
import type { DnsAnswer, DnsQuestion, DnsRecord } from '../../aws/route53/dns-records.ts';
import {
  CheckerStatuses,
  HealthChecks,
  HostedZones,
  ResourceRecordSets,
} from '../../aws/route53/entities.ts';
import { healthCheckStatus } from '../../aws/route53/health-checks.ts';
import { serveZone, zoneFinder } from '../../aws/route53/served-zone.ts';
import { partitionShard } from '../../world/entity.ts';
import type { World } from '../../world/world.ts';
import { hostTables, instanceHosts, type InstanceHosts } from '../addresses/instance-hosts.ts';
import {
  servingLoadBalancers,
  servingTables,
  type ServingLoadBalancer,
} from '../addresses/load-balancers.ts';
import { remembered } from './tables-watch.ts';

/** World time that balancers' and instances' addresses may be kept ("How Elastic Load Balancing works", User Guide). */
const awsTtlSeconds = 60;

/** Where the answers point to. */
export interface AnswerSockets {
  nodeAddress(loadBalancerArn: string, zoneId: string): string;
  /** The loopback address on which an instance answers inside its VPC. */
  instanceAddress(instanceId: string): string;
  /** The loopback address on which an instance answers to the outside. */
  publicAddress(instanceId: string): string;
  /** The loopback address that stands for an Elastic IP. */
  elasticAddress(allocationId: string): string;
}

/** Answers DNS questions from the world. */
export interface DnsAnswers {
  answer(question: DnsQuestion): DnsAnswer;
  /** Counts up whenever any answer may have changed. */
  generation(): number;
}

const balancerAddresses = (
  sockets: AnswerSockets,
  { view, loadBalancer }: ServingLoadBalancer,
): HostAddresses => {
  const nodes = nodesInDns(view, loadBalancer);
  return {
    addresses: pickNodes(nodes, 0).map((node) => sockets.nodeAddress(loadBalancer.id, node.zoneId)),
    ttlSeconds: awsTtlSeconds,
    healthy: isLoadBalancerHealthy(nodes),
  };
};

const withoutDot = (name: string): string => name.replace(/\.$/, '');

const instanceAddresses = (
  sockets: AnswerSockets,
  hosts: InstanceHosts,
  name: string,
): HostAddresses | undefined => {
  const elastic = hosts.elasticByName(withoutDot(name));
  if (elastic !== undefined) {
    const address = sockets.elasticAddress(elastic.elasticIp.id);
    return { addresses: [address], ttlSeconds: awsTtlSeconds, healthy: true };
  }
  const host = hosts.byName(withoutDot(name));
  if (host === undefined) return undefined;
  const isPrivateName = name.includes('internal.');
  const address = isPrivateName
    ? sockets.instanceAddress(host.instance.id)
    : sockets.publicAddress(host.instance.id);
  return { addresses: [address], ttlSeconds: awsTtlSeconds, healthy: true };
};

/** The health checks' statuses and the zones of all accounts: they are one name space. */
const readRoute53 = (world: World): Pick<AnswerContext, 'zoneOf' | 'healthy'> => {
  const views = world.viewsOf(partitionShard);
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

/** What a balancer's addresses rest on. */
const balancerTables = [
  ...servingTables,
  TargetGroups,
  Targets,
  TargetHealthReports,
  Instances,
  BalancerNodeChecks,
] as const;

const zoneTables = [HostedZones, ResourceRecordSets, HealthChecks] as const;

/** All that any answer rests on. */
const answerTables = [...zoneTables, CheckerStatuses, ...balancerTables, ...hostTables] as const;

const createContext = (world: World, sockets: AnswerSockets): AnswerContext => {
  const route53 = remembered(world, zoneTables, () => readRoute53(world));
  const balancers = remembered(
    world,
    servingTables,
    () =>
      new Map(
        servingLoadBalancers(world).map((serving) => [`${serving.loadBalancer.dnsName}.`, serving]),
      ),
  );
  const addresses = remembered(world, balancerTables, () => new Map<string, HostAddresses>());
  return {
    zoneOf: (name) => route53().zoneOf(name),
    healthy: (healthCheckId) => route53().healthy(healthCheckId),
    balancer: (name) => {
      const known = addresses().get(name);
      const serving = balancers().get(name);
      if (known !== undefined || serving === undefined) return known;
      const read = balancerAddresses(sockets, serving);
      addresses().set(name, read);
      return read;
    },
    instance: (name) => instanceAddresses(sockets, instanceHosts(world), name),
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
  const elastic = hosts.elasticByAddress(address);
  if (elastic !== undefined) {
    const real = sockets.elasticAddress(elastic.elasticIp.id);
    return { ...record, data: { type: 'A', address: real } };
  }
  const outside = hosts.byPublicAddress(address);
  if (outside !== undefined) {
    return { ...record, data: { type: 'A', address: sockets.publicAddress(outside.instance.id) } };
  }
  const [inside, ...others] = hosts.byPrivateAddress(address);
  if (inside === undefined || others.length > 0) return record;
  return { ...record, data: { type: 'A', address: sockets.instanceAddress(inside.instance.id) } };
};

/** Makes the answers of one world; what they rest on is read anew only when a commit has changed it. */
export const createDnsAnswers = (world: World, sockets: AnswerSockets): DnsAnswers => {
  const context = createContext(world, sockets);
  return {
    answer: (question) => {
      const found = answer(question, context);
      const hosts = instanceHosts(world);
      return {
        ...found,
        answers: found.answers.map((record) => toRealAddress(sockets, hosts, record)),
      };
    },
    generation: () => world.changesOf(answerTables),
  };
};
