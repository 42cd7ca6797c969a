import type { DomainError } from '../../world/domain-error.ts';
import { echo, statusOf, UnknownCall, WireFault } from '../fault.ts';
import type { OperationModel, ServiceModel } from '../model.ts';
import { lookUpOperation } from '../operation-lookup.ts';
import { violationsOf } from '../validate.ts';
import { sharedViolationFault } from '../violation-message.ts';
import type { Codec, WireRequest } from './codec.ts';
import { headerOf } from './codec.ts';
import { compatibleError, violationCode } from './query-compatible.ts';
import { parseJsonObject, readJsonMembers, writeJsonMembers } from './json-value.ts';

const targetedOperation = (
  model: ServiceModel,
  request: WireRequest,
): OperationModel | WireFault => {
  const target = headerOf(request, 'x-amz-target') ?? '';
  const dot = target.lastIndexOf('.');
  if (dot === -1 || target.slice(0, dot) !== model.metadata.targetPrefix) {
    return new UnknownCall(
      'UnknownOperationException',
      `The X-Amz-Target header names no operation of ${model.metadata.serviceId}: '${echo(target)}'`,
      400,
    );
  }
  return lookUpOperation(model, target.slice(dot + 1));
};

const contentType = (model: ServiceModel | undefined): string =>
  `application/x-amz-json-${model?.metadata.jsonVersion ?? '1.1'}`;

/** The members of an error's own shape beside its message. */
export const errorDetails = (
  model: ServiceModel | undefined,
  error: DomainError,
): Record<string, unknown> => {
  const shape = model?.errors.get(error.code)?.shape;
  return shape === undefined ? {} : writeJsonMembers(shape, error.details);
};

/** The json protocols 1.0 and 1.1: the operation in a header, JSON in and out. Source: Smithy, "AWS JSON 1.1 protocol". */
export const json: Codec = {
  parse(model, request) {
    const operation = targetedOperation(model, request);
    if (operation instanceof WireFault) return operation;
    const body = parseJsonObject(request.body);
    if (body instanceof WireFault) return body;
    const input = readJsonMembers(operation.input, body);
    if (input instanceof WireFault) return input;
    const violations = violationsOf(operation.input, input);
    return violations.length === 0
      ? { operation, input }
      : sharedViolationFault(violations, violationCode(model));
  },

  serialise(operation, output) {
    const members =
      operation.output === undefined ? {} : writeJsonMembers(operation.output, output);
    return {
      status: 200,
      headers: { 'content-type': contentType(operation.service) },
      body: JSON.stringify(members),
    };
  },

  serialiseError(model, error) {
    const compatible = compatibleError(model, error);
    return {
      status: statusOf(error, model),
      headers: { 'content-type': contentType(model), ...compatible.headers },
      body: JSON.stringify({
        ...errorDetails(model, error),
        __type: compatible.type,
        message: error.message,
      }),
    };
  },
};
