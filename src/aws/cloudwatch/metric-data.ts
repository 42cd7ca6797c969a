import type { MetricDatum, PutMetricDataInput } from '@aws-sdk/client-cloudwatch';
import { isDomainError, type DomainError } from '../../world/domain-error.ts';
import type { Tx } from '../../world/transaction.ts';
import type { Operation, Plain } from '../operation.ts';
import type { ValueCount } from './entities.ts';
import { invalidCombination, invalidValue, missingParameter, notBuilt } from './errors.ts';
import { checkDimensions } from './metric-names.ts';
import { aggregateOf, type Aggregate } from './metric-values.ts';
import { recordAggregate, type MetricIdentity } from './record-metric.ts';

const hourMs = 3_600_000;

/** API Reference, PutMetricData and MetricDatum. */
const limits = {
  metrics: 1_000,
  valuesPerMetric: 150,
  pastMs: 14 * 24 * hourMs,
  futureMs: 2 * hourMs,
  /** Values lie between -2^360 and 2^360. */
  value: 2 ** 360,
} as const;

const isValue = (value: number): boolean =>
  Number.isFinite(value) && Math.abs(value) <= limits.value;

const badValue = (place: string, value: number): DomainError =>
  invalidValue(`The value ${value} for parameter ${place} is invalid.`);

const statisticSet = (
  set: NonNullable<Plain<MetricDatum>['StatisticValues']>,
  place: string,
): Aggregate | DomainError => {
  const {
    SampleCount: sampleCount = 0,
    Sum: sum = 0,
    Minimum: minimum = 0,
    Maximum: maximum = 0,
  } = set;
  for (const value of [sampleCount, sum, minimum, maximum])
    if (!isValue(value)) return badValue(place, value);
  if (sampleCount <= 0) return badValue(`${place}.SampleCount`, sampleCount);
  if (minimum > maximum) {
    return invalidCombination(
      `The parameters ${place}.Minimum and ${place}.Maximum are mutually inconsistent: Minimum is greater than Maximum.`,
    );
  }
  // Only when all samples are one, or equal, is their distribution known.
  const distribution: readonly ValueCount[] | undefined =
    minimum === maximum ? [[minimum, sampleCount]] : undefined;
  return { sampleCount, sum, minimum, maximum, distribution };
};

const valueList = (
  values: readonly number[],
  counts: readonly number[] | undefined,
  place: string,
): Aggregate | DomainError => {
  if (values.length > limits.valuesPerMetric) {
    return invalidValue(
      `The collection ${place}.Values must not have a size greater than ${limits.valuesPerMetric}.`,
    );
  }
  if (counts !== undefined && counts.length !== values.length) {
    return invalidValue(
      `The parameters ${place}.Values and ${place}.Counts must be of the same size.`,
    );
  }
  const pairs = values.map((value, index): ValueCount => [value, counts?.[index] ?? 1]);
  for (const [value, count] of pairs) {
    if (!isValue(value)) return badValue(`${place}.Values`, value);
    if (!isValue(count) || count <= 0) return badValue(`${place}.Counts`, count);
  }
  return aggregateOf(pairs) ?? missingParameter(`The parameter ${place}.Values must not be empty.`);
};

const valuesOf = (datum: Plain<MetricDatum>, place: string): Aggregate | DomainError => {
  const { Value: value, StatisticValues: set, Values: values, Counts: counts } = datum;
  const ways = [value, set, values].filter((way) => way !== undefined).length;
  if (ways === 0) {
    return missingParameter(
      `At least one of the parameters ${place}.Value, ${place}.Values or ${place}.StatisticValues must be specified.`,
    );
  }
  if (ways > 1) {
    return invalidCombination(
      `The parameters ${place}.Value, ${place}.Values and ${place}.StatisticValues are mutually exclusive and you have specified more than one.`,
    );
  }
  if (set !== undefined) return statisticSet(set, `${place}.StatisticValues`);
  return valueList(values ?? [value ?? 0], counts, place);
};

interface CheckedDatum {
  readonly identity: MetricIdentity;
  readonly unit: string;
  readonly aggregate: Aggregate;
  readonly at: number;
}

const checkDatum = (
  tx: Tx,
  namespace: string,
  datum: Plain<MetricDatum>,
  index: number,
): CheckedDatum | DomainError => {
  const place = `MetricData.member.${index + 1}`;
  if (datum.StorageResolution !== undefined && datum.StorageResolution < 60)
    return notBuilt('high-resolution metrics (StorageResolution below 60)');
  const at = datum.Timestamp ?? tx.now;
  if (at < tx.now - limits.pastMs)
    return invalidValue(
      `The parameter ${place}.Timestamp must specify a time no more than two weeks in the past.`,
    );
  if (at > tx.now + limits.futureMs)
    return invalidValue(
      `The parameter ${place}.Timestamp must specify a time no more than two hours in the future.`,
    );
  const dimensions = checkDimensions(datum.Dimensions ?? [], `${place}.Dimensions`);
  if (isDomainError(dimensions)) return dimensions;
  const aggregate = valuesOf(datum, place);
  if (isDomainError(aggregate)) return aggregate;
  return {
    identity: { namespace, name: datum.MetricName ?? '', dimensions },
    unit: datum.Unit ?? 'None',
    aggregate,
    at,
  };
};

/** Takes data of metrics; when one datum is wrong, none is taken. */
export const putMetricData: Operation<PutMetricDataInput, Record<string, never>> = (tx, input) => {
  const { Namespace: namespace = '', MetricData: data = [] } = input;
  if (input.EntityMetricData !== undefined)
    return notBuilt('entities of metrics (EntityMetricData)');
  // "You should not specify a namespace that begins with AWS/" (API Reference); the service refuses it in these words.
  if (namespace.startsWith('AWS/'))
    return invalidValue('The value AWS/ for parameter Namespace is invalid.');
  if (data.length === 0)
    return missingParameter('The parameter MetricData is required and must not be empty.');
  if (data.length > limits.metrics) {
    return invalidValue(
      `The collection MetricData must not have a size greater than ${limits.metrics}.`,
    );
  }
  const checked: CheckedDatum[] = [];
  for (const [index, datum] of data.entries()) {
    const one = checkDatum(tx, namespace, datum, index);
    if (isDomainError(one)) return one;
    checked.push(one);
  }
  for (const { identity, unit, aggregate, at } of checked)
    recordAggregate(tx, identity, unit, aggregate, at);
  return {};
};
