import { cableWay } from './cable-routes.ts';
import { distanceKm, type Coordinates } from './distance.ts';

/** A measured round trip from one place to another. */
export interface Sample {
  /** Names the ends, so that all samples of one end can be left out together. */
  readonly from: string;
  readonly to: string;
  readonly fromPoint: Coordinates;
  readonly toPoint: Coordinates;
  readonly ms: number;
}

/** The numbers of the model: how long a way takes. */
export interface Coefficients {
  /** What the two ends add, whatever the way's length: the median of the measured ways from a place to itself. */
  readonly endsMs: number;
  /** What leaving one's own town and its detours add to every way but the shortest. */
  readonly detourMs: number;
  readonly msPerKm: number;
  /** How much longer the ways between two continents take than that, by `AS-EU` and so on: a factor. */
  readonly continentPairs: Readonly<Record<string, number>>;
}

/** How far the measured ways are from the fit, which teaches what ways near them are likely to be. */
export interface Residuals {
  readonly points: readonly Coordinates[];
  /** From which point to which, and the natural logarithm of measured by fitted. */
  readonly ways: readonly { readonly from: number; readonly to: number; readonly log: number }[];
}

/** What a model that never saw the samples of a place says of them. */
export interface Prediction {
  readonly sample: Sample;
  readonly ms: number;
}

/** The middle of a list, or the mean of its two middles. */
export const median = (values: readonly number[]): number => {
  const inOrder = values.toSorted((a, b) => a - b);
  const middle = inOrder.length / 2;
  const [low, high] = [inOrder[Math.ceil(middle) - 1], inOrder[Math.floor(middle)]];
  return low === undefined || high === undefined ? Number.NaN : (low + high) / 2;
};

const rounded = (value: number, digits: number): number => Number(value.toPrecision(digits));

/** What detours may add: 0 to 10 ms. */
const detourCandidatesMs: readonly number[] = Array.from({ length: 21 }, (_, index) => index / 2);

/** After so many kilometres two thirds of the detours are in. */
const detourKm = 300;

const lineMs = (line: Omit<Coefficients, 'continentPairs'>, km: number): number =>
  line.endsMs + line.detourMs * (1 - Math.exp(-km / detourKm)) + line.msPerKm * km;

/** A continent pair with few samples is drawn towards the common line, as if it had this many samples on it. */
const samplesOnTheLine = 8;

/**
 * Fits a line through the cable kilometres (the median of the slopes, with the detours that leave the least error, so
 * that a few odd routes do not bend it) and a factor for each pair of continents.
 */
export const fitCoefficients = (samples: readonly Sample[], endsMs: number): Coefficients => {
  const ways = samples.map((sample) => ({
    ms: sample.ms,
    ...cableWay(sample.fromPoint, sample.toPoint),
  }));
  const lines = detourCandidatesMs.map((detourMs) => {
    const base = { endsMs, detourMs, msPerKm: 0 };
    const msPerKm = rounded(median(ways.map((way) => (way.ms - lineMs(base, way.km)) / way.km)), 5);
    const line = { endsMs, detourMs, msPerKm };
    const error = ways.reduce(
      (sum, way) => sum + Math.abs(Math.log(way.ms / lineMs(line, way.km))),
      0,
    );
    return { line, error };
  });
  const [best] = lines.toSorted((a, b) => a.error - b.error);
  if (best === undefined || samples.length === 0) throw new Error('A latency model needs samples.');
  const { line } = best;
  const byPair = Map.groupBy(ways, (way) => way.continents);
  const continentPairs = [...byPair].map(([pair, members]): readonly [string, number] => {
    const logs = members.map((way) => Math.log(way.ms / lineMs(line, way.km)));
    const sum = logs.reduce((total, log) => total + log, 0);
    return [pair, rounded(Math.exp(sum / (members.length + samplesOnTheLine)), 4)];
  });
  return {
    ...line,
    continentPairs: Object.fromEntries(continentPairs.toSorted(([a], [b]) => (a < b ? -1 : 1))),
  };
};

/** The milliseconds of a way by the fit alone. */
const fittedMs = (fit: Coefficients, from: Coordinates, to: Coordinates): number => {
  const way = cableWay(from, to);
  return lineMs(fit, way.km) * (fit.continentPairs[way.continents] ?? 1);
};

/** How far from the fit the samples lie. */
export const residualsOf = (fit: Coefficients, samples: readonly Sample[]): Residuals => {
  const points = [...new Set(samples.flatMap((sample) => [sample.fromPoint, sample.toPoint]))];
  const indexes = new Map(points.map((point, index) => [point, index]));
  const ways = samples.map((sample) => ({
    from: indexes.get(sample.fromPoint) ?? 0,
    to: indexes.get(sample.toPoint) ?? 0,
    log: Math.log(sample.ms / fittedMs(fit, sample.fromPoint, sample.toPoint)),
  }));
  return { points, ways };
};

