import { get } from 'node:http';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { awsClients, given } from '../support/aws-clients.ts';
import type { AwsClients } from '../support/aws-clients.ts';
import { eventually } from '../support/eventually.ts';
import { callAdmin, httpAnswer, realSocket, resolveName } from '../support/faultline-admin.ts';
import { runCommand, startReady, stop } from '../support/faultline-process.ts';
import type { Running } from '../support/faultline-process.ts';
import { newestImage, stateOf } from './web-server.ts';

const port = 8080;
const everyone = '0.0.0.0/0';

const server = `#!/usr/bin/env node
require('node:http').createServer((request, response) => response.end('well')).listen(${port}, process.env.HOST);
`;

let world: Running;
let aws: AwsClients;
let groupId: string;
let instanceId: string;
let targetGroupArn: string;
let dnsName: string;

const group = async (GroupName: string): Promise<string> => {
  const { GroupId } = await aws.ec2.createSecurityGroup({ GroupName, Description: GroupName });
  return given(GroupId);
};

const rule = (GroupId: string, ToPort: number) => ({
  GroupId,
  IpProtocol: 'tcp',
  FromPort: ToPort,
  ToPort,
  CidrIp: everyone,
});

beforeAll(async () => {
  world = await startReady({ driver: 'process', speed: 20 });
  aws = awsClients(world.endpoint, { region: 'eu-central-1' });
  const { Subnets = [] } = await aws.ec2.describeSubnets();
  const subnets = Subnets.slice(0, 2).map(({ SubnetId }) => given(SubnetId));
  groupId = await group('servers');
  const { Instances } = await aws.ec2.runInstances({
    ImageId: await newestImage(aws),
    InstanceType: 't3.micro',
    MinCount: 1,
    MaxCount: 1,
    SubnetId: subnets[0],
    SecurityGroupIds: [groupId],
    UserData: Buffer.from(server).toString('base64'),
  });
  instanceId = given(Instances?.[0]?.InstanceId);
  await eventually(async () => (await stateOf(aws, instanceId)) === 'running');
  const { TargetGroups } = await aws.elbv2.createTargetGroup({
    Name: 'web',
    Protocol: 'HTTP',
    Port: port,
    VpcId: given(Subnets[0]?.VpcId),
    HealthCheckIntervalSeconds: 5,
    HealthCheckTimeoutSeconds: 2,
    HealthyThresholdCount: 2,
    UnhealthyThresholdCount: 2,
  });
  targetGroupArn = given(TargetGroups?.[0]?.TargetGroupArn);
  await aws.elbv2.registerTargets({
    TargetGroupArn: targetGroupArn,
    Targets: [{ Id: instanceId }],
  });
  const { LoadBalancers } = await aws.elbv2.createLoadBalancer({ Name: 'web', Subnets: subnets });
  dnsName = given(LoadBalancers?.[0]?.DNSName);
  await aws.elbv2.createListener({
    LoadBalancerArn: given(LoadBalancers?.[0]?.LoadBalancerArn),
    Protocol: 'HTTP',
    Port: 80,
    DefaultActions: [{ Type: 'forward', TargetGroupArn: targetGroupArn }],
  });
});
afterAll(async () => {
  await stop(world);
});

/** What `GET /_faultline/world` tells of this matter. */
interface World {
  readonly blocked: readonly { readonly what: string }[];
}

const health = async () => {
  const { TargetHealthDescriptions } = await aws.elbv2.describeTargetHealth({
    TargetGroupArn: targetGroupArn,
  });
  return TargetHealthDescriptions?.[0]?.TargetHealth;
};

const askInstance = async (): Promise<string> => {
  const answer = await httpAnswer(await realSocket(world.endpoint, instanceId, port), '/', 500);
  return typeof answer === 'string' ? answer : answer.text;
};

/** Over a connection of its own: one that stands already goes on. */
const askAnew = async (): Promise<string> => {
  const url = `http://${await realSocket(world.endpoint, instanceId, port)}/`;
  return await new Promise((resolve) => {
    const sent = get(url, { agent: false, timeout: 500 }, (response) => {
      void text(response).then(resolve);
    });
    sent.on('timeout', () => {
      sent.destroy();
      resolve('silent');
    });
    sent.on('error', () => resolve('silent'));
  });
};

const askBalancer = async (): Promise<string> => {
  const [address = ''] = await eventually(async () => {
    const addresses = await resolveName(world.dnsPort, dnsName);
    return addresses.length > 0 && addresses;
  });
  const answer = await httpAnswer(await realSocket(world.endpoint, address, 80), '/', 500);
  return typeof answer === 'string' ? answer : answer.text;
};

describe('what security groups do not allow', () => {
  it('is silent, and the address says why', async () => {
    expect(await askInstance()).toBe('silent');
    const path = `/address?of=${instanceId}&port=${port}`;
    expect(await callAdmin(world.endpoint, 'GET', path)).toMatchObject({
      body: {
        blocked: `the security group ${groupId} does not allow TCP ${port} from outside (127.0.0.1)`,
      },
    });
    await eventually(async () => (await askBalancer()) === 'silent');
  });

  it('makes a target unhealthy: its health checks time out', async () => {
    await eventually(async () => (await health())?.Reason === 'Target.Timeout', 15_000);
  });

  it('is told by faultline status', async () => {
    const told = await eventually(async () => {
      const { body } = await callAdmin<World>(world.endpoint, 'GET', '/world');
      const whats = body.blocked.map(({ what }) => what);
      return whats.includes(`${instanceId} port ${port}`) && whats;
    });
    expect(told).toContain('balancer web port 80');
    expect(told).toContain(`balancer web to target ${instanceId}:${port}`);
    const { stdout } = await runCommand(['status', '--endpoint', world.endpoint]);
    expect(stdout).toContain('a security group is opened with');
  });
});

describe('what they allow', () => {
  it('passes as soon as a rule is there, from the balancer by its group alone', async () => {
    const { SecurityGroups } = await aws.ec2.describeSecurityGroups({ GroupNames: ['default'] });
    const balancerGroup = given(SecurityGroups?.[0]?.GroupId);
    await aws.ec2.authorizeSecurityGroupIngress({
      GroupId: groupId,
      IpPermissions: [
        {
          IpProtocol: 'tcp',
          FromPort: port,
          ToPort: port,
          UserIdGroupPairs: [{ GroupId: balancerGroup }],
        },
      ],
    });
    await eventually(async () => (await health())?.State === 'healthy', 15_000);
    expect(await askInstance()).toBe('silent');
    await aws.ec2.authorizeSecurityGroupIngress(rule(balancerGroup, 80));
    await eventually(async () => (await askBalancer()) === 'well');
    await aws.ec2.authorizeSecurityGroupIngress(rule(groupId, port));
    await eventually(async () => (await askInstance()) === 'well');
  });

  it('ends with a network ACL that forgets the answers', async () => {
    const { NetworkAcls } = await aws.ec2.describeNetworkAcls();
    const NetworkAclId = given(NetworkAcls?.[0]?.NetworkAclId);
    const entry = { NetworkAclId, Egress: true, RuleNumber: 10 };
    await aws.ec2.createNetworkAclEntry({
      ...entry,
      Protocol: '6',
      RuleAction: 'deny',
      CidrBlock: everyone,
      PortRange: { From: 1024, To: 65_535 },
    });
    await eventually(async () => (await askAnew()) === 'silent');
    await aws.ec2.deleteNetworkAclEntry(entry);
    await eventually(async () => (await askAnew()) === 'well');
  });
});
