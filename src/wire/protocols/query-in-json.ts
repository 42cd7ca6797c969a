import { statusOf } from '../fault.ts';
import type { ServiceModel } from '../model.ts';
import { awsQuery } from './aws-query.ts';
import type { Codec, WireRequest } from './codec.ts';
import { headerOf } from './codec.ts';
import { errorDetails } from './json.ts';
import { writeJsonMembers } from './json-value.ts';
import { faultType } from './xml-error.ts';

const headers = { 'content-type': 'application/json' };

/**
 * Whether a request of the query protocol is answered in JSON. STS does so for whoever accepts JSON, and programs that
 * verify callers by a presigned GetCallerIdentity rely on it; of other services nobody has told it.
 */
export const isAnsweredInJson = (model: ServiceModel, request: WireRequest): boolean =>
  model.metadata.serviceId === 'STS' &&
  (headerOf(request, 'accept') ?? '')
    .split(',')
    .some((type) => type.split(';')[0]?.trim().toLowerCase() === 'application/json');

/** The query protocol with answers in JSON, whose members are those of the XML: requests are the same. */
export const queryInJson: Codec = {
  parse: (model, request) => awsQuery.parse(model, request),

  serialise(operation, output, requestId) {
    const { name, resultWrapper } = operation;
    const members =
      operation.output === undefined ? {} : writeJsonMembers(operation.output, output);
    const result = resultWrapper === undefined ? members : { [resultWrapper]: members };
    const body = { [`${name}Response`]: { ...result, ResponseMetadata: { RequestId: requestId } } };
    return { status: 200, headers, body: JSON.stringify(body) };
  },

  serialiseError(model, error, requestId) {
    const status = statusOf(error, model);
    const { code: Code, message: Message } = error;
    const details = { ...errorDetails(model, error), Code, Message, Type: faultType(status) };
    return { status, headers, body: JSON.stringify({ Error: details, RequestId: requestId }) };
  },
};
