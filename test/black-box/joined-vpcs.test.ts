import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { tryNamespaces } from '../../src/plane/compute/netns/probe.ts';
import { awsClients, given } from '../support/aws-clients.ts';
import type { AwsClients } from '../support/aws-clients.ts';
import { eventually } from '../support/eventually.ts';
import { runCommand, startReady, stop } from '../support/faultline-process.ts';
import type { Running } from '../support/faultline-process.ts';
import { launchWith, serverPort, serverProgram, stateOf } from './web-server.ts';

const why = process.getuid?.() === 0 ? await tryNamespaces('root') : 'this user is not root';
if (why !== undefined) process.stderr.write(`SKIPPED: instances in VPCs that are joined: ${why}\n`);

const patienceMs = 60_000;

/** A VPC with one instance in it that answers everybody at `serverPort`. */
interface Site {
  readonly aws: AwsClients;
  readonly region: string;
  readonly vpcId: string;
  readonly subnetId: string;
  readonly tableId: string;
  readonly cidr: string;
  readonly instanceId: string;
  readonly address: string;
}

const siteIn = async (world: Running, zone: string, second: number): Promise<Site> => {
  const region = zone.slice(0, -1);
  const aws = awsClients(world.endpoint, { region });
  const { ec2 } = aws;
  const cidr = `10.${second}.0.0/16`;
  const { Vpc } = await ec2.createVpc({ CidrBlock: cidr });
  const vpcId = given(Vpc?.VpcId);
  const { Subnet } = await ec2.createSubnet({
    VpcId: vpcId,
    CidrBlock: `10.${second}.0.0/24`,
    AvailabilityZone: zone,
  });
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
    subnetId: given(Subnet?.SubnetId),
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

/** A transit gateway to which a site's VPC is attached, and leads all that is not its own. */
const hubOf = async ({ aws: { ec2 }, ...site }: Site) => {
  const { TransitGateway } = await ec2.createTransitGateway({});
  const TransitGatewayId = given(TransitGateway?.TransitGatewayId);
  await eventually(async () => {
    const { TransitGateways } = await ec2.describeTransitGateways({});
    return TransitGateways?.[0]?.State === 'available';
  }, patienceMs);
  await ec2.createTransitGatewayVpcAttachment({
    TransitGatewayId,
    VpcId: site.vpcId,
    SubnetIds: [site.subnetId],
  });
  await eventually(async () => {
    const { TransitGatewayVpcAttachments } = await ec2.describeTransitGatewayVpcAttachments({});
    return TransitGatewayVpcAttachments?.[0]?.State === 'available';
  }, patienceMs);
  await ec2.createRoute({
    RouteTableId: site.tableId,
    DestinationCidrBlock: '10.0.0.0/8',
    TransitGatewayId,
  });
  const tableId = given(TransitGateway?.Options?.AssociationDefaultRouteTableId);
  return { ec2, TransitGatewayId, tableId };
};

type Hub = Awaited<ReturnType<typeof hubOf>>;

/** Peers two gateways, and leads each one's packets for the other site there. */
const peerHubs = async (one: Hub, other: Hub, from: Site, to: Site): Promise<void> => {
  const { TransitGateways } = await other.ec2.describeTransitGateways({});
  const { TransitGatewayPeeringAttachment } = await one.ec2.createTransitGatewayPeeringAttachment({
    TransitGatewayId: one.TransitGatewayId,
    PeerTransitGatewayId: other.TransitGatewayId,
    PeerAccountId: given(TransitGateways?.[0]?.OwnerId),
    PeerRegion: to.region,
  });
  const TransitGatewayAttachmentId = given(
    TransitGatewayPeeringAttachment?.TransitGatewayAttachmentId,
  );
  const stateIs = (hub: Hub, state: string) =>
    eventually(async () => {
      const { TransitGatewayPeeringAttachments } =
        await hub.ec2.describeTransitGatewayPeeringAttachments({});
      return TransitGatewayPeeringAttachments?.[0]?.State === state;
    }, patienceMs);
  await stateIs(other, 'pendingAcceptance');
  await other.ec2.acceptTransitGatewayPeeringAttachment({ TransitGatewayAttachmentId });
  await stateIs(one, 'available');
  await one.ec2.createTransitGatewayRoute({
    TransitGatewayRouteTableId: one.tableId,
    TransitGatewayAttachmentId,
    DestinationCidrBlock: to.cidr,
  });
  await other.ec2.createTransitGatewayRoute({
    TransitGatewayRouteTableId: other.tableId,
    TransitGatewayAttachmentId,
    DestinationCidrBlock: from.cidr,
  });
};

describe.skipIf(why !== undefined)(
  `instances in VPCs of two Regions that are joined${why === undefined ? '' : ` (${why})`}`,
  () => {
    let world: Running;
    beforeAll(async () => {
      world = await startReady({ driver: 'netns', speed: 20 });
    }, patienceMs);
    afterAll(() => stop(world));

    it(
      'by peering reach each other by private addresses and routes, and not while they are parted',
      async () => {
        const one = await siteIn(world, 'us-east-1a', 1);
        const other = await siteIn(world, 'eu-west-1a', 2);
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

    it(
      'by transit gateways reach each other while the Regions and zones of both are there',
      async () => {
        const one = await siteIn(world, 'ap-south-1a', 3);
        const other = await siteIn(world, 'ca-central-1a', 4);
        expect(await heard(world, one, other)).toBe('silent');
        const [from, to] = [await hubOf(one), await hubOf(other)];
        expect(await heard(world, one, other)).toBe('silent');
        await peerHubs(from, to, one, other);
        await eventually(() => isAnswered(world, one, other), patienceMs);
        expect(await isAnswered(world, other, one)).toBe(true);
        const environment = { FAULTLINE_ENDPOINT: world.endpoint };
        for (const target of ['region/ca-central-1', 'zone/ca-central-1a']) {
          await runCommand(['break', target, 'network'], environment);
          expect(await heard(world, one, other)).toBe('silent');
          await runCommand(['mend', '--all'], environment);
          await eventually(() => isAnswered(world, one, other), patienceMs);
        }
        await to.ec2.replaceTransitGatewayRoute({
          TransitGatewayRouteTableId: to.tableId,
          DestinationCidrBlock: one.cidr,
          Blackhole: true,
        });
        expect(await heard(world, one, other)).toBe('silent');
      },
      4 * patienceMs,
    );
  },
);
