import { afterAll, beforeAll, expect, it } from 'vitest';
import { awsClients, given, type AwsClients } from '../support/aws-clients.ts';
import { eventually } from '../support/eventually.ts';
import { httpAnswer, realSocket } from '../support/faultline-admin.ts';
import { runCommand, startReady, stop, type Running } from '../support/faultline-process.ts';
import { letEveryoneIn } from '../support/let-everyone-in.ts';
import { launchWith, serverPort, serverProgram, stateOf } from './web-server.ts';

const patienceMs = 60_000;
const [here, there] = ['us-east-1', 'eu-west-1'] as const;

let world: Running;
beforeAll(async () => {
  world = await startReady({ driver: 'process', speed: 20 });
}, patienceMs);
afterAll(() => stop(world));

const mainTable = async ({ ec2 }: AwsClients, vpcId: string): Promise<string> => {
  const { RouteTables } = await ec2.describeRouteTables({
    Filters: [
      { Name: 'vpc-id', Values: [vpcId] },
      { Name: 'association.main', Values: ['true'] },
    ],
  });
  return given(RouteTables?.[0]?.RouteTableId);
};

/** An instance in a VPC of its own, of another Region, and its private address. */
const farServer = async (aws: AwsClients) => {
  const { Vpc } = await aws.ec2.createVpc({ CidrBlock: '10.2.0.0/16' });
  const vpcId = given(Vpc?.VpcId);
  const { Subnet } = await aws.ec2.createSubnet({ VpcId: vpcId, CidrBlock: '10.2.0.0/24' });
  const { GroupId } = await aws.ec2.createSecurityGroup({
    VpcId: vpcId,
    GroupName: 'web',
    Description: 'web',
  });
  await aws.ec2.authorizeSecurityGroupIngress({
    GroupId,
    IpPermissions: [
      {
        IpProtocol: 'tcp',
        FromPort: serverPort,
        ToPort: serverPort,
        IpRanges: [{ CidrIp: '172.31.0.0/16' }],
      },
    ],
  });
  const id = await launchWith(aws, serverProgram, {
    SubnetId: given(Subnet?.SubnetId),
    SecurityGroupIds: [given(GroupId)],
  });
  await eventually(async () => (await stateOf(aws, id)) === 'running', patienceMs);
  const { Reservations } = await aws.ec2.describeInstances({ InstanceIds: [id] });
  return { vpcId, id, address: given(Reservations?.[0]?.Instances?.[0]?.PrivateIpAddress) };
};

/** A balancer of the default VPC that forwards to an address beyond it. */
const balancerTo = async ({ ec2, elbv2 }: AwsClients, address: string) => {
  await letEveryoneIn(ec2);
  const { Subnets = [] } = await ec2.describeSubnets();
  const VpcId = given(Subnets[0]?.VpcId);
  const { LoadBalancers } = await elbv2.createLoadBalancer({
    Name: 'web',
    Subnets: Subnets.slice(0, 2).map(({ SubnetId }) => given(SubnetId)),
  });
  const { TargetGroups } = await elbv2.createTargetGroup({
    Name: 'far',
    Protocol: 'HTTP',
    Port: serverPort,
    TargetType: 'ip',
    VpcId,
    // A program needs real time to answer, of which little is left at this speed: only long silence may count.
    HealthCheckTimeoutSeconds: 25,
    HealthyThresholdCount: 2,
    UnhealthyThresholdCount: 2,
  });
  const TargetGroupArn = given(TargetGroups?.[0]?.TargetGroupArn);
  await elbv2.registerTargets({
    TargetGroupArn,
    Targets: [{ Id: address, AvailabilityZone: 'all' }],
  });
  await elbv2.createListener({
    LoadBalancerArn: given(LoadBalancers?.[0]?.LoadBalancerArn),
    Protocol: 'HTTP',
    Port: 80,
    DefaultActions: [{ Type: 'forward', TargetGroupArn }],
  });
  return { VpcId, TargetGroupArn, dnsName: given(LoadBalancers?.[0]?.DNSName) };
};

it(
  'a load balancer reaches a server of a peered VPC of another Region, while they are joined',
  async () => {
    const [near, far] = [
      awsClients(world.endpoint, { region: here }),
      awsClients(world.endpoint, { region: there }),
    ];
    const server = await farServer(far);
    const { VpcId, TargetGroupArn, dnsName } = await balancerTo(near, server.address);
    const healthIs = (state: string) =>
      eventually(async () => {
        const { TargetHealthDescriptions } = await near.elbv2.describeTargetHealth({
          TargetGroupArn,
        });
        return TargetHealthDescriptions?.[0]?.TargetHealth?.State === state;
      }, patienceMs);
    await healthIs('unhealthy');
    const { VpcPeeringConnection } = await near.ec2.createVpcPeeringConnection({
      VpcId,
      PeerVpcId: server.vpcId,
      PeerRegion: there,
    });
    const VpcPeeringConnectionId = given(VpcPeeringConnection?.VpcPeeringConnectionId);
    await eventually(
      () => far.ec2.acceptVpcPeeringConnection({ VpcPeeringConnectionId }),
      patienceMs,
    );
    const lead = (aws: AwsClients, vpcId: string, DestinationCidrBlock: string) =>
      eventually(
        async () =>
          aws.ec2.createRoute({
            RouteTableId: await mainTable(aws, vpcId),
            DestinationCidrBlock,
            VpcPeeringConnectionId,
          }),
        patienceMs,
      );
    await lead(near, VpcId, '10.2.0.0/16');
    await lead(far, server.vpcId, '172.31.0.0/16');
    await healthIs('healthy');
    const socket = await realSocket(world.endpoint, dnsName, 80);
    const answer = await httpAnswer(socket, '/', patienceMs);
    expect(answer).toMatchObject({ status: 200, text: expect.stringContaining(server.id) });
    const environment = { FAULTLINE_ENDPOINT: world.endpoint };
    await runCommand(['break', `link/${here}/${there}`, 'network'], environment);
    await healthIs('unhealthy');
    await runCommand(['mend', '--all'], environment);
    await healthIs('healthy');
    await far.ec2.deleteVpcPeeringConnection({ VpcPeeringConnectionId });
    await healthIs('unhealthy');
  },
  4 * patienceMs,
);