/**
 * A measured way speaks for the ways near it: at this distance of an end its voice has sunk to a third. It is
 * weighed against silence of this weight, so that a far one says nothing. Both chosen by cross-validation.
 */
const hearingKm = 600;
const silence = 0.35;

const nearness = (residuals: Residuals, point: Coordinates): readonly number[] =>
  residuals.points.map((measured) => Math.exp(-distanceKm(measured, point) / hearingKm));

/** Milliseconds from one point to another: the fit, corrected by what was measured near both ends. */
export const modelledMs = (
  fit: Coefficients,
  residuals: Residuals,
  from: Coordinates,
  to: Coordinates,
): number => {
  const [fromNearness, toNearness] = [nearness(residuals, from), nearness(residuals, to)];
  let [weighted, weight] = [0, silence];
  for (const way of residuals.ways) {
    const own = (fromNearness[way.from] ?? 0) * (toNearness[way.to] ?? 0);
    weighted += own * way.log;
    weight += own;
  }
  return fittedMs(fit, from, to) * Math.exp(weighted / weight);
};

const predictionsWithout = (
  samples: readonly Sample[],
  endsMs: number,
  isLeftOut: (sample: Sample) => boolean,
  isAsked: (sample: Sample) => boolean,
): readonly Prediction[] => {
  const rest = samples.filter((sample) => !isLeftOut(sample));
  const fit = fitCoefficients(rest, endsMs);
  const residuals = residualsOf(fit, rest);
  return samples.filter(isAsked).map((sample) => ({
    sample,
    ms: modelledMs(fit, residuals, sample.fromPoint, sample.toPoint),
  }));
};

const placesOf = (samples: readonly Sample[]): readonly string[] => [
  ...new Set(samples.flatMap((sample) => [sample.from, sample.to])),
];

const touches = (sample: Sample, place: string): boolean =>
  sample.from === place || sample.to === place;

/**
 * Leaves out one place after the other, with every sample that begins or ends there, fits the rest, and says what
 * that model makes of the samples left out: how good the model is between a place that nobody measured and one that
 * somebody did.
 */
export const leaveOneOut = (samples: readonly Sample[], endsMs: number): readonly Prediction[] =>
  placesOf(samples).flatMap((place) => {
    const isOfPlace = (sample: Sample): boolean => touches(sample, place);
    return predictionsWithout(samples, endsMs, isOfPlace, isOfPlace);
  });

/** The same with two places left out at a time: how good the model is between two places that nobody measured. */
export const leaveTwoOut = (samples: readonly Sample[], endsMs: number): readonly Prediction[] => {
  const places = placesOf(samples);
  return places.flatMap((one, index) =>
    places.slice(index + 1).flatMap((other) =>
      predictionsWithout(
        samples,
        endsMs,
        (sample) => touches(sample, one) || touches(sample, other),
        (sample) => touches(sample, one) && touches(sample, other),
      ),
    ),
  );
};

/** Plain light in a straight fibre, at two thirds of its speed in vacuum: 200 km a millisecond, there and back. */
export const greatCircleMs = (from: Coordinates, to: Coordinates): number =>
  distanceKm(from, to) / 100;

/** How wrong predictions are. */
export interface PredictionError {
  /** Shares of the measured value: half of the predictions are nearer than the median, and so on. */
  readonly median: number;
  readonly p75: number;
  readonly p90: number;
  /** Four in five of the measured values lie between these multiples of what was predicted. */
  readonly low: number;
  readonly high: number;
}

const quantile = (values: readonly number[], share: number): number => {
  const inOrder = values.toSorted((a, b) => a - b);
  return inOrder[Math.round(share * (inOrder.length - 1))] ?? Number.NaN;
};

/** Sums up predictions. */
export const errorOf = (predictions: readonly Prediction[]): PredictionError => {
  const wrong = predictions.map(({ sample, ms }) => Math.abs(ms - sample.ms) / sample.ms);
  const ratios = predictions.map(({ sample, ms }) => sample.ms / ms);
  return {
    median: rounded(median(wrong), 3),
    p75: rounded(quantile(wrong, 0.75), 3),
    p90: rounded(quantile(wrong, 0.9), 3),
    low: rounded(quantile(ratios, 0.1), 3),
    high: rounded(quantile(ratios, 0.9), 3),
  };
};
