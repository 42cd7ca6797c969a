import { isDomainError, type DomainError } from '../world/domain-error.ts';
import { spokenSeconds } from '../text/duration.ts';
import { duration, invalid, mustBe, type Read } from './read-fields.ts';

/** What may be demanded of a drill. */
export type ObjectiveName = 'rto' | 'availability' | 'requestsLost';

/** A demand on the outcome of a drill: `rto` in seconds, `availability` as a share, `requestsLost` as a count. */
export interface Objective {
  readonly name: ObjectiveName;
  readonly limit: number;
}

/** What a drill measured of the things that objectives are about. */
export interface ObjectiveMeasures {
  /** Seconds of the slowest recovery from a fault; null when somebody had not recovered. */
  readonly rto: number | null;
  /** Seconds that the recoveries took at least which were not over, when they were looked at last; null when all were. */
  readonly rtoAtLeast: number | null;
  /** 0 to 1, over all requests. */
  readonly availability: number;
  readonly requestsLost: number;
}

/** `uncertain`: the machine was so late that it could be either. */
export type ObjectiveResult = 'held' | 'missed' | 'uncertain';

/** An objective and how it went; seconds for `rto`, a share for `availability`, else a count. */
export interface JudgedObjective extends Objective {
  readonly measured: number | null;
  readonly result: ObjectiveResult;
}

const share: Read<number> = (value, place) => {
  const percent = typeof value === 'string' ? /^(\d+(?:\.\d+)?)%$/.exec(value) : null;
  const number = percent === null ? value : Number(percent[1]) / 100;
  return typeof number === 'number' && number >= 0 && number <= 1
    ? number
    : mustBe(place, 'a share such as 99.5% or 0.995', value);
};

const count: Read<number> = (value, place) =>
  typeof value === 'number' && Number.isInteger(value) && value >= 0
    ? value
    : mustBe(place, 'a whole number, 0 or more', value);

const seconds: Read<number> = (value, place) => {
  const ms = duration(value, place);
  return isDomainError(ms) ? ms : ms / 1000;
};

const readers: Readonly<Record<ObjectiveName, Read<number>>> = {
  rto: seconds,
  availability: share,
  requestsLost: count,
};

/** The objectives that there are. */
const objectiveNames: readonly ObjectiveName[] = ['rto', 'availability', 'requestsLost'];

/** Reads one objective; `place` says where it stands. */
export const readObjective = (
  name: string,
  value: unknown,
  place: string,
): Objective | DomainError => {
  const known = objectiveNames.find((candidate) => candidate === name);
  if (known === undefined) {
    return invalid(
      place,
      `there is no objective '${name}'; there are ${objectiveNames.join(', ')}.`,
    );
  }
  const limit = readers[known](value, place);
  return isDomainError(limit) ? limit : { name: known, limit };
};

/** Reads `rto=30s` as the command line has it. */
export const parseObjective = (text: string, place: string): Objective | DomainError => {
  const [, name, value] = /^([^=]+)=(.+)$/.exec(text) ?? [];
  if (name === undefined || value === undefined) {
    return invalid(place, `is NAME=VALUE such as rto=30s or availability=99%, not '${text}'.`);
  }
  const isNumber = /^\d+(\.\d+)?$/.test(value);
  return readObjective(name, isNumber ? Number(value) : value, place);
};

/** The objectives with some replaced or added. */
export const withObjectives = (
  objectives: readonly Objective[],
  others: readonly Objective[],
): readonly Objective[] => [
  ...new Map([...objectives, ...others].map((objective) => [objective.name, objective])).values(),
];

/** By how much measures may be off. */
export interface Margins {
  /** Of durations. */
  readonly seconds: number;
  /** Of how many requests were lost. */
  readonly requests: number;
  readonly sent: number;
  /** Something may have failed that would not have: then anything could be otherwise. */
  readonly everything: boolean;
}

/** Of what was not measured but computed. */
export const noMargins: Margins = { seconds: 0, requests: 0, sent: 1, everything: false };

/** `measured` within its margin, against the most that it may be. */
const atMost = (measured: number, margin: number, limit: number): ObjectiveResult => {
  if (measured + margin <= limit) return 'held';
  return measured - margin > limit ? 'missed' : 'uncertain';
};

const judgeOne = (
  { name, limit }: Objective,
  measures: ObjectiveMeasures,
  margins: Margins,
): ObjectiveResult => {
  if (margins.everything) return 'uncertain';
  switch (name) {
    case 'rto': {
      if (measures.rto !== null) return atMost(measures.rto, margins.seconds, limit);
      // Whoever had not recovered may have done so a moment later, and may not have.
      const atLeast = measures.rtoAtLeast ?? Infinity;
      return margins.seconds > 0 && atLeast - margins.seconds <= limit ? 'uncertain' : 'missed';
    }
    case 'availability': {
      const margin = margins.requests / Math.max(1, margins.sent);
      return atMost(-measures.availability, margin, -limit);
    }
    case 'requestsLost':
      return atMost(measures.requestsLost, margins.requests, limit);
  }
};

/** Whether each objective held, as far as the margins of the measures let one tell. */
export const judge = (
  objectives: readonly Objective[],
  measures: ObjectiveMeasures,
  margins: Margins,
): readonly JudgedObjective[] =>
  objectives.map((objective) => ({
    ...objective,
    measured: measures[objective.name],
    result: judgeOne(objective, measures, margins),
  }));

/** A measure of an objective for people. */
export const spokenMeasure = (name: ObjectiveName, value: number | null): string => {
  switch (name) {
    case 'rto':
      return value === null ? 'not recovered' : spokenSeconds(value);
    case 'availability':
      return value === null ? 'unknown' : spokenShare(value);
    case 'requestsLost':
      return String(value ?? 'unknown');
  }
};

/** A share for people. It is cut, not rounded, so that 99.996 % never reads as all of it. */
export const spokenShare = (share: number): string =>
  `${(Math.floor(share * 10_000 + 1e-6) / 100).toFixed(2)} %`;
