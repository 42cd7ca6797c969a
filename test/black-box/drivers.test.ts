import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startTestEngine } from '../../src/plane/compute/container/test-engine.ts';
import { tryNamespaces } from '../../src/plane/compute/netns/probe.ts';
import { awsClients, given } from '../support/aws-clients.ts';
import type { AwsClients } from '../support/aws-clients.ts';
import { eventually } from '../support/eventually.ts';
import { httpAnswer, realSocket, resolveName } from '../support/faultline-admin.ts';
import { runCommand, startReady, stop } from '../support/faultline-process.ts';
import type { Running } from '../support/faultline-process.ts';
import { testImages } from './container-images.ts';
import { launchWith } from './web-server.ts';

/** Boots, probes and answers may be slow where much else runs. */
const patienceMs = 90_000;

/** How a world runs its instances here, and why it cannot. */
const ways = [
  {
    what: 'networks as root',
    driver: 'netns',
    why: process.getuid?.() === 0 ? await tryNamespaces('root') : 'this user is not root',
    prefix: [],
  },
  {
    what: 'networks without root',
    driver: 'netns',
    why: await tryNamespaces('user-namespace'),
    // As root the other way would be taken: the world gets another user, who owns nothing.
    prefix:
      process.getuid?.() === 0
        ? ['setpriv', '--reuid=65534', '--regid=65534', '--clear-groups', '--inh-caps=-all']
        : [],
  },
] as const;
for (const { what, why } of ways) {
  if (why !== undefined) process.stderr.write(`SKIPPED: instances in ${what}: ${why}\n`);
}

/** A program as it is found everywhere: it binds port 80 of every address, and knows nothing of us. It serves its zone's id. */
const web = `#!/bin/sh
mkdir -p www
python3 -c "
from urllib.request import Request, urlopen
service = 'http://169.254.169.254/latest/'
asking = Request(service + 'api/token', method='PUT', headers={'x-aws-ec2-metadata-token-ttl-seconds': '60'})
token = urlopen(asking).read().decode()
headers = {'x-aws-ec2-metadata-token': token}
asking = Request(service + 'meta-data/placement/availability-zone-id', headers=headers)
print(urlopen(asking).read().decode())" > www/index.html
cd www
exec python3 -m http.server 80
`;

/** The tier in front: it asks the tier behind by its balancer's name, as any program does. */
const front = (name: string): string => `#!/usr/bin/env python3
import http.server, urllib.request
class Front(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        try:
            text = 'behind is ' + urllib.request.urlopen('http://${name}/', timeout=10).read().decode()
        except Exception as problem:
            text = 'failed: ' + str(problem)
        self.send_response(200)
        self.end_headers()
        self.wfile.write(text.encode())
http.server.ThreadingHTTPServer(('', 80), Front).serve_forever()
`;

interface Tier {
  readonly dnsName: string;
  readonly targetGroupArn: string;
}

const zoneIds = ['use1-az1', 'use1-az2', 'use1-az3'] as const;

/** One instance in each of three zones behind a balancer at port 80. */
const buildTier = async (
  aws: AwsClients,
  name: string,
  userData: string | undefined,
  scheme: 'internal' | 'internet-facing',
  more: Parameters<typeof launchWith>[2] = {},
): Promise<Tier> => {
  const { Subnets = [] } = await aws.ec2.describeSubnets({
    Filters: [{ Name: 'availability-zone-id', Values: [...zoneIds] }],
  });
  const ids: string[] = [];
  for (const { SubnetId } of Subnets)
    ids.push(
      await launchWith(aws, userData ?? '', {
        SubnetId: given(SubnetId),
        ...(userData === undefined ? { UserData: undefined } : {}),
        ...more,
      }),
    );
  const { LoadBalancers } = await aws.elbv2.createLoadBalancer({
    Name: name,
    Scheme: scheme,
    Subnets: Subnets.map(({ SubnetId = '' }) => SubnetId),
  });
  const { TargetGroups } = await aws.elbv2.createTargetGroup({
    Name: name,
    Protocol: 'HTTP',
    Port: 80,
    VpcId: given(Subnets[0]?.VpcId),
    HealthCheckIntervalSeconds: 10,
    HealthyThresholdCount: 2,
  });
  const TargetGroupArn = given(TargetGroups?.[0]?.TargetGroupArn);
  await aws.elbv2.createListener({
    LoadBalancerArn: given(LoadBalancers?.[0]?.LoadBalancerArn),
    Protocol: 'HTTP',
    Port: 80,
    DefaultActions: [{ Type: 'forward', TargetGroupArn }],
  });
  await eventually(async () => {
    const { Reservations = [] } = await aws.ec2.describeInstances({ InstanceIds: ids });
    const all = Reservations.flatMap(({ Instances = [] }) => Instances);
    return all.every(({ State }) => State?.Name === 'running');
  }, patienceMs);
  await aws.elbv2.registerTargets({ TargetGroupArn, Targets: ids.map((Id) => ({ Id })) });
  return { dnsName: given(LoadBalancers?.[0]?.DNSName), targetGroupArn: TargetGroupArn };
};

