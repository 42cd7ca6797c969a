import { echo, WireFault } from '../fault.ts';
import { mostParameters } from '../limits.ts';
import type { OperationModel } from '../model.ts';
import type { Member, Shape } from '../shape.ts';
import type { Output, WireRequest } from './codec.ts';
import { headerOf } from './codec.ts';
import { decodeComponent } from './query-form.ts';
import { expectedOf, formatOfTimestamp, valueOfText } from './text-value.ts';
import { timestampText } from './timestamp.ts';

/** A member whose text cannot be read as its type. */
export class BindingProblem {
  readonly member: Member;
  readonly text: string;

  constructor(member: Member, text: string) {
    this.member = member;
    this.text = text;
  }

  /** The fault with the protocol's own code. */
  fault(code: string): WireFault {
    const { member, text } = this;
    return new WireFault(
      code,
      `Value '${echo(text)}' at '${member.locationName ?? member.name}' is invalid. Expecting ${expectedOf(member.shape)}.`,
      400,
    );
  }
}

const queryValues = (query: string): ReadonlyMap<string, readonly string[]> | WireFault => {
  const values = new Map<string, string[]>();
  if (query === '') return values;
  const pairs = query.split('&', mostParameters);
  for (const pair of pairs) {
    if (pair === '') continue;
    const equals = pair.indexOf('=');
    const name = decodeComponent(equals === -1 ? pair : pair.slice(0, equals));
    const text = equals === -1 ? '' : decodeComponent(pair.slice(equals + 1));
    if (name === undefined || text === undefined) {
      return new WireFault('MalformedQueryString', 'The query string contains a syntax error', 400);
    }
    const known = values.get(name);
    if (known === undefined) values.set(name, [text]);
    else known.push(text);
  }
  return values;
};

const readTexts = (member: Member, texts: readonly string[]): unknown => {
  const read = (shape: Shape, text: string): unknown =>
    valueOfText(shape, text) ?? new BindingProblem(member, text);
  if (member.shape.type !== 'list') return read(member.shape, texts[0] ?? '');
  const { element } = member.shape;
  const values = texts.map((text) => read(element, text));
  return values.find((value) => value instanceof BindingProblem) ?? values;
};

const textsOf = (
  member: Member,
  labels: Readonly<Record<string, string>>,
  query: ReadonlyMap<string, readonly string[]>,
  request: WireRequest,
): readonly string[] | undefined => {
  const name = member.locationName ?? member.name;
  switch (member.location) {
    case 'uri': {
      const text = labels[name];
      return text === undefined ? undefined : [text];
    }
    case 'querystring':
      return query.get(name);
    case 'header': {
      const text = headerOf(request, name.toLowerCase());
      return text === undefined ? undefined : [text];
    }
    case 'headers':
    case 'statusCode':
    case undefined:
      return undefined;
  }
};

/** Reads the members that stand in the path, the query and the headers into `input`. */
export const readBindings = (
  operation: OperationModel,
  labels: Readonly<Record<string, string>>,
  request: WireRequest,
  input: Record<string, unknown>,
): WireFault | BindingProblem | undefined => {
  const query = queryValues(request.query);
  if (query instanceof WireFault) return query;
  for (const member of operation.input.members) {
    if (member.location === undefined) continue;
    const texts = textsOf(member, labels, query, request);
    if (texts === undefined) continue;
    const value = readTexts(member, texts);
    if (value instanceof BindingProblem) return value;
    input[member.name] = value;
  }
  return undefined;
};

const headerText = (member: Member, value: unknown): string => {
  if (member.shape.type === 'timestamp' && typeof value === 'number') {
    return timestampText(value, formatOfTimestamp(member.shape, member.timestampFormat, 'rfc822'));
  }
  // A header carries one line of Latin-1; anything else would be refused by node:http as a programmer's error.
  return encodeURI(String(value)).replaceAll('%25', '%').replaceAll('%20', ' ');
};

/** The headers and the status that an output's members set. */
export const writeBindings = (
  operation: OperationModel,
  output: Output,
): { readonly status: number; readonly headers: Record<string, string> } => {
  const headers: Record<string, string> = {};
  let { status } = operation;
  for (const member of operation.output?.members ?? []) {
    const value = output[member.name];
    if (member.location === undefined || value === undefined || value === null) continue;
    if (member.location === 'header')
      headers[member.locationName ?? member.name] = headerText(member, value);
    if (member.location === 'statusCode' && typeof value === 'number') status = value;
  }
  return { status, headers };
};
