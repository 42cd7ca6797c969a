import type { DnsRecord, RecordType } from './dns-records.ts';
import type { HostedZone, ResourceRecordSet } from './entities.ts';
import { parentOf } from './names.ts';

/** The record sets of one name, by type; those of one type in the order they were made. */
export type SetsByType = ReadonlyMap<RecordType, readonly ResourceRecordSet[]>;

/** A hosted zone in the form in which questions are answered. */
export interface ServedZone {
  readonly id: string;
  readonly name: string;
  readonly createdAt: number;
  readonly sets: ReadonlyMap<string, SetsByType>;
  /** All names that exist: those of record sets, and those above them up to the zone's own (RFC 4592 section 2.2.2). */
  readonly names: ReadonlySet<string>;
  /** Names below the zone's own that have NS records: there another zone begins. */
  readonly cuts: ReadonlySet<string>;
  /** What stands in the authority section of a negative answer (RFC 2308), with the TTL to keep it for. */
  readonly negative: readonly DnsRecord[];
}

const negativeOf = (
  zone: HostedZone,
  recordSets: readonly ResourceRecordSet[],
): readonly DnsRecord[] => {
  const set = recordSets.find(
    (candidate) => candidate.type === 'SOA' && candidate.name === zone.name,
  );
  const [data] = set?.data ?? [];
  if (set === undefined || data?.type !== 'SOA') return [];
  const ttlSeconds = Math.min(set.ttlSeconds ?? 0, data.minimumSeconds);
  return [{ name: zone.name, ttlSeconds, data }];
};

/** Arranges a hosted zone and all its record sets for answering. */
export const serveZone = (
  zone: HostedZone,
  recordSets: readonly ResourceRecordSet[],
): ServedZone => {
  const sets = new Map<string, Map<RecordType, ResourceRecordSet[]>>();
  const names = new Set<string>([zone.name]);
  const cuts = new Set<string>();
  for (const set of recordSets) {
    const byType = sets.get(set.name) ?? new Map<RecordType, ResourceRecordSet[]>();
    sets.set(set.name, byType);
    byType.set(set.type, [...(byType.get(set.type) ?? []), set]);
    if (set.type === 'NS' && set.name !== zone.name) cuts.add(set.name);
    for (let name = set.name; !names.has(name) && name !== '.'; name = parentOf(name))
      names.add(name);
  }
  return {
    id: zone.id,
    name: zone.name,
    createdAt: zone.createdAt,
    sets,
    names,
    cuts,
    negative: negativeOf(zone, recordSets),
  };
};

/**
 * Finds the zone with the longest name that a name lies in. Of several zones with one name the oldest answers:
 * on AWS each has name servers of its own and the parent's delegation decides, which here nobody makes.
 */
export const zoneFinder = (
  zones: readonly ServedZone[],
): ((name: string) => ServedZone | undefined) => {
  const byName = new Map<string, ServedZone>();
  for (const zone of zones) {
    const other = byName.get(zone.name);
    if (other === undefined || zone.createdAt < other.createdAt) byName.set(zone.name, zone);
  }
  return (name) => {
    for (let suffix = name; ; suffix = parentOf(suffix)) {
      const zone = byName.get(suffix);
      if (zone !== undefined || suffix === '.') return zone;
    }
  };
};
