import { DomainError } from '../../world/domain-error.ts';

/** Codes from "Common errors" of the AWS STS API Reference, messages as the service answers them. */
export const validationError = (message: string): DomainError =>
  new DomainError('ValidationError', message);

export const accessDenied = (message: string): DomainError =>
  new DomainError('AccessDenied', message);

/** A token or assertion that is not one, or not for AWS. */
export const invalidIdentityToken = (message: string): DomainError =>
  new DomainError('InvalidIdentityToken', message);

/** A token or assertion whose time is over. */
export const expiredToken = (message: string): DomainError =>
  new DomainError('ExpiredTokenException', message);

/** The provider says that somebody has not signed in. */
export const rejectedClaim = (message: string): DomainError =>
  new DomainError('IDPRejectedClaim', message);

export const packedPolicyTooLarge = (message: string): DomainError =>
  new DomainError('PackedPolicyTooLarge', message);

/** For a part of an operation that Faultline does not have. */
export const notBuilt = (what: string): DomainError =>
  new DomainError('NotImplemented', `Faultline does not have ${what}.`);
