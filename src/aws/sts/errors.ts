import { DomainError } from '../../world/domain-error.ts';

/** Codes from "Common errors" of the AWS STS API Reference, messages as the service answers them. */
export const validationError = (message: string): DomainError =>
  new DomainError('ValidationError', message);

export const accessDenied = (message: string): DomainError =>
  new DomainError('AccessDenied', message);

/** For a part of an operation that Faultline does not have. */
export const notBuilt = (what: string): DomainError =>
  new DomainError('NotImplemented', `Faultline does not have ${what}.`);
