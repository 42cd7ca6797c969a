import { clockText, spokenSeconds } from '../text/duration.ts';
import { spokenMeasure, spokenShare } from './objectives.ts';
import type { DrillReport, FaultReport, ObjectiveReport, ReplacementReport } from './report.ts';

/** The verdict in one word. */
export const verdictOf = ({
  objectives,
}: DrillReport): 'PASSED' | 'FAILED' | 'UNCERTAIN' | 'DONE' => {
  if (objectives.length === 0) return 'DONE';
  if (objectives.some(({ result }) => result === 'missed')) return 'FAILED';
  return objectives.every(({ result }) => result === 'held') ? 'PASSED' : 'UNCERTAIN';
};

/** How far a live drill's durations can be trusted, for people; undefined for a simulated one. */
export const latenessSentence = ({ mode, lateness }: DrillReport): string | undefined =>
  mode === 'live'
    ? `the machine was late by up to ${Number(lateness.worldSeconds.toPrecision(3))} world seconds: durations are uncertain by that much`
    : undefined;

const speedText = ({ speed, lowestSpeed }: DrillReport['wall']): string =>
  lowestSpeed === null || lowestSpeed === speed
    ? `live at ${speed ?? 1} x real time`
    : `live at ${speed ?? 1} to ${lowestSpeed} x real time`;

/** How the drill was run, for people. */
export const runText = ({ mode, seed, durationSeconds, wall }: DrillReport): string => {
  const how = mode === 'live' ? speedText(wall) : 'simulated';
  return `${spokenSeconds(durationSeconds)} of drill, ${how}, in ${spokenSeconds(wall.tookSeconds)}; seed ${seed}`;
};

/** An objective's limit and measure, for people. */
export const objectiveTexts = (
  objective: ObjectiveReport,
): { readonly limit: string; readonly measured: string } => {
  const [limit, measured] =
    objective.name === 'rto'
      ? [objective.limitSeconds, objective.measuredSeconds]
      : [objective.limit, objective.measured];
  const bound = objective.name === 'availability' ? 'at least' : 'at most';
  return {
    limit: `${bound} ${spokenMeasure(objective.name, limit)}`,
    measured: spokenMeasure(objective.name, measured),
  };
};

/** One line of what a fault did: what, when on the drill's clock, how long after the fault's begin. */
export interface FaultMoment {
  readonly what: string;
  readonly at: string;
  readonly after: string;
}

const afterText = (atSeconds: number, beginSeconds: number): string =>
  atSeconds - beginSeconds < 0.05 ? 'at once' : `after ${spokenSeconds(atSeconds - beginSeconds)}`;

/** What a fault did to users, moment by moment. */
export const faultMoments = (fault: FaultReport): readonly FaultMoment[] => {
  const nobodyFailed = fault.firstFailedSeconds === null;
  const moment = (what: string, seconds: number | null, otherwise: string): FaultMoment =>
    seconds === null
      ? { what, at: '-', after: otherwise }
      : { what, at: clockText(seconds), after: afterText(seconds, fault.beginSeconds) };
  return [
    moment('first user failed', fault.firstFailedSeconds, 'nobody failed'),
    moment('detected', fault.detectedSeconds, 'not detected'),
    moment('DNS changed', fault.dnsChangedSeconds, 'it did not change'),
    moment(
      'last user recovered',
      fault.lastRecoveredSeconds,
      nobodyFailed ? 'nobody had to' : 'NOT before the next fault or the end',
    ),
  ];
};

/** What Auto Scaling groups did about a fault, for people; undefined when it cost no instance. */
export const replacementText = ({ replacement }: FaultReport): string | undefined => {
  const { instancesLost, instancesReplaced, wholeAgainSeconds } = replacement;
  if (instancesLost === 0) return undefined;
  const parts = replacementParts(replacement).map(
    ({ what, seconds }) => `${what} ${seconds === null ? 'not over' : spokenSeconds(seconds)}`,
  );
  const whole =
    wholeAgainSeconds === null
      ? 'NOT whole again before the next fault or the end'
      : `whole again after ${spokenSeconds(wholeAgainSeconds)}`;
  return `${instancesReplaced} of ${instancesLost}, ${whole}: ${parts.join(', ')}`;
};

/** The parts of the slowest replacement, in their order. */
export const replacementParts = (
  replacement: ReplacementReport,
): readonly { readonly what: string; readonly seconds: number | null }[] => [
  { what: 'detection', seconds: replacement.detectionSeconds },
  { what: 'replacement', seconds: replacement.replacementSeconds },
  { what: 'boot', seconds: replacement.bootSeconds },
  { what: 'warm-up', seconds: replacement.warmUpSeconds },
];

/** When a fault was there: `01:00 to 05:00`. */
export const faultSpan = ({ beginSeconds, endSeconds }: FaultReport): string =>
  `${clockText(beginSeconds)} to ${endSeconds === null ? 'the end' : clockText(endSeconds)}`;

/** Requests lost of those sent, for people. */
export const lostText = ({
  requests,
  availability,
}: Pick<FaultReport, 'requests' | 'availability'>): string =>
  `${requests.lost} of ${requests.sent} (${spokenShare(availability)} served)`;

/** The longest time for which nobody was served, for people. */
export const outageText = (longestOutageSeconds: number): string =>
  longestOutageSeconds === 0
    ? 'never all of them out'
    : `all out for ${spokenSeconds(longestOutageSeconds)}`;
