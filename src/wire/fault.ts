import { DomainError } from '../world/domain-error.ts';
import type { ServiceModel } from './model.ts';

/**
 * An error of the wire itself, before any operation has run: a DomainError that may name its HTTP status.
 * Codes and messages are AWS's where AWS has one.
 */
export class WireFault extends DomainError {
  readonly status: number | undefined;

  constructor(code: string, message: string, status?: number) {
    super(code, message);
    this.status = status;
  }
}

/** A call that a service's model does not have: before it is answered, somebody looks whether AWS has it (`not-here.ts`). */
export class UnknownCall extends WireFault {}

/**
 * HTTP status by error code, where it is not 400 and the model does not say it. EC2's model names no error
 * at all; these are from "Error codes for the Amazon EC2 API" (server error codes) and the service's
 * answers, as the AWS SDKs' retry rules rely on them: InsufficientInstanceCapacity, for one, is a 500.
 */
const statusByCode: ReadonlyMap<string, number> = new Map([
  ['AccessDenied', 403],
  ['AccessDeniedException', 403],
  ['AuthFailure', 401],
  ['Blocked', 403],
  ['DryRunOperation', 412],
  ['IncompleteSignature', 400],
  ['InsufficientAddressCapacity', 500],
  ['InsufficientCapacity', 500],
  ['InsufficientHostCapacity', 500],
  ['InsufficientInstanceCapacity', 500],
  ['InsufficientReservedInstanceCapacity', 500],
  ['InsufficientVolumeCapacity', 500],
  ['InternalError', 500],
  ['InternalFailure', 500],
  ['InternalServerError', 500],
  ['InvalidClientTokenId', 403],
  ['MissingAuthenticationToken', 403],
  ['NotImplemented', 501],
  ['OptInRequired', 401],
  ['RequestLimitExceeded', 503],
  ['RequestTimeTooSkewed', 403],
  ['ServiceUnavailable', 503],
  ['SignatureDoesNotMatch', 403],
  ['ThrottlingException', 400],
  ['Unavailable', 503],
  ['UnauthorizedOperation', 403],
  ['UnrecognizedClientException', 403],
]);

/** The HTTP status of an error: its own, else the model's, else the one that AWS is known to answer with, else 400. */
export const statusOf = (error: DomainError, model: ServiceModel | undefined): number => {
  if (error instanceof WireFault && error.status !== undefined) return error.status;
  return model?.errors.get(error.code)?.status ?? statusByCode.get(error.code) ?? 400;
};

const longestEcho = 1_024;

/** A value of the caller's as it is repeated in a message: whole when short, cut when somebody sent a book. */
export const echo = (value: string): string =>
  value.length <= longestEcho ? value : `${value.slice(0, longestEcho)}...`;
