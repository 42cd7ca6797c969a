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
} from '../support/faultline-admin.ts';
import { startReady, stop } from '../support/faultline-process.ts';
import type { Running } from '../support/faultline-process.ts';
import { launchServers, launchWith, newestImage, serverPort, stateOf } from './web-server.ts';
import type { ServerAnswer } from './web-server.ts';

let world: Running;
let here: AwsClients;
let there: AwsClients;
/** A server in each of these zones. */
let ids: readonly string[];
const zoneIds = ['use1-az1', 'use1-az2'];

const askServer = async (id: string): Promise<ServerAnswer> => {
  const answer = await httpAnswer(await realSocket(world.endpoint, id, serverPort));
  if (typeof answer === 'string') throw new Error(`the server is ${answer}`);
  // The server of these tests answers nothing else.
  return JSON.parse(answer.text) as ServerAnswer;
};

const isSilent = async (id: string): Promise<boolean> =>
  (await httpAnswer(await realSocket(world.endpoint, id, serverPort), '/', 300)) === 'silent';

const statusOf = async (id: string): Promise<string | undefined> => {
  const { InstanceStatuses } = await here.ec2.describeInstanceStatus({ InstanceIds: [id] });
  return InstanceStatuses?.[0]?.SystemStatus?.Status;
};

const zoneState = async (zoneId: string): Promise<string | undefined> => {
  const { AvailabilityZones } = await here.ec2.describeAvailabilityZones({ ZoneIds: [zoneId] });
  return AvailabilityZones?.[0]?.State;
};

beforeAll(async () => {
  world = await startReady({ driver: 'process', speed: 100 });
  here = awsClients(world.endpoint);
  there = awsClients(world.endpoint, { region: 'eu-west-1' });
  ids = await launchServers(here, zoneIds);
  for (const id of ids) await eventually(() => askServer(id));
});
afterAll(async () => {
  await stop(world);
});

describe('a server that runs', () => {
  it('knows from its metadata service who and where it is', async () => {
    for (const [index, id] of ids.entries()) {
      expect(await askServer(id)).toMatchObject({
        instanceId: id,
        zoneId: zoneIds[index],
        boots: 1,
      });
    }
  });

  it('is found by its id, addresses and names', async () => {
    const [id = ''] = ids;
    const { Reservations } = await here.ec2.describeInstances({ InstanceIds: [id] });
    const instance = given(Reservations?.[0]?.Instances?.[0]);
    const socket = await realSocket(world.endpoint, id, serverPort);
    expect(socket).toMatch(/^127\.\d+\.\d+\.\d+:8080$/);
    for (const name of [
      instance.PublicIpAddress,
      instance.PublicDnsName,
      `${instance.PrivateIpAddress ?? ''}&region=us-east-1`,
      socket.split(':')[0],
    ]) {
      expect(await realSocket(world.endpoint, name ?? '', serverPort)).toBe(socket);
    }
  });

  it('prints on its console', async () => {
    await eventually(async () => {
      const { Output = '' } = await here.ec2.getConsoleOutput({ InstanceId: ids[0] });
      return Buffer.from(Output, 'base64').toString().includes('listening in use1-az1');
    });
  });

  it('refuses connections to a port where it does not listen', async () => {
    const socket = await realSocket(world.endpoint, ids[0] ?? '', 8081);
    expect(await httpAnswer(socket)).toBe('refused');
  });

  it('keeps its disk and loses its memory when it is rebooted, and when it is stopped', async () => {
    const [, id = ''] = ids;
    await here.ec2.rebootInstances({ InstanceIds: [id] });
    await eventually(async () => (await askServer(id)).boots === 2);
    await here.ec2.stopInstances({ InstanceIds: [id] });
    await eventually(async () => (await stateOf(here, id)) === 'stopped');
    await here.ec2.startInstances({ InstanceIds: [id] });
    await eventually(async () => (await askServer(id)).boots === 3);
  });
});

