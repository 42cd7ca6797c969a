import type { FaultTarget } from './fault-targets.ts';

/** What a fault does to its target. */
export type FaultEffect =
  | 'power'
  | 'disaster'
  | 'network'
  | 'latency'
  | 'loss'
  | 'capacity'
  | 'api'
  | 'gray'
  | 'disk'
  /** Spot capacity that is needed elsewhere. */
  | 'spot';

/** In which way a fault of `api`, `gray`, `disk` or `spot` shows. */
export type FaultManner =
  | 'silence'
  | 'error'
  | 'throttle'
  | 'latency'
  /** Reads and writes take longer. */
  | 'slow'
  /** Reads and writes never end. */
  | 'stuck'
  /** Writes are refused: no space is left. */
  | 'full'
  /** Spot Instances are told that they will be taken, and are. */
  | 'interruption'
  /** Spot Instances are told that they might be taken. */
  | 'rebalance';

/** What an effect takes on one kind of target, beside a duration and a seed. */
export interface EffectRule {
  /** A severity below 1 is possible: that share of hosts, requests, packets, calls or capacity, or of a latency. */
  readonly parts?: true;
  /** Its manners, the first of them unless another is asked for. */
  readonly manners?: readonly [FaultManner, ...FaultManner[]];
  /** It strikes some operations alone. */
  readonly operations?: true;
  /** It can strike one direction alone. */
  readonly oneWay?: true;
  /** Its end can drag on. */
  readonly tail?: true;
  /** It is drawn again and again, and what was drawn can be held. */
  readonly hold?: true;
}

type EffectRules = Readonly<Partial<Record<FaultEffect, EffectRule>>>;

const graded: EffectRule = { parts: true, tail: true };
const drawnEach: EffectRule = { parts: true, tail: true, hold: true };
const grayRule: EffectRule = { ...drawnEach, manners: ['error', 'silence', 'latency'] };
const spotRule: EffectRule = { manners: ['interruption', 'rebalance'] };
const diskRule: EffectRule = { manners: ['stuck', 'slow', 'full'], tail: true };

/** What each kind of target takes. */
export const effectRules: Readonly<Record<FaultTarget['kind'], EffectRules>> = {
  region: {
    disaster: { tail: true },
    network: {},
    latency: graded,
    loss: graded,
    capacity: graded,
  },
  zone: {
    power: graded,
    network: graded,
    latency: graded,
    loss: graded,
    capacity: graded,
    gray: grayRule,
    disk: { ...diskRule, parts: true },
    spot: { ...spotRule, parts: true },
  },
  stock: { capacity: graded, spot: { ...spotRule, parts: true } },
  provider: { network: {}, loss: graded },
  instance: {
    power: { tail: true },
    network: { tail: true },
    loss: graded,
    gray: grayRule,
    disk: diskRule,
    spot: spotRule,
  },
  volume: { disk: diskRule },
  link: {
    network: { oneWay: true },
    latency: { ...graded, oneWay: true },
    loss: { ...graded, oneWay: true },
  },
  api: {
    api: {
      ...drawnEach,
      manners: ['silence', 'error', 'throttle', 'latency'],
      operations: true,
    },
  },
};

/** The names of an effect's fields, as they are asked for, for messages. */
export const fieldsOfEffect = (effect: FaultEffect, rule: EffectRule): readonly string[] => [
  ...(rule.parts === true ? ['severity'] : []),
  'duration',
  'seed',
  ...(takesLatency(effect, rule) ? ['latencyMs'] : []),
  ...(rule.manners === undefined ? [] : ['as']),
  ...(rule.operations === true ? ['operations'] : []),
  ...(rule.oneWay === true ? ['oneWay'] : []),
  ...(rule.tail === true ? ['tail'] : []),
  ...(rule.hold === true ? ['hold'] : []),
];

const slowManners: readonly FaultManner[] = ['latency', 'slow'];

/** Whether what the effect does, in one of its manners at least, is to add time. */
const takesLatency = (effect: FaultEffect, { manners }: EffectRule): boolean =>
  effect === 'latency' || manners?.some((manner) => slowManners.includes(manner)) === true;

/** Whether a fault adds time. */
export const addsLatency = (effect: FaultEffect, manner: FaultManner | undefined): boolean =>
  effect === 'latency' || (manner !== undefined && slowManners.includes(manner));
