import { isWithin, ratioOf } from './measurement.ts';
import type { Budget, Result } from './measurement.ts';

/** A number with the digits that mean something, thousands set apart. */
const short = (value: number): string =>
  value >= 1000 ? Math.round(value).toLocaleString('en-US') : String(Number(value.toPrecision(3)));

const budgetText = (budget: Budget | undefined): string => {
  if (budget === undefined) return '';
  return 'atLeast' in budget ? `>= ${short(budget.atLeast)}` : `<= ${short(budget.atMost)}`;
};

const verdict = (within: boolean | undefined): string => {
  if (within === undefined) return '';
  return within ? 'ok' : 'OVER';
};

const cells = (result: Result): readonly string[] => {
  if ('skipped' in result) return [result.what, 'skipped', result.skipped, '', '', ''];
  const { what, measured, unit, reference, budget } = result;
  const ratio = ratioOf(result);
  return [
    what,
    `${short(measured)} ${unit}`,
    reference === undefined ? '' : `${short(reference.value)} ${unit} (${reference.what})`,
    ratio === undefined ? '' : short(ratio),
    budgetText(budget),
    verdict(isWithin(result)),
  ];
};

/** The results as a table for a person, with notes below. */
export const tableOf = (results: readonly Result[]): string => {
  const rows = [['what', 'measured', 'reference', 'ratio', 'budget', ''], ...results.map(cells)];
  const widths = (rows[0] ?? []).map((_, column) =>
    Math.max(...rows.map((row) => (row[column] ?? '').length)),
  );
  const lines = rows.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd(),
  );
  const notes = results.flatMap((result) =>
    'note' in result && result.note !== undefined ? [`${result.what}: ${result.note}`] : [],
  );
  return [...lines, '', ...notes].join('\n').trimEnd();
};
