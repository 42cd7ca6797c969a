import type { AutoScalingGroup, Instance } from '@aws-sdk/client-auto-scaling';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { awsClients, given, type AwsClients } from '../support/aws-clients.ts';
import {
  breakTarget,
  httpAnswer,
  mendFault,
  realSocket,
  resolveName,
} from '../support/faultline-admin.ts';
import { kill, startReady, type Running } from '../support/faultline-process.ts';
import { keepPace, withinWorldTime } from '../support/world-pace.ts';
import { newestImage, serverPort, serverProgram, type ServerAnswer } from './web-server.ts';

const region = 'eu-west-1';
const zoneIds = ['euw1-az1', 'euw1-az2', 'euw1-az3'] as const;

// The world is slowed down while the machine is late.
vi.setConfig({ testTimeout: 900_000, hookTimeout: 300_000 });

const fastest = 60;
/** Nothing here takes as long, in seconds of the world's time. */
const longestSeconds = 3600;

let world: Running;
let stopPacing: () => Promise<void>;
let aws: AwsClients;
let dnsName: string;

const soon = <T>(attempt: () => Promise<T | undefined | false>): Promise<T> =>
  withinWorldTime(() => world.endpoint, longestSeconds, attempt);

const createSecurityGroup = async (vpcId: string, name: string): Promise<string> => {
  const request = { VpcId: vpcId, GroupName: name, Description: name };
  const { GroupId } = await aws.ec2.createSecurityGroup(request);
  return given(GroupId);
};

/** Everybody may talk to the balancer, and the balancer alone to the servers. */
const createSecurityGroups = async (
  vpcId: string,
): Promise<{ readonly balancer: string; readonly servers: string }> => {
  const balancer = await createSecurityGroup(vpcId, 'balancer');
  const servers = await createSecurityGroup(vpcId, 'servers');
  const tcp = (port: number) => ({ IpProtocol: 'tcp', FromPort: port, ToPort: port });
  await aws.ec2.authorizeSecurityGroupIngress({
    GroupId: balancer,
    IpPermissions: [{ ...tcp(80), IpRanges: [{ CidrIp: '0.0.0.0/0' }] }],
  });
  await aws.ec2.authorizeSecurityGroupIngress({
    GroupId: servers,
    IpPermissions: [{ ...tcp(serverPort), UserIdGroupPairs: [{ GroupId: balancer }] }],
  });
  return { balancer, servers };
};

const createBalancer = async (
  vpcId: string,
  subnetIds: readonly string[],
  securityGroupId: string,
): Promise<string> => {
  const { LoadBalancers } = await aws.elbv2.createLoadBalancer({
    Name: 'web',
    Subnets: [...subnetIds],
    SecurityGroups: [securityGroupId],
  });
  const { TargetGroups } = await aws.elbv2.createTargetGroup({
    Name: 'web',
    Protocol: 'HTTP',
    Port: serverPort,
    VpcId: vpcId,
    // A program needs real time to start, of which a second is a minute here: only long silence may count.
    HealthCheckIntervalSeconds: 30,
    HealthCheckTimeoutSeconds: 25,
    HealthyThresholdCount: 2,
    UnhealthyThresholdCount: 5,
  });
  const TargetGroupArn = given(TargetGroups?.[0]?.TargetGroupArn);
  await aws.elbv2.modifyTargetGroupAttributes({
    TargetGroupArn,
    Attributes: [{ Key: 'deregistration_delay.timeout_seconds', Value: '60' }],
  });
  await aws.elbv2.createListener({
    LoadBalancerArn: LoadBalancers?.[0]?.LoadBalancerArn,
    Protocol: 'HTTP',
    Port: 80,
    DefaultActions: [{ Type: 'forward', TargetGroupArn }],
  });
  dnsName = given(LoadBalancers?.[0]?.DNSName);
  return TargetGroupArn;
};

