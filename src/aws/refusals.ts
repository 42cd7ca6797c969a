import { DomainError } from '../world/domain-error.ts';
import type { Protocol, Service } from './operation.ts';

/** One refusal: AWS's code and message, and its HTTP status. */
export interface Refusal {
  readonly code: string;
  readonly message: string;
  readonly status: number;
}

/** How a service words what each of them refuses before any operation runs. */
export interface RefusalWords {
  /** An access key that nobody has, and a Region that the account has not enabled: its keys are not known there. */
  readonly unknownKey: Refusal;
  /** Temporary credentials whose time is over. */
  readonly expiredKey: Refusal;
  readonly signatureMismatch: Refusal;
  /** The code and status of a signature that is too old; its message says the times. */
  readonly signatureExpired: Pick<Refusal, 'code' | 'status'>;
  /** The code of a bug. */
  readonly internalError: string;
}

const tokenInvalid = 'The security token included in the request is invalid.';
const tokenExpired = 'The security token included in the request is expired';
const mismatch =
  'The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing method. Consult the service documentation for details.';
const notValidated = 'AWS was not able to validate the provided access credentials';

/** "Error codes for the Amazon EC2 API". */
const ec2Words: RefusalWords = {
  unknownKey: { code: 'AuthFailure', message: notValidated, status: 401 },
  expiredKey: { code: 'RequestExpired', message: 'Request has expired.', status: 400 },
  signatureMismatch: { code: 'AuthFailure', message: notValidated, status: 401 },
  signatureExpired: { code: 'RequestExpired', status: 400 },
  internalError: 'InternalError',
};

/** "Common errors" of the query services' API References. */
const queryWords: RefusalWords = {
  unknownKey: { code: 'InvalidClientTokenId', message: tokenInvalid, status: 403 },
  expiredKey: { code: 'ExpiredToken', message: tokenExpired, status: 403 },
  signatureMismatch: { code: 'SignatureDoesNotMatch', message: mismatch, status: 403 },
  signatureExpired: { code: 'SignatureDoesNotMatch', status: 403 },
  internalError: 'InternalFailure',
};

/** "Common errors" of the JSON services' API References. */
const jsonWords: RefusalWords = {
  unknownKey: { code: 'UnrecognizedClientException', message: tokenInvalid, status: 403 },
  expiredKey: { code: 'ExpiredTokenException', message: tokenExpired, status: 400 },
  signatureMismatch: { code: 'InvalidSignatureException', message: mismatch, status: 403 },
  signatureExpired: { code: 'InvalidSignatureException', status: 403 },
  internalError: 'InternalFailure',
};

/** The words of a family of protocols. */
export const refusalWords = (protocol: Protocol): RefusalWords => {
  switch (protocol) {
    case 'ec2':
      return ec2Words;
    case 'query':
    case 'rest-xml':
      return queryWords;
    case 'json':
    case 'rest-json':
    case 'smithy-rpc-v2-cbor':
      return jsonWords;
  }
};

/** Whether a value has a member, in any element of the lists on its way. What is false or empty asks for nothing. */
const hasMember = (value: unknown, [name, ...rest]: readonly string[]): boolean => {
  if (Array.isArray(value))
    return value.some((of) => hasMember(of, name === undefined ? [] : [name, ...rest]));
  if (name === undefined) return value !== undefined && value !== false;
  if (typeof value !== 'object' || value === null) return false;
  // An object of a checked input: its members are named as in the model.
  return hasMember((value as Readonly<Record<string, unknown>>)[name], rest);
};

/** The refusal of an input that has one of the members that are not built; undefined when it has none. */
export const refusedMember = (
  service: Pick<Service, 'protocol' | 'title' | 'refuses'>,
  operation: string,
  input: unknown,
): DomainError | undefined => {
  const refused = service.refuses?.[operation]?.find((path) => hasMember(input, path.split('.')));
  if (refused === undefined) return undefined;
  return new DomainError(
    service.protocol === 'ec2' ? 'UnsupportedOperation' : 'NotImplemented',
    `Faultline has not built the parameter ${refused} of ${operation} yet (${service.title}).`,
  );
};

/**
 * The refusal of a Region that the account has not enabled ("Enable or disable AWS Regions in your account", AWS Account
 * Management Reference Guide).
 */
export const notOptedIn = (protocol: Protocol): DomainError => {
  const { code, message } = refusalWords(protocol).unknownKey;
  return new DomainError(code, message);
};
