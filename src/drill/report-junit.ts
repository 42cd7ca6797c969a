import { xmlText } from '../text/xml-text.ts';
import type { ObjectiveResult } from './objectives.ts';
import { latenessSentence, objectiveTexts, replacementParts } from './report-words.ts';
import type { DrillReport, ObjectiveReport } from './report.ts';

/** What an objective that did not hold for sure has to say. */
const verdict = (report: DrillReport, objective: ObjectiveReport): readonly string[] => {
  const { limit, measured } = objectiveTexts(objective);
  const saying = (element: string, type: string, text: string): string =>
    `      <${element} type="${type}" message="${xmlText(text)}">${xmlText(text)}</${element}>`;
  const was = `${objective.name} was ${measured}; the objective is ${limit}`;
  switch (objective.result) {
    case 'held':
      return [];
    case 'missed':
      return [saying('failure', 'ObjectiveMissed', `${was}.`)];
    case 'uncertain':
      return [saying('error', 'Uncertain', `${was}, and ${latenessSentence(report) ?? ''}.`)];
  }
};

const testcase = (report: DrillReport, objective: ObjectiveReport): string => {
  const { limit } = objectiveTexts(objective);
  const open = `    <testcase classname="${xmlText(report.drill)}" name="${objective.name} ${xmlText(limit)}" time="${report.wall.tookSeconds}"`;
  const lateness = latenessSentence(report);
  const inside = [
    ...verdict(report, objective),
    ...(lateness === undefined ? [] : [`      <system-out>${xmlText(lateness)}</system-out>`]),
  ];
  return inside.length === 0 ? `${open}/>` : [`${open}>`, ...inside, '    </testcase>'].join('\n');
};

/** How long the parts of replacing instances took, by fault: what CI systems keep beside test cases. */
const properties = ({ faults }: DrillReport): readonly string[] => {
  const all = faults
    .filter(({ replacement }) => replacement.instancesLost > 0)
    .flatMap(({ target, effect, replacement }) => [
      ...replacementParts(replacement).map(({ what, seconds }) => ({
        target,
        effect,
        what,
        seconds,
      })),
      { target, effect, what: 'whole again', seconds: replacement.wholeAgainSeconds },
    ]);
  if (all.length === 0) return [];
  return [
    '    <properties>',
    ...all.map(
      ({ target, effect, what, seconds }) =>
        `      <property name="${xmlText(`${target} ${effect}: ${what} seconds`)}" value="${seconds ?? 'not over'}"/>`,
    ),
    '    </properties>',
  ];
};

/** A JUnit report with one test case an objective, as CI systems read it. */
export const junitReport = (report: DrillReport): string => {
  const count = (wanted: ObjectiveResult): number =>
    report.objectives.filter(({ result }) => result === wanted).length;
  const counts = `tests="${report.objectives.length}" failures="${count('missed')}" errors="${count('uncertain')}"`;
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites name="faultline drill" ${counts} time="${report.wall.tookSeconds}">`,
    `  <testsuite name="${xmlText(report.drill)}" ${counts} skipped="0" timestamp="${report.wall.startedAt}" time="${report.wall.tookSeconds}">`,
    ...properties(report),
    ...report.objectives.map((objective) => testcase(report, objective)),
    '  </testsuite>',
    '</testsuites>',
    '',
  ].join('\n');
};
