import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { awsClients, given, type AwsClients } from '../support/aws-clients.ts';
import { eventually } from '../support/eventually.ts';
import { breakTarget, callAdmin, mendFault, realSocket } from '../support/faultline-admin.ts';
import {
  kill,
  runCommand,
  type Running,
  startReady,
  type UpOptions,
} from '../support/faultline-process.ts';
import { launchWith, stateOf } from './web-server.ts';

/** Serves the files of its disk, and of a volume at /dev/sdf; PUT writes one. */
const fileServer = `#!/usr/bin/env node
const fs = require('node:fs');
const http = require('node:http');
const pathOf = (url) => url.startsWith('/volume/')
  ? process.env.VOLUME_SDF + url.slice('/volume'.length)
  : '.' + url;
http.createServer((request, response) => {
  try {
    if (request.method === 'PUT') {
      const chunks = [];
      request.on('data', (chunk) => chunks.push(chunk));
      request.on('end', () => {
        try {
          fs.writeFileSync(pathOf(request.url), Buffer.concat(chunks));
          response.end('written');
        } catch (error) {
          response.statusCode = 500;
          response.end(String(error));
        }
      });
    } else response.end(fs.readFileSync(pathOf(request.url)));
  } catch (error) {
    response.statusCode = 404;
    response.end(String(error));
  }
}).listen(8080, process.env.HOST);
`;

const port = 8080;
const [home, away] = ['us-east-1', 'eu-west-1'];

let directory: string;
let world: Running;
const options = (): UpOptions => ({ directory, driver: 'process', speed: 60 });
/** Clients keep their connections: one set for each Region and start of the world. */
const clients = new Map<string, AwsClients>();
const at = (region: string): AwsClients => {
  const key = `${world.endpoint} ${region}`;
  const known = clients.get(key) ?? awsClients(world.endpoint, { region });
  clients.set(key, known);
  return known;
};

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'faultline-storage-'));
  world = await startReady(options());
});
afterAll(async () => {
  await kill(world);
  await rm(directory, { recursive: true, force: true });
});

const deadlineMs = 60_000;

const fetchFile = async (id: string, path: string, body?: string): Promise<string> => {
  const socket = await realSocket(world.endpoint, id, port);
  const answer = await fetch(`http://${socket}${path}`, {
    ...(body === undefined ? {} : { method: 'PUT', body }),
    signal: AbortSignal.timeout(5_000),
  });
  const text = await answer.text();
  if (!answer.ok) throw new Error(`${path}: ${answer.status} ${text}`);
  return text;
};

const read = (id: string, path: string): Promise<string> =>
  eventually(() => fetchFile(id, path), deadlineMs);
const write = (id: string, path: string, body: string): Promise<string> =>
  eventually(() => fetchFile(id, path, body), deadlineMs);

const launch = async (
  region: string,
  more: Parameters<typeof launchWith>[2] = {},
): Promise<string> => {
  const id = await launchWith(at(region), fileServer, more);
  await eventually(async () => (await stateOf(at(region), id)) === 'running', deadlineMs);
  return id;
};

const rootVolumeOf = async (region: string, instanceId: string): Promise<string> => {
  const { Volumes } = await at(region).ec2.describeVolumes({
    Filters: [{ Name: 'attachment.instance-id', Values: [instanceId] }],
  });
  return given(Volumes?.[0]?.VolumeId);
};

const imageState = async (region: string, imageId: string): Promise<string | undefined> => {
  const { Images } = await at(region).ec2.describeImages({ ImageIds: [imageId] });
  return Images?.[0]?.State;
};

const available = (region: string, imageId: string): Promise<boolean> =>
  eventually(async () => (await imageState(region, imageId)) === 'available', deadlineMs);

const copiesUnderWay = async (): Promise<
  readonly { readonly imageId: string; readonly state: string; readonly sentBytes: number }[]
