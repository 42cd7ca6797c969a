import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { awsClients, given, type AwsClients } from '../support/aws-clients.ts';
import { eventually } from '../support/eventually.ts';
import { breakTarget, mendFault } from '../support/faultline-admin.ts';
import { startReady, stop, type Running } from '../support/faultline-process.ts';
import { launchWith, stateOf } from './web-server.ts';

/** Writes the time again and again, and a number to two volumes, one after the other. */
const writer = `#!/usr/bin/env node
const { existsSync, renameSync, writeFileSync } = require('node:fs');
const put = (path, text) => {
  writeFileSync(path + '.new', text);
  renameSync(path + '.new', path);
};
let count = 0;
setInterval(() => {
  put('clock', String(Date.now()));
  count += 1;
  for (const volume of [process.env.VOLUME_SDF, process.env.VOLUME_SDG]) {
    if (existsSync(volume)) put(volume + '/count', String(count));
  }
}, 1);
`;

const region = 'us-east-1';
const deadlineMs = 60_000;

let directory: string;
let world: Running;
let aws: AwsClients;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'faultline-moments-'));
  world = await startReady({ directory, driver: 'process', speed: 60 });
  aws = awsClients(world.endpoint, { region });
});
afterAll(async () => {
  await stop(world);
  await rm(directory, { recursive: true, force: true });
});

const read = (...path: readonly string[]): Promise<string> =>
  eventually(() => readFile(join(directory, ...path), 'utf8'), deadlineMs);

const is = (id: string, state: string): Promise<boolean> =>
  eventually(async () => (await stateOf(aws, id)) === state, deadlineMs);

/** A file of a snapshot, read from a volume that is made of it. */
const readSnapshot = async (snapshotId: string, name: string): Promise<string> => {
  const volume = await eventually(
    () => aws.ec2.createVolume({ AvailabilityZone: `${region}a`, SnapshotId: snapshotId }),
    deadlineMs,
  );
  return read('volumes', given(volume.VolumeId), 'contents', name);
};

const snapshotOfImage = async (imageId: string): Promise<string> => {
  const image = await eventually(async () => {
    const { Images } = await aws.ec2.describeImages({ ImageIds: [imageId] });
    expect(Images?.[0]?.State).toBe('available');
    return Images?.[0];
  }, deadlineMs);
  return given(image.BlockDeviceMappings?.[0]?.Ebs?.SnapshotId);
};

const running = async (): Promise<string> => {
  const id = await launchWith(aws, writer, {
    Placement: { AvailabilityZone: `${region}a` },
    BlockDeviceMappings: ['/dev/sdf', '/dev/sdg'].map((DeviceName) => ({
      DeviceName,
      Ebs: { VolumeSize: 1 },
    })),
  });
  await is(id, 'running');
  await read('instances', id, 'disk', 'clock');
  await read('instances', id, 'volumes', 'sdg', 'count');
  return id;
};

const createImage = async (id: string, name: string, NoReboot: boolean): Promise<string> => {
  const { ImageId } = await aws.ec2.createImage({ InstanceId: id, Name: name, NoReboot });
  return given(ImageId);
};

describe('the moment that an image shows', () => {
  it.each([
    ['after a reboot', false],
    ['while the instance runs', true],
  ])(
    'is over when CreateImage has answered, %s',
    async (name, noReboot) => {
      const id = await running();
      const askedAt = Date.now();
      const image = await createImage(id, name, noReboot);
      const answeredAt = Date.now();
      const shown = Number(await readSnapshot(await snapshotOfImage(image), 'clock'));
      expect(shown).toBeLessThanOrEqual(answeredAt);
      // What it wrote just before is in it.
      expect(shown).toBeGreaterThan(askedAt - 2_000);
      await eventually(
        async () => Number(await read('instances', id, 'disk', 'clock')) > answeredAt,
        deadlineMs,
      );
    },
    120_000,
  );

  it('is that of its disk when the instance is stopped, which it stays', async () => {
    const id = await running();
    await aws.ec2.stopInstances({ InstanceIds: [id] });
    await is(id, 'stopped');
    const left = await read('instances', id, 'disk', 'clock');
    const image = await createImage(id, 'stopped', false);
    expect(await readSnapshot(await snapshotOfImage(image), 'clock')).toBe(left);
    expect(await stateOf(aws, id)).toBe('stopped');
  }, 120_000);

  it('is that of its disk when the instance alone has no power, which nothing waits for', async () => {
    const id = await running();
    const fault = await breakTarget(world.endpoint, `instance/${id}`, 'power');
    const image = await createImage(id, 'without power', false);
    expect(Number(await readSnapshot(await snapshotOfImage(image), 'clock'))).toBeGreaterThan(0);
    await mendFault(world.endpoint, fault);
  }, 60_000);

  it('is one for all volumes of CreateSnapshots: what was written later is not in one without the other', async () => {
    const id = await running();
    const { Snapshots = [] } = await aws.ec2.createSnapshots({
      InstanceSpecification: { InstanceId: id, ExcludeBootVolume: true },
    });
    expect(Snapshots).toHaveLength(2);
    const counts = new Map<string, number>();
    for (const { SnapshotId, VolumeId } of Snapshots) {
      const { Volumes } = await aws.ec2.describeVolumes({ VolumeIds: [given(VolumeId)] });
      const device = given(Volumes?.[0]?.Attachments?.[0]?.Device);
      counts.set(device, Number(await readSnapshot(given(SnapshotId), 'count')));
    }
    const [first, second] = [given(counts.get('/dev/sdf')), given(counts.get('/dev/sdg'))];
    expect([second, second + 1]).toContain(first);
  }, 120_000);

  it('never comes in a zone that is lost: the request is refused', async () => {
    const id = await running();
    const { Volumes } = await aws.ec2.describeVolumes({
      Filters: [{ Name: 'attachment.instance-id', Values: [id] }],
    });
    const { AvailabilityZones } = await aws.ec2.describeAvailabilityZones({
      ZoneNames: [`${region}a`],
    });
    const zone = given(AvailabilityZones?.[0]?.ZoneId);
    const fault = await breakTarget(world.endpoint, `zone/${zone}`, 'power');
    const refused = { name: 'Unavailable' };
    await expect(
      aws.ec2.createSnapshot({ VolumeId: given(Volumes?.[0]?.VolumeId) }),
    ).rejects.toMatchObject(refused);
    await expect(createImage(id, 'lost', true)).rejects.toMatchObject(refused);
    await mendFault(world.endpoint, fault);
  }, 60_000);
});
