import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { DomainError } from '../../../world/domain-error.ts';
import type { Operation, Plain } from '../../operation.ts';
import { Instances, Volumes } from '../instances/instance-entities.ts';
import { startInstances, stopInstances, terminateInstances } from '../instances/instances.ts';
import { createInstanceWorld, type InstanceWorld } from '../instances/test-instances.ts';
import { attachVolume, detachVolume } from './volume-attachments.ts';
import { modifyVolume } from './volume-modifications.ts';
import { createVolume, deleteVolume } from './volumes.ts';
import { attachmentState, volumeState } from './volume-life.ts';

const zones = ['use1-az1', 'use1-az2'] as const;
const devices = ['/dev/sdf', '/dev/sdg', '/dev/xvda'] as const;

interface Step {
  readonly kind:
    | 'make'
    | 'attach'
    | 'detach'
    | 'force'
    | 'delete'
    | 'grow'
    | 'stop'
    | 'start'
    | 'terminate'
    | 'break'
    | 'mend'
    | 'wait';
  readonly volume: number;
  readonly instance: number;
  readonly zone: number;
  readonly device: number;
}

const steps: fc.Arbitrary<readonly Step[]> = fc.array(
  fc.record({
    kind: fc.constantFrom<Step['kind'][]>(
      'make',
      'attach',
      'attach',
      'detach',
      'force',
      'delete',
      'grow',
      'stop',
      'start',
      'terminate',
      'break',
      'mend',
      'wait',
      'wait',
    ),
    volume: fc.nat(7),
    instance: fc.nat(3),
    zone: fc.nat(1),
    device: fc.nat(2),
  }),
  { minLength: 5, maxLength: 60 },
);

/** What a step that is refused changes is nothing: that is part of what is tested. */
const attempt = <I, O>(
  it: InstanceWorld,
  operation: Operation<I, O>,
  input: Plain<I>,
): Plain<O> | DomainError => it.transact((tx) => operation(tx, input));

const checkInvariants = (it: InstanceWorld): void => {
  const view = it.view();
  const places = new Set<string>();
  for (const volume of view.list(Volumes)) {
    const { attachment } = volume;
    if (attachment === null) continue;
    const instance = view.get(Instances, attachment.instanceId);
    expect(instance?.zoneId).toBe(volume.zoneId);
    expect(instance?.state).not.toBe('terminated');
    const place = `${attachment.instanceId} ${attachment.deviceName}`;
    expect(places.has(place)).toBe(false);
    places.add(place);
  }
};

const run = async (story: readonly Step[]): Promise<void> => {
  const it = await createInstanceWorld();
  const instances = zones.flatMap((AvailabilityZoneId) =>
    it.launch({ Placement: { AvailabilityZoneId }, MinCount: 2, MaxCount: 2 }),
  );
  it.clock.advance(30_000);
  const broken = new Map<string, () => void>();
  for (const { kind, ...at } of story) {
    const volumes = it.view().list(Volumes);
    const VolumeId = volumes[at.volume % Math.max(1, volumes.length)]?.id ?? 'vol-00000000';
    const InstanceId = instances[at.instance] ?? '';
    const zone = zones[at.zone] ?? zones[0];
    const InstanceIds = [InstanceId];
    switch (kind) {
      case 'make':
        attempt(it, createVolume, { AvailabilityZoneId: zone, Size: 1 });
        break;
      case 'attach':
        attempt(it, attachVolume, { VolumeId, InstanceId, Device: devices[at.device] ?? '' });
        break;
      case 'detach':
      case 'force':
        attempt(it, detachVolume, { VolumeId, Force: kind === 'force' });
        break;
      case 'delete':
        attempt(it, deleteVolume, { VolumeId });
        break;
      case 'grow':
        attempt(it, modifyVolume, { VolumeId, Size: 9 });
        break;
      case 'stop':
        attempt(it, stopInstances, { InstanceIds });
        break;
      case 'start':
        attempt(it, startInstances, { InstanceIds });
        break;
      case 'terminate':
        attempt(it, terminateInstances, { InstanceIds });
        break;
      case 'break':
        if (!broken.has(zone)) broken.set(zone, it.breakDown(`zone/${zone}`, 'power'));
        break;
      case 'mend':
        broken.get(zone)?.();
        broken.delete(zone);
        break;
      case 'wait':
        it.clock.advance(5_000);
    }
    checkInvariants(it);
  }
  for (const mend of broken.values()) mend();
  it.clock.advance(20 * 60_000);
  checkInvariants(it);
  const view = it.view();
  for (const volume of view.list(Volumes)) {
    expect(['available', 'in-use']).toContain(volumeState(volume));
    expect(volume.isHeld).not.toBe(true);
    if (volume.attachment !== null) {
      expect(attachmentState(view, volume.attachment)).toBe('attached');
    }
  }
  for (const instance of view.list(Instances)) {
    const root =
      instance.rootVolumeId === null ? undefined : view.get(Volumes, instance.rootVolumeId);
    if (instance.state === 'running') expect(root?.attachment?.instanceId).toBe(instance.id);
  }
};

test('whatever is asked of volumes, each is where it belongs, and everything that was begun ends', async () => {
  await fc.assert(fc.asyncProperty(steps, run), { numRuns: 300 });
}, 60_000);
