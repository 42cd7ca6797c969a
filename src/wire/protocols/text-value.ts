import type { NumberShape, Shape, TimestampFormat } from '../shape.ts';
import { parseTimestamp } from './timestamp.ts';

/** What a text should have been, for messages: "Expecting an integer". */
export type Expected =
  | 'an integer'
  | 'a number'
  | 'true or false'
  | 'a time'
  | 'base64'
  | 'a single value';

const decimal = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/;
const whole = /^[+-]?\d+$/;
const base64 = /^[A-Za-z0-9+/_-]*={0,2}$/;
const whiteSpace = /\s+/g;

const integerText = (type: 'integer' | 'long', text: string): number | undefined => {
  if (!whole.test(text)) return undefined;
  const value = Number(text);
  const bound = type === 'integer' ? 2 ** 31 : 2 ** 63;
  return value >= -bound && value < bound ? value : undefined;
};

const numberText = (shape: NumberShape, text: string): number | undefined => {
  if (shape.type === 'integer' || shape.type === 'long') return integerText(shape.type, text);
  if (text === 'NaN') return Number.NaN;
  if (text === 'Infinity') return Number.POSITIVE_INFINITY;
  if (text === '-Infinity') return Number.NEGATIVE_INFINITY;
  return decimal.test(text) ? Number(text) : undefined;
};

const booleanText = (text: string): boolean | undefined => {
  if (text === 'true' || text === 'True' || text === 'TRUE') return true;
  return text === 'false' || text === 'False' || text === 'FALSE' ? false : undefined;
};

/** Reads base64 strictly (white space is allowed, as MIME writers put it); undefined when it is not base64. */
export const decodeBase64 = (text: string): Uint8Array | undefined => {
  const packed = text.replaceAll(whiteSpace, '');
  return base64.test(packed) ? Buffer.from(packed, 'base64') : undefined;
};

/** Reads a value without parts from text, as query strings, headers and XML carry it; undefined when it is no such value. */
export const valueOfText = (
  shape: Shape,
  text: string,
): string | number | boolean | Uint8Array | undefined => {
  switch (shape.type) {
    case 'string':
      return text;
    case 'integer':
    case 'long':
    case 'float':
    case 'double':
      return numberText(shape, text);
    case 'boolean':
      return booleanText(text);
    case 'timestamp':
      return parseTimestamp(text);
    case 'blob':
      return decodeBase64(text);
    case 'structure':
    case 'list':
    case 'map':
      return undefined;
  }
};

/** What `valueOfText` expected of a text that it did not take. */
export const expectedOf = (shape: Shape): Expected => {
  switch (shape.type) {
    case 'integer':
    case 'long':
      return 'an integer';
    case 'float':
    case 'double':
      return 'a number';
    case 'boolean':
      return 'true or false';
    case 'timestamp':
      return 'a time';
    case 'blob':
      return 'base64';
    case 'string':
    case 'structure':
    case 'list':
    case 'map':
      return 'a single value';
  }
};

/** How a time is written when neither its shape nor its place says it: the protocol's choice. */
export const formatOfTimestamp = (
  shape: Shape,
  place: TimestampFormat | undefined,
  usual: TimestampFormat,
): TimestampFormat =>
  place ?? (shape.type === 'timestamp' ? shape.timestampFormat : undefined) ?? usual;
