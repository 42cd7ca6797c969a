import { DomainError } from '../../world/domain-error.ts';

/** Codes and words as Systems Manager is known to answer ("Errors" of each operation, API Reference). */
export const validation = (message: string): DomainError =>
  new DomainError('ValidationException', message);

export const parameterNotFound = (name: string): DomainError =>
  new DomainError('ParameterNotFound', `Parameter ${name} not found.`);

export const parameterVersionNotFound = (name: string, selector: string): DomainError =>
  new DomainError(
    'ParameterVersionNotFound',
    `Systems Manager could not find version ${selector} of ${name}. Verify the version and try again.`,
  );

export const invalidPath = (): DomainError =>
  validation(
    'The parameter doesn\'t meet the parameter name requirements. The parameter name must begin with a forward slash "/". ' +
      'It can\'t be prefixed with "aws" or "ssm" (case-insensitive). It must use only letters, numbers, or the following ' +
      'symbols: . (period), - (hyphen), _ (underscore). Special characters are not allowed. All sub-paths, if specified, ' +
      'must use the forward slash symbol "/". Valid example: /get/parameters2-/by1./path0_.',
  );

export const hierarchyTooDeep = (): DomainError =>
  new DomainError(
    'HierarchyLevelLimitExceededException',
    'A hierarchy can have a maximum of 15 levels. For more information, see Requirements and constraints for parameter names in the AWS Systems Manager User Guide.',
  );

/** Where a filter has a key, an option or values that the operation does not know. */
export const invalidFilterKey = (key: string, valid: readonly string[]): DomainError =>
  new DomainError(
    'InvalidFilterKey',
    `The following filter key is not valid: ${key}. Valid filter keys include: [${valid.join(', ')}].`,
  );

export const invalidFilterOption = (option: string, valid: readonly string[]): DomainError =>
  new DomainError(
    'InvalidFilterOption',
    `The following filter option is not valid: ${option}. Valid options include: [${valid.join(', ')}].`,
  );

export const missingFilterValues = (key: string): DomainError =>
  new DomainError(
    'InvalidFilterValue',
    `The following filter values are missing : null for filter key ${key}.`,
  );

export const invalidNextToken = (): DomainError =>
  new DomainError('InvalidNextToken', 'The specified token is not valid.');

/** For a part of an operation that Faultline does not have. */
export const notBuilt = (what: string): DomainError =>
  new DomainError('NotImplemented', `Faultline has not built ${what} of Systems Manager yet.`);
