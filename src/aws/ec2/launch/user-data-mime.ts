import { DomainError } from '../../../world/domain-error.ts';
import { malformed } from './user-data-problem.ts';

/** A part of MIME multi-part user data, decoded; `type` is in lower case and without parameters. */
export interface MimePart {
  readonly type: string;
  readonly content: Uint8Array;
}

interface Header {
  readonly value: string;
  readonly parameters: ReadonlyMap<string, string>;
}

// Each character stands for one byte, so that a binary part survives the splitting of lines.
const toBinaryString = (bytes: Uint8Array): string => {
  const pieces: string[] = [];
  for (let start = 0; start < bytes.length; start += 8192) {
    pieces.push(String.fromCharCode(...bytes.subarray(start, start + 8192)));
  }
  return pieces.join('');
};

const fromBinaryString = (text: string): Uint8Array =>
  Uint8Array.from(text, (character) => character.charCodeAt(0));

/** Whether data begins with the header lines of a MIME message. */
export const looksLikeMime = (bytes: Uint8Array): boolean => {
  const start = toBinaryString(bytes.subarray(0, 4096)).toLowerCase();
  return /^(?:[a-z-]+:[^\n]*\n(?:[ \t][^\n]*\n)*)*?(?:mime-version|content-type):/.test(start);
};

const parseHeader = (text: string): Header => {
  const [value = '', ...rest] = text.split(';');
  const parameters = new Map<string, string>();
  for (const parameter of rest) {
    const match = /^\s*(?<name>[^=\s]+)\s*=\s*(?:"(?<quoted>[^"]*)"|(?<bare>.*?))\s*$/.exec(
      parameter,
    )?.groups;
    if (match === undefined) continue;
    parameters.set((match['name'] ?? '').toLowerCase(), match['quoted'] ?? match['bare'] ?? '');
  }
  return { value: value.trim().toLowerCase(), parameters };
};

/** Splits a message into its headers (names in lower case, folded lines joined) and its body. */
const splitHeaders = (message: string): { headers: ReadonlyMap<string, Header>; body: string } => {
  const end = /\r?\n\r?\n|^\r?\n/.exec(message);
  const head = end === null ? message : message.slice(0, end.index);
  const body = end === null ? '' : message.slice(end.index + end[0].length);
  const headers = new Map<string, Header>();
  for (const line of head.replaceAll(/\r?\n[ \t]+/g, ' ').split(/\r?\n/)) {
    const colon = line.indexOf(':');
    if (colon > 0)
      headers.set(line.slice(0, colon).trim().toLowerCase(), parseHeader(line.slice(colon + 1)));
  }
  return { headers, body };
};

const decodeQuotedPrintable = (text: string): string =>
  text
    .replaceAll(/[ \t]+(?=\r?\n|$)/g, '')
    .replaceAll(/=\r?\n/g, '')
    .replaceAll(/=(?<hex>[0-9A-Fa-f]{2})/g, (_, hex: string) =>
      String.fromCharCode(Number.parseInt(hex, 16)),
    );

const decodeBody = (body: string, encoding: string): Uint8Array | DomainError => {
  switch (encoding) {
    case '':
    case '7bit':
    case '8bit':
    case 'binary':
      return fromBinaryString(body);
    case 'quoted-printable':
      return fromBinaryString(decodeQuotedPrintable(body));
    case 'base64': {
      const text = body.replaceAll(/\s/g, '');
      if (!/^[A-Za-z0-9+/]*={0,2}$/.test(text) || text.replaceAll('=', '').length % 4 === 1) {
        return malformed('a MIME part says it is base64 and is not.');
      }
      return fromBinaryString(atob(text));
    }
    default:
      return malformed(`the MIME transfer encoding "${encoding}" does not exist.`);
  }
};

/** The bodies between the boundary's lines (RFC 2046, section 5.1): the line break before a boundary belongs to it. */
const splitBodies = (body: string, boundary: string): readonly string[] | DomainError => {
  const escaped = boundary.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`);
  const delimiter = new RegExp(
    String.raw`(?:^|\r?\n)--${escaped}(?<last>--)?[ \t]*(?=\r?\n|$)`,
    'g',
  );
  const bodies: string[] = [];
  let from: number | undefined;
  for (const match of body.matchAll(delimiter)) {
    if (from !== undefined) bodies.push(body.slice(from, match.index).replace(/^\r?\n/, ''));
    if (match.groups?.['last'] !== undefined) return bodies;
    from = match.index + match[0].length;
  }
  if (from === undefined) return malformed(`its MIME boundary "${boundary}" never appears.`);
  // Without its last line the last part goes on to the end, as for Python's reader of mail, which cloud-init has.
  bodies.push(body.slice(from).replace(/^\r?\n/, ''));
  return bodies;
};

/**
 * Splits MIME user data into its parts, in order; a message that is not multi-part is its own single part, and
 * multi-part inside multi-part is opened (8 levels at most).
 */
export const splitMime = (bytes: Uint8Array): readonly MimePart[] | DomainError =>
  splitMessage(toBinaryString(bytes), 0);

const splitMessage = (message: string, depth: number): readonly MimePart[] | DomainError => {
  const { headers, body } = splitHeaders(message);
  const contentType = headers.get('content-type') ?? { value: 'text/plain', parameters: new Map() };
  if (!contentType.value.startsWith('multipart/')) {
    const content = decodeBody(body, headers.get('content-transfer-encoding')?.value ?? '');
    return content instanceof DomainError ? content : [{ type: contentType.value, content }];
  }
  if (depth >= 8) return malformed('its MIME parts are nested more than 8 deep.');
  const boundary = contentType.parameters.get('boundary');
  if (boundary === undefined || boundary === '')
    return malformed('its multi-part Content-Type names no boundary.');
  const bodies = splitBodies(body, boundary);
  if (bodies instanceof DomainError) return bodies;
  const parts: MimePart[] = [];
  for (const part of bodies) {
    const split = splitMessage(part, depth + 1);
    if (split instanceof DomainError) return split;
    parts.push(...split);
  }
  return parts;
};
