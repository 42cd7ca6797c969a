import { statusOf, WireFault } from '../fault.ts';
import type { OperationModel } from '../model.ts';
import type { Member, StructureShape } from '../shape.ts';
import { violationsOf } from '../validate.ts';
import { sharedViolationFault } from '../violation-message.ts';
import type { Codec, WireRequest } from './codec.ts';
import { errorDetails } from './json.ts';
import { parseJsonObject, readJsonMembers, writeJsonMembers } from './json-value.ts';
import { BindingProblem, readBindings, writeBindings } from './rest-bindings.ts';
import { routeRest } from './rest-routes.ts';

const contentType = 'application/json';

/** The member of a structure that is the whole body, as bytes. */
const blobPayload = (shape: StructureShape): Member | undefined =>
  shape.members.find((member) => member.name === shape.payload && member.shape.type === 'blob');

const readBody = (
  operation: OperationModel,
  request: WireRequest,
): Record<string, unknown> | WireFault => {
  const { members, payload } = operation.input;
  const blob = blobPayload(operation.input);
  // A streaming payload is the body as it came, which may be of any type of content.
  if (blob !== undefined) return { [blob.name]: request.body };
  if (!members.some((member) => member.location === undefined)) return {};
  const body = parseJsonObject(request.body);
  if (body instanceof WireFault) return body;
  const wrapped = members.find((member) => member.name === payload);
  if (wrapped === undefined) return readJsonMembers(operation.input, body);
  if (wrapped.shape.type !== 'structure') {
    return new WireFault('SerializationException', 'The body is not expected to be JSON', 400);
  }
  const inner = readJsonMembers(wrapped.shape, body);
  return inner instanceof WireFault ? inner : { [wrapped.name]: inner };
};

/** The rest-json protocol: paths, JSON in and out, the error's code in a header. Source: Smithy, "AWS restJson1 protocol". */
export const restJson: Codec = {
  parse(model, request) {
    const call = routeRest(model, request);
    if (call instanceof WireFault) return call;
    const { operation, labels } = call;
    const input = readBody(operation, request);
    if (input instanceof WireFault) return input;
    const problem = readBindings(operation, labels, request, input);
    if (problem !== undefined) {
      return problem instanceof BindingProblem ? problem.fault('ValidationException') : problem;
    }
    const violations = violationsOf(operation.input, input);
    return violations.length === 0
      ? { operation, input }
      : sharedViolationFault(violations, 'ValidationException');
  },

  serialise(operation, output) {
    const { status, headers } = writeBindings(operation, output);
    if (operation.output === undefined) return { status, headers, body: '' };
    const blob = blobPayload(operation.output);
    if (blob !== undefined) {
      const bytes = output[blob.name];
      return {
        status,
        headers: { 'content-type': 'application/octet-stream', ...headers },
        body: bytes instanceof Uint8Array ? bytes : '',
      };
    }
    const wrapped = operation.output.members.find(
      (member) => member.name === operation.output?.payload,
    );
    const all = writeJsonMembers(operation.output, output);
    const body = wrapped === undefined ? all : all[wrapped.locationName ?? wrapped.name];
    return {
      status,
      headers: { 'content-type': contentType, ...headers },
      body: JSON.stringify(body ?? {}),
    };
  },

  serialiseError(model, error) {
    return {
      status: statusOf(error, model),
      headers: { 'content-type': contentType, 'x-amzn-errortype': error.code },
      body: JSON.stringify({ ...errorDetails(model, error), message: error.message }),
    };
  },
};
