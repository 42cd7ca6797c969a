import { styleText } from 'node:util';

/** Marks parts of a text, for a terminal with colours or one without. */
export interface Paint {
  readonly good: (text: string) => string;
  readonly bad: (text: string) => string;
  readonly bold: (text: string) => string;
  readonly dim: (text: string) => string;
}

const on =
  (format: Parameters<typeof styleText>[0]) =>
  (text: string): string =>
    styleText(format, text, { stream: process.stdout });

/** What stdout can show, and the user wants of it: NO_COLOR and FORCE_COLOR are heeded. */
export const stdoutPaint: Paint = {
  good: on('green'),
  bad: on('red'),
  bold: on('bold'),
  dim: on('dim'),
};
