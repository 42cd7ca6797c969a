import { echo, statusOf, UnknownCall, WireFault } from '../fault.ts';
import type { OperationModel, ServiceModel } from '../model.ts';
import { lookUpOperation } from '../operation-lookup.ts';
import { violationsOf } from '../validate.ts';
import { sharedViolationFault } from '../violation-message.ts';
import { cborOf, parseCborObject, readCborMembers } from './cbor-value.ts';
import type { Codec, WireRequest } from './codec.ts';
import { compatibleError, violationCode } from './query-compatible.ts';

const headers = { 'content-type': 'application/cbor', 'smithy-protocol': 'rpc-v2-cbor' };

/** `/service/SERVICE/operation/OPERATION`, after whatever path the endpoint's URL has. */
const requestPath = /\/service\/([A-Za-z0-9_.-]+)\/operation\/([A-Za-z0-9_]+)$/;

const namedOperation = (model: ServiceModel, request: WireRequest): OperationModel | WireFault => {
  const found = requestPath.exec(request.path);
  const [, service = '', operation = ''] = found ?? [];
  if (found === null || request.method !== 'POST' || service !== model.metadata.targetPrefix) {
    return new UnknownCall(
      'UnknownOperationException',
      `The request names no operation of ${model.metadata.serviceId}: '${echo(`${request.method} ${request.path}`)}'`,
      404,
    );
  }
  return lookUpOperation(model, operation);
};

/** The rpcV2Cbor protocol: the operation in the path, CBOR in and out. Source: Smithy, "Smithy RPC v2 CBOR protocol". */
export const rpcCbor: Codec = {
  parse(model, request) {
    const operation = namedOperation(model, request);
    if (operation instanceof WireFault) return operation;
    const body = parseCborObject(request.body);
    if (body instanceof WireFault) return body;
    const input = readCborMembers(operation.input, body);
    if (input instanceof WireFault) return input;
    const violations = violationsOf(operation.input, input);
    return violations.length === 0
      ? { operation, input }
      : sharedViolationFault(violations, violationCode(model));
  },

  serialise(operation, output) {
    if (operation.output === undefined) {
      return { status: 200, headers: { 'smithy-protocol': 'rpc-v2-cbor' }, body: '' };
    }
    return { status: 200, headers, body: cborOf(operation.output, output) };
  },

  serialiseError(model, error) {
    const compatible = compatibleError(model, error);
    return {
      status: statusOf(error, model),
      headers: { ...headers, ...compatible.headers },
      body: cborOf(model?.errors.get(error.code)?.shape, error.details, {
        __type: compatible.type,
        message: error.message,
      }),
    };
  },
};
