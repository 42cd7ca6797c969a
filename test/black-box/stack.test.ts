import { execFile, execFileSync } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { awsClients, given } from '../support/aws-clients.ts';
import type { AwsClients } from '../support/aws-clients.ts';
import {
  breakTarget,
  httpAnswer,
  mendFault,
  realSocket,
  resolveName,
} from '../support/faultline-admin.ts';
import { kill, startReady, stop } from '../support/faultline-process.ts';
import type { Running, UpOptions } from '../support/faultline-process.ts';
import { keepPace, withinWorldTime } from '../support/world-pace.ts';
import { launchServers, serverPort } from './web-server.ts';
import type { ServerAnswer } from './web-server.ts';

interface Site {
  readonly aws: AwsClients;
  readonly region: string;
  readonly zoneIds: readonly string[];
  readonly instanceIds: readonly string[];
  readonly loadBalancerArn: string;
  readonly targetGroupArn: string;
  readonly dnsName: string;
  readonly hostedZoneId: string;
}

// The world is slowed down while the machine is late.
vi.setConfig({ testTimeout: 300_000, hookTimeout: 300_000 });

const fastest = 20;

let directory: string;
let world: Running;
let stopPacing: () => Promise<void>;

/** Tries for as long as anything takes here: some minutes of the world's time. */
const soon = <T>(attempt: () => Promise<T | undefined | false>): Promise<T> =>
  withinWorldTime(() => world.endpoint, 400, attempt);
let primary: Site;
let secondary: Site;

/** One web service in a Region: a server in each zone behind a balancer. */
const buildSite = async (region: string, zoneIds: readonly string[]): Promise<Site> => {
  const aws = awsClients(world.endpoint, { region });
  const instanceIds = await launchServers(aws, zoneIds);
  const { Subnets = [] } = await aws.ec2.describeSubnets({
    Filters: [{ Name: 'availability-zone-id', Values: [...zoneIds] }],
  });
  const { LoadBalancers } = await aws.elbv2.createLoadBalancer({
    Name: 'web',
    Subnets: Subnets.map(({ SubnetId = '' }) => SubnetId),
  });
  const loadBalancer = given(LoadBalancers?.[0]);
  const { TargetGroups } = await aws.elbv2.createTargetGroup({
    Name: 'web',
    Protocol: 'HTTP',
    Port: serverPort,
    VpcId: given(Subnets[0]?.VpcId),
    HealthCheckIntervalSeconds: 10,
    HealthCheckTimeoutSeconds: 5,
    HealthyThresholdCount: 2,
    UnhealthyThresholdCount: 2,
  });
  const TargetGroupArn = given(TargetGroups?.[0]?.TargetGroupArn);
  const LoadBalancerArn = given(loadBalancer.LoadBalancerArn);
  await aws.elbv2.createListener({
    LoadBalancerArn,
    Protocol: 'HTTP',
    Port: 80,
    DefaultActions: [{ Type: 'forward', TargetGroupArn }],
  });
  await aws.elbv2.registerTargets({
    TargetGroupArn,
    Targets: instanceIds.map((Id) => ({ Id })),
  });
  return {
    aws,
    region,
    zoneIds,
    instanceIds,
    loadBalancerArn: LoadBalancerArn,
    targetGroupArn: TargetGroupArn,
    dnsName: given(loadBalancer.DNSName),
    hostedZoneId: given(loadBalancer.CanonicalHostedZoneId),
  };
};

const targetStates = async (site: Site): Promise<readonly string[]> => {
  const { TargetHealthDescriptions = [] } = await site.aws.elbv2.describeTargetHealth({
    TargetGroupArn: site.targetGroupArn,
  });
  return TargetHealthDescriptions.map(({ TargetHealth }) => TargetHealth?.State ?? '');
};

/** A user's request: the first address of the name, then HTTP there. */
const askName = async (name: string): Promise<ServerAnswer | number | string> => {
  const [address = ''] = await resolveName(world.dnsPort, name);
  if (address === '') return 'no address';
  const socket = await realSocket(world.endpoint, address, 80);
  const answer = await httpAnswer(socket, '/', 2000);
  if (typeof answer === 'string') return answer;
  // The server of these tests answers nothing else.
  return answer.status === 200 ? (JSON.parse(answer.text) as ServerAnswer) : answer.status;
};

const zoneOf = async (name: string): Promise<string> => {
  const answer = await askName(name);
  return typeof answer === 'object' ? answer.zoneId : String(answer);
};

const options = (): UpOptions => ({ directory, driver: 'process', speed: fastest });

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'faultline-stack-'));
  world = await startReady(options());
  stopPacing = keepPace(() => world.endpoint, fastest);
  [primary, secondary] = await Promise.all([
    buildSite('us-east-1', ['use1-az1', 'use1-az2']),
    buildSite('eu-west-1', ['euw1-az1', 'euw1-az2']),
  ]);
  for (const site of [primary, secondary]) {
    await soon(async () => (await targetStates(site)).every((state) => state === 'healthy'));
  }
});
afterAll(async () => {
  await stopPacing();
  await stop(world);
  await rm(directory, { recursive: true, force: true });
});

