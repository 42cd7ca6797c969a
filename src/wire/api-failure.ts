import type { AwsService } from './aws-operations.ts';
import { WireFault } from './fault.ts';
import type { ProtocolName, ServiceModel } from './model.ts';

/** How a call fails that AWS itself could not carry out: by a failure of its own, or because there were too many. */
export type ApiFailure = 'error' | 'throttle';

interface Wording {
  readonly code: string;
  readonly message: string;
  readonly status: number;
}

/**
 * What services say whose model does not name the error. EC2's codes are those of "Error codes for the Amazon EC2 API"; the
 * others share the page "Common Errors" of the API references. Services of the query protocol and Route 53 answer `Throttling`
 * in fact, where that page says `ThrottlingException` ("Quotas", Amazon Route 53 Developer Guide; the retry rules of the AWS SDKs).
 */
const unmodelled = (protocol: ProtocolName, failure: ApiFailure): Wording => {
  if (protocol === 'ec2') {
    return failure === 'error'
      ? { code: 'InternalError', message: 'An internal error has occurred', status: 500 }
      : { code: 'RequestLimitExceeded', message: 'Request limit exceeded.', status: 503 };
  }
  if (failure === 'error') {
    return {
      code: 'InternalFailure',
      message:
        'The request processing has failed because of an unknown error, exception or failure.',
      status: 500,
    };
  }
  const isQuery = protocol === 'query' || protocol === 'rest-xml';
  return {
    code: isQuery ? 'Throttling' : 'ThrottlingException',
    message: 'Rate exceeded',
    status: 400,
  };
};

/** The names under which models have them, and none of one operation's own (Route 53's ThrottlingException is of its checkers). */
export const modelledCodes: Readonly<Record<ApiFailure, readonly string[]>> = {
  error: [
    'InternalServerException',
    'InternalServerError',
    'InternalServiceError',
    'InternalErrorException',
    'ServiceException',
  ],
  throttle: ['RequestThrottledException', 'TooManyRequestsException', 'ThrottlingException'],
};

/** The answer of a service to a call that AWS failed, in the service's own code, words and HTTP status. */
export const apiFailure = (
  failure: ApiFailure,
  model: Pick<ServiceModel, 'errors' | 'metadata'>,
): WireFault => {
  const { protocol } = model.metadata;
  // CloudWatch speaks the query protocol too, and kept its codes when it learnt others.
  const family = model.metadata.awsQueryCompatible === undefined ? protocol : 'query';
  const wording = unmodelled(family, failure);
  const named = modelledCodes[failure].flatMap((code) => model.errors.get(code) ?? [])[0];
  return named === undefined || protocol === 'rest-xml'
    ? new WireFault(wording.code, wording.message, wording.status)
    : new WireFault(named.code, wording.message, named.status);
};

/** S3 has words that no other service has ("Error responses", Amazon S3 API Reference). */
const s3Words: Readonly<Record<ApiFailure, Wording>> = {
  error: {
    code: 'InternalError',
    message: 'We encountered an internal error. Please try again.',
    status: 500,
  },
  throttle: { code: 'SlowDown', message: 'Please reduce your request rate.', status: 503 },
};

/** The same for a service that has no model here, by what the list of AWS's operations knows of it. */
export const apiFailureOf = (
  failure: ApiFailure,
  service: Pick<AwsService, 'scope' | 'failures'> | undefined,
  protocol: ProtocolName,
): WireFault => {
  const wording = service?.scope === 's3' ? s3Words[failure] : unmodelled(protocol, failure);
  const named = service?.failures?.[failure];
  return named === undefined || protocol === 'rest-xml' || protocol === 'query'
    ? new WireFault(wording.code, wording.message, wording.status)
    : new WireFault(named.code, wording.message, named.status);
};
