import { DomainError } from '../../world/domain-error.ts';

export const parameterNotFound = (name: string): DomainError =>
  new DomainError('ParameterNotFound', `Parameter ${name} not found.`);

export const parameterVersionNotFound = (name: string, selector: string): DomainError =>
  new DomainError(
    'ParameterVersionNotFound',
    `Systems Manager could not find version ${selector} of ${name}. Verify the version and try again.`,
  );

export const invalidPath = (): DomainError =>
  new DomainError(
    'ValidationException',
    'The parameter doesn\'t meet the parameter name requirements. The parameter name must begin with a forward slash "/". ' +
      'It can\'t be prefixed with "aws" or "ssm" (case-insensitive). It must use only letters, numbers, or the following ' +
      'symbols: . (period), - (hyphen), _ (underscore). Special characters are not allowed. All sub-paths, if specified, ' +
      'must use the forward slash symbol "/". Valid example: /get/parameters2-/by1./path0_.',
  );

export const invalidFilterKey = (key: string): DomainError =>
  new DomainError(
    'InvalidFilterKey',
    `The filter key ${key} is not valid for GetParametersByPath. Valid keys: Type, KeyId, Label.`,
  );

export const invalidFilterOption = (option: string): DomainError =>
  new DomainError(
    'InvalidFilterOption',
    `The filter option ${option} is not valid. Valid options include: [BeginsWith, Equals].`,
  );

export const invalidNextToken = (): DomainError =>
  new DomainError('InvalidNextToken', 'The specified token is not valid.');
