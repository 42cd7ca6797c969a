import { WireFault } from '../fault.ts';
import { deepestNesting, mostParameters } from '../limits.ts';
import type { Member, Shape, StructureShape, TimestampFormat } from '../shape.ts';
import { decodeBase64, formatOfTimestamp } from './text-value.ts';
import { parseTimestamp, secondsToMs, timestampText } from './timestamp.ts';

const serialization = (message: string): WireFault =>
  new WireFault('SerializationException', message, 400);

/** Whether a JSON text stays within the bounds on nesting and on the number of its objects and lists. */
const isBounded = (text: string): boolean => {
  let depth = 0;
  let containers = 0;
  let inString = false;
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    if (inString) {
      if (code === 92) at += 1;
      else if (code === 34) inString = false;
    } else if (code === 34) {
      inString = true;
    } else if (code === 123 || code === 91) {
      depth += 1;
      containers += 1;
      if (depth > deepestNesting || containers > mostParameters) return false;
    } else if (code === 125 || code === 93) {
      depth -= 1;
    }
  }
  return true;
};

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Reads a body as a JSON object within bounds; an empty body is an empty object. */
export const parseJsonObject = (body: Buffer): Readonly<Record<string, unknown>> | WireFault => {
  if (body.length === 0) return {};
  const text = body.toString('utf8');
  if (!isBounded(text)) {
    return serialization(
      `The body is nested deeper than ${deepestNesting} levels or has more than ${mostParameters} parts`,
    );
  }
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    return serialization('The body is not JSON');
  }
  return isRecord(value) ? value : serialization('Unexpected value type in payload');
};

const articles: Readonly<Record<string, string>> = {
  string: 'a String',
  integer: 'an Integer',
  long: 'a Long',
  float: 'a Float',
  double: 'a Double',
  boolean: 'a Boolean',
  timestamp: 'a Timestamp',
  blob: 'a Blob',
};

/** The words of AWS's JSON services for a value of the wrong type. */
const wrongType = (shape: Shape, value: unknown): WireFault => {
  if (Array.isArray(value)) return serialization('Start of list found where not expected');
  if (isRecord(value)) return serialization('Start of structure or map found where not expected.');
  if (value === null) return serialization(`A list of ${shape.name} may not hold null`);
  const token =
    typeof value === 'boolean'
      ? String(value).toUpperCase()
      : typeof value === 'number'
        ? 'NUMBER'
        : 'STRING';
  return serialization(
    `${token}_VALUE can not be converted to ${articles[shape.type] ?? `a ${shape.type}`}`,
  );
};

const readNumber = (shape: Shape, value: unknown): unknown => {
  if (typeof value !== 'number') {
    const special = shape.type === 'float' || shape.type === 'double';
    return special && (value === 'NaN' || value === 'Infinity' || value === '-Infinity')
      ? Number(value)
      : wrongType(shape, value);
  }
  const isWhole = shape.type === 'integer' || shape.type === 'long';
  return isWhole && !Number.isInteger(value) ? wrongType(shape, value) : value;
};

const readTimestamp = (shape: Shape, value: unknown): unknown => {
  const ms =
    typeof value === 'number'
      ? secondsToMs(value)
      : typeof value === 'string'
        ? parseTimestamp(value)
        : undefined;
  return ms ?? wrongType(shape, value);
};

const readList = (element: Shape, list: Shape, value: unknown): unknown => {
  if (!Array.isArray(value)) return wrongType(list, value);
  const values: unknown[] = [];
  for (const one of value) {
    const of = readJson(element, one);
    if (of instanceof WireFault) return of;
    values.push(of);
  }
  return values;
};

const readMap = (of: Shape, map: Shape, value: unknown): unknown => {
  if (!isRecord(value)) return wrongType(map, value);
  const pairs: [string, unknown][] = [];
  for (const [key, one] of Object.entries(value)) {
    const read = readJson(of, one);
    if (read instanceof WireFault) return read;
    pairs.push([key, read]);
  }
  return Object.fromEntries(pairs);
};

