import { mkdtemp, rm } from 'node:fs/promises';
import { Agent, request as httpRequest } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { awsClients, given, refusalOf } from '../support/aws-clients.ts';
import type { AwsClients } from '../support/aws-clients.ts';
import { eventually } from '../support/eventually.ts';
import {
  breakTarget,
  callAdmin,
  httpAnswer,
  mendFault,
  realSocket,
  resolveName,
} from '../support/faultline-admin.ts';
import { kill, startReady, stop } from '../support/faultline-process.ts';
import type { Running } from '../support/faultline-process.ts';
import { launchServers, serverPort, stateOf } from './web-server.ts';
import type { ServerAnswer } from './web-server.ts';

let world: Running;
let here: AwsClients;
let first: string;
let second: string;
let allocationId: string;
let publicIp: string;

/** The socket of the Elastic IP, found as its users may call it. */
const socketOf = (of: string): Promise<string> => realSocket(world.endpoint, of, serverPort);

const whoAnswers = async (socket: string): Promise<string> => {
  const answer = await httpAnswer(socket, '/', 300);
  if (typeof answer === 'string') return answer;
  // The server of these tests answers nothing else.
  return (JSON.parse(answer.text) as ServerAnswer).instanceId;
};

const associate = async (InstanceId: string): Promise<string> =>
  given(
    (await here.ec2.associateAddress({ AllocationId: allocationId, InstanceId })).AssociationId,
  );

const instanceOf = async (id: string) =>
  given(
    (await here.ec2.describeInstances({ InstanceIds: [id] })).Reservations?.[0]?.Instances?.[0],
  );

beforeAll(async () => {
  world = await startReady({ driver: 'process', speed: 100 });
  here = awsClients(world.endpoint);
  [first = '', second = ''] = await launchServers(here, ['use1-az1', 'use1-az2']);
  const { AllocationId, PublicIp } = await here.ec2.allocateAddress({ Domain: 'vpc' });
  allocationId = given(AllocationId);
  publicIp = given(PublicIp);
});
afterAll(async () => {
  await stop(world);
});

