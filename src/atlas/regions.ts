import facts from './facts/regions.json' with { type: 'json' };
import type { Coordinates } from './distance.ts';

/** An AWS Region. */
export interface Region extends Coordinates {
  /** For example `eu-west-1`. */
  readonly code: string;
  /** For example `Europe (Ireland)`. */
  readonly longName: string;
  readonly partition: string;
  /** ISO 3166-1. */
  readonly country: string;
  /** ISO 3166-2 without the country, for example `VA`; undefined where it is not known. */
  readonly subdivision: string | undefined;
  /** Where it is about: AWS publishes no sites. */
  readonly city: string;
  readonly launchYear: number;
  /** True when an account must enable the Region before it can use it. */
  readonly optIn: boolean;
  /** Ids of its Availability Zones, for example `euw1-az1`; the same for all accounts. */
  readonly zoneIds: readonly string[];
}

/** A Region of a partition other than `aws`: known by name, so that an error can say what it is; not built. */
export interface ForeignRegion {
  readonly code: string;
  readonly longName: string;
  readonly partition: string;
  readonly dnsSuffix: string;
}

const subdivisionOf = (code: string | null): string | undefined => code?.split('-')[1];

/** The Regions of the partition `aws`, in the order of AWS's own table. */
export const awsRegions: readonly Region[] = facts.regions.map((fact) => ({
  code: fact.code,
  longName: fact.longName,
  partition: fact.partition,
  country: fact.country,
  subdivision: subdivisionOf(fact.iso3166_2_from_ssm_2025_05),
  city: fact.city,
  latitude: fact.lat,
  longitude: fact.lon,
  launchYear: fact.launchYear,
  optIn: fact.optInStatus !== 'opt-in-not-required',
  zoneIds: fact.azIds,
}));

/** The Regions of the other partitions. */
export const foreignRegions: readonly ForeignRegion[] = facts.otherPartitions;
