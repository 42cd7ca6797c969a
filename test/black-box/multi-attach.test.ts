import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { awsClients, given } from '../support/aws-clients.ts';
import type { AwsClients } from '../support/aws-clients.ts';
import { eventually } from '../support/eventually.ts';
import { httpAnswer, realSocket } from '../support/faultline-admin.ts';
import { startReady, stop } from '../support/faultline-process.ts';
import type { Running } from '../support/faultline-process.ts';
import { launchWith, serverPort, stateOf } from './web-server.ts';

let world: Running;
let here: AwsClients;

beforeAll(async () => {
  world = await startReady({ driver: 'process', speed: 60 });
  here = awsClients(world.endpoint);
});
afterAll(async () => {
  await stop(world);
});

/** Writes what comes behind /write/ into a file on its volume, and answers what is in it. */
const script = `#!/usr/bin/env node
const fs = require('node:fs');
require('node:http').createServer((request, response) => {
  const file = process.env.VOLUME_SDF + '/shared';
  try {
    const [, text] = /^\\/write\\/(.*)$/.exec(request.url) ?? [];
    if (text !== undefined) fs.writeFileSync(file, text);
    response.end(fs.readFileSync(file));
  } catch (error) {
    response.end(String(error));
  }
}).listen(${serverPort}, process.env.HOST);
`;

const ask = async (id: string, path = '/'): Promise<string | undefined> => {
  const answer = await httpAnswer(await realSocket(world.endpoint, id, serverPort), path);
  return typeof answer === 'string' ? undefined : answer.text;
};

describe('a volume with Multi-Attach', () => {
  it('is one directory to two instances of its zone, until one gives it back', async () => {
    const Placement = { AvailabilityZone: 'us-east-1a' };
    const ids = await Promise.all([1, 2].map(() => launchWith(here, script, { Placement })));
    for (const id of ids) await eventually(async () => (await stateOf(here, id)) === 'running');
    const { VolumeId } = await here.ec2.createVolume({
      AvailabilityZone: 'us-east-1a',
      Size: 4,
      VolumeType: 'io2',
      Iops: 100,
      MultiAttachEnabled: true,
    });
    const volume = given(VolumeId);
    const attachments = async () =>
      (await here.ec2.describeVolumes({ VolumeIds: [volume] })).Volumes?.[0];
    await eventually(async () => (await attachments())?.State === 'available');
    for (const InstanceId of ids) {
      await here.ec2.attachVolume({ VolumeId: volume, InstanceId, Device: '/dev/sdf' });
    }
    await eventually(async () =>
      (await attachments())?.Attachments?.every(({ State }) => State === 'attached'),
    );
    const [first = '', second = ''] = ids;
    await eventually(async () => (await ask(first, '/write/hello')) === 'hello');
    expect(await ask(second)).toBe('hello');
    expect(await ask(second, '/write/back')).toBe('back');
    expect(await ask(first)).toBe('back');
    await here.ec2.detachVolume({ VolumeId: volume, InstanceId: first });
    await eventually(async () => (await attachments())?.Attachments?.length === 1);
    await eventually(async () => (await ask(first))?.includes('ENOENT'));
    expect(await ask(second)).toBe('back');
    await here.ec2.terminateInstances({ InstanceIds: [second] });
    await eventually(async () => (await attachments())?.State === 'available');
  });
});
