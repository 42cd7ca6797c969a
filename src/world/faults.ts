import type { Geography } from '../atlas/geography.ts';
import { DomainError } from './domain-error.ts';
import { defineTable, type Entity } from './entity.ts';
import {
  addsLatency,
  effectRules,
  fieldsOfEffect,
  type EffectRule,
  type FaultEffect,
  type FaultManner,
} from './fault-effects.ts';
import { parseFaultTarget, targetWords, type FaultTarget } from './fault-targets.ts';

/** How far what a fault has struck has come back, once the fault itself is over. */
export interface Recovery {
  /** World time at which the fault ended. */
  readonly since: number;
  /** World time at which the last of it is back. */
  readonly until: number;
  /** The share of the tail that is over, 0 to 1; it grows in steps. */
  readonly doneShare: number;
}

/** Something that is broken: a plain record, open until it is mended or its time is over, and until its tail is. */
export interface Fault extends Entity {
  /** The target as it was named, for example `zone/use1-az1`. */
  readonly target: string;
  readonly effect: FaultEffect;
  /** 0 to 1: the share of hosts, requests, packets, calls or capacity. */
  readonly severity: number;
  /** World time, milliseconds since 1970. */
  readonly begin: number;
  /** World time at which it mends itself; null when only `mend` ends it. */
  readonly end: number | null;
  /** For effects that draw: the same seed breaks the same things. */
  readonly seed: number;
  /** What is added to each way's round trip, to a request, to a call, or to a read or write of a disk: world ms. */
  readonly latencyMs: number;
  /** Of the effects `api`, `gray` and `disk`; an `api` fault without it is silent. */
  readonly as?: FaultManner;
  /** The operations of an API that it strikes; all of them without it. */
  readonly operations?: readonly string[];
  /** It strikes what is opened from a link's first end to its second, and nothing the other way round. */
  readonly oneWay?: true;
  /** World ms that recovery drags on after the end; absent: all is back at once. */
  readonly tailMs?: number;
  /** World ms that what was drawn holds at least; absent: each request, packet or call is drawn by itself. */
  readonly holdMs?: number;
  /** Set when the fault is over and its tail is not. */
  readonly recovery?: Recovery;
}

/** All open faults, in the shard `world`. */
export const Faults = defineTable<Fault>('faults');

/** What is added to a round trip, request, call or access to a disk unless `latencyMs` says otherwise: a second. */
const fullLatencyMs = 1000;

/** A fault as it is asked for over the admin API. */
export interface FaultRequest {
  readonly target: string;
  readonly effect: string;
  readonly severity?: number;
  readonly durationMs?: number;
  readonly seed?: number;
  readonly latencyMs?: number;
  readonly as?: string;
  readonly operations?: readonly string[];
  readonly oneWay?: boolean;
  readonly tailMs?: number;
  readonly holdMs?: number;
}

const effectOf = (
  request: FaultRequest,
  { kind }: FaultTarget,
): { readonly effect: FaultEffect; readonly rule: EffectRule } | DomainError => {
  const rules = effectRules[kind];
  // The keys of a table of effects are effects.
  const effects = Object.keys(rules) as readonly FaultEffect[];
  const effect = effects.find((candidate) => candidate === request.effect);
  const rule = effect === undefined ? undefined : rules[effect];
  return effect === undefined || rule === undefined
    ? new DomainError(
        'InvalidEffect',
        `The effect '${request.effect}' is not available for ${request.target}; ` +
          `${targetWords[kind]} takes ${effects.join(', ')}.`,
      )
    : { effect, rule };
};

/** The first field that is asked for and that the effect does not take on this target. */
const strangeField = (
  request: FaultRequest,
  effect: FaultEffect,
  rule: EffectRule,
): DomainError | undefined => {
  const taken = fieldsOfEffect(effect, rule);
  const asked: Readonly<Record<string, boolean>> = {
    latencyMs: request.latencyMs !== undefined,
    as: request.as !== undefined,
    operations: request.operations !== undefined,
    oneWay: request.oneWay === true,
    tail: request.tailMs !== undefined,
    hold: request.holdMs !== undefined,
  };
  const strange = Object.keys(asked).find((name) => asked[name] === true && !taken.includes(name));
  return strange === undefined
    ? undefined
    : new DomainError(
        'InvalidField',
        `The effect '${effect}' of ${request.target} has no '${strange}'; it takes ${taken.join(', ')}.`,
      );
};