describe('a balancer', () => {
  it('has a node in each zone, found by DNS, that serves from all of them', async () => {
    await soon(async () => (await resolveName(world.dnsPort, primary.dnsName)).length === 2);
    const seen = new Set<string>();
    await soon(async () => {
      seen.add(await zoneOf(primary.dnsName));
      return seen.size === 2;
    });
    expect([...seen].toSorted()).toEqual(primary.zoneIds);
  });

  it('without a zone loses its node from DNS and serves on from the others', async () => {
    const fault = await breakTarget(world.endpoint, 'zone/use1-az1', 'power');
    await soon(async () => (await resolveName(world.dnsPort, primary.dnsName)).length === 1);
    await soon(async () => (await targetStates(primary)).includes('unhealthy'));
    await soon(async () => {
      const seen = new Set<string>();
      for (let request = 0; request < 5; request += 1) seen.add(await zoneOf(primary.dnsName));
      return seen.size === 1 && seen.has('use1-az2');
    });
    await mendFault(world.endpoint, fault);
    await soon(async () => (await resolveName(world.dnsPort, primary.dnsName)).length === 2);
    await soon(async () => (await targetStates(primary)).every((state) => state === 'healthy'));
  });

  it("serves each user from the user's own zone while the link between the zones is cut", async () => {
    const fault = await breakTarget(world.endpoint, 'link/use1-az1/use1-az2', 'network');
    await soon(async () => {
      const addresses = await resolveName(world.dnsPort, primary.dnsName);
      const zones: string[] = [];
      for (const address of addresses) {
        const seen = new Set<string>();
        for (let request = 0; request < 4; request += 1) {
          const answer = await httpAnswer(await realSocket(world.endpoint, address, 80));
          // The server of these tests answers nothing else.
          seen.add((JSON.parse((answer as { text: string }).text) as ServerAnswer).zoneId);
        }
        if (seen.size !== 1) return false;
        zones.push(...seen);
      }
      return zones.toSorted().join(' ') === 'use1-az1 use1-az2';
    });
    await mendFault(world.endpoint, fault);
    await soon(async () => (await targetStates(primary)).every((state) => state === 'healthy'));
  });

  it('lets go of a target that is deregistered', async () => {
    const [first = ''] = primary.instanceIds;
    const TargetGroupArn = primary.targetGroupArn;
    await primary.aws.elbv2.deregisterTargets({ TargetGroupArn, Targets: [{ Id: first }] });
    expect(await targetStates(primary)).toContain('draining');
    await soon(async () => {
      const zones = new Set<string>();
      for (let request = 0; request < 6; request += 1) zones.add(await zoneOf(primary.dnsName));
      return zones.size === 1 && zones.has('use1-az2');
    });
    await primary.aws.elbv2.registerTargets({ TargetGroupArn, Targets: [{ Id: first }] });
    await soon(async () => (await targetStates(primary)).every((state) => state === 'healthy'));
  });

  it('answers 503 when it has no targets and a fixed response when it is told to', async () => {
    const { TargetGroups } = await secondary.aws.elbv2.createTargetGroup({
      Name: 'empty',
      Protocol: 'HTTP',
      Port: 80,
      VpcId: given((await secondary.aws.ec2.describeVpcs()).Vpcs?.[0]?.VpcId),
    });
    const { Listeners } = await secondary.aws.elbv2.createListener({
      LoadBalancerArn: secondary.loadBalancerArn,
      Protocol: 'HTTP',
      Port: 8081,
      DefaultActions: [
        { Type: 'forward', TargetGroupArn: given(TargetGroups?.[0]?.TargetGroupArn) },
      ],
    });
    const ask = async (): ReturnType<typeof httpAnswer> => {
      const [address = ''] = await resolveName(world.dnsPort, secondary.dnsName);
      return await httpAnswer(await realSocket(world.endpoint, address, 8081));
    };
    await soon(async () => {
      const answer = await ask();
      return typeof answer === 'object' && answer.status === 503;
    });
    await secondary.aws.elbv2.modifyListener({
      ListenerArn: Listeners?.[0]?.ListenerArn,
      DefaultActions: [
        {
          Type: 'fixed-response',
          FixedResponseConfig: {
            StatusCode: '418',
            ContentType: 'text/plain',
            MessageBody: 'a teapot',
          },
        },
      ],
    });
    await soon(async () => {
      const answer = await ask();
      return typeof answer === 'object' && answer.status === 418 && answer.text === 'a teapot';
    });
    await secondary.aws.elbv2.deleteListener({ ListenerArn: Listeners?.[0]?.ListenerArn });
    await soon(async () => (await ask()) === 'refused');
  });
});

