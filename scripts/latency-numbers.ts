/**
 * Fits the latency model to the measured round trips and says how wrong it is: the facts file that the atlas reads and
 * the section of docs/atlas.md that a person reads, both as text.
 */
import {
  errorOf,
  fitCoefficients,
  greatCircleMs,
  leaveOneOut,
  leaveTwoOut,
  type Coefficients,
  type PredictionError,
} from '../src/atlas/latency-fit.ts';
import { measuredEndsMs, measuredSamples } from '../src/atlas/measured-round-trips.ts';

/** The marks in docs/atlas.md between which the numbers stand. */
export const beginMark = '<!-- latency numbers: written by scripts/fit-latency.ts -->';
export const endMark = '<!-- end of latency numbers -->';

/** The model and its error, as computed from the raw matrix now. */
export interface LatencyNumbers {
  readonly coefficients: Coefficients;
  readonly samples: number;
  readonly regions: number;
  readonly greatCircle: PredictionError;
  readonly oneEndLeftOut: PredictionError;
  readonly bothEndsLeftOut: PredictionError;
}

/** Fits and cross-validates; about a second's work. */
export const latencyNumbers = (): LatencyNumbers => {
  const samples = measuredSamples();
  const endsMs = measuredEndsMs();
  const straight = samples.map((sample) => ({
    sample,
    ms: greatCircleMs(sample.fromPoint, sample.toPoint),
  }));
  return {
    coefficients: fitCoefficients(samples, endsMs),
    samples: samples.length,
    regions: new Set(samples.map((sample) => sample.from)).size,
    greatCircle: errorOf(straight),
    oneEndLeftOut: errorOf(leaveOneOut(samples, endsMs)),
    bothEndsLeftOut: errorOf(leaveTwoOut(samples, endsMs)),
  };
};

/** The text of src/atlas/facts/latency-model.json. */
export const factsText = (numbers: LatencyNumbers): string => {
  const { coefficients, samples, regions, greatCircle, oneEndLeftOut, bothEndsLeftOut } = numbers;
  const facts = {
    _source: `Fitted by scripts/fit-latency.ts to the ${samples} round trips between ${regions} Regions in round-trips.json and the ways in cable-routes.json; not edited by hand.`,
    coefficients,
    crossValidation: { greatCircle, oneEndLeftOut, bothEndsLeftOut },
  };
  return `${JSON.stringify(facts, undefined, 1)}\n`;
};

const percent = (share: number): string => `${(share * 100).toFixed(1)} %`;

const row = (name: string, error: PredictionError): string =>
  `| ${name} | ${percent(error.median)} | ${percent(error.p75)} | ${percent(error.p90)} | ${error.low} to ${error.high} |`;

/** The section of docs/atlas.md, without its marks. */
export const docsText = (numbers: LatencyNumbers): string => {
  const { coefficients } = numbers;
  const pairs = Object.entries(coefficients.continentPairs)
    .map(([pair, factor]) => `${pair} ${factor}`)
    .join(', ');
  return [
    `Measured: ${numbers.samples} round trips between ${numbers.regions} Regions. How far a prediction is from the measurement:`,
    '',
    '| model | median error | 75 % within | 90 % within | measured / predicted, the middle 80 % |',
    '|---|---|---|---|---|',
    row('great circle at two thirds of light speed', numbers.greatCircle),
    row('this model, one Region left out', numbers.oneEndLeftOut),
    row('this model, both Regions left out', numbers.bothEndsLeftOut),
    '',
    `Coefficients: ends ${coefficients.endsMs} ms, detours ${coefficients.detourMs} ms, ${coefficients.msPerKm} ms a cable kilometre; factors of the continent pairs: ${pairs}.`,
  ].join('\n');
};
