import type { DrillReport } from '../../src/drill/report.ts';
import { runCommand, type CommandResult } from './faultline-process.ts';

/** How a `faultline drill` ended. */
export type DrillEnded = CommandResult;

/** Exit code 3: the machine was too late to tell. */
export const uncertain = 3;

/** A machine that was too busy for one live run may be calmer for the next. */
const mostRuns = 2;

/** Runs a drill with a JSON report; a live one again when the machine was too late to tell, as the program itself says. */
export const runDrillCommand = async (...args: readonly string[]): Promise<DrillEnded> => {
  for (let run = 1; ; run += 1) {
    const ended = await runCommand(['drill', ...args, '--json']);
    if (ended.exitCode !== uncertain || run === mostRuns) return ended;
  }
};

/** The report that it printed. */
export const reportOf = ({ stdout }: Pick<DrillEnded, 'stdout'>): DrillReport =>
  // The program promises a report on stdout.
  JSON.parse(stdout) as DrillReport;

/** The same, of a drill that has to end well. */
export const drillReport = async (...args: readonly string[]): Promise<DrillReport> => {
  const ended = await runDrillCommand(...args);
  if (ended.exitCode !== 0)
    throw new Error(`The drill ended with ${ended.exitCode}: ${ended.stderr}`);
  return reportOf(ended);
};

/**
 * Live and virtual agree within 5 %, or half a world second where that is more; a live drill may be off by as much more as
 * its machine was late (`lateSeconds`, world seconds).
 */
export const agree = (live: unknown, virtual: unknown, lateSeconds: number): boolean =>
  typeof live === 'number' && typeof virtual === 'number'
    ? Math.abs(live - virtual) <= Math.max(0.5, 0.05 * Math.max(live, virtual)) + lateSeconds
    : live === virtual;