describe('an Elastic IP', () => {
  it('is silent until it leads somewhere', async () => {
    expect(await whoAnswers(await socketOf(publicIp))).toBe('silent');
  });

  it('leads to its instance, by address, allocation id, DNS name and instance id', async () => {
    await associate(first);
    const socket = await socketOf(publicIp);
    expect(socket).toMatch(/^127\.\d+\.\d+\.\d+:8080$/);
    await eventually(async () => (await whoAnswers(socket)) === first);
    const { PublicDnsName = '', PublicIpAddress } = await instanceOf(first);
    expect(PublicIpAddress).toBe(publicIp);
    for (const of of [allocationId, PublicDnsName, first, socket.split(':')[0] ?? '']) {
      expect(await socketOf(of)).toBe(socket);
    }
    expect(await resolveName(world.dnsPort, PublicDnsName)).toEqual([socket.split(':')[0]]);
  });

  it('reaches the other server within a second of its reassociation, and old connections end', async () => {
    const socket = await socketOf(publicIp);
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    let closed: number | undefined;
    const [host = '', port = ''] = socket.split(':');
    await new Promise<void>((resolve, reject) => {
      const asked = httpRequest({ host, port, agent }, (response) => {
        response.resume().once('end', resolve);
      });
      asked.once('socket', (connection) => {
        connection.once('error', () => undefined);
        connection.once('close', () => (closed = performance.now()));
      });
      asked.once('error', reject);
      asked.end();
    });
    await associate(second);
    const begin = performance.now();
    await eventually(async () => (await whoAnswers(socket)) === second, 5_000);
    const reached = performance.now();
    await eventually(() => closed !== undefined, 5_000);
    agent.destroy();
    expect(reached - begin).toBeLessThan(1_000);
    expect((closed ?? Infinity) - begin).toBeLessThan(1_000);
    expect((await instanceOf(first)).PublicIpAddress).not.toBe(publicIp);
  });

  it('survives stop and start of its instance, silent in between', async () => {
    const socket = await socketOf(publicIp);
    const { PrivateIpAddress } = await instanceOf(second);
    await here.ec2.stopInstances({ InstanceIds: [second] });
    await eventually(async () => (await stateOf(here, second)) === 'stopped');
    await eventually(async () => (await whoAnswers(socket)) === 'silent');
    expect((await instanceOf(second)).PublicIpAddress).toBe(publicIp);
    await here.ec2.startInstances({ InstanceIds: [second] });
    await eventually(async () => (await whoAnswers(socket)) === second);
    expect((await instanceOf(second)).PrivateIpAddress).toBe(PrivateIpAddress);
  });

  it('is silent while the zone, the instance or the Region behind it is lost', async () => {
    const socket = await socketOf(publicIp);
    for (const [target, effect] of [
      ['zone/use1-az2', 'network'],
      [`instance/${second}`, 'network'],
      ['region/us-east-1', 'disaster'],
    ] as const) {
      const fault = await breakTarget(world.endpoint, target, effect);
      await eventually(async () => (await whoAnswers(socket)) === 'silent');
      await mendFault(world.endpoint, fault);
      await eventually(async () => (await whoAnswers(socket)) === second, 20_000);
    }
  });

  it('is followed by Route 53 health checks and by records that name it', async () => {
    const { route53 } = here;
    const { HealthCheck } = await route53.createHealthCheck({
      CallerReference: 'address',
      HealthCheckConfig: {
        Type: 'HTTP',
        IPAddress: publicIp,
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
    await eventually(async () => (await healthy()) >= 8, 15_000);
    const { Addresses } = await here.ec2.describeAddresses({ AllocationIds: [allocationId] });
    const AssociationId = given(Addresses?.[0]?.AssociationId);
    await here.ec2.disassociateAddress({ AssociationId });
    expect(await whoAnswers(await socketOf(publicIp))).toBe('silent');
    await eventually(async () => (await healthy()) === 0, 15_000);
    await associate(second);
    await eventually(async () => (await healthy()) >= 8, 15_000);
    await route53.deleteHealthCheck({ HealthCheckId });
    const { HostedZone } = await route53.createHostedZone({
      Name: 'eip.test',
      CallerReference: 'eip',
    });
    const record = {
      Name: 'www.eip.test',
      Type: 'A' as const,
      TTL: 30,
      ResourceRecords: [{ Value: publicIp }],
    };
    await route53.changeResourceRecordSets({
      HostedZoneId: given(HostedZone?.Id),
      ChangeBatch: { Changes: [{ Action: 'CREATE', ResourceRecordSet: record }] },
    });
    const [address] = (await socketOf(publicIp)).split(':');
    expect(await resolveName(world.dnsPort, 'www.eip.test')).toEqual([address]);
  });

  it('at a secondary private address reaches the same instance', async () => {
    const { NetworkInterfaces = [] } = await instanceOf(first);
    const NetworkInterfaceId = given(NetworkInterfaces[0]?.NetworkInterfaceId);
    const { AssignedPrivateIpAddresses = [] } = await here.ec2.assignPrivateIpAddresses({
      NetworkInterfaceId,
      SecondaryPrivateIpAddressCount: 1,
    });
    const { AllocationId, PublicIp } = await here.ec2.allocateAddress();
    await here.ec2.associateAddress({
      AllocationId,
      NetworkInterfaceId,
      PrivateIpAddress: AssignedPrivateIpAddresses[0]?.PrivateIpAddress,
    });
    const socket = await socketOf(given(PublicIp));
    await eventually(async () => (await whoAnswers(socket)) === first);
    // The primary address has a side of its own.
    expect(await socketOf(first)).not.toBe(socket);
    await here.ec2.releaseAddress({ AllocationId });
    await eventually(async () => (await whoAnswers(socket)) === 'refused');
    const gone = await callAdmin(world.endpoint, 'GET', `/address?of=${AllocationId ?? ''}`);
    expect(gone.status).toBe(404);
  });

  it('of another Region is not found', async () => {
    const there = awsClients(world.endpoint, { region: 'eu-west-1' });
    const { AllocationId } = await there.ec2.allocateAddress();
    expect(
      await refusalOf(here.ec2.associateAddress({ AllocationId, InstanceId: first })),
    ).toMatchObject({ code: 'InvalidAllocationID.NotFound' });
  });
});

describe('what the metadata service tells', () => {
  it('is the Elastic IP, as soon as it leads there', async () => {
    const script = `#!/usr/bin/env node
const http = require('node:http');
const metadata = process.env.AWS_EC2_METADATA_SERVICE_ENDPOINT.replace(/\\/$/, '') + '/latest/';
http.createServer(async (request, response) => {
  const token = await (await fetch(metadata + 'api/token', {
    method: 'PUT',
    headers: { 'x-aws-ec2-metadata-token-ttl-seconds': '60' },
  })).text();
  const headers = { 'x-aws-ec2-metadata-token': token };
  const answer = await fetch(metadata + 'meta-data/public-ipv4', { headers });
  response.end(await answer.text());
}).listen(${serverPort}, process.env.HOST);
`;
    const { ImageId, SubnetId } = await instanceOf(first);
    const { Instances = [] } = await here.ec2.runInstances({
      ImageId,
      InstanceType: 't3.micro',
      MinCount: 1,
      MaxCount: 1,
      SubnetId,
      UserData: Buffer.from(script).toString('base64'),
    });
    const id = given(Instances[0]?.InstanceId);
    await eventually(async () => (await stateOf(here, id)) === 'running');
    const told = async (): Promise<string | undefined> => {
      const answer = await httpAnswer(await socketOf(id));
      return typeof answer === 'string' ? undefined : answer.text;
    };
    const { PublicIpAddress } = await instanceOf(id);
    await eventually(async () => (await told()) === PublicIpAddress);
    const { AllocationId, PublicIp } = await here.ec2.allocateAddress();
    await here.ec2.associateAddress({ AllocationId, InstanceId: id });
    await eventually(async () => (await told()) === PublicIp);
  });
});

describe('a world that is killed and started again', () => {
  it('has the address at the same socket, leading to the same server', async () => {
    await stop(world);
    const directory = await mkdtemp(join(tmpdir(), 'faultline-addresses-'));
    try {
      const options = { driver: 'process' as const, speed: 100, directory };
      world = await startReady(options);
      here = awsClients(world.endpoint);
      [first = ''] = await launchServers(here, ['use1-az1']);
      const { AllocationId, PublicIp } = await here.ec2.allocateAddress();
      allocationId = given(AllocationId);
      await associate(first);
      const socket = await socketOf(given(PublicIp));
      await eventually(async () => (await whoAnswers(socket)) === first);
      await kill(world);
      world = await startReady(options);
      here = awsClients(world.endpoint);
      expect(await socketOf(given(PublicIp))).toBe(socket);
      await eventually(async () => (await whoAnswers(socket)) === first, 20_000);
    } finally {
      await stop(world);
      await rm(directory, { recursive: true, force: true });
    }
  });
});
