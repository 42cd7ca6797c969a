import { WireFault } from '../fault.ts';
import type { Shape, StructureShape } from '../shape.ts';
import { CborMoment, CborProblem, CborWriter, readCbor } from './cbor.ts';

const serialization = (message: string): WireFault =>
  new WireFault('SerializationException', message, 400);

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' &&
  value !== null &&
  !Array.isArray(value) &&
  !(value instanceof Uint8Array) &&
  !(value instanceof CborMoment);

const wrongType = (shape: Shape): WireFault =>
  serialization(`A value of ${shape.name} is not a CBOR value of the type ${shape.type}`);

/** Reads a body as a CBOR map within bounds; an empty body is an empty map. */
export const parseCborObject = (body: Buffer): Readonly<Record<string, unknown>> | WireFault => {
  if (body.length === 0) return {};
  const value = readCbor(body);
  if (value instanceof CborProblem) return serialization(`The body is not CBOR: ${value.message}`);
  return isRecord(value) ? value : serialization('The body is not a CBOR map');
};

/** Reads the members that stand in the body; members that the model has not are passed over, as AWS does. */
export const readCborMembers = (
  shape: StructureShape,
  value: Readonly<Record<string, unknown>>,
): Record<string, unknown> | WireFault => {
  const read: Record<string, unknown> = {};
  for (const member of shape.members) {
    if (!Object.hasOwn(value, member.name)) continue;
    const one = value[member.name];
    if (one === null || one === undefined) continue;
    const of = readOne(member.shape, one);
    if (of instanceof WireFault) return of;
    read[member.name] = of;
  }
  return read;
};

const readList = (element: Shape, value: readonly unknown[]): unknown => {
  const values: unknown[] = [];
  for (const one of value) {
    const of = readOne(element, one);
    if (of instanceof WireFault) return of;
    values.push(of);
  }
  return values;
};

const readMap = (of: Shape, value: Readonly<Record<string, unknown>>): unknown => {
  const pairs: [string, unknown][] = [];
  for (const [key, one] of Object.entries(value)) {
    const read = readOne(of, one);
    if (read instanceof WireFault) return read;
    pairs.push([key, read]);
  }
  return Object.fromEntries(pairs);
};

const readOne = (shape: Shape, value: unknown): unknown => {
  switch (shape.type) {
    case 'structure':
      return isRecord(value) ? readCborMembers(shape, value) : wrongType(shape);
    case 'list':
      return Array.isArray(value) ? readList(shape.element, value) : wrongType(shape);
    case 'map':
      return isRecord(value) ? readMap(shape.value, value) : wrongType(shape);
    case 'string':
      return typeof value === 'string' ? value : wrongType(shape);
    case 'integer':
    case 'long':
      return Number.isInteger(value) ? value : wrongType(shape);
    case 'float':
    case 'double':
      return typeof value === 'number' ? value : wrongType(shape);
    case 'boolean':
      return typeof value === 'boolean' ? value : wrongType(shape);
    case 'timestamp':
      return value instanceof CborMoment ? Math.round(value.seconds * 1_000) : wrongType(shape);
    case 'blob':
      return value instanceof Uint8Array ? value : wrongType(shape);
  }
};

const unanswerable = (shape: Shape, value: unknown): TypeError =>
  new TypeError(
    `an operation answered ${typeof value} where its output has the ${shape.type} ${shape.name}`,
  );

const writeMembers = (
  writer: CborWriter,
  shape: StructureShape,
  value: Readonly<Record<string, unknown>>,
  first: Readonly<Record<string, string>> = {},
): void => {
  const given = shape.members.filter(
    ({ name }) => value[name] !== undefined && value[name] !== null && !Object.hasOwn(first, name),
  );
  const before = Object.entries(first);
  writer.map(before.length + given.length);
  for (const [name, text] of before) {
    writer.text(name);
    writer.text(text);
  }
  for (const member of given) {
    writer.text(member.name);
    writeOne(writer, member.shape, value[member.name]);
  }
};

const writeNumber = (writer: CborWriter, shape: Shape, value: number): void => {
  if (shape.type === 'integer' || shape.type === 'long') writer.integer(value);
  else if (shape.type === 'timestamp') writer.moment(value);
  else writer.double(value);
};

const writeOne = (writer: CborWriter, shape: Shape, value: unknown): void => {
  switch (shape.type) {
    case 'structure':
      if (!isRecord(value)) throw unanswerable(shape, value);
      return writeMembers(writer, shape, value);
    case 'list':
      if (!Array.isArray(value)) throw unanswerable(shape, value);
      writer.list(value.length);
      for (const one of value) writeOne(writer, shape.element, one);
      return;
    case 'map': {
      if (!isRecord(value)) throw unanswerable(shape, value);
      const pairs = Object.entries(value);
      writer.map(pairs.length);
      for (const [key, one] of pairs) {
        writer.text(key);
        writeOne(writer, shape.value, one);
      }
      return;
    }
    case 'string':
      if (typeof value !== 'string') throw unanswerable(shape, value);
      return writer.text(value);
    case 'integer':
    case 'long':
    case 'float':
    case 'double':
    case 'timestamp':
      if (typeof value !== 'number') throw unanswerable(shape, value);
      return writeNumber(writer, shape, value);
    case 'boolean':
      if (typeof value !== 'boolean') throw unanswerable(shape, value);
      return writer.boolean(value);
    case 'blob':
      if (!(value instanceof Uint8Array)) throw unanswerable(shape, value);
      return writer.bytes(value);
  }
};

/** A structure's members as CBOR, after texts that the model does not have; `undefined` has no members of its own. */
export const cborOf = (
  shape: StructureShape | undefined,
  value: Readonly<Record<string, unknown>>,
  first: Readonly<Record<string, string>> = {},
): Buffer => {
  const writer = new CborWriter();
  const none: StructureShape = {
    type: 'structure',
    name: 'Empty',
    members: [],
    payload: undefined,
    xmlNamespace: undefined,
  };
  writeMembers(writer, shape ?? none, value, first);
  return writer.written();
};
