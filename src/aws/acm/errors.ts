import { DomainError } from '../../world/domain-error.ts';

/** Codes of the ACM API Reference; words as the service is known to answer, else ours. */
export const notFound = (arn: string): DomainError =>
  new DomainError('ResourceNotFoundException', `Could not find certificate ${arn}.`);

export const invalidArn = (arn: string): DomainError =>
  new DomainError('InvalidArnException', `The ARN ${arn} is not that of a certificate.`);

export const validation = (message: string): DomainError =>
  new DomainError('ValidationException', message);

export const invalidParameter = (message: string): DomainError =>
  new DomainError('InvalidParameterException', message);

export const limitExceeded = (message: string): DomainError =>
  new DomainError('LimitExceededException', message);

export const inUse = (arn: string): DomainError =>
  new DomainError('ResourceInUseException', `Certificate ${arn} is in use.`);

export const notYetIssued = (arn: string): DomainError =>
  new DomainError(
    'RequestInProgressException',
    `The certificate ${arn} has not been issued yet: its domain names are still to be validated.`,
  );

export const neverIssued = (arn: string): DomainError =>
  new DomainError(
    'ResourceNotFoundException',
    `The certificate ${arn} was never issued: its validation timed out.`,
  );

export const invalidTag = (message: string): DomainError =>
  new DomainError('InvalidTagException', message);

export const tooManyTags = (arn: string): DomainError =>
  new DomainError('TooManyTagsException', `Certificate ${arn} would have more than 50 tags.`);

export const invalidArguments = (message: string): DomainError =>
  new DomainError('InvalidArgsException', message);

/** For a part of an operation that Faultline does not have. */
export const notBuilt = (what: string): DomainError =>
  new DomainError(
    'NotImplemented',
    `Faultline has not built ${what} of AWS Certificate Manager yet.`,
  );
