import { statusOf, WireFault } from '../fault.ts';
import type { OperationModel } from '../model.ts';
import { violationsOf } from '../validate.ts';
import { sharedViolationFault } from '../violation-message.ts';
import type { Codec, WireRequest } from './codec.ts';
import { BindingProblem, readBindings, writeBindings } from './rest-bindings.ts';
import { routeRest } from './rest-routes.ts';
import { errorMembersXml, faultType } from './xml-error.ts';
import { readXmlMembers } from './xml-input.ts';
import { xmlWriters } from './xml-output.ts';
import { parseXml } from './xml-parse.ts';

const writer = xmlWriters({ elementName: 'member' });
const head = '<?xml version="1.0"?>\n';
const headers = { 'content-type': 'text/xml' };

const bodyMembers = (operation: OperationModel): boolean =>
  operation.input.members.some((member) => member.location === undefined);

const readBody = (
  operation: OperationModel,
  request: WireRequest,
): Record<string, unknown> | WireFault => {
  if (!bodyMembers(operation) || request.body.length === 0) return {};
  const root = parseXml(request.body.toString('utf8'));
  if (root instanceof WireFault) return root;
  const { payload } = operation.input;
  const wrapped = operation.input.members.find((member) => member.name === payload);
  const shape = wrapped?.shape ?? operation.input;
  if (shape.type !== 'structure')
    return new WireFault('MalformedInput', 'The body is not expected to be XML', 400);
  const expected =
    wrapped === undefined ? operation.inputRoot : (wrapped.locationName ?? wrapped.name);
  if (root.name !== expected) {
    // Route 53's words (stalwartlabs/dns-update issue 44).
    return new WireFault(
      'MalformedInput',
      `${root.name.slice(0, 200)} is not valid, expected ${expected}`,
      400,
    );
  }
  const members = readXmlMembers(shape, root);
  if (members instanceof WireFault || wrapped === undefined) return members;
  return { [wrapped.name]: members };
};

/** The rest-xml protocol as Route 53 speaks it: paths, XML in and out. Source: Smithy, "AWS restXml protocol". */
export const restXml: Codec = {
  parse(model, request) {
    const call = routeRest(model, request);
    if (call instanceof WireFault) return call;
    const { operation, labels } = call;
    const input = readBody(operation, request);
    if (input instanceof WireFault) return input;
    const problem = readBindings(operation, labels, request, input);
    if (problem !== undefined)
      return problem instanceof BindingProblem ? problem.fault('InvalidInput') : problem;
    const violations = violationsOf(operation.input, input);
    return violations.length === 0
      ? { operation, input }
      : sharedViolationFault(violations, 'InvalidInput');
  },

  serialise(operation, output) {
    const bindings = writeBindings(operation, output);
    const { output: shape, service } = operation;
    if (shape === undefined)
      return { status: bindings.status, headers: bindings.headers, body: '' };
    const body = `${head}<${shape.name} xmlns="${service.xmlNamespace}">${writer(shape)(output)}</${shape.name}>`;
    return { status: bindings.status, headers: { ...headers, ...bindings.headers }, body };
  },

  serialiseError(model, error, requestId) {
    const status = statusOf(error, model);
    const members = errorMembersXml(writer, model, error);
    const namespace = model === undefined ? '' : ` xmlns="${model.xmlNamespace}"`;
    return {
      status,
      headers,
      body: `${head}<ErrorResponse${namespace}><Error><Type>${faultType(status)}</Type>${members}</Error><RequestId>${requestId}</RequestId></ErrorResponse>`,
    };
  },
};
