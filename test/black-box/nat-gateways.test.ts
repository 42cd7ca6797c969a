import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { tryNamespaces } from '../../src/plane/compute/netns/probe.ts';
import { awsClients, given } from '../support/aws-clients.ts';
import type { AwsClients } from '../support/aws-clients.ts';
import { eventually } from '../support/eventually.ts';
import { callAdmin } from '../support/faultline-admin.ts';
import { runCommand, startReady, stop } from '../support/faultline-process.ts';
import type { Running } from '../support/faultline-process.ts';
import { launchWith, stateOf } from './web-server.ts';

const why = process.getuid?.() === 0 ? await tryNamespaces('root') : 'this user is not root';
if (why !== undefined) process.stderr.write(`SKIPPED: NAT gateways that translate: ${why}\n`);

const patienceMs = 60_000;

/** A server that says what it is told of its client by the balancer before it. */
const forwardedFor = `#!/usr/bin/env node
require('node:http').createServer((request, response) =>
  response.end('seen ' + (request.headers['x-forwarded-for'] || 'directly')),
).listen(8080, '0.0.0.0');
`;

const asking = (url: string): string =>
  `python3 -c "
from urllib.request import urlopen
try:
    print(urlopen('${url}', timeout=2).read().decode())
except Exception as problem:
    print('silent' if 'timed out' in str(problem) else problem)"`;

describe.skipIf(why !== undefined)(`a NAT gateway${why === undefined ? '' : ` (${why})`}`, () => {
  let world: Running;
  let aws: AwsClients;
  let server: string;
  let hidden: string;
  let zones: readonly string[];
  let subnetIds: readonly string[];

  const launched = async (userData: string, SubnetId: string): Promise<string> => {
    const id = await launchWith(aws, userData, { SubnetId });
    await eventually(async () => (await stateOf(aws, id)) === 'running', patienceMs);
    return id;
  };

  const environment = () => ({ FAULTLINE_ENDPOINT: world.endpoint });

  const heard = async (url: string): Promise<string> => {
    const { stdout } = await runCommand(['ssh', hidden, '--', asking(url)], environment());
    return stdout.trim();
  };

  /** The loopback address that stands for an address of AWS's side. */
  const standIn = async (address: string): Promise<string> => {
    const { body } = await callAdmin(world.endpoint, 'GET', `/address?of=${address}`);
    return given((body as { readonly address?: string }).address);
  };

  beforeAll(async () => {
    world = await startReady({ driver: 'netns', speed: 20 });
    aws = awsClients(world.endpoint);
    const { Subnets = [] } = await aws.ec2.describeSubnets();
    subnetIds = Subnets.map(({ SubnetId }) => given(SubnetId));
    zones = Subnets.map(({ AvailabilityZone }) => given(AvailabilityZone));
    const VpcId = given(Subnets[0]?.VpcId);
    const made = await aws.ec2.createSubnet({
      VpcId,
      CidrBlock: '172.31.200.0/24',
      AvailabilityZone: given(zones[1]),
    });
    const { RouteTable } = await aws.ec2.createRouteTable({ VpcId });
    const RouteTableId = given(RouteTable?.RouteTableId);
    const SubnetId = given(made.Subnet?.SubnetId);
    await aws.ec2.associateRouteTable({ RouteTableId, SubnetId });
    server = await launched(forwardedFor, given(subnetIds[1]));
    hidden = await launched('#!/bin/sh\nexec sleep 100000\n', SubnetId);
    const { AllocationId } = await aws.ec2.allocateAddress({ Domain: 'vpc' });
    const { NatGateway } = await aws.ec2.createNatGateway({
      SubnetId: given(subnetIds[0]),
      AllocationId,
    });
    await aws.ec2.createRoute({
      RouteTableId,
      DestinationCidrBlock: '0.0.0.0/0',
      NatGatewayId: given(NatGateway?.NatGatewayId),
    });
    await eventually(async () => {
      const { NatGateways } = await aws.ec2.describeNatGateways({});
      return NatGateways?.[0]?.State === 'available';
    }, patienceMs);
  }, 2 * patienceMs);
  afterAll(() => stop(world));

  it(
    'is who a private instance comes as, to a public address and to a balancer',
    async () => {
      const { Reservations } = await aws.ec2.describeInstances({ InstanceIds: [server] });
      const address = given(Reservations?.[0]?.Instances?.[0]?.PublicIpAddress);
      await eventually(
        async () => (await heard(`http://${address}:8080/`)) === 'seen directly',
        patienceMs,
      );
      const { LoadBalancers } = await aws.elbv2.createLoadBalancer({
        Name: 'front',
        Subnets: subnetIds.slice(0, 2),
      });
      const { TargetGroups } = await aws.elbv2.createTargetGroup({
        Name: 'servers',
        Protocol: 'HTTP',
        Port: 8080,
        VpcId: given(LoadBalancers?.[0]?.VpcId),
      });
      const TargetGroupArn = given(TargetGroups?.[0]?.TargetGroupArn);
      await aws.elbv2.registerTargets({ TargetGroupArn, Targets: [{ Id: server }] });
      await aws.elbv2.createListener({
        LoadBalancerArn: given(LoadBalancers?.[0]?.LoadBalancerArn),
        Protocol: 'HTTP',
        Port: 80,
        DefaultActions: [{ Type: 'forward', TargetGroupArn }],
      });
      const { NatGateways } = await aws.ec2.describeNatGateways({});
      const publicIp = given(NatGateways?.[0]?.NatGatewayAddresses?.[0]?.PublicIp);
      const seen = `seen ${await standIn(publicIp)}`;
      const name = given(LoadBalancers?.[0]?.DNSName);
      await eventually(async () => (await heard(`http://${name}/`)) === seen, patienceMs);
    },
    4 * patienceMs,
  );

  it(
    'is no way while its zone is lost, and one again with it',
    async () => {
      const { Reservations } = await aws.ec2.describeInstances({ InstanceIds: [server] });
      const url = `http://${given(Reservations?.[0]?.Instances?.[0]?.PublicIpAddress)}:8080/`;
      await runCommand(['break', `zone/${given(zones[0])}`, 'power'], environment());
      // The instance's own zone, and that of what it asks, are well.
      expect(await heard(url)).toBe('silent');
      await runCommand(['mend', '--all'], environment());
      await eventually(async () => (await heard(url)) === 'seen directly', patienceMs);
    },
    2 * patienceMs,
  );
});
