import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { KMS } from '@aws-sdk/client-kms';
import { SecretsManager } from '@aws-sdk/client-secrets-manager';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { awsClient, awsClients, given, refusalOf } from '../support/aws-clients.ts';
import { eventually } from '../support/eventually.ts';
import {
  breakTarget,
  callAdmin,
  httpAnswer,
  mendFault,
  realSocket,
  resolveName,
} from '../support/faultline-admin.ts';
import { kill, startFaultline, startReady, stop } from '../support/faultline-process.ts';
import type { Running, UpOptions } from '../support/faultline-process.ts';
import { launchServers, launchWith, serverPort, stateOf } from './web-server.ts';
import type { ServerAnswer } from './web-server.ts';

let directory: string;
let world: Running;
const options = (): UpOptions => ({ directory, driver: 'process', speed: 100 });

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'faultline-restart-'));
  world = await startReady(options());
});
afterAll(async () => {
  await kill(world);
  await rm(directory, { recursive: true, force: true });
});

const askServer = async (id: string): Promise<ServerAnswer> => {
  const answer = await httpAnswer(await realSocket(world.endpoint, id, serverPort));
  if (typeof answer === 'string') throw new Error(`the server is ${answer}`);
  // The server of these tests answers nothing else.
  return JSON.parse(answer.text) as ServerAnswer;
};

const openFaults = async (): Promise<readonly string[]> => {
  const { body } = await callAdmin<{ readonly faults: readonly { readonly id: string }[] }>(
    world.endpoint,
    'GET',
    '/faults',
  );
  return body.faults.map(({ id }) => id);
};

const worldTimeMs = async (): Promise<number> => {
  const { body } = await callAdmin<{ readonly nowMs: number }>(world.endpoint, 'GET', '/clock');
  return body.nowMs;
};

