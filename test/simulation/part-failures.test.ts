import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { baseImagesOf } from '../../src/aws/ec2/images/base-images.ts';
import {
  Instances,
  Volumes,
  type Instance,
} from '../../src/aws/ec2/instances/instance-entities.ts';
import { ec2 } from '../../src/aws/ec2/service.ts';
import { execute } from '../../src/aws/execute.ts';
import { SimulatedWorld } from '../../src/simulated/simulated-world.ts';
import { isDomainError } from '../../src/world/domain-error.ts';
import { mendFault, openFault } from '../../src/world/fault-book.ts';
import type { FaultRequest } from '../../src/world/faults.ts';

const home = { region: 'us-east-1', account: '000000000000' } as const;
const zoneId = 'use1-az1';
const minute = 60_000;

let simulated: SimulatedWorld;

beforeEach(async () => {
  simulated = await SimulatedWorld.open({ seed: 3 });
});
afterEach(() => simulated.close());

const call = (operation: string, input: Readonly<Record<string, unknown>>) => {
  const { output } = execute(simulated.world, { service: ec2, operation, input, ...home });
  if (isDomainError(output)) throw new Error(output.message);
  // Each test reads the members that its operation's answer has.
  return output as Readonly<Record<string, readonly Readonly<Record<string, unknown>>[]>>;
};

const view = () => simulated.world.view(home.region, home.account);
const instances = (): readonly Instance[] => view().list(Instances);

const launch = (count: number): void => {
  const image = baseImagesOf(home.region).find((one) => one.architecture === 'x86_64');
  call('RunInstances', {
    ImageId: image?.imageId,
    InstanceType: 't3.micro',
    MinCount: count,
    MaxCount: count,
    Placement: { AvailabilityZoneId: zoneId },
    UserData: Buffer.from('#faultline-mock\n{"bootSeconds":20}').toString('base64'),
  });
  simulated.clock.advance(2 * minute);
};

const breakIt = (target: string, effect: string, more: Partial<FaultRequest> = {}): string => {
  const { output } = openFault(simulated.world, { target, effect, ...more });
  if (isDomainError(output)) throw new Error(output.message);
  return output.id;
};

const mend = (id: string): void => void mendFault(simulated.world, id);

const machinesIn = (state: string): number =>
  simulated.machines().filter((one) => one.state === state).length;

const impaired = (): number =>
  (call('DescribeInstanceStatus', {})['InstanceStatuses'] ?? []).filter(
    ({ SystemStatus: status }) => (status as { readonly Status?: string }).Status === 'impaired',
  ).length;

describe('a loss of power in a part of a zone', () => {
  it('stops that part of its instances, and the others go on', () => {
    launch(60);
    const id = breakIt(`zone/${zoneId}`, 'power', { severity: 0.3 });
    const struck = machinesIn('frozen');
    expect(struck).toBeGreaterThan(60 * 0.1);
    expect(struck).toBeLessThan(60 * 0.5);
    expect(machinesIn('running')).toBe(60 - struck);
    simulated.clock.advance(5 * minute);
    expect(impaired()).toBe(struck);
    mend(id);
    simulated.clock.advance(5 * minute);
    expect(machinesIn('running')).toBe(60);
    expect(impaired()).toBe(0);
    // Those that were struck booted anew, and only they.
    expect(instances().filter(({ bootNumber }) => bootNumber === 2)).toHaveLength(struck);
  });

  it('launches on the hosts that are left, and moves there what is stopped and started', () => {
    launch(30);
    breakIt(`zone/${zoneId}`, 'power', { severity: 0.6 });
    const before = machinesIn('frozen');
    launch(30);
    expect(machinesIn('frozen')).toBe(before);
    expect(machinesIn('running')).toBe(60 - before);
    const lost = instances().find(({ lostBootNumber }) => lostBootNumber !== null);
    const ids = { InstanceIds: [lost?.id] };
    call('StopInstances', { ...ids, Force: true });
    simulated.clock.advance(15 * minute);
    call('StartInstances', ids);
    simulated.clock.advance(2 * minute);
    expect(machinesIn('frozen')).toBe(before - 1);
  });
});

describe('a tail', () => {
  it('brings instances back one after the other, and leaves volumes stuck or lost', () => {
    launch(100);
    mend(breakIt(`zone/${zoneId}`, 'power', { tailMs: 320 * minute }));
    const on: number[] = [];
    for (let quarter = 0; quarter < 4; quarter++) {
      on.push(machinesIn('running'));
      simulated.clock.advance(80 * minute);
    }
    expect(on[0]).toBe(0);
    expect(on).toEqual(on.toSorted((a, b) => a - b));
    expect(on[3]).toBeGreaterThan(on[1] ?? 0);
    simulated.clock.advance(80 * minute);
    const lost = view()
      .list(Volumes)
      .filter(({ state }) => state === 'error');
    expect(lost.length).toBeGreaterThan(0);
    expect(lost.length).toBeLessThan(15);
    // An instance whose root volume is lost never boots again; all others have.
    expect(machinesIn('running')).toBe(100 - lost.length);
    expect(simulated.world.conditions.clear).toBe(true);
    const { Volumes: shown = [] } = call('DescribeVolumes', { VolumeIds: [lost[0]?.id] });
    expect(shown).toMatchObject([{ State: 'error' }]);
    const { VolumeStatuses = [] } = call('DescribeVolumeStatus', { VolumeIds: [lost[0]?.id] });
    expect(VolumeStatuses).toMatchObject([{ VolumeStatus: { Status: 'impaired' } }]);
  });
});