> => {
  const { body } = await callAdmin<{
    readonly copies: readonly {
      readonly imageId: string;
      readonly state: string;
      readonly sentBytes: number;
    }[];
  }>(world.endpoint, 'GET', '/copies');
  return body.copies;
};

/** An image of a server with a file on its disk, and so much modelled content. */
const bake = async (name: string, contentGib: string): Promise<string> => {
  const server = await launch(home);
  await write(server, '/page.txt', `page of ${name}`);
  const volume = await rootVolumeOf(home, server);
  await at(home).ec2.createTags({
    Resources: [volume],
    Tags: [{ Key: 'faultline:content-gib', Value: contentGib }],
  });
  const { ImageId } = await at(home).ec2.createImage({ InstanceId: server, Name: name });
  await available(home, given(ImageId));
  return given(ImageId);
};

const copyTo = async (region: string, imageId: string, name: string): Promise<string> => {
  const { ImageId } = await at(region).ec2.copyImage({
    SourceRegion: home,
    SourceImageId: imageId,
    Name: name,
  });
  return given(ImageId);
};

describe('an image', () => {
  it('carries a file to another Region, where it is served; the first Region does not know the copy', async () => {
    const image = await bake('carried', '1');
    const copy = await copyTo(away, image, 'carried');
    expect(await imageState(away, copy)).toBe('pending');
    await available(away, copy);
    const copied = await launch(away, { ImageId: copy });
    expect(await read(copied, '/page.txt')).toBe('page of carried');
    await expect(at(home).ec2.describeImages({ ImageIds: [copy] })).rejects.toMatchObject({
      name: 'InvalidAMIID.NotFound',
    });
    await expect(launch(home, { ImageId: copy })).rejects.toMatchObject({
      name: 'InvalidAMIID.NotFound',
    });
  }, 120_000);

  it('pauses on its way while the link is broken, survives a kill of the world, and arrives', async () => {
    const image = await bake('patient', '40');
    const copy = await copyTo(away, image, 'patient');
    const under = () => copiesUnderWay().then((all) => all.find(({ imageId }) => imageId === copy));
    await eventually(async () => ((await under())?.sentBytes ?? 0) > 0, deadlineMs);
    const fault = await breakTarget(world.endpoint, `link/${home}/${away}`, 'network');
    const paused = await eventually(async () => {
      const now = await under();
      return now?.state === 'paused' ? now : undefined;
    });
    await kill(world);
    world = await startReady(options());
    expect((await under())?.sentBytes).toBe(paused.sentBytes);
    await mendFault(world.endpoint, fault);
    await eventually(
      async () => ((await under())?.sentBytes ?? Infinity) > paused.sentBytes,
      deadlineMs,
    );
    await kill(world);
    world = await startReady(options());
    await available(away, copy);
    const copied = await launch(away, { ImageId: copy });
    expect(await read(copied, '/page.txt')).toBe('page of patient');
  }, 180_000);

  it('fails with its source, and what had arrived before stays', async () => {
    const [small, large] = [await bake('arrived', '1'), await bake('unlucky', '60')];
    const arrived = await copyTo(away, small, 'arrived');
    await available(away, arrived);
    const late = await copyTo(away, large, 'unlucky');
    await eventually(async () => (await copiesUnderWay()).some(({ state }) => state === 'moving'));
    const fault = await breakTarget(world.endpoint, `region/${home}`, 'disaster');
    await eventually(async () => (await imageState(away, late)) === 'failed');
    expect(await imageState(away, arrived)).toBe('available');
    const copied = await launch(away, { ImageId: arrived });
    expect(await read(copied, '/page.txt')).toBe('page of arrived');
    await mendFault(world.endpoint, fault);
  }, 180_000);

  it('says what a copy takes before anyone starts', async () => {
    const image = await bake('estimated', '10');
    const { stdout, exitCode } = await runCommand(
      ['image', 'copy', image, '--to', 'ap-south-1,eu-west-1', '--estimate', '--json'],
      { FAULTLINE_ENDPOINT: world.endpoint },
    );
    expect(exitCode).toBe(0);
    // The command prints what the admin API answers.
    const { estimates } = JSON.parse(stdout) as {
      readonly estimates: readonly {
        readonly toRegion: string;
        readonly seconds: number;
        readonly usd: number;
      }[];
    };
    expect(estimates.map(({ toRegion }) => toRegion)).toEqual(['ap-south-1', 'eu-west-1']);
    for (const { seconds, usd } of estimates) {
      // 100 GB take an hour, and 10 GiB are a little more than a tenth of them.
      expect(seconds / 60).toBeCloseTo(6.4, 0);
      expect(usd).toBeCloseTo(0.215, 2);
    }
  }, 60_000);
});

