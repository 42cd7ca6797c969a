/** What a ratio must be: at least or at most so much. */
export type Budget = { readonly atLeast: number } | { readonly atMost: number };

/** One figure of the benchmark, beside a reference that ran in the same minute on the same machine. */
export interface Measurement {
  readonly what: string;
  readonly measured: number;
  readonly unit: string;
  readonly reference?: { readonly what: string; readonly value: number };
  /** What is held against the budget; measured over reference unless it says otherwise. */
  readonly ratio?: number;
  readonly budget?: Budget;
  /** What a reader should know of how it was taken. */
  readonly note?: string;
}

/** A figure that could not be taken, and why. */
export interface Skipped {
  readonly what: string;
  readonly skipped: string;
}

export type Result = Measurement | Skipped;

/** A benchmark: its name on the command line and what it measures. */
export interface Benchmark {
  readonly name: string;
  run(): Promise<readonly Result[]>;
}

/** The middle value; of an even count the mean of the two middle ones. */
export const median = (values: readonly number[]): number => {
  const sorted = values.toSorted((a, b) => a - b);
  const upper = sorted[Math.floor(sorted.length / 2)];
  const lower = sorted[Math.floor((sorted.length - 1) / 2)];
  if (upper === undefined || lower === undefined) throw new Error('There is no median of nothing.');
  return (lower + upper) / 2;
};

/**
 * Runs the measured thing and its reference in turn, so that a slow minute of the machine hits both, and gives
 * the medians.
 */
export const inTurn = async (
  rounds: number,
  measure: () => Promise<number>,
  reference: () => Promise<number>,
): Promise<{ readonly measured: number; readonly reference: number }> => {
  const measured: number[] = [];
  const references: number[] = [];
  for (let round = 0; round < rounds; round += 1) {
    references.push(await reference());
    measured.push(await measure());
  }
  return { measured: median(measured), reference: median(references) };
};

/** The ratio that is held against the budget, if there is one. */
export const ratioOf = (measurement: Measurement): number | undefined => {
  if (measurement.ratio !== undefined) return measurement.ratio;
  const { measured, reference } = measurement;
  return reference === undefined ? undefined : measured / reference.value;
};

/** Whether a measurement keeps its budget; undefined when it has none. */
export const isWithin = (measurement: Measurement): boolean | undefined => {
  const { budget } = measurement;
  const ratio = ratioOf(measurement);
  if (budget === undefined || ratio === undefined) return undefined;
  return 'atLeast' in budget ? ratio >= budget.atLeast : ratio <= budget.atMost;
};