describe('user data', () => {
  const consoleOf = async (id: string): Promise<string> => {
    const { Output = '' } = await here.ec2.getConsoleOutput({ InstanceId: id });
    return Buffer.from(Output, 'base64').toString();
  };

  it('of cloud-init writes files and runs commands', async () => {
    const id = await launchWith(
      here,
      `#cloud-config
write_files:
  - path: /etc/greeting
    content: good morning
runcmd:
  - cat etc/greeting
  - [echo, "from $AWS_REGION", done]
`,
    );
    await eventually(async () => (await consoleOf(id)).includes('good morning'));
    await eventually(async () => (await consoleOf(id)).includes('from $AWS_REGION done'));
    await here.ec2.terminateInstances({ InstanceIds: [id] });
  });

  it('runs as far as it is understood, and the console and the admin API name the rest', async () => {
    const id = await launchWith(
      here,
      '#cloud-config\npackages: [nginx]\nruncmd: [echo still here]\n',
    );
    await eventually(async () => (await consoleOf(id)).includes('still here'));
    expect(await consoleOf(id)).toContain(
      'left out of user data: packages nginx: the instance has no system',
    );
    const { body } = await callAdmin(world.endpoint, 'GET', '/world');
    expect(body).toMatchObject({
      userDataLeftOut: [
        { instanceIds: [id], instances: 1, leftOut: [expect.stringContaining('packages')] },
      ],
    });
    await here.ec2.terminateInstances({ InstanceIds: [id] });
  });

  it('may switch its machine off, which stops it or terminates it', async () => {
    const script = '#!/bin/sh\nshutdown -h now\n';
    const stopped = await launchWith(here, script);
    const ended = await launchWith(here, script, {
      InstanceInitiatedShutdownBehavior: 'terminate',
    });
    await eventually(async () => (await stateOf(here, stopped)) === 'stopped');
    await eventually(async () => (await stateOf(here, ended)) === 'terminated');
    const { Reservations } = await here.ec2.describeInstances({ InstanceIds: [stopped] });
    expect(Reservations?.[0]?.Instances?.[0]?.StateReason?.Code).toBe(
      'Client.InstanceInitiatedShutdown',
    );
    await here.ec2.terminateInstances({ InstanceIds: [stopped] });
  });

  it('that ends leaves its machine running, and its words can be read after the end', async () => {
    const id = await launchWith(here, '#!/bin/sh\necho all done\n');
    await eventually(async () => (await consoleOf(id)).includes('all done'));
    expect(await stateOf(here, id)).toBe('running');
    await here.ec2.terminateInstances({ InstanceIds: [id] });
    await eventually(async () => (await stateOf(here, id)) === 'terminated');
    expect(await consoleOf(id)).toContain('all done');
  });
});

describe('a zone without power', () => {
  it('is silent, shows in the API, takes no launches, and loses memory but no disk', async () => {
    const [id = '', other = ''] = ids;
    const before = await askServer(id);
    const fault = await breakTarget(world.endpoint, 'zone/use1-az1', 'power');
    expect(await isSilent(id)).toBe(true);
    expect((await askServer(other)).zoneId).toBe('use1-az2');
    expect(await stateOf(here, id)).toBe('running');
    expect(await zoneState('use1-az1')).toBe('unavailable');
    expect(await zoneState('use1-az2')).toBe('available');
    await eventually(async () => (await statusOf(id)) === 'impaired');
    const { Subnets } = await here.ec2.describeSubnets({
      Filters: [{ Name: 'availability-zone-id', Values: ['use1-az1'] }],
    });
    const request = {
      ImageId: await newestImage(here),
      InstanceType: 't3.micro',
      MinCount: 1,
      MaxCount: 1,
    } as const;
    const refusal = await refusalOf(
      here.ec2.runInstances({ ...request, SubnetId: Subnets?.[0]?.SubnetId }),
    );
    expect(refusal).toMatchObject({ code: 'InsufficientInstanceCapacity', status: 500 });
    // Without a subnet EC2 finds a zone that is well.
    const elsewhere = await here.ec2.runInstances(request);
    const placed = given(elsewhere.Instances?.[0]);
    const dead = given(Subnets?.[0]?.AvailabilityZone);
    expect(placed.Placement?.AvailabilityZone).not.toBe(dead);
    await here.ec2.terminateInstances({ InstanceIds: [given(placed.InstanceId)] });
    await mendFault(world.endpoint, fault);
    const after = await eventually(() => askServer(id));
    expect(after).toMatchObject({ requests: 1, boots: before.boots + 1 });
    expect(await zoneState('use1-az1')).toBe('available');
    await eventually(async () => (await statusOf(id)) === 'ok');
  });

  it('heals by itself when the fault had a duration of world time', async () => {
    const [id = ''] = ids;
    const begun = Date.now();
    await breakTarget(world.endpoint, 'zone/use1-az1', 'power', { duration: '90s' });
    expect(await isSilent(id)).toBe(true);
    await eventually(async () => {
      const { body } = await callAdmin<{ faults: readonly unknown[] }>(
        world.endpoint,
        'GET',
        '/faults',
      );
      return body.faults.length === 0;
    });
    expect(Date.now() - begun).toBeGreaterThanOrEqual(900);
    await eventually(() => askServer(id));
  });

  it('boots what was rebooted only when the power is back, and gives up on what was stopped', async () => {
    const [id = ''] = ids;
    const fault = await breakTarget(world.endpoint, 'zone/use1-az1', 'power');
    await here.ec2.rebootInstances({ InstanceIds: [id] });
    expect(await isSilent(id)).toBe(true);
    const { StoppingInstances } = await here.ec2.stopInstances({ InstanceIds: [id] });
    expect(StoppingInstances?.[0]?.CurrentState?.Name).toBe('stopping');
    // Nobody there shuts down: AWS waits for ten minutes.
    await callAdmin(world.endpoint, 'PUT', '/clock', { speed: 1000 });
    await eventually(async () => (await stateOf(here, id)) === 'stopped');
    await callAdmin(world.endpoint, 'PUT', '/clock', { speed: 100 });
    expect(await refusalOf(here.ec2.startInstances({ InstanceIds: [id] }))).toMatchObject({
      code: 'InsufficientInstanceCapacity',
    });
    await mendFault(world.endpoint, fault);
    await here.ec2.startInstances({ InstanceIds: [id] });
    await eventually(() => askServer(id));
  });
});

