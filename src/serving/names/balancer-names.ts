import { Instances } from '../../aws/ec2/instances/instance-entities.ts';
import { TargetGroups, TargetHealthReports, Targets } from '../../aws/elbv2/entities.ts';
import { BalancerNodeChecks } from '../../aws/elbv2/node-checks.ts';
import { nodesInDns } from '../../aws/elbv2/nodes-in-dns.ts';
import { isLoadBalancerHealthy, pickNodes } from '../../aws/elbv2/pick-node.ts';
import type { HostAddresses } from '../../aws/route53/answer.ts';
import { awsNameTtlSeconds } from '../../aws/route53/aws-names.ts';
import type { World } from '../../world/world.ts';
import {
  servingLoadBalancers,
  servingTables,
  type ServingLoadBalancer,
} from '../addresses/load-balancers.ts';
import { remembered } from '../runners/tables-watch.ts';
import type { AnswerSockets, NameSource } from './name-source.ts';

const tables = [
  ...servingTables,
  TargetGroups,
  Targets,
  TargetHealthReports,
  Instances,
  BalancerNodeChecks,
] as const;

const addressesOf = (
  sockets: AnswerSockets,
  { view, loadBalancer }: ServingLoadBalancer,
): HostAddresses => {
  const nodes = nodesInDns(view, loadBalancer);
  return {
    addresses: pickNodes(nodes, 0).map(({ zoneId }) =>
      sockets.addressOf({ kind: 'node', loadBalancerArn: loadBalancer.id, zoneId }),
    ),
    ttlSeconds: awsNameTtlSeconds,
    healthy: isLoadBalancerHealthy(nodes),
  };
};

/** The names of load balancers, which lead to their nodes. */
export const balancerNames = (world: World, sockets: AnswerSockets): NameSource => {
  const balancers = remembered(
    world,
    servingTables,
    () =>
      new Map(
        servingLoadBalancers(world).map((serving) => [`${serving.loadBalancer.dnsName}.`, serving]),
      ),
  );
  const addresses = remembered(world, tables, () => new Map<string, HostAddresses>());
  return {
    tables,
    find: (name) => {
      const known = addresses().get(name);
      const serving = balancers().get(name);
      if (known !== undefined || serving === undefined) return known;
      const read = addressesOf(sockets, serving);
      addresses().set(name, read);
      return read;
    },
  };
};
