import { DomainError } from '../../world/domain-error.ts';

export const unknownService = (code: string, known: readonly string[]): DomainError =>
  new DomainError(
    'NotFoundException',
    `No price of the service '${code}' is among the facts here. They hold prices of ${known.join(', ')}.`,
  );

export const unknownAttribute = (
  service: string,
  name: string,
  known: readonly string[],
): DomainError =>
  new DomainError(
    'InvalidParameterException',
    `The products of ${service} have no attribute '${name}'. They have ${known.join(', ')}.`,
  );

export const unknownFormat = (version: string): DomainError =>
  new DomainError(
    'InvalidParameterException',
    `FormatVersion '${version}' is not valid. Valid value: aws_v1.`,
  );

export const invalidNextToken = (): DomainError =>
  new DomainError('InvalidNextTokenException', 'The NextToken is not one that was given here.');
