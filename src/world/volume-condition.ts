import type { ZoneCondition } from './conditions.ts';
import type { FaultIndex } from './fault-index.ts';
import type { Fault } from './faults.ts';
import type { HostKey } from './hosts.ts';
import type { HostDamage } from './host-damage.ts';
import { isBack, strengthLeft, volumeInRecovery } from './recovery.ts';

/** Where a volume is: on a storage server of its zone. */
export interface VolumeLocation {
  readonly volumeId: string;
  readonly zoneId: string;
  /** The instance that it is attached to. */
  readonly instanceId?: string;
  /** What its storage server is drawn by; its id alone unless given. */
  readonly host?: HostKey;
}

/** What keeps a volume from answering: its server's power, the network to it, or its disks. */
type VolumeTrouble = 'power' | 'network' | 'disk';

interface Troubled {
  readonly because: VolumeTrouble;
  /** World time at which the fault began. */
  readonly since: number;
}

/** How reads and writes of a volume fare. */
export type VolumeCondition =
  | { readonly io: 'well' }
  /** Each takes that much longer: world ms. */
  | ({ readonly io: 'slow'; readonly latencyMs: number } & Troubled)
  /** They never end: they hang until it is over. */
  | ({ readonly io: 'stuck' } & Troubled)
  /** Writes are refused, since no space is left; reads go on. */
  | ({ readonly io: 'full' } & Troubled)
  /** What is on it is lost for ever, also when the fault is gone. */
  | ({ readonly io: 'lost' } & Troubled);

const well: VolumeCondition = { io: 'well' };

/** From the worst on: what the first of them does hides the others. */
const severest = ['lost', 'stuck', 'full', 'slow'] as const;

/** What a loss of power or network of its host makes of a volume. */
const byHost = (fault: Fault, volumeId: string): VolumeCondition => {
  const state = volumeInRecovery(fault, volumeId);
  return state === 'back' ? well : { io: state, because: 'power', since: fault.begin };
};

const byDisk = (fault: Fault, volumeId: string): VolumeCondition => {
  if (isBack(fault, 'disk', volumeId)) return well;
  const { begin: since, as } = fault;
  const because = 'disk';
  if (as === 'full') return { io: 'full', because, since };
  if (as !== 'slow') return { io: 'stuck', because, since };
  return { io: 'slow', latencyMs: fault.latencyMs * strengthLeft(fault), because, since };
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
  { volumeId, zoneId, instanceId, host: key = { id: volumeId } }: VolumeLocation,
): VolumeCondition => {
  if (!zone.powered) return { io: 'stuck', because: 'power', since: zone.impairedSince ?? 0 };
  const host = hosts.hostOf({ zoneId, host: key });
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
      .map((fault): VolumeCondition => ({
        io: 'stuck',
        because: 'network',
        since: fault.begin,
      })),
    ...disks.map((fault) => byDisk(fault, volumeId)),
  ]);
};
