/**
 * Names inside Faultline are written as in zone files: lower case, a final dot, and `\DDD` (decimal) for bytes
 * that would be mistaken. Route 53's API writes them otherwise: `\OOO` (octal), and for more bytes ("DNS domain
 * name format", Amazon Route 53 Developer Guide). This file turns one into the other.
 */

const isPlain = (byte: number): boolean =>
  byte > 0x20 && byte < 0x7f && byte !== 0x2e && byte !== 0x5c && byte !== 0x22;

/** How each byte of a label is written inside Faultline, letters in lower case. */
export const labelCharacters: readonly string[] = Array.from({ length: 256 }, (_, byte) => {
  if (byte >= 0x41 && byte <= 0x5a) return String.fromCharCode(byte + 32);
  return isPlain(byte) ? String.fromCharCode(byte) : `\\${String(byte).padStart(3, '0')}`;
});

/** Why a text is no domain name, in Route 53's words. */
export class BadName {
  readonly reason: string;

  constructor(reason: string) {
    this.reason = reason;
  }
}

const problem = (code: string, message: string, text: string): BadName =>
  new BadName(`FATAL problem: ${code} (${message}) encountered with '${text}'`);

interface ReadLabel {
  readonly label: string;
  readonly bytes: number;
}

const readLabel = (text: string): ReadLabel | BadName => {
  let label = '';
  let bytes = 0;
  for (let position = 0; position < text.length; position += 1) {
    let byte = text.charCodeAt(position);
    if (byte === 0x5c) {
      const digits = /^[0-3][0-7]{2}/.exec(text.slice(position + 1, position + 4))?.[0];
      if (digits === undefined) {
        return problem('InvalidEscapeSequence', 'Invalid escape sequence', text);
      }
      byte = Number.parseInt(digits, 8);
      position += 3;
    } else if (byte <= 0x20 || byte >= 0x7f) {
      return problem('UnsupportedCharacter', 'Value contains unsupported characters', text);
    }
    label += labelCharacters[byte] ?? '';
    bytes += 1;
  }
  return { label, bytes };
};

/** Reads a name as Route 53's API takes it, with or without a final dot and in any case. */
export const parseName = (text: string): string | BadName => {
  if (text === '.') return '.';
  const trimmed = text.endsWith('.') ? text.slice(0, -1) : text;
  if (trimmed === '') return problem('DomainNameEmpty', 'Domain name is empty', text);
  let name = '';
  let wireBytes = 1;
  for (const part of trimmed.split('.')) {
    const read = readLabel(part);
    if (read instanceof BadName) return read;
    if (read.bytes === 0) return problem('DomainLabelEmpty', 'Domain label is empty', text);
    if (read.bytes > 63) return problem('DomainLabelTooLong', 'Domain label is too long', part);
    name += `${read.label}.`;
    wireBytes += read.bytes + 1;
  }
  return wireBytes > 255 ? problem('DomainNameTooLong', 'Domain name is too long', text) : name;
};

/** Writes a name as Route 53's API gives it: all but letters, digits, hyphens and underscores as octal codes. */
export const apiName = (name: string): string =>
  name.replaceAll(
    /\\([0-9]{3})|[^a-z0-9._-]/g,
    (character: string, decimal: string | undefined) => {
      const byte = decimal === undefined ? character.charCodeAt(0) : Number.parseInt(decimal, 10);
      return `\\${byte.toString(8).padStart(3, '0')}`;
    },
  );

/** The labels of a name, leftmost first; none for the root. */
const labelsOf = (name: string): readonly string[] =>
  name.split('.').filter((label) => label !== '');

/** The name without its leftmost label; the root for a name of one label. */
export const parentOf = (name: string): string => {
  const dot = name.indexOf('.');
  return dot < 0 || dot === name.length - 1 ? '.' : name.slice(dot + 1);
};

/** Whether a name is the zone's own or lies below it. */
export const isWithin = (name: string, zone: string): boolean =>
  name === zone || zone === '.' || name.endsWith(`.${zone}`);

/**
 * What Route 53 sorts names by: the API's form with the labels reversed and a final dot, in ASCII order
 * (ListResourceRecordSets, "Sort order").
 */
export const sortKey = (name: string): string =>
  name === '.' ? '.' : `${labelsOf(apiName(name)).toReversed().join('.')}.`;
