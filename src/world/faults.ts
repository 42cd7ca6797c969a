import type { Geography } from '../atlas/geography.ts';
import { isTypeOrFamily } from '../atlas/supply.ts';
import { DomainError } from './domain-error.ts';
import { defineTable, type Entity } from './entity.ts';

/** What a fault does to its target. */
export type FaultEffect = 'power' | 'disaster' | 'network' | 'latency' | 'capacity' | 'api';

/** What a fault strikes. */
export type FaultTarget =
  | { readonly kind: 'region'; readonly region: string }
  | { readonly kind: 'zone'; readonly zoneId: string }
  /** What a zone has of an instance type, such as `m5.large`, or of a family, such as `m5`. */
  | { readonly kind: 'stock'; readonly zoneId: string; readonly typeOrFamily: string }
  | { readonly kind: 'provider'; readonly zoneId: string; readonly provider: 1 | 2 }
  | { readonly kind: 'instance'; readonly instanceId: string }
  | { readonly kind: 'link'; readonly ends: readonly [string, string] }
  | { readonly kind: 'api'; readonly region: string; readonly service: string | undefined };

/** Something that is broken: a plain record, open until it is mended or its time is over. */
export interface Fault extends Entity {
  /** The target as it was named, for example `zone/use1-az1`. */
  readonly target: string;
  readonly effect: FaultEffect;
  /** 0 to 1. */
  readonly severity: number;
  /** World time, milliseconds since 1970. */
  readonly begin: number;
  /** World time at which it mends itself; null when only `mend` ends it. */
  readonly end: number | null;
  /** For effects that draw: the same seed breaks the same things. */
  readonly seed: number;
  /** With the effect `latency`: what is added to each way's round trip. */
  readonly latencyMs: number;
}

/** All open faults, in the shard `world`. */
export const Faults = defineTable<Fault>('faults');

/** With severity 1 the effect `latency` adds a second to each round trip, unless `latencyMs` says otherwise. */
const fullLatencyMs = 1000;

/** Effects that are planned and not there; a request for one says so. */
const unbuiltEffects: readonly string[] = ['gray', 'loss', 'disk'];

/** Effects of which a part makes sense: all others are whole or not at all. */
const gradedEffects: readonly FaultEffect[] = ['latency', 'capacity'];

const effectsOf: Readonly<Record<FaultTarget['kind'], readonly FaultEffect[]>> = {
  region: ['disaster', 'network', 'latency', 'capacity'],
  zone: ['power', 'network', 'latency', 'capacity'],
  stock: ['capacity'],
  provider: ['network'],
  instance: ['power', 'network'],
  link: ['network', 'latency'],
  api: ['api'],
};

/** A fault as it is asked for over the admin API. */
export interface FaultRequest {
  readonly target: string;
  readonly effect: string;
  readonly severity?: number;
  readonly durationMs?: number;
  readonly seed?: number;
  readonly latencyMs?: number;
}

const unknownTarget = (target: string, why: string): DomainError =>
  new DomainError(
    'InvalidTarget',
    `Unknown target '${target}': ${why}. Targets are region/CODE, zone/ID, zone/ID/TYPE-OR-FAMILY, ` +
      `provider/ZONE-ID/1, instance/i-..., link/A/B (two zones or two Regions) and api/REGION[/SERVICE].`,
  );

const isEnd = (geography: Geography, name: string): boolean =>
  geography.region(name) !== undefined || geography.zone(name) !== undefined;

const linkTarget = (
  geography: Geography,
  target: string,
  from: string,
  to: string,
): FaultTarget | DomainError => {
  for (const end of [from, to]) {
    if (!isEnd(geography, end)) {
      return unknownTarget(target, `there is no Region or zone '${end}'`);
    }
  }
  const areRegions = [from, to].map((end) => geography.region(end) !== undefined);
  if (areRegions[0] !== areRegions[1]) {
    return unknownTarget(target, 'a link joins two zones or two Regions');
  }
  if (from === to) return unknownTarget(target, 'a link joins two different places');
  return { kind: 'link', ends: [from, to] };
};

const regionTarget = (
  geography: Geography,
  target: string,
  region: string,
  make: (region: string) => FaultTarget,
): FaultTarget | DomainError =>
  geography.region(region) === undefined
    ? unknownTarget(target, `there is no Region '${region}'`)
    : make(region);

const zoneTarget = (
  geography: Geography,
  target: string,
  zoneId: string,
  make: (zoneId: string) => FaultTarget,
): FaultTarget | DomainError =>
  geography.zone(zoneId) === undefined
    ? unknownTarget(target, `there is no zone with the id '${zoneId}'`)
    : make(zoneId);