describe('a data directory', () => {
  it('never lets world time run backwards, though a fast clock was killed with nothing else to keep', async () => {
    const begin = await worldTimeMs();
    await eventually(async () => (await worldTimeMs()) > begin + 300_000);
    const before = await worldTimeMs();
    await kill(world);
    world = await startReady(options());
    const after = await worldTimeMs();
    expect(after).toBeGreaterThanOrEqual(before);
    // It jumps ahead by what was reserved at most: three real seconds, and those that the start took.
    expect(after - before).toBeLessThan(30_000 * 100);
  });

  it.each([
    ['an orderly end', stop],
    ['a kill', kill],
  ])('holds the world over %s: resources, faults, timers, disks', async (_name, end) => {
    const aws = awsClients(world.endpoint);
    const [id = '', second = ''] = await launchServers(aws, ['use1-az1', 'use1-az2']);
    const { boots } = await eventually(() => askServer(id));
    const { HostedZone } = await aws.route53.createHostedZone({
      Name: 'kept.test',
      CallerReference: id,
    });
    const HostedZoneId = given(HostedZone?.Id);
    const ResourceRecordSet = {
      Name: 'www.kept.test',
      Type: 'A' as const,
      TTL: 60,
      ResourceRecords: [{ Value: '192.0.2.44' }],
    };
    await aws.route53.changeResourceRecordSets({
      HostedZoneId,
      ChangeBatch: { Changes: [{ Action: 'CREATE', ResourceRecordSet }] },
    });
    const before = await aws.ec2.describeInstances({ InstanceIds: [id] });
    // A timer that is due while nobody serves the world.
    await aws.ec2.stopInstances({ InstanceIds: [second] });
    const lasting = await breakTarget(world.endpoint, 'zone/use1-az3', 'power');
    const passing = await breakTarget(world.endpoint, 'zone/use1-az4', 'power', { duration: '5s' });
    await end(world);
    world = await startReady(options());
    const again = awsClients(world.endpoint);
    const after = await again.ec2.describeInstances({ InstanceIds: [id] });
    const [instance] = after.Reservations?.[0]?.Instances ?? [];
    expect(instance).toMatchObject({
      State: { Name: 'running' },
      PrivateIpAddress: before.Reservations?.[0]?.Instances?.[0]?.PrivateIpAddress,
      LaunchTime: before.Reservations?.[0]?.Instances?.[0]?.LaunchTime,
    });
    expect(await eventually(() => askServer(id))).toMatchObject({ boots: boots + 1, requests: 1 });
    await eventually(async () => {
      const { Reservations } = await again.ec2.describeInstances({ InstanceIds: [second] });
      return Reservations?.[0]?.Instances?.[0]?.State?.Name === 'stopped';
    });
    await eventually(async () => !(await openFaults()).includes(passing));
    expect(await openFaults()).toContain(lasting);
    await mendFault(world.endpoint, lasting);
    await eventually(async () =>
      (await resolveName(world.dnsPort, 'www.kept.test')).includes('192.0.2.44'),
    );
    await again.route53.changeResourceRecordSets({
      HostedZoneId,
      ChangeBatch: { Changes: [{ Action: 'DELETE', ResourceRecordSet }] },
    });
    await again.route53.deleteHostedZone({ Id: HostedZoneId });
    await again.ec2.terminateInstances({ InstanceIds: [id, second] });
  });

  it('opens after a kill what its keys have closed, and brings a replica that was under way', async () => {
    const kms = (region: string): KMS => awsClient(KMS, world.endpoint, { region });
    const safe = (region: string): SecretsManager =>
      awsClient(SecretsManager, world.endpoint, { region });
    const { KeyMetadata } = await kms('us-east-1').createKey({ MultiRegion: true });
    const KeyId = given(KeyMetadata?.KeyId);
    const link = await breakTarget(world.endpoint, 'link/us-east-1/eu-west-1', 'network');
    const { CiphertextBlob } = await kms('us-east-1').encrypt({
      KeyId,
      Plaintext: Buffer.from('kept'),
    });
    await safe('us-east-1').createSecret({
      Name: 'kept',
      SecretString: 'hunter2',
      AddReplicaRegions: [{ Region: 'eu-west-1' }],
    });
    await kill(world);
    world = await startReady(options());
    const opened = await kms('us-east-1').decrypt({ CiphertextBlob });
    expect(Buffer.from(given(opened.Plaintext)).toString()).toBe('kept');
    expect(await refusalOf(safe('eu-west-1').getSecretValue({ SecretId: 'kept' }))).toMatchObject({
      code: 'ResourceNotFoundException',
    });
    await mendFault(world.endpoint, link);
    await eventually(async () => {
      const { ReplicationStatus } = await safe('us-east-1').describeSecret({ SecretId: 'kept' });
      return ReplicationStatus?.[0]?.Status === 'InSync';
    });
    const there = await safe('eu-west-1').getSecretValue({ SecretId: 'kept' });
    expect(there.SecretString).toBe('hunter2');
  });

  it('keeps a dead zone dead: its servers are silent, and boot when the power is back', async () => {
    const aws = awsClients(world.endpoint);
    const [id = '', other = ''] = await launchServers(aws, ['use1-az1', 'use1-az2']);
    await eventually(() => askServer(id));
    const fault = await breakTarget(world.endpoint, 'zone/use1-az1', 'power');
    await kill(world);
    world = await startReady(options());
    await eventually(() => askServer(other));
    const socket = await realSocket(world.endpoint, id, serverPort);
    expect(await httpAnswer(socket, '/', 300)).toBe('silent');
    await mendFault(world.endpoint, fault);
    expect(await eventually(() => askServer(id))).toMatchObject({ boots: 2 });
    const again = awsClients(world.endpoint);
    await again.ec2.terminateInstances({ InstanceIds: [id, other] });
  });

  it('is whole after an end in a hurry: a second Ctrl-C while an instance will not end', async () => {
    const aws = awsClients(world.endpoint);
    const stubborn = '#!/bin/sh\ntrap "" TERM\necho here I stay\nwhile :; do sleep 1; done\n';
    const id = await launchWith(aws, stubborn);
    await eventually(async () => {
      const { Output = '' } = await aws.ec2.getConsoleOutput({ InstanceId: id });
      return Buffer.from(Output, 'base64').toString().includes('here I stay');
    });
    const { child } = world;
    await eventually(() => {
      // The first few of these are one Ctrl-C, as a terminal and whoever launched us pass it on.
      child.kill('SIGINT');
      return child.exitCode !== null || child.signalCode !== null;
    });
    world = await startReady(options());
    expect(world.stderr()).toBe('');
    const again = awsClients(world.endpoint);
    expect(await stateOf(again, id)).toBe('running');
    await again.ec2.terminateInstances({ InstanceIds: [id] });
  });

  it('is served by one process at a time', async () => {
    const second = await startFaultline(options());
    expect(second).toMatchObject({ kind: 'ended', exitCode: 1, stdout: '' });
    expect(second.kind === 'ended' && second.stderr.trimEnd().split('\n')).toHaveLength(1);
    expect(second.kind === 'ended' && second.stderr).toContain(directory);
    // The first does not notice.
    expect((await awsClients(world.endpoint).ec2.describeVpcs()).Vpcs).toHaveLength(1);
  });

  it('remembers tokens: what was done before the restart is not done twice', async () => {
    const aws = awsClients(world.endpoint, { region: 'eu-west-1' });
    const { Images } = await aws.ec2.describeImages({
      Owners: ['amazon'],
      Filters: [{ Name: 'architecture', Values: ['x86_64'] }],
    });
    const request = {
      ImageId: given(Images?.[0]?.ImageId),
      InstanceType: 't3.micro',
      MinCount: 1,
      MaxCount: 1,
      ClientToken: 'once',
    } as const;
    const first = await aws.ec2.runInstances(request);
    await kill(world);
    world = await startReady(options());
    const again = awsClients(world.endpoint, { region: 'eu-west-1' });
    const second = await again.ec2.runInstances(request);
    expect(second.Instances?.[0]?.InstanceId).toBe(first.Instances?.[0]?.InstanceId);
    expect(second.Instances?.[0]?.LaunchTime).toEqual(first.Instances?.[0]?.LaunchTime);
    expect(await refusalOf(again.ec2.runInstances({ ...request, MaxCount: 2 }))).toMatchObject({
      code: 'IdempotentParameterMismatch',
    });
  });
});