describe('a broken disk', () => {
  const target = (): string => `instance/${instances()[0]?.id ?? ''}`;
  const statusesOf = () => {
    const { InstanceStatuses = [] } = call('DescribeInstanceStatus', {});
    const { VolumeStatuses = [] } = call('DescribeVolumeStatus', {});
    return { instance: InstanceStatuses[0], volume: VolumeStatuses[0] };
  };

  it('that is stuck keeps a reboot waiting, and shows in the checks', () => {
    launch(1);
    const id = breakIt(target(), 'disk', { as: 'stuck' });
    expect(machinesIn('running')).toBe(1);
    call('RebootInstances', { InstanceIds: [instances()[0]?.id] });
    simulated.clock.advance(5 * minute);
    expect(simulated.machines()).toEqual([]);
    expect(statusesOf()).toMatchObject({
      instance: {
        InstanceStatus: { Status: 'impaired' },
        SystemStatus: { Status: 'ok' },
        AttachedEbsStatus: { Status: 'impaired' },
      },
      volume: { VolumeStatus: { Status: 'impaired' } },
    });
    mend(id);
    simulated.clock.advance(5 * minute);
    expect(machinesIn('running')).toBe(1);
    expect(statusesOf()).toMatchObject({
      instance: { InstanceStatus: { Status: 'ok' }, AttachedEbsStatus: { Status: 'ok' } },
      volume: { VolumeStatus: { Status: 'ok' } },
    });
  });

  it('that is full fails a boot, which another one mends', () => {
    launch(1);
    const id = breakIt(target(), 'disk', { as: 'full' });
    call('RebootInstances', { InstanceIds: [instances()[0]?.id] });
    simulated.clock.advance(5 * minute);
    expect(simulated.machines()).toEqual([]);
    expect(statusesOf()).toMatchObject({ instance: { InstanceStatus: { Status: 'impaired' } } });
    mend(id);
    simulated.clock.advance(5 * minute);
    expect(simulated.machines()).toEqual([]);
    call('RebootInstances', { InstanceIds: [instances()[0]?.id] });
    simulated.clock.advance(5 * minute);
    expect(machinesIn('running')).toBe(1);
  });

  it('that is slow is a warning of its volume, and its snapshots take longer', () => {
    launch(1);
    const [volume] = view().list(Volumes);
    const snapshot = (): number => {
      const begin = simulated.clock.now();
      call('CreateSnapshot', { VolumeId: volume?.id });
      for (;;) {
        simulated.clock.advance(1000);
        const { Snapshots = [] } = call('DescribeSnapshots', { OwnerIds: ['self'] });
        if (Snapshots.every(({ State }) => State === 'completed')) break;
      }
      return simulated.clock.now() - begin;
    };
    call('CreateTags', {
      Resources: [volume?.id],
      Tags: [{ Key: 'faultline:content-gib', Value: '1' }],
    });
    const well = snapshot();
    call('CreateTags', {
      Resources: [volume?.id],
      Tags: [{ Key: 'faultline:content-gib', Value: '2' }],
    });
    breakIt(`volume/${volume?.id ?? ''}`, 'disk', { as: 'slow', latencyMs: 100 });
    // Two thousand blocks, a tenth of a second each.
    expect(snapshot()).toBeGreaterThan(well + 150_000);
    expect(statusesOf()).toMatchObject({
      instance: { AttachedEbsStatus: { Status: 'ok' } },
      volume: {
        VolumeStatus: {
          Status: 'warning',
          Details: [{}, { Name: 'io-performance', Status: 'degraded' }],
        },
      },
    });
  });

  it('that is stuck keeps an attachment and a snapshot waiting', () => {
    launch(1);
    call('CreateVolume', { AvailabilityZoneId: zoneId, Size: 1 });
    simulated.clock.advance(minute);
    const volume = view()
      .list(Volumes)
      .find(({ attachment }) => attachment === null);
    const id = breakIt(`volume/${volume?.id ?? ''}`, 'disk');
    call('AttachVolume', {
      VolumeId: volume?.id,
      InstanceId: instances()[0]?.id,
      Device: '/dev/sdf',
    });
    call('CreateSnapshot', { VolumeId: volume?.id });
    simulated.clock.advance(10 * minute);
    const states = () => [
      view().get(Volumes, volume?.id ?? '')?.attachment?.state,
      (call('DescribeSnapshots', { OwnerIds: ['self'] })['Snapshots'] ?? [])[0]?.['State'],
    ];
    expect(states()).toEqual(['attaching', 'pending']);
    mend(id);
    simulated.clock.advance(10 * minute);
    expect(states()).toEqual(['attached', 'completed']);
  });
});