beforeAll(async () => {
  world = await startReady({ driver: 'process', speed: fastest });
  stopPacing = keepPace(() => world.endpoint, fastest);
  aws = awsClients(world.endpoint, { region });
  const { Subnets = [] } = await aws.ec2.describeSubnets();
  const vpcId = given(Subnets[0]?.VpcId);
  const subnetIds = Subnets.map(({ SubnetId }) => given(SubnetId));
  const groups = await createSecurityGroups(vpcId);
  const targetGroupArn = await createBalancer(vpcId, subnetIds, groups.balancer);
  await aws.ec2.createLaunchTemplate({
    LaunchTemplateName: 'web',
    LaunchTemplateData: {
      ImageId: await newestImage(aws),
      InstanceType: 't3.micro',
      SecurityGroupIds: [groups.servers],
      UserData: Buffer.from(serverProgram).toString('base64'),
    },
  });
  await aws.autoscaling.createAutoScalingGroup({
    AutoScalingGroupName: 'web',
    LaunchTemplate: { LaunchTemplateName: 'web', Version: '$Latest' },
    MinSize: 3,
    MaxSize: 12,
    DesiredCapacity: 6,
    VPCZoneIdentifier: subnetIds.join(','),
    TargetGroupARNs: [targetGroupArn],
    HealthCheckType: 'ELB',
    HealthCheckGracePeriod: 600,
  });
});
afterAll(async () => {
  await stopPacing();
  await kill(world);
});

const group = async (): Promise<AutoScalingGroup> => {
  const { AutoScalingGroups } = await aws.autoscaling.describeAutoScalingGroups({
    AutoScalingGroupNames: ['web'],
  });
  return given(AutoScalingGroups?.[0]);
};

const inService = async (): Promise<readonly Instance[]> => {
  const { Instances = [] } = await group();
  return Instances.filter(
    ({ LifecycleState, HealthStatus }) =>
      LifecycleState === 'InService' && HealthStatus === 'Healthy',
  );
};

/** How many instances are in service in each zone, for example `2/2/2`. */
const spread = async (): Promise<string> => {
  const { AvailabilityZones = [] } = await aws.ec2.describeAvailabilityZones();
  const serving = await inService();
  return zoneIds
    .map((zoneId) => {
      const name = AvailabilityZones.find((zone) => zone.ZoneId === zoneId)?.ZoneName;
      return serving.filter(({ AvailabilityZone }) => AvailabilityZone === name).length;
    })
    .join('/');
};

/** The group has come to rest: so many in service in each zone, and nobody coming or going. */
const becomes = (counts: string): Promise<true> =>
  soon(async () => {
    const [now, { Instances = [] }] = [await spread(), await group()];
    const wanted = counts.split('/').reduce((sum, count) => sum + Number(count), 0);
    if (now === counts && Instances.length === wanted) return true;
    throw new Error(`The group is ${now} with ${Instances.length} instances, not ${counts}.`);
  });

/** A user's request: the name, one of its addresses, then HTTP there. */
const ask = async (): Promise<ServerAnswer | string> => {
  const addresses = await resolveName(world.dnsPort, dnsName);
  const address = addresses[Math.floor(Math.random() * addresses.length)];
  if (address === undefined) return 'no address';
  const answer = await httpAnswer(await realSocket(world.endpoint, address, 80), '/', 5000);
  if (typeof answer === 'string') return answer;
  // The server of these tests answers nothing else.
  return answer.status === 200 ? (JSON.parse(answer.text) as ServerAnswer) : `${answer.status}`;
};

/** Users are served by instances in all these zones. */
const servedFrom = async (zones: readonly string[]): Promise<readonly string[]> => {
  const seen = new Set<string>();
  await soon(async () => {
    const answer = await ask();
    if (typeof answer === 'string') throw new Error(`Users meet: ${answer}`);
    seen.add(answer.zoneId);
    return zones.every((zone) => seen.has(zone));
  });
  return [...seen].toSorted();
};

/** Watches the group until something has happened: the fewest in service meanwhile, and requests that failed. */
const watchUntil = async (
  happened: Promise<unknown>,
): Promise<{ readonly fewest: number; readonly asked: number; readonly failed: string[] }> => {
  const watch = { isOver: false };
  const stop = happened.finally(() => {
    watch.isOver = true;
  });
  let fewest = Infinity;
  let asked = 0;
  const failed: string[] = [];
  while (!watch.isOver) {
    fewest = Math.min(fewest, (await inService()).length);
    const answer = await ask();
    asked += 1;
    if (typeof answer === 'string') failed.push(answer);
  }
  await stop;
  return { fewest, asked, failed };
};

