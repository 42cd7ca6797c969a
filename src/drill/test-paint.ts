import type { Paint } from '../text/paint.ts';

const asItIs = (text: string): string => text;

/** A report without colours. */
export const plainPaint: Paint = { good: asItIs, bad: asItIs, bold: asItIs, dim: asItIs };
