import type { HostKey } from './hosts.ts';

/** Where an instance is. */
export interface InstanceLocation {
  readonly instanceId: string;
  readonly zoneId: string;
  /** What its host is drawn by; its id alone unless given. */
  readonly host?: HostKey;
}

/** Something else that stands on a host of a zone: a balancer's node, a NAT gateway. */
export interface HostedLocation {
  readonly zoneId: string;
  readonly host: HostKey;
}

/** Somewhere that bytes come from or go to. */
export type Place =
  | { readonly kind: 'zone'; readonly zoneId: string }
  | ({ readonly kind: 'instance' } & InstanceLocation)
  | ({ readonly kind: 'hosted' } & HostedLocation)
  | { readonly kind: 'region'; readonly region: string }
  /** A user on the Internet. `roundTripMs` is what the atlas says from there to each Region. */
  | { readonly kind: 'vantage'; readonly roundTripMs: (region: string) => number };

/** The zone of a place; undefined of one that is in none. */
export const zoneOf = (place: Place): string | undefined =>
  place.kind === 'region' || place.kind === 'vantage' ? undefined : place.zoneId;

/** What all places have in common that networks treat alike: a zone, a Region, or the Internet (no text). */
export const endKey = (place: Place): string => {
  if (place.kind === 'vantage') return '';
  return place.kind === 'region' ? place.region : place.zoneId;
};

/** The host key of an instance. */
export const instanceHost = ({ instanceId, host }: InstanceLocation): HostKey =>
  host ?? { id: instanceId };
