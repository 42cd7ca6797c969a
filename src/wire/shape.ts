/** A reference to a shape as botocore writes it, with the traits of the place where it stands. */
export interface ShapeReference {
  readonly shape: string;
  readonly location?: 'uri' | 'querystring' | 'header' | 'headers' | 'statusCode';
  readonly locationName?: string;
  readonly queryName?: string;
  readonly flattened?: boolean;
  readonly xmlAttribute?: boolean;
  readonly idempotencyToken?: boolean;
  readonly timestampFormat?: TimestampFormat;
  readonly resultWrapper?: string;
}

/** A shape as botocore writes it. */
export interface ShapeText {
  readonly type: string;
  readonly members?: Readonly<Record<string, ShapeReference>>;
  readonly member?: ShapeReference;
  readonly key?: ShapeReference;
  readonly value?: ShapeReference;
  readonly required?: readonly string[];
  readonly enum?: readonly string[];
  readonly min?: number;
  readonly max?: number;
  readonly pattern?: string;
  readonly flattened?: boolean;
  readonly payload?: string;
  readonly timestampFormat?: TimestampFormat;
  readonly exception?: boolean;
  readonly fault?: boolean;
  readonly error?: { readonly code?: string; readonly httpStatusCode?: number };
  readonly xmlNamespace?: { readonly uri: string };
}

export type TimestampFormat = 'iso8601' | 'unixTimestamp' | 'rfc822';

/** One member of a structure. */
export interface Member {
  readonly name: string;
  readonly shape: Shape;
  readonly required: boolean;
  readonly location: ShapeReference['location'];
  readonly locationName: string | undefined;
  readonly queryName: string | undefined;
  readonly flattened: boolean;
  readonly xmlAttribute: boolean;
  readonly timestampFormat: TimestampFormat | undefined;
}

export interface StructureShape {
  readonly type: 'structure';
  readonly name: string;
  readonly members: readonly Member[];
  /** The member that is the whole body of a rest request or answer. */
  readonly payload: string | undefined;
  readonly xmlNamespace: string | undefined;
}
export interface ListShape {
  readonly type: 'list';
  readonly name: string;
  readonly element: Shape;
  readonly elementName: string | undefined;
  readonly flattened: boolean;
  readonly min: number | undefined;
  readonly max: number | undefined;
}
export interface MapShape {
  readonly type: 'map';
  readonly name: string;
  readonly key: Shape;
  readonly value: Shape;
  readonly keyName: string | undefined;
  readonly valueName: string | undefined;
  readonly flattened: boolean;
  readonly min: number | undefined;
  readonly max: number | undefined;
}
export interface StringShape {
  readonly type: 'string';
  readonly name: string;
  readonly enumeration: ReadonlySet<string> | undefined;
  readonly min: number | undefined;
  readonly max: number | undefined;
  /** The pattern as the model writes it, for messages. */
  readonly pattern: string | undefined;
}
export interface NumberShape {
  readonly type: 'integer' | 'long' | 'float' | 'double';
  readonly name: string;
  readonly min: number | undefined;
  readonly max: number | undefined;
}
interface BooleanShape {
  readonly type: 'boolean';
  readonly name: string;
}
interface TimestampShape {
  readonly type: 'timestamp';
  readonly name: string;
  readonly timestampFormat: TimestampFormat | undefined;
}
interface BlobShape {
  readonly type: 'blob';
  readonly name: string;
  readonly min: number | undefined;
  readonly max: number | undefined;
}

/** A shape whose references are the shapes themselves; a recursive model makes a circle. */
export type Shape =
  | StructureShape
  | ListShape
  | MapShape
  | StringShape
  | NumberShape
  | BooleanShape
  | TimestampShape
  | BlobShape;

/** Makes a property that is computed at its first reading: a model's shapes may refer to each other in circles. */
const lazily = <T extends object, K extends keyof T>(
  target: T,
  key: K,
  compute: () => T[K],
): void => {
  Object.defineProperty(target, key, {
    configurable: true,
    enumerable: true,
    get: () => {
      const value = compute();
      Object.defineProperty(target, key, { value, enumerable: true });
      return value;
    },
  });
};