describe('failover by Route 53', () => {
  const name = 'www.shop.test';

  it('sends users to the other Region when the first is lost, and back when it is well', async () => {
    const { route53 } = primary.aws;
    const { HostedZone } = await route53.createHostedZone({
      Name: 'shop.test',
      CallerReference: 'shop',
    });
    const recordOf = (site: Site, Failover: 'PRIMARY' | 'SECONDARY') => ({
      Action: 'CREATE' as const,
      ResourceRecordSet: {
        Name: name,
        Type: 'A' as const,
        SetIdentifier: site.region,
        Failover,
        AliasTarget: {
          HostedZoneId: site.hostedZoneId,
          DNSName: site.dnsName,
          EvaluateTargetHealth: true,
        },
      },
    });
    await route53.changeResourceRecordSets({
      HostedZoneId: given(HostedZone?.Id),
      ChangeBatch: { Changes: [recordOf(primary, 'PRIMARY'), recordOf(secondary, 'SECONDARY')] },
    });
    await soon(async () => (await zoneOf(name)).startsWith('use1-'));
    const fault = await breakTarget(world.endpoint, 'region/us-east-1', 'disaster');
    await soon(async () => (await zoneOf(name)).startsWith('euw1-'));
    await mendFault(world.endpoint, fault);
    await soon(async () => (await zoneOf(name)).startsWith('use1-'));
  });
});

describe('health checks from the eight Regions', () => {
  it('see a server fail and come back', async () => {
    const { route53, ec2 } = primary.aws;
    const [id = ''] = primary.instanceIds;
    const { Reservations } = await ec2.describeInstances({ InstanceIds: [id] });
    const IPAddress = given(Reservations?.[0]?.Instances?.[0]?.PublicIpAddress);
    const { HealthCheck } = await route53.createHealthCheck({
      CallerReference: 'server',
      HealthCheckConfig: {
        Type: 'HTTP',
        IPAddress,
        Port: serverPort,
        ResourcePath: '/',
        RequestInterval: 10,
        FailureThreshold: 1,
      },
    });
    const HealthCheckId = given(HealthCheck?.Id);
    const healthy = async (): Promise<number> => {
      const { HealthCheckObservations = [] } = await route53.getHealthCheckStatus({
        HealthCheckId,
      });
      return HealthCheckObservations.filter(({ StatusReport }) =>
        StatusReport?.Status?.startsWith('Success'),
      ).length;
    };
    await soon(async () => (await healthy()) >= 8);
    const fault = await breakTarget(world.endpoint, `instance/${id}`, 'network');
    await soon(async () => (await healthy()) === 0);
    const { HealthCheckObservations } = await route53.getHealthCheckLastFailureReason({
      HealthCheckId,
    });
    expect(HealthCheckObservations?.[0]?.StatusReport?.Status).toMatch(/^Failure/);
    await mendFault(world.endpoint, fault);
    await soon(async () => (await healthy()) >= 8);
    await route53.deleteHealthCheck({ HealthCheckId });
  });
});

const hasDig = (): boolean => {
  try {
    execFileSync('dig', ['-v'], { stdio: 'ignore' });
    return true;
  } catch (error) {
    if ((error as { readonly code?: string }).code === 'ENOENT') return false;
    throw error;
  }
};

describe.skipIf(!hasDig())('dig (skipped where it is not installed)', () => {
  const dig = async (...args: readonly string[]): Promise<string> => {
    const server = ['@127.0.0.1', '-p', String(world.dnsPort), '+time=2', '+tries=1'];
    return (await promisify(execFile)('dig', [...server, ...args])).stdout;
  };

  it('reads the addresses of a balancer over UDP and TCP', async () => {
    const addresses = await resolveName(world.dnsPort, primary.dnsName);
    for (const transport of ['+notcp', '+tcp']) {
      const lines = (await dig(primary.dnsName, 'A', '+short', transport)).trim().split('\n');
      expect(lines.toSorted()).toEqual(addresses);
    }
    expect(await dig('nothing.shop.test', 'A')).toContain('status: NXDOMAIN');
    expect(await dig('shop.test', 'SOA', '+short')).toContain('awsdns');
    expect(await dig('www.example.com', 'A')).toContain('status: REFUSED');
  });
});

describe('a restart', () => {
  it('finds the stack with its dead zone, serving at the same addresses', async () => {
    const before = await resolveName(world.dnsPort, primary.dnsName);
    const fault = await breakTarget(world.endpoint, 'zone/use1-az1', 'power');
    await soon(async () => (await resolveName(world.dnsPort, primary.dnsName)).length === 1);
    await kill(world);
    world = await startReady(options());
    const aws = awsClients(world.endpoint);
    await soon(async () => (await zoneOf(primary.dnsName)) === 'use1-az2');
    const left = await resolveName(world.dnsPort, primary.dnsName);
    expect(before).toEqual(expect.arrayContaining([...left]));
    const [dead = ''] = before.filter((address) => !left.includes(address));
    expect(await httpAnswer(await realSocket(world.endpoint, dead, 80), '/', 300)).toBe('silent');
    await mendFault(world.endpoint, fault);
    await soon(async () => {
      const now = await resolveName(world.dnsPort, primary.dnsName);
      return now.join(' ') === before.join(' ');
    });
    await soon(async () =>
      (await targetStates({ ...primary, aws })).every((state) => state === 'healthy'),
    );
  });
});
