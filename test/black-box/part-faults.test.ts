import { afterAll, beforeAll, expect, it } from 'vitest';
import { awsClients, type AwsClients } from '../support/aws-clients.ts';
import { eventually } from '../support/eventually.ts';
import {
  breakTarget,
  callAdmin,
  httpAnswer,
  mendFault,
  realSocket,
} from '../support/faultline-admin.ts';
import { runCommand, startReady, stop, type Running } from '../support/faultline-process.ts';
import { launchServers, serverPort, type ServerAnswer } from './web-server.ts';

const zoneId = 'use1-az1';
const count = 8;

let world: Running;
let aws: AwsClients;
let ids: readonly string[];

const ask = async (id: string): Promise<ServerAnswer | 'silent'> => {
  const answer = await httpAnswer(await realSocket(world.endpoint, id, serverPort), '/', 500);
  if (answer === 'silent') return answer;
  if (typeof answer === 'string') throw new Error(`the server is ${answer}`);
  // The server of these tests answers nothing else.
  return JSON.parse(answer.text) as ServerAnswer;
};

const boots = (): Promise<readonly (number | 'silent')[]> =>
  Promise.all(
    ids.map(async (id) => {
      const answer = await ask(id);
      return answer === 'silent' ? answer : answer.boots;
    }),
  );

beforeAll(async () => {
  world = await startReady({ driver: 'process', speed: 100, seed: 5 });
  aws = awsClients(world.endpoint);
  ids = await launchServers(
    aws,
    Array.from({ length: count }, () => zoneId),
  );
  for (const id of ids) await eventually(() => ask(id));
});
afterAll(async () => {
  await stop(world);
});

it('a loss of power in half a zone silences some real servers, which boot anew with it, and no others', async () => {
  const id = await breakTarget(world.endpoint, `zone/${zoneId}`, 'power', { severity: 0.5 });
  const during = await boots();
  const struck = during.filter((one) => one === 'silent').length;
  expect(struck).toBeGreaterThan(0);
  expect(struck).toBeLessThan(count);
  const { AvailabilityZones } = await aws.ec2.describeAvailabilityZones({ ZoneIds: [zoneId] });
  expect(AvailabilityZones?.[0]?.State).toBe('impaired');
  const { stdout } = await runCommand(['status', '--endpoint', world.endpoint]);
  expect(stdout).toContain('power 50 %');
  expect(stdout).toContain('hosts: 50 % lost');
  const impaired = await eventually(async () => {
    const { InstanceStatuses = [] } = await aws.ec2.describeInstanceStatus({});
    const found = InstanceStatuses.filter((one) => one.SystemStatus?.Status === 'impaired');
    if (found.length !== struck) throw new Error(`${found.length} are impaired`);
    return found.map((one) => one.InstanceId);
  });
  expect(new Set(impaired)).toEqual(new Set(ids.filter((_, index) => during[index] === 'silent')));
  await mendFault(world.endpoint, id);
  const after = await eventually(async () => {
    const now = await boots();
    if (now.includes('silent')) throw new Error('one is still silent');
    return now;
  });
  expect(after).toEqual(during.map((one) => (one === 'silent' ? 2 : one)));
});

it('a gray zone fails its share of requests of real clients, and its servers stay in service', async () => {
  const id = await breakTarget(world.endpoint, `zone/${zoneId}`, 'gray', {
    as: 'error',
    severity: 0.5,
  });
  const socket = await realSocket(world.endpoint, ids[0] ?? '', serverPort);
  const met: unknown[] = [];
  for (let asked = 0; asked < 60; asked++) {
    // At an instance's own address bytes are relayed, whatever they say: the connection breaks there.
    const answer = await httpAnswer(socket, '/', 2_000).catch(() => 'broken');
    met.push(typeof answer === 'string' ? answer : answer.status);
  }
  expect(new Set(met)).toEqual(new Set([200, 'broken']));
  const failed = met.filter((one) => one === 'broken').length;
  expect(failed).toBeGreaterThan(60 * 0.25);
  expect(failed).toBeLessThan(60 * 0.75);
  const { InstanceStatuses = [] } = await aws.ec2.describeInstanceStatus({});
  expect(InstanceStatuses.every((one) => one.SystemStatus?.Status === 'ok')).toBe(true);
  await mendFault(world.endpoint, id);
  expect(await callAdmin(world.endpoint, 'GET', '/faults')).toMatchObject({ body: { faults: [] } });
});
