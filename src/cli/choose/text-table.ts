/** A column of a table on a terminal. */
export interface Column {
  readonly title: string;
  readonly align: 'left' | 'right';
}

/** The lines of a table whose columns are as wide as what is in them; the first line is the titles. */
export const tableLines = (
  columns: readonly Column[],
  rows: readonly (readonly string[])[],
): readonly string[] => {
  const all = [columns.map(({ title }) => title), ...rows];
  const widths = columns.map((_, index) =>
    Math.max(...all.map((row) => (row[index] ?? '').length)),
  );
  return all.map((row) =>
    columns
      .map(({ align }, index) => {
        const cell = row[index] ?? '';
        const width = widths[index] ?? 0;
        return align === 'left' ? cell.padEnd(width) : cell.padStart(width);
      })
      .join('  ')
      .trimEnd(),
  );
};

/** What most terminals show in a line. */
const lineWidth = 110;

/** One name after another, in lines that fit a terminal. */
export const wrapped = (head: string, names: readonly string[]): readonly string[] => {
  const lines: string[] = [];
  let line = `  ${head}: `;
  for (const [index, name] of names.entries()) {
    const word = index === names.length - 1 ? name : `${name}, `;
    if (line.length + word.trimEnd().length > lineWidth) {
      lines.push(line.trimEnd());
      line = '    ';
    }
    line += word;
  }
  return [...lines, line];
};
