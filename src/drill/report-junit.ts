import { xmlText } from './xml-text.ts';
import { objectiveTexts } from './report-words.ts';
import type { DrillReport, ObjectiveReport } from './report.ts';

const testcase = (report: DrillReport, objective: ObjectiveReport): string => {
  const { limit, measured } = objectiveTexts(objective);
  const open = `    <testcase classname="${xmlText(report.drill)}" name="${objective.name} ${xmlText(limit)}" time="${report.wall.tookSeconds}"`;
  if (objective.held) return `${open}/>`;
  const message = `${objective.name} was ${measured}; the objective is ${limit}.`;
  return `${open}>\n      <failure type="ObjectiveMissed" message="${xmlText(message)}">${xmlText(message)}</failure>\n    </testcase>`;
};

/** A JUnit report with one test case an objective, as CI systems read it. */
export const junitReport = (report: DrillReport): string => {
  const missed = report.objectives.filter(({ held }) => !held).length;
  const counts = `tests="${report.objectives.length}" failures="${missed}" errors="0"`;
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites name="faultline drill" ${counts} time="${report.wall.tookSeconds}">`,
    `  <testsuite name="${xmlText(report.drill)}" ${counts} skipped="0" timestamp="${report.wall.startedAt}" time="${report.wall.tookSeconds}">`,
    ...report.objectives.map((objective) => testcase(report, objective)),
    '  </testsuite>',
    '</testsuites>',
    '',
  ].join('\n');
};