type Find = (name: string) => Shape;

const resolveStructure = (name: string, text: ShapeText, find: Find): StructureShape => {
  const required = new Set(text.required);
  const members = Object.entries(text.members ?? {}).map(([memberName, reference]) => {
    const member: Omit<Member, 'shape'> = {
      name: memberName,
      required: required.has(memberName),
      location: reference.location,
      locationName: reference.locationName,
      queryName: reference.queryName,
      flattened: reference.flattened === true,
      xmlAttribute: reference.xmlAttribute === true,
      timestampFormat: reference.timestampFormat,
    };
    // `shape` is the one property that the literal above leaves out, and it is defined on the next line.
    const whole = member as Member;
    lazily(whole, 'shape', () => find(reference.shape));
    return whole;
  });
  return {
    type: 'structure',
    name,
    members,
    payload: text.payload,
    xmlNamespace: text.xmlNamespace?.uri,
  };
};

const resolveList = (
  name: string,
  text: ShapeText,
  reference: ShapeReference,
  find: Find,
): ListShape => {
  const list: Omit<ListShape, 'element'> = {
    type: 'list',
    name,
    elementName: reference.locationName,
    flattened: text.flattened === true,
    min: text.min,
    max: text.max,
  };
  // `element` is the one property that the literal above leaves out, and it is defined on the next line.
  const whole = list as ListShape;
  lazily(whole, 'element', () => find(reference.shape));
  return whole;
};

const resolveMap = (
  name: string,
  text: ShapeText,
  key: ShapeReference,
  value: ShapeReference,
  find: Find,
): MapShape => {
  const map: Omit<MapShape, 'key' | 'value'> = {
    type: 'map',
    name,
    keyName: key.locationName,
    valueName: value.locationName,
    flattened: text.flattened === true,
    min: text.min,
    max: text.max,
  };
  // `key` and `value` are the properties that the literal above leaves out, and they are defined below.
  const whole = map as MapShape;
  lazily(whole, 'key', () => find(key.shape));
  lazily(whole, 'value', () => find(value.shape));
  return whole;
};

const resolveShape = (name: string, text: ShapeText, find: Find): Shape => {
  switch (text.type) {
    case 'structure':
      return resolveStructure(name, text, find);
    case 'list':
      if (text.member === undefined) break;
      return resolveList(name, text, text.member, find);
    case 'map':
      if (text.key === undefined || text.value === undefined) break;
      return resolveMap(name, text, text.key, text.value, find);
    case 'string':
    case 'character':
      return {
        type: 'string',
        name,
        enumeration: text.enum === undefined ? undefined : new Set(text.enum),
        min: text.min,
        max: text.max,
        pattern: text.pattern,
      };
    case 'integer':
    case 'long':
    case 'float':
    case 'double':
      return { type: text.type, name, min: text.min, max: text.max };
    case 'boolean':
      return { type: 'boolean', name };
    case 'timestamp':
      return { type: 'timestamp', name, timestampFormat: text.timestampFormat };
    case 'blob':
      return { type: 'blob', name, min: text.min, max: text.max };
    default:
      break;
  }
  throw new Error(`the wire model's shape ${name} of type ${text.type} is not understood`);
};

/** Resolves all shapes of a model; each at its first use, since one operation reaches few of them. */
export const resolveShapes = (
  texts: Readonly<Record<string, ShapeText>>,
): ReadonlyMap<string, Shape> => {
  const known = new Map<string, Shape>();
  const find = (name: string): Shape => {
    const before = known.get(name);
    if (before !== undefined) return before;
    const text = texts[name];
    if (text === undefined) throw new Error(`the wire model has no shape ${name}`);
    const shape = resolveShape(name, text, find);
    known.set(name, shape);
    return shape;
  };
  for (const name of Object.keys(texts)) find(name);
  return known;
};
