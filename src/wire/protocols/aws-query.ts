import { echo, statusOf, UnknownCall, WireFault } from '../fault.ts';
import { highestListIndex } from '../limits.ts';
import type { OperationModel, ServiceModel } from '../model.ts';
import { violationsOf } from '../validate.ts';
import { sharedViolationFault } from '../violation-message.ts';
import type { Codec } from './codec.ts';
import { isCommonParameter, readQueryCall } from './query-call.ts';
import { QueryProblem, queryReader } from './query-input.ts';
import { errorMembersXml, faultType } from './xml-error.ts';
import { xmlWriters } from './xml-output.ts';

const readInput = queryReader({
  memberName: (member) => member.locationName ?? member.name,
  elementName: (list) => (list.flattened ? undefined : (list.elementName ?? 'member')),
  // AWS's services on this protocol pass over what they do not know, so that newer clients can talk to them.
  refusesUnknown: false,
});

const writer = xmlWriters({ elementName: 'member' });

const problemFault = (problem: QueryProblem): WireFault => {
  const parameter = echo(problem.path.filter((part) => part !== '').join('.'));
  switch (problem.kind) {
    case 'unknown':
      return new WireFault('MalformedInput', `Unexpected parameter ${parameter}`, 400);
    case 'index':
      return new WireFault(
        'MalformedInput',
        `${parameter} is beyond the highest index of a list, ${highestListIndex}`,
        400,
      );
    case 'type':
      return new WireFault(
        'MalformedInput',
        `Value '${echo(problem.text)}' at '${parameter}' is invalid. Expecting ${problem.expected}.`,
        400,
      );
  }
};

/**
 * One endpoint name may carry two APIs: Elastic Load Balancing's names mean one thing in version 2012-06-01
 * (Classic) and another in 2015-12-01. Only the version of the model is built.
 */
const versionFault = (model: ServiceModel, version: string | undefined): WireFault | undefined =>
  version === undefined || version === model.metadata.apiVersion
    ? undefined
    : new UnknownCall(
        'NoSuchVersion',
        `The requested version (${echo(version)}) of service ${model.metadata.serviceId} does not exist here. Faultline has version ${model.metadata.apiVersion}.`,
        400,
      );

const headers = { 'content-type': 'text/xml' };

interface Envelope {
  readonly open: string;
  readonly close: string;
  readonly write: (value: Readonly<Record<string, unknown>>) => string;
}

const envelopes = new WeakMap<OperationModel, Envelope>();

const envelopeOf = (operation: OperationModel): Envelope => {
  const known = envelopes.get(operation);
  if (known !== undefined) return known;
  const { name, resultWrapper, output, service } = operation;
  const open = `<${name}Response xmlns="${service.xmlNamespace}">`;
  const envelope: Envelope = {
    open: resultWrapper === undefined ? open : `${open}<${resultWrapper}>`,
    close: `${resultWrapper === undefined ? '' : `</${resultWrapper}>`}<ResponseMetadata><RequestId>`,
    write: output === undefined ? () => '' : writer(output),
  };
  envelopes.set(operation, envelope);
  return envelope;
};

/** The query protocol of Elastic Load Balancing, STS, Auto Scaling and others. Source: Smithy, "AWS query protocol". */
export const awsQuery: Codec = {
  parse(model, request) {
    const call = readQueryCall(model, request);
    if (call instanceof WireFault) return call;
    const version = versionFault(model, call.version);
    if (version !== undefined) return version;
    const { operation } = call;
    const input = readInput(operation.input, call.root, isCommonParameter);
    if (input instanceof QueryProblem) return problemFault(input);
    const violations = violationsOf(operation.input, input);
    return violations.length === 0
      ? { operation, input }
      : sharedViolationFault(violations, 'ValidationError');
  },

  serialise(operation, output, requestId) {
    const { open, close, write } = envelopeOf(operation);
    const body = `${open}${write(output)}${close}${requestId}</RequestId></ResponseMetadata></${operation.name}Response>`;
    return { status: 200, headers, body };
  },

  serialiseError(model, error, requestId) {
    const status = statusOf(error, model);
    const namespace = model === undefined ? '' : ` xmlns="${model.xmlNamespace}"`;
    const members = errorMembersXml(writer, model, error);
    return {
      status,
      headers,
      body: `<ErrorResponse${namespace}><Error><Type>${faultType(status)}</Type>${members}</Error><RequestId>${requestId}</RequestId></ErrorResponse>`,
    };
  },
};
