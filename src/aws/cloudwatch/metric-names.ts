import type { Dimension as DimensionInput } from '@aws-sdk/client-cloudwatch';
import { isDomainError, type DomainError } from '../../world/domain-error.ts';
import type { Plain } from '../operation.ts';
import type { Dimension } from './entities.ts';
import { invalidValue } from './errors.ts';

const isPrintable = (text: string): boolean => /^[\u0020-\u007e]+$/.test(text);

const checkDimension = (
  dimension: Plain<DimensionInput>,
  place: string,
): Dimension | DomainError => {
  const { Name: name = '', Value: value = '' } = dimension;
  if (name.trim() === '' || !isPrintable(name) || name.startsWith(':'))
    return invalidValue(`The value ${name} for parameter ${place}.Name is invalid.`);
  if (value.trim() === '' || !isPrintable(value))
    return invalidValue(`The value ${value} for parameter ${place}.Value is invalid.`);
  return { Name: name, Value: value };
};

/**
 * Checks the dimensions of a metric: text of printable ASCII, no name twice, in the order in which they were given.
 * Source: API Reference, Dimension.
 */
export const checkDimensions = (
  dimensions: readonly Plain<DimensionInput>[],
  place = 'Dimensions',
): readonly Dimension[] | DomainError => {
  const checked: Dimension[] = [];
  for (const [index, dimension] of dimensions.entries()) {
    const one = checkDimension(dimension, `${place}.member.${index + 1}`);
    if (isDomainError(one)) return one;
    if (checked.some(({ Name }) => Name === one.Name)) {
      return invalidValue(
        `No Metric may specify the same dimension name twice. Dimension name ${one.Name} was specified more than once.`,
      );
    }
    checked.push(one);
  }
  return checked;
};
