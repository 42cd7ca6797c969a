import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { tryNamespaces } from '../../src/plane/compute/netns/probe.ts';
import { awsClients, given } from '../support/aws-clients.ts';
import type { AwsClients } from '../support/aws-clients.ts';
import { eventually } from '../support/eventually.ts';
import { runCommand, startReady, stop } from '../support/faultline-process.ts';
import type { Running } from '../support/faultline-process.ts';
import { launchWith, serverPort, serverProgram, stateOf } from './web-server.ts';

const why = process.getuid?.() === 0 ? await tryNamespaces('root') : 'this user is not root';
if (why !== undefined) process.stderr.write(`SKIPPED: instances in peered VPCs: ${why}\n`);

const patienceMs = 60_000;

/** A VPC with one instance in it that answers everybody at `serverPort`. */
interface Site {
  readonly aws: AwsClients;
  readonly region: string;
  readonly vpcId: string;
  readonly tableId: string;
  readonly cidr: string;
  readonly instanceId: string;
  readonly address: string;
}

const siteIn = async (world: Running, region: string, second: number): Promise<Site> => {
  const aws = awsClients(world.endpoint, { region });
  const { ec2 } = aws;
  const cidr = `10.${second}.0.0/16`;
  const { Vpc } = await ec2.createVpc({ CidrBlock: cidr });
  const vpcId = given(Vpc?.VpcId);
  const { Subnet } = await ec2.createSubnet({ VpcId: vpcId, CidrBlock: `10.${second}.0.0/24` });
  const Filters = [{ Name: 'vpc-id', Values: [vpcId] }];
  const { RouteTables } = await ec2.describeRouteTables({ Filters });
  const { GroupId } = await ec2.createSecurityGroup({
    GroupName: 'web',
    Description: 'web',
    VpcId: vpcId,
  });
  await ec2.authorizeSecurityGroupIngress({
    GroupId,
    IpPermissions: [
      {
        IpProtocol: 'tcp',
        FromPort: serverPort,
        ToPort: serverPort,
        IpRanges: [{ CidrIp: '10.0.0.0/8' }],
      },
    ],
  });
  const instanceId = await launchWith(aws, serverProgram, {
    SubnetId: given(Subnet?.SubnetId),
    SecurityGroupIds: [given(GroupId)],
  });
  await eventually(async () => (await stateOf(aws, instanceId)) === 'running', patienceMs);
  const { Reservations } = await ec2.describeInstances({ InstanceIds: [instanceId] });
  return {
    aws,
    region,
    vpcId,
    tableId: given(RouteTables?.[0]?.RouteTableId),
    cidr,
    instanceId,
    address: given(Reservations?.[0]?.Instances?.[0]?.PrivateIpAddress),
  };
};

/** What a program of one site's instance hears from the other's, by its private address. */
const heard = async (world: Running, from: Site, to: Site): Promise<string> => {
  const program = `python3 -c "
from urllib.request import urlopen
try:
    print(urlopen('http://${to.address}:${serverPort}/', timeout=2).read().decode())
except Exception as problem:
    print('silent' if 'timed out' in str(problem) else problem)"`;
  const { stdout } = await runCommand(
    ['ssh', from.instanceId, '--region', from.region, '--', program],
    { FAULTLINE_ENDPOINT: world.endpoint },
  );
  return stdout.trim();
};

const isAnswered = async (world: Running, from: Site, to: Site): Promise<boolean> =>
  (await heard(world, from, to)).includes(to.instanceId);

const peer = async (from: Site, to: Site): Promise<string> => {
  const { VpcPeeringConnection } = await from.aws.ec2.createVpcPeeringConnection({
    VpcId: from.vpcId,
    PeerVpcId: to.vpcId,
    PeerRegion: to.region,
  });
  const VpcPeeringConnectionId = given(VpcPeeringConnection?.VpcPeeringConnectionId);
  const statusIs = (code: string) => async () => {
    const { VpcPeeringConnections } = await to.aws.ec2.describeVpcPeeringConnections({});
    return VpcPeeringConnections?.[0]?.Status?.Code === code;
  };
  await eventually(statusIs('pending-acceptance'), patienceMs);
  await to.aws.ec2.acceptVpcPeeringConnection({ VpcPeeringConnectionId });
  await eventually(statusIs('active'), patienceMs);
  return VpcPeeringConnectionId;
};

const route = ({ aws, tableId }: Site, to: Site, VpcPeeringConnectionId: string): Promise<object> =>
  aws.ec2.createRoute({
    RouteTableId: tableId,
    DestinationCidrBlock: to.cidr,
    VpcPeeringConnectionId,
  });

describe.skipIf(why !== undefined)(
  `instances in peered VPCs of two Regions${why === undefined ? '' : ` (${why})`}`,
  () => {
    let world: Running;
    beforeAll(async () => {
      world = await startReady({ driver: 'netns', speed: 20 });
    }, patienceMs);
    afterAll(() => stop(world));

    it(
      'reach each other by private addresses and routes, and not while the Regions are parted',
      async () => {
        const one = await siteIn(world, 'us-east-1', 1);
        const other = await siteIn(world, 'eu-west-1', 2);
        expect(await heard(world, one, other)).toBe('silent');
        const connectionId = await peer(one, other);
        await route(one, other, connectionId);
        expect(await heard(world, one, other)).toBe('silent');
        await route(other, one, connectionId);
        await eventually(() => isAnswered(world, one, other), patienceMs);
        expect(await isAnswered(world, other, one)).toBe(true);
        const environment = { FAULTLINE_ENDPOINT: world.endpoint };
        await runCommand(['break', 'region/eu-west-1', 'network'], environment);
        expect(await heard(world, one, other)).toBe('silent');
        await runCommand(['mend', '--all'], environment);
        await eventually(() => isAnswered(world, one, other), patienceMs);
        await other.aws.ec2.deleteVpcPeeringConnection({ VpcPeeringConnectionId: connectionId });
        expect(await heard(world, one, other)).toBe('silent');
      },
      4 * patienceMs,
    );
  },
);