const terminate = async (count: number): Promise<void> => {
  const some = (await inService()).slice(0, count).map(({ InstanceId }) => given(InstanceId));
  await aws.ec2.terminateInstances({ InstanceIds: some });
  // The group has noticed once none of them is its own any more.
  await soon(async () => {
    const { Instances = [] } = await group();
    return Instances.every(({ InstanceId = '' }) => !some.includes(InstanceId));
  });
};

describe('a group of six over three zones', () => {
  it('is 2/2/2, and its instances serve users in all zones', async () => {
    await becomes('2/2/2');
    expect(await servedFrom(zoneIds)).toEqual([...zoneIds]);
  });

  it('stays spread through launches and terminations', async () => {
    await aws.autoscaling.setDesiredCapacity({ AutoScalingGroupName: 'web', DesiredCapacity: 9 });
    await becomes('3/3/3');
    await aws.autoscaling.setDesiredCapacity({ AutoScalingGroupName: 'web', DesiredCapacity: 6 });
    await becomes('2/2/2');
    await terminate(3);
    await becomes('2/2/2');
  });

  it('is 3/3 without a zone, and 2/2/2 when that is back, never serving with fewer on the way', async () => {
    const fault = await breakTarget(world.endpoint, 'zone/euw1-az1', 'power');
    await becomes('0/3/3');
    expect(await servedFrom(['euw1-az2', 'euw1-az3'])).toEqual(['euw1-az2', 'euw1-az3']);
    await mendFault(world.endpoint, fault);
    const watched = await watchUntil(becomes('2/2/2'));
    expect(watched.fewest).toBeGreaterThanOrEqual(6);
    expect(watched.asked).toBeGreaterThan(10);
    expect(watched.failed).toEqual([]);
    expect(await servedFrom(zoneIds)).toEqual([...zoneIds]);
  });

  it('goes elsewhere while a zone has no capacity, says so, and comes back', async () => {
    const fault = await breakTarget(world.endpoint, 'zone/euw1-az2', 'capacity');
    await aws.autoscaling.setDesiredCapacity({ AutoScalingGroupName: 'web', DesiredCapacity: 8 });
    await becomes('3/2/3');
    await aws.autoscaling.setDesiredCapacity({ AutoScalingGroupName: 'web', DesiredCapacity: 10 });
    await becomes('4/2/4');
    const { Activities = [] } = await aws.autoscaling.describeScalingActivities({
      AutoScalingGroupName: 'web',
    });
    const failed = Activities.filter(({ StatusCode }) => StatusCode === 'Failed');
    expect(failed.map(({ StatusMessage }) => StatusMessage)).toContainEqual(
      expect.stringContaining('We currently do not have sufficient t3.micro capacity'),
    );
    await mendFault(world.endpoint, fault);
    const watched = await watchUntil(
      soon(async () => (await spread()) === '3/3/4' || (await spread()) === '4/3/3'),
    );
    expect(watched.fewest).toBeGreaterThanOrEqual(10);
    await aws.autoscaling.setDesiredCapacity({ AutoScalingGroupName: 'web', DesiredCapacity: 6 });
    await becomes('2/2/2');
  });

  it('is not replaced while its Region is gone, and serves again when that is back', async () => {
    const before = await inService();
    const fault = await breakTarget(world.endpoint, `region/${region}`, 'disaster');
    const silent = awsClients(world.endpoint, { region, timeoutMs: 1000 });
    await expect(silent.autoscaling.describeAutoScalingGroups()).rejects.toThrow(/tim/i);
    expect(await ask()).toBe('silent');
    await mendFault(world.endpoint, fault);
    const kept = new Set(((await group()).Instances ?? []).map(({ InstanceId }) => InstanceId));
    expect(before.filter(({ InstanceId }) => !kept.has(InstanceId))).toEqual([]);
    await becomes('2/2/2');
    expect(await servedFrom(zoneIds)).toEqual([...zoneIds]);
  });
});