const allHealthy = async (aws: AwsClients, { targetGroupArn }: Tier): Promise<boolean> => {
  const { TargetHealthDescriptions = [] } = await aws.elbv2.describeTargetHealth({
    TargetGroupArn: targetGroupArn,
  });
  return TargetHealthDescriptions.every(({ TargetHealth }) => TargetHealth?.State === 'healthy');
};

/** What a user of a balancer's name is answered. */
const askBalancer = async (world: Running, dnsName: string): Promise<string> => {
  const [address = ''] = await resolveName(world.dnsPort, dnsName);
  if (address === '') return 'no address';
  const answer = await httpAnswer(await realSocket(world.endpoint, address, 80), '/', 10_000);
  return typeof answer === 'string' ? answer : answer.text.trim();
};

describe.each(ways.filter(({ why }) => why === undefined))('instances in $what', (way) => {
  let world: Running;
  let aws: AwsClients;

  beforeEach(async () => {
    world = await startReady({ driver: way.driver, speed: 10, prefix: way.prefix });
    aws = awsClients(world.endpoint);
  });
  afterEach(() => stop(world));

  it(
    'a program that binds port 80 serves behind the balancer in three zones, and behind an internal one to the tier in front',
    async () => {
      const behind = await buildTier(aws, 'behind', web, 'internal');
      const ahead = await buildTier(aws, 'ahead', front(behind.dnsName), 'internet-facing');
      await eventually(async () => await allHealthy(aws, behind), patienceMs);
      await eventually(async () => await allHealthy(aws, ahead), patienceMs);
      const seen = new Set<string>();
      await eventually(async () => {
        seen.add(await askBalancer(world, ahead.dnsName));
        return zoneIds.every((zoneId) => seen.has(`behind is ${zoneId}`));
      }, patienceMs);
      expect([...seen].filter((answer) => !answer.startsWith('behind is use1-az'))).toEqual([]);
    },
    3 * patienceMs,
  );
});

const engine = await startTestEngine();
if ('missing' in engine)
  process.stderr.write(`SKIPPED: instances as containers: ${engine.missing}\n`);

describe.skipIf('missing' in engine)(
  `instances as containers${'missing' in engine ? ` (${engine.missing})` : ''}`,
  () => {
    let directory: string;
    let world: Running;
    let aws: AwsClients;

    beforeEach(async () => {
      directory = await mkdtemp(join(tmpdir(), 'faultline-containers-'));
      const socket = 'engine' in engine ? engine.engine.socketPath : '';
      process.env['CONTAINER_HOST'] = `unix://${socket}`;
      world = await startReady({ driver: 'container', speed: 10 });
      aws = awsClients(world.endpoint);
    });
    afterEach(async () => {
      await stop(world);
      await rm(directory, { recursive: true, force: true });
    });

    for (const { name, why } of testImages) {
      if (why !== undefined)
        process.stderr.write(`SKIPPED: ${name} as a container in three zones: ${why}\n`);
    }

    it.each(testImages.filter(({ why }) => why === undefined))(
      'the unmodified image of $name serves behind the balancer in three zones, and reaches the internal one by name',
      async ({ name, build }) => {
        const reference = await build(directory);
        const imported = await runCommand(
          ['image', 'import', '--container', reference, '--name', 'web', '--json'],
          { FAULTLINE_ENDPOINT: world.endpoint, AWS_REGION: 'us-east-1' },
        );
        expect(imported).toMatchObject({ exitCode: 0 });
        const ImageId = await eventually(async () => {
          const { Images } = await aws.ec2.describeImages({ Owners: ['self'] });
          return Images?.find(({ State }) => State === 'available')?.ImageId;
        }, patienceMs);
        const tier = await buildTier(aws, 'web', undefined, 'internal', { ImageId });
        await eventually(async () => await allHealthy(aws, tier), patienceMs);
        const seen = new Set<string>();
        await eventually(async () => {
          seen.add(await askBalancer(world, tier.dnsName));
          return seen.size === 3;
        }, patienceMs);
        // Each container calls itself by its private address, as EC2 does.
        for (const answer of seen) expect(answer).toMatch(new RegExp(`^${name} on ip-172-31-`));
        const { Reservations } = await aws.ec2.describeInstances();
        const id = given(Reservations?.[0]?.Instances?.[0]?.InstanceId);
        const ended = await runCommand(['ssh', id, '--', `wget -q -O - http://${tier.dnsName}/`], {
          FAULTLINE_ENDPOINT: world.endpoint,
        });
        expect(ended).toMatchObject({
          exitCode: 0,
          stdout: expect.stringMatching(`^${name} on ip-`),
        });
      },
      3 * patienceMs,
    );
  },
);