const stockTarget = (
  geography: Geography,
  target: string,
  zoneId: string,
  typeOrFamily: string,
): FaultTarget | DomainError =>
  isTypeOrFamily(typeOrFamily)
    ? zoneTarget(geography, target, zoneId, () => ({ kind: 'stock', zoneId, typeOrFamily }))
    : unknownTarget(target, `'${typeOrFamily}' is neither an instance type nor a family`);

/** Reads a target's name; a DomainError says what is wrong with it. */
export const parseFaultTarget = (
  geography: Geography,
  target: string,
): FaultTarget | DomainError => {
  const [kind, first = '', second = '', ...rest] = target.split('/');
  if (rest.length > 0) return unknownTarget(target, 'it has too many parts');
  switch (kind) {
    case 'region':
      return regionTarget(geography, target, first, (region) => ({ kind, region }));
    case 'zone':
      return second === ''
        ? zoneTarget(geography, target, first, (zoneId) => ({ kind, zoneId }))
        : stockTarget(geography, target, first, second);
    case 'provider':
      return second === '1' || second === '2'
        ? zoneTarget(geography, target, first, (zoneId) => ({
            kind,
            zoneId,
            provider: second === '1' ? 1 : 2,
          }))
        : unknownTarget(target, 'a zone has the network providers 1 and 2');
    case 'instance':
      return /^i-[0-9a-f]{8,17}$/.test(first)
        ? { kind, instanceId: first }
        : unknownTarget(target, `'${first}' is not an instance id`);
    case 'link':
      return linkTarget(geography, target, first, second);
    case 'api':
      return regionTarget(geography, target, first, (region) => ({
        kind,
        region,
        service: second === '' ? undefined : second,
      }));
    default:
      return unknownTarget(target, `'${kind ?? ''}' is not a kind of target`);
  }
};

/** A kind of target in a message, in the words that a user knows it by. */
const kindWords: Readonly<Record<FaultTarget['kind'], string>> = {
  region: 'a Region',
  zone: 'a zone',
  stock: "a zone's stock of a type",
  provider: 'a provider',
  instance: 'an instance',
  link: 'a link',
  api: 'an API',
};

const unavailableEffect = (request: FaultRequest, { kind }: FaultTarget): DomainError => {
  const problem = unbuiltEffects.includes(request.effect)
    ? 'is not built yet'
    : `is not available for ${request.target}`;
  return new DomainError(
    'InvalidEffect',
    `The effect '${request.effect}' ${problem}; ${kindWords[kind]} takes ${effectsOf[kind].join(', ')}.`,
  );
};

/**
 * Checks a request and makes the fault that it asks for. The errors are `InvalidTarget`, `InvalidEffect`,
 * `InvalidSeverity`, `InvalidDuration` and `InvalidLatency`, all of them the caller's.
 */
export const makeFault = (
  geography: Geography,
  id: string,
  now: number,
  request: FaultRequest,
): Fault | DomainError => {
  const target = parseFaultTarget(geography, request.target);
  if (target instanceof DomainError) return target;
  const effect = effectsOf[target.kind].find((candidate) => candidate === request.effect);
  if (effect === undefined) return unavailableEffect(request, target);
  const severity = request.severity ?? 1;
  if (!(severity > 0 && severity <= 1)) {
    return new DomainError(
      'InvalidSeverity',
      `Severity is above 0 and at most 1, not ${severity}.`,
    );
  }
  if (severity < 1 && !gradedEffects.includes(effect)) {
    return new DomainError(
      'InvalidSeverity',
      `A part of the effect '${effect}' is not built yet; only ${gradedEffects.join(' and ')} take a severity below 1.`,
    );
  }
  const { durationMs } = request;
  if (durationMs !== undefined && !(durationMs > 0 && Number.isFinite(durationMs))) {
    return new DomainError(
      'InvalidDuration',
      'A duration is longer than nothing, for example 90s, 10m or 2h.',
    );
  }
  const latencyMs = request.latencyMs ?? (effect === 'latency' ? severity * fullLatencyMs : 0);
  if (!(latencyMs >= 0 && latencyMs <= 3_600_000)) {
    return new DomainError('InvalidLatency', 'latencyMs is from 0 to 3600000.');
  }
  return {
    id,
    target: request.target,
    effect,
    severity,
    begin: now,
    end: durationMs === undefined ? null : now + durationMs,
    seed: request.seed ?? 0,
    latencyMs,
  };
};
