import { DomainError } from '../../world/domain-error.ts';

/** Codes from the Service Quotas API Reference, messages as the service is known to answer them. */
const noSuchResource = (message: string): DomainError =>
  new DomainError('NoSuchResourceException', message);

export const noSuchService = (): DomainError =>
  noSuchResource('The request failed because the specified service does not exist.');

export const noSuchQuota = (): DomainError =>
  noSuchResource('The request failed because the specified service quota does not exist.');

export const noSuchRequest = (): DomainError =>
  noSuchResource('The request failed because the specified quota request does not exist.');

export const noSuchArn = (): DomainError =>
  noSuchResource('The request failed because the specified resource does not exist.');

export const illegalArgument = (message: string): DomainError =>
  new DomainError('IllegalArgumentException', message);

export const requestIsOpen = (): DomainError =>
  new DomainError(
    'ResourceAlreadyExistsException',
    'Only one open service quota increase request is allowed per quota.',
  );

export const tooManyRequests = (): DomainError =>
  new DomainError(
    'QuotaExceededException',
    'You have exceeded your service quota. To perform the requested action, remove some of the relevant resources, or use Service Quotas to request a service quota increase.',
  );

export const invalidToken = (): DomainError =>
  new DomainError('InvalidPaginationTokenException', 'Invalid pagination token.');

export const tooManyTags = (): DomainError =>
  new DomainError(
    'TooManyTagsException',
    'You have exceeded the number of tags allowed for this resource.',
  );