const badSeverity = (
  severity: number,
  request: FaultRequest,
  rule: EffectRule,
): DomainError | undefined => {
  if (!(severity > 0 && severity <= 1)) {
    return new DomainError(
      'InvalidSeverity',
      `Severity is above 0 and at most 1, not ${severity}.`,
    );
  }
  return severity === 1 || rule.parts === true
    ? undefined
    : new DomainError(
        'InvalidSeverity',
        `The effect '${request.effect}' of ${request.target} is whole or not at all: it takes no severity below 1.`,
      );
};

const badDuration = (name: string, durationMs: number | undefined): DomainError | undefined =>
  durationMs === undefined || (durationMs > 0 && Number.isFinite(durationMs))
    ? undefined
    : new DomainError(
        'InvalidDuration',
        `A ${name} is longer than nothing, for example 90s, 10m or 2h.`,
      );

const mannerOf = (
  request: FaultRequest,
  { manners }: EffectRule,
): FaultManner | undefined | DomainError => {
  if (manners === undefined) return undefined;
  if (request.as === undefined) return manners[0];
  return (
    manners.find((manner) => manner === request.as) ??
    new DomainError(
      'InvalidManner',
      `'as' of the effect '${request.effect}' is one of ${manners.join(', ')}, not '${request.as}'.`,
    )
  );
};

const latencyOf = (
  request: FaultRequest,
  effect: FaultEffect,
  manner: FaultManner | undefined,
  severity: number,
): number | DomainError => {
  if (!addsLatency(effect, manner)) {
    return request.latencyMs === undefined
      ? 0
      : new DomainError(
          'InvalidField',
          `'latencyMs' of the effect '${effect}' goes with 'as' ${effect === 'disk' ? 'slow' : 'latency'} alone.`,
        );
  }
  const full = effect === 'latency' ? severity * fullLatencyMs : fullLatencyMs;
  const latencyMs = request.latencyMs ?? full;
  return latencyMs >= 0 && latencyMs <= 3_600_000
    ? latencyMs
    : new DomainError('InvalidLatency', 'latencyMs is from 0 to 3600000.');
};

const badOperations = (operations: readonly string[] | undefined): DomainError | undefined =>
  operations === undefined || (operations.length > 0 && operations.length <= 1000)
    ? undefined
    : new DomainError('InvalidOperations', 'operations are from 1 to 1000 names of operations.');

const badSeed = (seed: number | undefined): DomainError | undefined =>
  seed === undefined || Number.isSafeInteger(seed)
    ? undefined
    : new DomainError('InvalidSeed', `A seed is a whole number, not ${seed}.`);

/**
 * Checks a request and makes the fault that it asks for. Without a seed it has the world's. The errors are `InvalidTarget`,
 * `InvalidEffect`, `InvalidField`, `InvalidSeverity`, `InvalidDuration`, `InvalidManner`, `InvalidLatency`,
 * `InvalidOperations` and `InvalidSeed`, all of them the caller's.
 */
export const makeFault = (
  geography: Geography,
  id: string,
  now: number,
  request: FaultRequest,
  worldSeed = 0,
): Fault | DomainError => {
  const target = parseFaultTarget(geography, request.target);
  if (target instanceof DomainError) return target;
  const found = effectOf(request, target);
  if (found instanceof DomainError) return found;
  const { effect, rule } = found;
  const { severity = 1, durationMs, tailMs, holdMs, operations } = request;
  const problem =
    strangeField(request, effect, rule) ??
    badSeverity(severity, request, rule) ??
    badDuration('duration', durationMs) ??
    badDuration('tail', tailMs) ??
    badDuration('hold', holdMs) ??
    badOperations(operations) ??
    badSeed(request.seed);
  if (problem !== undefined) return problem;
  const manner = mannerOf(request, rule);
  if (manner instanceof DomainError) return manner;
  const latencyMs = latencyOf(request, effect, manner, severity);
  if (latencyMs instanceof DomainError) return latencyMs;
  return {
    id,
    target: request.target,
    effect,
    severity,
    begin: now,
    end: durationMs === undefined ? null : now + durationMs,
    seed: request.seed ?? worldSeed,
    latencyMs,
    ...(manner === undefined ? {} : { as: manner }),
    ...(operations === undefined ? {} : { operations }),
    ...(request.oneWay === true ? { oneWay: true } : {}),
    ...(tailMs === undefined ? {} : { tailMs }),
    ...(holdMs === undefined ? {} : { holdMs }),
  };
};