describe('a zone without network', () => {
  it('is alive but unreachable: its memory is there when it is back', async () => {
    const [id = ''] = ids;
    const before = await askServer(id);
    const fault = await breakTarget(world.endpoint, 'zone/use1-az1', 'network');
    expect(await isSilent(id)).toBe(true);
    expect(await zoneState('use1-az1')).toBe('impaired');
    await eventually(async () => (await statusOf(id)) === 'impaired');
    await mendFault(world.endpoint, fault);
    const after = await eventually(() => askServer(id));
    expect(after.boots).toBe(before.boots);
    expect(after.requests).toBeGreaterThan(before.requests);
  });
});

describe('an instance', () => {
  it('can lose its power or its network alone', async () => {
    const [id = '', other = ''] = ids;
    const before = await askServer(id);
    for (const effect of ['network', 'power']) {
      const fault = await breakTarget(world.endpoint, `instance/${id}`, effect);
      expect(await isSilent(id)).toBe(true);
      expect((await askServer(other)).zoneId).toBe('use1-az2');
      expect(await zoneState('use1-az1')).toBe('available');
      await mendFault(world.endpoint, fault);
      await eventually(() => askServer(id));
    }
    expect((await askServer(id)).boots).toBe(before.boots + 1);
  });
});

describe('a Region in disaster', () => {
  it('is silent with its API, while the others do not notice', async () => {
    const [id = ''] = ids;
    const patient = { timeoutMs: 400 };
    const lost = awsClients(world.endpoint, { region: 'us-east-1', ...patient });
    const fault = await breakTarget(world.endpoint, 'region/us-east-1', 'disaster');
    expect(await isSilent(id)).toBe(true);
    expect((await refusalOf(lost.ec2.describeInstances())).code).toBe('TimeoutError');
    // The control plane of Route 53 lives there, whoever asks.
    const distant = awsClients(world.endpoint, { region: 'eu-west-1', ...patient });
    expect((await refusalOf(distant.route53.listHostedZones())).code).toBe('TimeoutError');
    expect((await distant.ec2.describeVpcs()).Vpcs).toHaveLength(1);
    expect((await distant.sts.getCallerIdentity()).Account).toBe('000000000000');
    const health = await callAdmin(world.endpoint, 'GET', '/health');
    expect(health.body).toMatchObject({ status: 'ready' });
    await mendFault(world.endpoint, fault);
    expect((await lost.ec2.describeInstances()).Reservations?.length).toBeGreaterThanOrEqual(2);
    await eventually(() => askServer(id));
  });
});

describe('the API of one service in one Region', () => {
  it('can be silent alone', async () => {
    const impatient = awsClients(world.endpoint, { timeoutMs: 400 });
    const fault = await breakTarget(world.endpoint, 'api/us-east-1/ec2', 'api');
    expect((await refusalOf(impatient.ec2.describeVpcs())).code).toBe('TimeoutError');
    expect((await impatient.elbv2.describeLoadBalancers()).LoadBalancers).toEqual([]);
    expect((await there.ec2.describeVpcs()).Vpcs).toHaveLength(1);
    // The data plane goes on.
    expect((await askServer(ids[0] ?? '')).zoneId).toBe('use1-az1');
    await mendFault(world.endpoint, fault);
    expect((await impatient.ec2.describeVpcs()).Vpcs).toHaveLength(1);
  });
});

describe('latency of a zone', () => {
  it('is added to each round trip, in world time', async () => {
    const [id = ''] = ids;
    const socket = await realSocket(world.endpoint, id, serverPort);
    const latencyMs = 20_000;
    const fault = await breakTarget(world.endpoint, 'zone/use1-az1', 'latency', { latencyMs });
    const begun = performance.now();
    expect(await httpAnswer(socket, '/', 10_000)).toMatchObject({ status: 200 });
    // One round trip to connect and one to ask: 40 world seconds, at a hundred of them a second.
    expect(performance.now() - begun).toBeGreaterThanOrEqual(395);
    await mendFault(world.endpoint, fault);
  });
});

describe('reset', () => {
  it('begins an empty world with the same geography, with nothing broken and nothing running', async () => {
    const [id = ''] = ids;
    const socket = await realSocket(world.endpoint, id, serverPort);
    const { AvailabilityZones: before } = await here.ec2.describeAvailabilityZones();
    await breakTarget(world.endpoint, 'zone/use1-az2', 'power');
    expect((await callAdmin(world.endpoint, 'POST', '/reset')).status).toBe(200);
    expect((await here.ec2.describeInstances()).Reservations).toEqual([]);
    expect((await here.ec2.describeAvailabilityZones()).AvailabilityZones).toEqual(before);
    expect(await httpAnswer(socket)).toBe('refused');
    expect((await callAdmin(world.endpoint, 'GET', `/address?of=${id}`)).status).toBe(404);
    const [again = ''] = await launchServers(here, ['use1-az2']);
    expect(await eventually(() => askServer(again))).toMatchObject({ boots: 1 });
  });
});
