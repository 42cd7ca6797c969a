import { echo, statusOf, WireFault } from '../fault.ts';
import { highestListIndex } from '../limits.ts';
import type { OperationModel } from '../model.ts';
import { violationsOf } from '../validate.ts';
import { ec2RequestName, ec2ViolationFault, lowerFirst } from '../violation-message.ts';
import type { Codec } from './codec.ts';
import { isCommonParameter, readQueryCall } from './query-call.ts';
import { QueryProblem, queryReader } from './query-input.ts';
import { escapeXml, xmlWriters } from './xml-output.ts';

/**
 * Where an empty text is a value: a tag's, an attribute that is emptied, a placement group that is left; and `NoDevice`, whose
 * mention alone counts. Source: API Reference, `Tag`, `AttributeValue`, ModifyInstancePlacement, `BlockDeviceMapping`.
 */
const emptyValues: ReadonlySet<string> = new Set([
  'Tag.Key',
  'Tag.Value',
  'AttributeValue.Value',
  'BlobAttributeValue.Value',
  'SecureBlobAttributeValue.Value',
  'ModifyInstancePlacementRequest.GroupName',
]);

const readInput = queryReader({
  memberName: ec2RequestName,
  // In the ec2 protocol every list's indices follow its own name (botocore, `EC2Serializer`).
  elementName: () => undefined,
  refusesUnknown: true,
  // Terraform's provider sends all that it knows of, `IamInstanceProfile.Name=` of an instance without: at AWS that works.
  emptyIsNone: (structure, member) =>
    !emptyValues.has(`${structure.name}.${member.name}`) && member.name !== 'NoDevice',
});

/**
 * What has no tags says nothing of them, as clients tell `Tags` that are missing from an empty list; but these have an empty one
 * (the examples of their operations in the API Reference). ec2_vpc_igw of amazon.aws takes it for granted.
 */
const alwaysTagged: ReadonlySet<string> = new Set([
  'InternetGateway',
  'NetworkAcl',
  'NetworkInterface',
  'RouteTable',
]);

const writer = xmlWriters({
  elementName: 'item',
  leavesOutEmpty: (list, owner) => list.element.name === 'Tag' && !alwaysTagged.has(owner.name),
});

/**
 * EC2's answer to a parameter that it cannot read. Words of UnknownParameter: appoxy/aws issue 32, aws-sdk-js
 * issue 653 ("The parameter ClientToken is not recognized"). What follows "is invalid." for a wrong type is ours.
 */
const problemFault = (problem: QueryProblem): WireFault => {
  const parameter = echo(problem.path.filter((part) => part !== '').join('.'));
  switch (problem.kind) {
    case 'unknown':
      return new WireFault('UnknownParameter', `The parameter ${parameter} is not recognized`, 400);
    case 'index':
      return new WireFault(
        'InvalidParameterValue',
        `The parameter ${parameter} is beyond the highest index of a list, ${highestListIndex}`,
        400,
      );
    case 'type': {
      const { member } = problem;
      const named =
        member === undefined ? parameter : lowerFirst(member.locationName ?? member.name);
      return new WireFault(
        'InvalidParameterValue',
        `Value (${echo(problem.text)}) for parameter ${named} is invalid. Expecting ${problem.expected}.`,
        400,
      );
    }
  }
};

const head = '<?xml version="1.0" encoding="UTF-8"?>\n';
const headers = { 'content-type': 'text/xml;charset=UTF-8' };

interface Envelope {
  readonly open: string;
  readonly close: string;
  readonly write: ((value: Readonly<Record<string, unknown>>) => string) | undefined;
}

const envelopes = new WeakMap<OperationModel, Envelope>();

const envelopeOf = (operation: OperationModel): Envelope => {
  const known = envelopes.get(operation);
  if (known !== undefined) return known;
  const { xmlNamespace } = operation.service;
  // EC2's own answers end the namespace with a slash, which the model leaves out.
  const namespace = xmlNamespace.endsWith('/') ? xmlNamespace : `${xmlNamespace}/`;
  const envelope: Envelope = {
    open: `${head}<${operation.name}Response xmlns="${namespace}"><requestId>`,
    close: `</${operation.name}Response>`,
    write: operation.output === undefined ? undefined : writer(operation.output),
  };
  envelopes.set(operation, envelope);
  return envelope;
};

/** The ec2 protocol: a form in, XML out, errors as `<Response><Errors>`. Source: Smithy, "AWS EC2 query protocol". */
export const ec2Query: Codec = {
  parse(model, request) {
    const call = readQueryCall(model, request);
    if (call instanceof WireFault) return call;
    const { operation } = call;
    const input = readInput(operation.input, call.root, isCommonParameter);
    if (input instanceof QueryProblem) return problemFault(input);
    const [violation] = violationsOf(operation.input, input);
    return violation === undefined ? { operation, input } : ec2ViolationFault(violation);
  },

  serialise(operation, output, requestId) {
    const { open, close, write } = envelopeOf(operation);
    const members = write === undefined ? '<return>true</return>' : write(output);
    return { status: 200, headers, body: `${open}${requestId}</requestId>${members}${close}` };
  },

  serialiseError(model, error, requestId) {
    const text = `<Error><Code>${escapeXml(error.code)}</Code><Message>${escapeXml(error.message)}</Message></Error>`;
    return {
      status: statusOf(error, model),
      headers,
      body: `${head}<Response><Errors>${text}</Errors><RequestID>${requestId}</RequestID></Response>`,
    };
  },
};
