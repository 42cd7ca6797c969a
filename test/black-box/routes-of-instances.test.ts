import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { tryNamespaces } from '../../src/plane/compute/netns/probe.ts';
import { awsClients, given } from '../support/aws-clients.ts';
import type { AwsClients } from '../support/aws-clients.ts';
import { eventually } from '../support/eventually.ts';
import { runCommand, startReady, stop } from '../support/faultline-process.ts';
import type { Running } from '../support/faultline-process.ts';
import { launchWith, stateOf } from './web-server.ts';

const why = process.getuid?.() === 0 ? await tryNamespaces('root') : 'this user is not root';
if (why !== undefined) process.stderr.write(`SKIPPED: the routes of instances: ${why}\n`);

const patienceMs = 60_000;

/** Prints what a balancer answers, and `silent` when nothing has come back for two seconds. */
const asking = (name: string): string =>
  `python3 -c "
from urllib.request import urlopen
try:
    print(urlopen('http://${name}/', timeout=2).read().decode())
except Exception as problem:
    print('silent' if 'timed out' in str(problem) else problem)"`;

describe.skipIf(why !== undefined)(
  `an instance in a network of its own${why === undefined ? '' : ` (${why})`}`,
  () => {
    let world: Running;
    let aws: AwsClients;
    let subnetIds: readonly string[];
    let privateSubnetId: string;
    let privateTableId: string;

    const balancer = async (scheme: 'internal' | 'internet-facing'): Promise<string> => {
      const { LoadBalancers } = await aws.elbv2.createLoadBalancer({
        Name: `the-${scheme}`,
        Scheme: scheme,
        Subnets: subnetIds.slice(0, 2),
      });
      await aws.elbv2.createListener({
        LoadBalancerArn: given(LoadBalancers?.[0]?.LoadBalancerArn),
        Protocol: 'HTTP',
        Port: 80,
        DefaultActions: [
          {
            Type: 'fixed-response',
            FixedResponseConfig: {
              StatusCode: '200',
              ContentType: 'text/plain',
              MessageBody: `from the ${scheme} one`,
            },
          },
        ],
      });
      return given(LoadBalancers?.[0]?.DNSName);
    };

    const launched = async (SubnetId: string): Promise<string> => {
      const id = await launchWith(aws, '#!/bin/sh\nexec sleep 100000\n', { SubnetId });
      await eventually(async () => (await stateOf(aws, id)) === 'running', patienceMs);
      return id;
    };

    /** What a program of the instance hears from a balancer. */
    const heardBy = async (id: string, name: string): Promise<string> => {
      const { stdout } = await runCommand(['ssh', id, '--', asking(name)], {
        FAULTLINE_ENDPOINT: world.endpoint,
      });
      return stdout.trim();
    };

    beforeAll(async () => {
      world = await startReady({ driver: 'netns', speed: 20 });
      aws = awsClients(world.endpoint);
      const { Subnets = [] } = await aws.ec2.describeSubnets();
      subnetIds = Subnets.map(({ SubnetId }) => given(SubnetId));
      const VpcId = given(Subnets[0]?.VpcId);
      const made = await aws.ec2.createSubnet({
        VpcId,
        CidrBlock: '172.31.200.0/24',
        AvailabilityZone: given(Subnets[0]?.AvailabilityZone),
      });
      privateSubnetId = given(made.Subnet?.SubnetId);
      const { RouteTable } = await aws.ec2.createRouteTable({ VpcId });
      privateTableId = given(RouteTable?.RouteTableId);
      await aws.ec2.associateRouteTable({
        RouteTableId: privateTableId,
        SubnetId: privateSubnetId,
      });
    }, patienceMs);
    afterAll(() => stop(world));

    it(
      'reaches an internet-facing balancer by the routes of its subnet, and an internal one without',
      async () => {
        const outside = await balancer('internet-facing');
        const inside = await balancer('internal');
        const [open, hidden] = [
          await launched(given(subnetIds[0])),
          await launched(privateSubnetId),
        ];
        await eventually(
          async () => (await heardBy(open, outside)) === 'from the internet-facing one',
          patienceMs,
        );
        await eventually(
          async () => (await heardBy(hidden, inside)) === 'from the internal one',
          patienceMs,
        );
        expect(await heardBy(hidden, outside)).toBe('silent');
        const { AllocationId } = await aws.ec2.allocateAddress({ Domain: 'vpc' });
        const { NatGateway } = await aws.ec2.createNatGateway({
          SubnetId: given(subnetIds[0]),
          AllocationId,
        });
        await aws.ec2.createRoute({
          RouteTableId: privateTableId,
          DestinationCidrBlock: '0.0.0.0/0',
          NatGatewayId: given(NatGateway?.NatGatewayId),
        });
        await eventually(
          async () => (await heardBy(hidden, outside)) === 'from the internet-facing one',
          patienceMs,
        );
      },
      4 * patienceMs,
    );
  },
);
