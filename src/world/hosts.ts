import { hash32, shuffledBy } from '../atlas/hash.ts';

/** What decides which host of its zone something stands on. */
export interface HostKey {
  /** An instance, a balancer's node, a NAT gateway, a volume: with another id it stands somewhere else. */
  readonly id: string;
  /** Members of one spread placement group never share a rack, as long as the zone has as many racks. */
  readonly spread?: {
    readonly group: string;
    /** Which of the group's members in this zone it is: a number of its own, from 0 on. */
    readonly member: number;
  };
  /** Partitions of one group share no rack, as long as the zone has as many racks. */
  readonly partition?: {
    readonly group: string;
    /** From 1 on. */
    readonly number: number;
    readonly count: number;
  };
}

/** Racks of a zone. Nobody publishes AWS's: enough of them that two servers share one rarely and yet sometimes. */
export const racksPerZone = 64;

/** Hosts in a rack, which share a power supply and a switch. */
export const hostsPerRack = 16;

const hostsPerZone = racksPerZone * hostsPerRack;

/** A number from 0 on and below 1 that the parts alone decide. */
export const shareOf = (...parts: readonly (string | number)[]): number =>
  hash32(...parts) / 2 ** 32;

/** The host of a zone that something stands on, by its number: the same for ever in worlds of one seed. */
export const hostOf = (
  worldSeed: number,
  zoneId: string,
  { id, spread, partition }: HostKey,
): number => {
  const host = hash32(worldSeed, 'host', zoneId, id);
  if (partition !== undefined) {
    const { group, number, count } = partition;
    const shift = hash32(worldSeed, 'rack', zoneId, group);
    const racks = Array.from({ length: racksPerZone }, (_, rack) => rack).filter(
      (rack) => (rack + shift) % count === number - 1,
    );
    const rack = racks[host % racks.length] ?? 0;
    return rack * hostsPerRack + (Math.floor(host / racks.length) % hostsPerRack);
  }
  if (spread === undefined) return host % hostsPerZone;
  const rack = (hash32(worldSeed, 'rack', zoneId, spread.group) + spread.member) % racksPerZone;
  return rack * hostsPerRack + (host % hostsPerRack);
};

/**
 * In which order a zone's hosts are struck by faults of one seed: a number from 0 on and below 1 for each host, and those
 * below a severity are struck by it. So a severity takes exactly that share of the hosts, a higher one takes the same and
 * more, and hosts of one rack fall together but for the last rack that a severity reaches.
 */
export const strikeOrder = (faultSeed: number, zoneId: string): ((host: number) => number) => {
  const racks = Array.from({ length: racksPerZone }, (_, rack) => rack);
  const rankOf = new Map(
    shuffledBy(racks, faultSeed, 'racks', zoneId).map((rack, rank) => [rack, rank]),
  );
  return (host) => {
    const rack = Math.floor(host / hostsPerRack);
    const turn = hash32(faultSeed, 'hosts', zoneId, rack) % hostsPerRack;
    const within = (host + turn) % hostsPerRack;
    return ((rankOf.get(rack) ?? 0) * hostsPerRack + within) / hostsPerZone;
  };
};
