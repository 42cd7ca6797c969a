import type { ZoneCondition } from './conditions.ts';
import type { FaultIndex } from './fault-index.ts';
import type { Fault } from './faults.ts';
import type { HostDamage } from './host-damage.ts';
import { isBack, strengthLeft, volumeInRecovery } from './recovery.ts';

/** Where a volume is: on a storage server of its zone, which its id alone decides. */
export interface VolumeLocation {
  readonly volumeId: string;
  readonly zoneId: string;
  /** The instance that it is attached to. */
  readonly instanceId?: string;
}

/** How reads and writes of a volume fare. */
export type VolumeCondition =
  | { readonly io: 'well' }
  /** Each takes that much longer: world ms. */
  | { readonly io: 'slow'; readonly latencyMs: number; readonly since: number }
  /** They never end: they hang until it is over. */
  | { readonly io: 'stuck'; readonly since: number }
  /** Writes are refused, since no space is left; reads go on. */
  | { readonly io: 'full'; readonly since: number }
  /** What is on it is lost for ever, also when the fault is gone. */
  | { readonly io: 'lost'; readonly since: number };

const well: VolumeCondition = { io: 'well' };

/** From the worst on: what the first of them does hides the others. */
const severest = ['lost', 'stuck', 'full', 'slow'] as const;

/** What a loss of power or network of its host makes of a volume. */
const byHost = (fault: Fault, volumeId: string): VolumeCondition => {
  const state = volumeInRecovery(fault, volumeId);
  return state === 'back' ? well : { io: state, since: fault.begin };
};

const byDisk = (fault: Fault, volumeId: string): VolumeCondition => {
  if (isBack(fault, 'disk', volumeId)) return well;
  const { begin: since, as } = fault;
  if (as === 'full') return { io: 'full', since };
  if (as !== 'slow') return { io: 'stuck', since };
  return { io: 'slow', latencyMs: fault.latencyMs * strengthLeft(fault), since };
};

/** The worst of what strikes a volume; what slows it down adds up. */
const worst = (all: readonly VolumeCondition[]): VolumeCondition => {
  for (const io of severest) {
    const found = all.filter((one) => one.io === io);
    const [first] = found;
    if (first === undefined) continue;
    if (first.io !== 'slow') return first;
    const latencyMs = found.reduce((sum, one) => sum + (one.io === 'slow' ? one.latencyMs : 0), 0);
    return { ...first, latencyMs };
  }
  return well;
};

/**
 * How a volume fares: its zone and its storage server, the disks of the instance that it is attached to, and it itself.
 * Without power of its server, or cut off from it, reads and writes hang.
 */
export const volumeCondition = (
  index: FaultIndex,
  hosts: HostDamage,
  zone: ZoneCondition,
  { volumeId, zoneId, instanceId }: VolumeLocation,
): VolumeCondition => {
  if (index.faults.length === 0) return well;
  if (!zone.powered) return { io: 'stuck', since: zone.impairedSince ?? 0 };
  const host = hosts.hostOf({ zoneId, host: { id: volumeId } });
  const disks = [
    ...hosts.struckBy('disk', zoneId, host),
    ...(instanceId === undefined ? [] : index.of('disk', `instance/${instanceId}`)),
    ...index.of('disk', `volume/${volumeId}`),
  ];
  return worst([
    ...hosts.struckBy('power', zoneId, host).map((fault) => byHost(fault, volumeId)),
    ...hosts
      .struckBy('network', zoneId, host)
      .filter(({ severity, recovery }) => severity < 1 && recovery === undefined)
      .map((fault): VolumeCondition => ({ io: 'stuck', since: fault.begin })),
    ...disks.map((fault) => byDisk(fault, volumeId)),
  ]);
};