describe('a volume', () => {
  it('keeps what was written to it over stop and start, and goes to another instance of the zone', async () => {
    const { ec2 } = at(home);
    const { Subnets } = await ec2.describeSubnets();
    const subnet = given(Subnets?.[0]);
    const where = { SubnetId: given(subnet.SubnetId) };
    const [first, second] = [await launch(home, where), await launch(home, where)];
    const { VolumeId } = await ec2.createVolume({
      AvailabilityZone: given(subnet.AvailabilityZone),
      Size: 1,
      VolumeType: 'gp3',
    });
    const volume = given(VolumeId);
    const isState = async (state: string): Promise<boolean> => {
      const { Volumes } = await ec2.describeVolumes({ VolumeIds: [volume] });
      return Volumes?.[0]?.State === state;
    };
    await eventually(() => isState('available'), deadlineMs);
    await ec2.attachVolume({ VolumeId: volume, InstanceId: first, Device: '/dev/sdf' });
    await write(first, '/volume/note.txt', 'kept');
    await write(first, '/root.txt', 'root');
    await ec2.stopInstances({ InstanceIds: [first] });
    await eventually(async () => (await stateOf(at(home), first)) === 'stopped', deadlineMs);
    await ec2.startInstances({ InstanceIds: [first] });
    await eventually(async () => (await stateOf(at(home), first)) === 'running', deadlineMs);
    expect(await read(first, '/volume/note.txt')).toBe('kept');
    expect(await read(first, '/root.txt')).toBe('root');
    await ec2.detachVolume({ VolumeId: volume });
    await eventually(() => isState('available'), deadlineMs);
    await ec2.attachVolume({ VolumeId: volume, InstanceId: second, Device: '/dev/sdf' });
    expect(await read(second, '/volume/note.txt')).toBe('kept');
    await expect(fetchFile(first, '/volume/note.txt')).rejects.toThrow('404');
  }, 120_000);

  it('shows in its snapshot the moment at which that was asked for', async () => {
    const { ec2 } = at(home);
    const server = await launch(home);
    await write(server, '/state.txt', 'before');
    const volume = await rootVolumeOf(home, server);
    const { SnapshotId } = await ec2.createSnapshot({ VolumeId: volume });
    await write(server, '/state.txt', 'after');
    await eventually(async () => {
      const { Snapshots } = await ec2.describeSnapshots({ SnapshotIds: [given(SnapshotId)] });
      return Snapshots?.[0]?.State === 'completed';
    }, deadlineMs);
    const { Instances } = await ec2
      .describeInstances({ InstanceIds: [server] })
      .then(({ Reservations }) => given(Reservations?.[0]));
    const zone = given(Instances?.[0]?.Placement?.AvailabilityZone);
    const made = await ec2.createVolume({ AvailabilityZone: zone, SnapshotId: given(SnapshotId) });
    await eventually(async () => {
      const { Volumes } = await ec2.describeVolumes({ VolumeIds: [given(made.VolumeId)] });
      return Volumes?.[0]?.State === 'available';
    }, deadlineMs);
    await ec2.attachVolume({
      VolumeId: given(made.VolumeId),
      InstanceId: server,
      Device: '/dev/sdf',
    });
    expect(await read(server, '/volume/state.txt')).toBe('before');
    expect(await read(server, '/state.txt')).toBe('after');
  }, 120_000);
});
