import { xmlText } from '../text/xml-text.ts';
import type { ObjectiveResult } from './objectives.ts';
import { latenessSentence, objectiveTexts, replacementParts } from './report-words.ts';
import type { DrillReport, ObjectiveReport } from './report.ts';

const testcase = (report: DrillReport, objective: ObjectiveReport): string => {
  const { limit, measured } = objectiveTexts(objective);
  const open = `    <testcase classname="${xmlText(report.drill)}" name="${objective.name} ${xmlText(limit)}" time="${report.wall.tookSeconds}"`;
  if (objective.result === 'held') return `${open}/>`;
  if (objective.result === 'uncertain') {
    const lateness = xmlText(latenessSentence(report) ?? '');
    const doubt = `${objective.name} was ${xmlText(measured)}; the objective is ${xmlText(limit)}, and ${lateness}.`;
    return `${open}>\n      <error type="Uncertain" message="${doubt}">${doubt}</error>\n    </testcase>`;
  }
  const message = `${objective.name} was ${measured}; the objective is ${limit}.`;
  return `${open}>\n      <failure type="ObjectiveMissed" message="${xmlText(message)}">${xmlText(message)}</failure>\n    </testcase>`;
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
  const lateness = latenessSentence(report);
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites name="faultline drill" ${counts} time="${report.wall.tookSeconds}">`,
    `  <testsuite name="${xmlText(report.drill)}" ${counts} skipped="0" timestamp="${report.wall.startedAt}" time="${report.wall.tookSeconds}">`,
    ...properties(report),
    ...report.objectives.map((objective) => testcase(report, objective)),
    ...(lateness === undefined ? [] : [`    <system-out>${xmlText(lateness)}</system-out>`]),
    '  </testsuite>',
    '</testsuites>',
    '',
  ].join('\n');
};
