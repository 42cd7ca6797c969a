import type {
  ListShape,
  MapShape,
  Member,
  Shape,
  StructureShape,
  TimestampFormat,
} from '../shape.ts';
import { formatOfTimestamp } from './text-value.ts';
import { timestampText } from './timestamp.ts';

/** Where XML protocols differ in writing. */
export interface XmlDialect {
  /** Name of a list's elements when the model gives none. */
  readonly elementName: string;
  /** Whether an empty list of a structure has no element at all; others have one without content. */
  readonly leavesOutEmpty?: (list: ListShape, owner: StructureShape) => boolean;
}

/** Writes a structure's members, without an element around them. */
export type XmlWriter = (value: Readonly<Record<string, unknown>>) => string;

type Writer = (value: unknown) => string;

// Control characters cannot stand in XML 1.0 at all, not even escaped; a carriage return must be escaped or
// the reader takes it for a line feed.
// oxlint-disable-next-line no-control-regex
const special = /[&<>"\u0000-\u0008\u000b-\u001f\ufffe\uffff]/;
// oxlint-disable-next-line no-control-regex
const specials = /[&<>"\u0000-\u0008\u000b-\u001f\ufffe\uffff]/g;

const escapes: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  '\r': '&#xD;',
};

/** A text as XML content. What XML 1.0 cannot carry becomes U+FFFD. */
export const escapeXml = (text: string): string => {
  const safe = special.test(text)
    ? text.replaceAll(specials, (found) => escapes[found] ?? '\ufffd')
    : text;
  return safe.isWellFormed() ? safe : safe.toWellFormed();
};

const numberText = (value: number): string => {
  if (Number.isFinite(value)) return String(value);
  if (Number.isNaN(value)) return 'NaN';
  return value > 0 ? 'Infinity' : '-Infinity';
};

const wrongType = (shape: Shape, value: unknown): TypeError =>
  new TypeError(
    `an operation answered ${typeof value} where its output has the ${shape.type} ${shape.name}`,
  );

const plain = (shape: Shape, place: TimestampFormat | undefined): Writer => {
  switch (shape.type) {
    case 'string':
      return (value) => {
        if (typeof value !== 'string') throw wrongType(shape, value);
        return escapeXml(value);
      };
    case 'integer':
    case 'long':
    case 'float':
    case 'double':
      return (value) => {
        if (typeof value !== 'number') throw wrongType(shape, value);
        return numberText(value);
      };
    case 'boolean':
      return (value) => {
        if (typeof value !== 'boolean') throw wrongType(shape, value);
        return value ? 'true' : 'false';
      };
    case 'timestamp': {
      const format = formatOfTimestamp(shape, place, 'iso8601');
      return (value) => {
        if (typeof value !== 'number') throw wrongType(shape, value);
        return timestampText(value, format);
      };
    }
    case 'blob':
      return (value) => {
        if (!(value instanceof Uint8Array)) throw wrongType(shape, value);
        return Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString('base64');
      };
    case 'structure':
    case 'list':
    case 'map':
      throw new Error(`${shape.name} is not a plain shape`);
  }
};

interface MemberWriter {
  readonly name: string;
  readonly write: Writer;
}

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const writeMembers = (
  members: readonly MemberWriter[],
  value: Readonly<Record<string, unknown>>,
): string => {
  let text = '';
  for (const { name, write } of members) {
    const of = value[name];
    if (of !== undefined && of !== null) text += write(of);
  }
  return text;
};

/** Compiles and keeps the writers of one dialect. A shape may contain itself, so elements are compiled at their first use. */
class XmlCompiler {
  readonly dialect: XmlDialect;
  readonly structures = new Map<StructureShape, readonly MemberWriter[]>();

  constructor(dialect: XmlDialect) {
    this.dialect = dialect;
  }

  plan(shape: StructureShape): readonly MemberWriter[] {
    const known = this.structures.get(shape);
    if (known !== undefined) return known;
    const members: MemberWriter[] = [];
    this.structures.set(shape, members);
    for (const member of shape.members) {
      if (member.location === undefined) {
        members.push({ name: member.name, write: this.memberWriter(member, shape) });
      }
    }
    return members;
  }

  memberWriter(member: Member, owner: StructureShape): Writer {
    const name = member.locationName ?? member.name;
    const { shape } = member;
    if (shape.type === 'list' && (shape.flattened || member.flattened)) {
      return this.list(shape, shape.elementName ?? name);
    }
    if (shape.type === 'map' && (shape.flattened || member.flattened)) return this.map(shape, name);
    const write = this.element(name, shape, member.timestampFormat);
    return shape.type === 'list' && this.dialect.leavesOutEmpty?.(shape, owner) === true
      ? (value) => (Array.isArray(value) && value.length === 0 ? '' : write(value))
      : write;
  }

  /** Writes a whole element of the given name. */
  element(name: string, shape: Shape, place: TimestampFormat | undefined): Writer {
    const open = `<${name}>`;
    const close = `</${name}>`;
    const write = this.content(shape, place);
    return (value) => open + write(value) + close;
  }

  content(shape: Shape, place: TimestampFormat | undefined): Writer {
    switch (shape.type) {
      case 'structure': {
        const members = this.plan(shape);
        return (value) => {
          if (!isRecord(value)) throw wrongType(shape, value);
          return writeMembers(members, value);
        };
      }
      case 'list':
        return this.list(shape, shape.elementName ?? this.dialect.elementName);
      case 'map':
        return this.map(shape, 'entry');
      case 'string':
      case 'integer':
      case 'long':
      case 'float':
      case 'double':
      case 'boolean':
      case 'timestamp':
      case 'blob':
        return plain(shape, place);
    }
  }

  list(shape: ListShape, name: string): Writer {
    let write: Writer | undefined;
    return (value) => {
      if (!Array.isArray(value)) throw wrongType(shape, value);
      write ??= this.element(name, shape.element, undefined);
      let text = '';
      for (const one of value) text += write(one);
      return text;
    };
  }

  map(shape: MapShape, name: string): Writer {
    let writeKey: Writer | undefined;
    let writeValue: Writer | undefined;
    return (value) => {
      if (!isRecord(value)) throw wrongType(shape, value);
      writeKey ??= this.element(shape.keyName ?? 'key', shape.key, undefined);
      writeValue ??= this.element(shape.valueName ?? 'value', shape.value, undefined);
      let text = '';
      for (const [key, of] of Object.entries(value)) {
        text += `<${name}>${writeKey(key)}${writeValue(of)}</${name}>`;
      }
      return text;
    };
  }
}

/** Makes the writers of one dialect; each structure is compiled once and kept. */
export const xmlWriters = (dialect: XmlDialect): ((shape: StructureShape) => XmlWriter) => {
  const compiler = new XmlCompiler(dialect);
  return (shape) => {
    const members = compiler.plan(shape);
    return (value) => writeMembers(members, value);
  };
};