/** Reads the members that stand in the body; members that the model has not are passed over, as AWS does. */
export const readJsonMembers = (
  shape: StructureShape,
  value: Readonly<Record<string, unknown>>,
): Record<string, unknown> | WireFault => {
  const read: Record<string, unknown> = {};
  for (const member of shape.members) {
    const name = member.locationName ?? member.name;
    if (member.location !== undefined || !Object.hasOwn(value, name)) continue;
    const one = value[name];
    if (one === null || one === undefined) continue;
    const of = readJson(member.shape, one);
    if (of instanceof WireFault) return of;
    read[member.name] = of;
  }
  return read;
};

const readJson = (shape: Shape, value: unknown): unknown => {
  switch (shape.type) {
    case 'structure':
      return isRecord(value) ? readJsonMembers(shape, value) : wrongType(shape, value);
    case 'list':
      return readList(shape.element, shape, value);
    case 'map':
      return readMap(shape.value, shape, value);
    case 'string':
      return typeof value === 'string' ? value : wrongType(shape, value);
    case 'integer':
    case 'long':
    case 'float':
    case 'double':
      return readNumber(shape, value);
    case 'boolean':
      return typeof value === 'boolean' ? value : wrongType(shape, value);
    case 'timestamp':
      return readTimestamp(shape, value);
    case 'blob':
      return (
        (typeof value === 'string' ? decodeBase64(value) : undefined) ?? wrongType(shape, value)
      );
  }
};

const unanswerable = (shape: Shape, value: unknown): TypeError =>
  new TypeError(
    `an operation answered ${typeof value} where its output has the ${shape.type} ${shape.name}`,
  );

const writeTimestamp = (
  shape: Shape,
  value: unknown,
  place: TimestampFormat | undefined,
): unknown => {
  if (typeof value !== 'number') throw unanswerable(shape, value);
  const format = formatOfTimestamp(shape, place, 'unixTimestamp');
  return format === 'unixTimestamp' ? value / 1_000 : timestampText(value, format);
};

const writeMember = (member: Member, value: unknown): unknown =>
  member.shape.type === 'timestamp'
    ? writeTimestamp(member.shape, value, member.timestampFormat)
    : writeJson(member.shape, value);

/** An output's members as the JSON that goes over the wire. */
export const writeJsonMembers = (
  shape: StructureShape,
  value: Readonly<Record<string, unknown>>,
): Record<string, unknown> => {
  const written: Record<string, unknown> = {};
  for (const member of shape.members) {
    const of = value[member.name];
    if (member.location !== undefined || of === undefined || of === null) continue;
    written[member.locationName ?? member.name] = writeMember(member, of);
  }
  return written;
};

const writeNumber = (shape: Shape, value: unknown): unknown => {
  if (typeof value !== 'number') throw unanswerable(shape, value);
  return Number.isFinite(value) ? value : String(value);
};

const writeJson = (shape: Shape, value: unknown): unknown => {
  switch (shape.type) {
    case 'structure':
      if (!isRecord(value)) throw unanswerable(shape, value);
      return writeJsonMembers(shape, value);
    case 'list':
      if (!Array.isArray(value)) throw unanswerable(shape, value);
      return value.map((one) => writeJson(shape.element, one));
    case 'map':
      if (!isRecord(value)) throw unanswerable(shape, value);
      return Object.fromEntries(
        Object.entries(value).map(([key, one]) => [key, writeJson(shape.value, one)]),
      );
    case 'string':
      if (typeof value !== 'string') throw unanswerable(shape, value);
      return value;
    case 'integer':
    case 'long':
    case 'float':
    case 'double':
      return writeNumber(shape, value);
    case 'boolean':
      if (typeof value !== 'boolean') throw unanswerable(shape, value);
      return value;
    case 'timestamp':
      return writeTimestamp(shape, value, undefined);
    case 'blob':
      if (!(value instanceof Uint8Array)) throw unanswerable(shape, value);
      return Buffer.from(value).toString('base64');
  }
};
