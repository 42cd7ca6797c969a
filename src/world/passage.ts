import type { FaultIndex } from './fault-index.ts';
import { strengthLeft } from './recovery.ts';

/** Where a place is, as far as networks are concerned; a user on the Internet is in no zone and no Region. */
export interface NetworkEnd {
  readonly zoneId: string | undefined;
  readonly region: string | undefined;
}

/** Outside of every Region. */
export const nowhere: NetworkEnd = { zoneId: undefined, region: undefined };

/** What lies between two places, both of them alive. */
export interface Passage {
  /** Whether it carries anything. */
  readonly isJoined: boolean;
  /** What is added to the round trip: world ms. */
  readonly latencyMs: number;
  /** The share of packets that is not lost, 0 to 1. */
  readonly passingShare: number;
}

const cut: Passage = { isJoined: false, latencyMs: 0, passingShare: 0 };

/** What is added to a round trip over a target. */
const latencyOf = (index: FaultIndex, target: string): number =>
  index
    .of('latency', target)
    .reduce((sum, fault) => sum + fault.latencyMs * strengthLeft(fault), 0);

/** The share of packets that are lost at a target. */
export const lossOf = (index: FaultIndex, target: string): number => {
  const faults = index.of('loss', target);
  if (faults.length === 0) return 0;
  return index.keep(
    `loss ${target}`,
    () => 1 - faults.reduce((left, fault) => left * (1 - fault.severity * strengthLeft(fault)), 1),
  );
};

const crossesRegions = (from: NetworkEnd, to: NetworkEnd): boolean =>
  from.region === undefined || from.region !== to.region;

const workingProviders = (index: FaultIndex, zoneId: string): readonly string[] =>
  [`provider/${zoneId}/1`, `provider/${zoneId}/2`].filter(
    (provider) => !index.has('network', provider),
  );

/** Whether a place can speak to what is outside its Region. */
const leavesRegion = (index: FaultIndex, { zoneId, region }: NetworkEnd): boolean => {
  if (region !== undefined && index.has('network', `region/${region}`)) return false;
  return zoneId === undefined || workingProviders(index, zoneId).length > 0;
};

/** The links that join two places, in that direction: of their zones and of their Regions. */
const linksOf = (from: NetworkEnd, to: NetworkEnd): readonly string[] => {
  const pairs: readonly (readonly [string | undefined, string | undefined])[] = [
    [from.zoneId, to.zoneId],
    [from.region, to.region],
  ];
  return pairs.flatMap(([a, b]) =>
    a === undefined || b === undefined || a === b ? [] : [`link/${a}/${b}`],
  );
};

/** The targets whose latency and loss lie on the way between two places. */
const targetsBetween = (from: NetworkEnd, to: NetworkEnd): readonly string[] => {
  const targets = [...linksOf(from, to)];
  for (const { zoneId, region } of [from, to]) {
    if (zoneId !== undefined && from.zoneId !== to.zoneId) targets.push(`zone/${zoneId}`);
    if (region !== undefined && crossesRegions(from, to)) targets.push(`region/${region}`);
  }
  return targets;
};

/** The share that passes the providers of both ends: what leaves a zone's Region is spread over those that work. */
const passingProviders = (index: FaultIndex, from: NetworkEnd, to: NetworkEnd): number => {
  if (!crossesRegions(from, to)) return 1;
  let passing = 1;
  for (const { zoneId } of [from, to]) {
    if (zoneId === undefined) continue;
    const providers = workingProviders(index, zoneId);
    const lost = providers.reduce((sum, provider) => sum + lossOf(index, provider), 0);
    passing *= 1 - lost / providers.length;
  }
  return passing;
};

/** What lies between two places under the open faults, for what is opened from the first to the second. */
export const passageBetween = (
  index: FaultIndex,
  from: NetworkEnd,
  to: NetworkEnd,
  isConnected: (zoneId: string) => boolean,
): Passage => {
  const isWithinZone = from.zoneId !== undefined && from.zoneId === to.zoneId;
  if (!isWithinZone) {
    const ends = [from, to];
    if (ends.some(({ zoneId }) => zoneId !== undefined && !isConnected(zoneId))) return cut;
    if (crossesRegions(from, to) && !ends.every((end) => leavesRegion(index, end))) return cut;
    if (linksOf(from, to).some((link) => index.has('network', link))) return cut;
  }
  const targets = targetsBetween(from, to);
  return {
    isJoined: true,
    latencyMs: targets.reduce((sum, target) => sum + latencyOf(index, target), 0),
    passingShare:
      targets.reduce((share, target) => share * (1 - lossOf(index, target)), 1) *
      passingProviders(index, from, to),
  };
};
