import type { Geography } from '../../atlas/geography.ts';
import { DomainError } from '../../world/domain-error.ts';
import { whyUnknownRegion } from '../shared/unknown-region.ts';

const validation = (message: string, reason: string): DomainError =>
  new DomainError('ValidationException', message, { reason });

export const unknownRegion = (geography: Geography, name: string): DomainError =>
  validation(whyUnknownRegion(geography, name), 'fieldValidationFailed');

export const enabledByDefault = (name: string): DomainError =>
  validation(
    `The Region '${name}' is enabled by default and cannot be enabled or disabled.`,
    'invalidRegionOptTarget',
  );

/** AWS's words, as its users have seen them for a Region that is enabled already. */
export const statusForbidsSwitch = (): DomainError =>
  validation(
    'Unable to switch region status because of its current opt-in status.',
    'invalidRegionOptTarget',
  );

export const switchInProgress = (name: string, status: string): DomainError =>
  new DomainError(
    'ConflictException',
    `The Region '${name}' is ${status}. Wait until that is complete and try again.`,
  );

/** AWS's words for the quota. */
export const tooManySwitches = (): DomainError =>
  new DomainError(
    'TooManyRequestsException',
    "This request has exceeded the quota for 'Number of concurrent region-opt requests for an account'. " +
      'Consider retrying the operation later once some requests have been completed.',
  );

export const invalidToken = (): DomainError =>
  validation('The NextToken is not valid.', 'fieldValidationFailed');

/** AccountId names a member of the caller's organization; no account here is in one. AWS's words for that. */
export const noOrganization = (account: string, operation: string): DomainError =>
  new DomainError(
    'AccessDeniedException',
    `User: arn:aws:iam::${account}:root is not authorized to perform: account:${operation} ` +
      '(Your organization must first enable trusted access with AWS Account Management.)',
  );

/** AWS's words, as its users have seen them. */
export const contactNotFound = (): DomainError =>
  new DomainError(
    'ResourceNotFoundException',
    'No contact of the inputted alternate contact type found.',
  );

export const noContactInformation = (): DomainError =>
  new DomainError('ResourceNotFoundException', 'No contact information found for the account.');
