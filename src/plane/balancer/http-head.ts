/** One header field as it came. */
export interface HeaderField {
  readonly name: string;
  /** The name in lower case. */
  readonly key: string;
  readonly value: string;
}

export interface RequestHead {
  readonly method: string;
  readonly target: string;
  /** 0 or 1: HTTP/1.0 or HTTP/1.1. */
  readonly minorVersion: number;
  readonly fields: readonly HeaderField[];
}

export interface ResponseHead {
  readonly statusCode: number;
  readonly reason: string;
  readonly minorVersion: number;
  readonly fields: readonly HeaderField[];
}

/** A head that cannot be taken; `statusCode` is what the load balancer answers. */
export interface HeadError {
  readonly statusCode: 400 | 405 | 414 | 501 | 505;
  readonly why: string;
}

/** Limits of an Application Load Balancer in bytes (User Guide, "Quotas" and "HTTP 400"). */
export const limits = {
  requestLine: 16 * 1024,
  headerField: 16 * 1024,
  requestHead: 64 * 1024,
  responseHead: 32 * 1024,
} as const;

const token = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;
// Printable, without spaces: what a request target may hold. Bytes above 127 are passed on as they came.
const requestTarget = /^[\x21-\x7e\x80-\xff]+$/;
// A field value holds no control characters but the tab.
// oxlint-disable-next-line no-control-regex -- that is what it looks for.
const control = /[\x00-\x08\x0a-\x1f\x7f]/;

const parseFields = (text: string, from: number): readonly HeaderField[] | undefined => {
  const fields: HeaderField[] = [];
  let start = from;
  while (start < text.length) {
    let end = text.indexOf('\r\n', start);
    if (end === -1) end = text.length;
    const colon = text.indexOf(':', start);
    if (colon === -1 || colon > end) return undefined;
    if (end - start > limits.headerField) return undefined;
    const name = text.slice(start, colon);
    const value = text.slice(colon + 1, end).trim();
    // A name that begins with a space would be a folded line, which AWS refuses too.
    if (!token.test(name) || control.test(value)) return undefined;
    fields.push({ name, key: name.toLowerCase(), value });
    start = end + 2;
  }
  return fields;
};

const badRequest = (why: string): HeadError => ({ statusCode: 400, why });

/**
 * Reads a request's head, `text` being everything before the empty line, one character a byte. It is strict:
 * what two servers could read in two ways is refused, so that no request can be smuggled.
 */
export const parseRequestHead = (text: string): RequestHead | HeadError => {
  let lineEnd = text.indexOf('\r\n');
  if (lineEnd === -1) lineEnd = text.length;
  if (lineEnd > limits.requestLine) {
    return { statusCode: 414, why: 'the request line is too long' };
  }
  const line = text.slice(0, lineEnd);
  const methodEnd = line.indexOf(' ');
  const targetEnd = line.lastIndexOf(' ');
  const version = line.slice(targetEnd + 1);
  if (methodEnd <= 0 || targetEnd <= methodEnd) return badRequest('the request line is malformed');
  if (version !== 'HTTP/1.1' && version !== 'HTTP/1.0') {
    return /^HTTP\/\d\.\d$/.test(version)
      ? { statusCode: 505, why: `the version ${version} is not supported` }
      : badRequest('the request line is malformed');
  }
  const method = line.slice(0, methodEnd);
  const target = line.slice(methodEnd + 1, targetEnd);
  if (!token.test(method) || !requestTarget.test(target)) {
    return badRequest('the request line is malformed');
  }
  if (method === 'CONNECT') return badRequest('CONNECT is not supported');
  if (method === 'TRACE') return { statusCode: 405, why: 'TRACE is not supported' };
  const fields = parseFields(text, lineEnd + 2);
  if (fields === undefined) return badRequest('a header field is malformed');
  const minorVersion = version === 'HTTP/1.1' ? 1 : 0;
  const hosts = fields.filter((field) => field.key === 'host').length;
  if (hosts > 1 || (minorVersion === 1 && hosts === 0)) {
    return badRequest('a request has one Host');
  }
  return { method, target, minorVersion, fields };
};

/**
 * A request with a Host. One of HTTP/1.0 may come without: "the load balancer generates a host header ... the host header
 * contains the DNS name of the load balancer" ("How Elastic Load Balancing works", User Guide). An empty one says as little.
 */
export const withHost = (head: RequestHead, dnsName: string): RequestHead => {
  if ((fieldValue(head.fields, 'host') ?? '') !== '') return head;
  const others = head.fields.filter(({ key }) => key !== 'host');
  return { ...head, fields: [{ key: 'host', name: 'Host', value: dnsName }, ...others] };
};

/** Reads a response's head; undefined when it is malformed. */
export const parseResponseHead = (text: string): ResponseHead | undefined => {
  let lineEnd = text.indexOf('\r\n');
  if (lineEnd === -1) lineEnd = text.length;
  const match = /^HTTP\/1\.([01]) (\d{3})(?: (.*))?$/.exec(text.slice(0, lineEnd));
  if (match === null) return undefined;
  const statusCode = Number(match[2]);
  const fields = parseFields(text, lineEnd + 2);
  if (fields === undefined || statusCode < 100) return undefined;
  return { statusCode, reason: match[3] ?? '', minorVersion: Number(match[1]), fields };
};

/** Where a message's body ends. */
export type BodyFraming =
  | { readonly kind: 'none' }
  | { readonly kind: 'length'; readonly length: number }
  | { readonly kind: 'chunked' }
  /** A response only: it ends with the connection. */
  | { readonly kind: 'until-close' };

type Declared = BodyFraming | 'absent' | 'unsupported' | 'malformed';

/** What Content-Length and Transfer-Encoding say together (RFC 9112, section 6). */
const declaredFraming = (fields: readonly HeaderField[]): Declared => {
  let length: string | undefined;
  let encoding: string | undefined;
  for (const field of fields) {
    if (field.key === 'content-length') {
      if (length !== undefined && length !== field.value) return 'malformed';
      length = field.value;
    } else if (field.key === 'transfer-encoding') {
      encoding = encoding === undefined ? field.value : `${encoding}, ${field.value}`;
    }
  }
  const coding = encoding?.toLowerCase();
  if (coding !== undefined && coding !== 'identity') {
    // Both at once is how requests are smuggled.
    if (length !== undefined) return 'malformed';
    return coding === 'chunked' ? { kind: 'chunked' } : 'unsupported';
  }
  if (length === undefined) return 'absent';
  if (!/^\d{1,15}$/.test(length)) return 'malformed';
  return { kind: 'length', length: Number(length) };
};

/** Where a request's body ends, or why it cannot be taken. */
export const requestFraming = (head: RequestHead): BodyFraming | HeadError => {
  const declared = declaredFraming(head.fields);
  if (declared === 'malformed') return badRequest('Content-Length is malformed');
  // "HTTP 501: the load balancer received a Transfer-Encoding header with an unsupported value."
  if (declared === 'unsupported') return { statusCode: 501, why: 'unsupported Transfer-Encoding' };
  if (declared === 'absent') return { kind: 'none' };
  if (declared.kind === 'chunked' && head.minorVersion === 0) {
    return badRequest('HTTP/1.0 has no chunks');
  }
  return declared;
};

/** Where the body of a response to `method` ends; undefined when the head is malformed. */
export const responseFraming = (head: ResponseHead, method: string): BodyFraming | undefined => {
  const declared = declaredFraming(head.fields);
  if (declared === 'malformed' || declared === 'unsupported') return undefined;
  if (method === 'HEAD' || head.statusCode < 200) return { kind: 'none' };
  if (head.statusCode === 204 || head.statusCode === 304) return { kind: 'none' };
  return declared === 'absent' ? { kind: 'until-close' } : declared;
};

const hopByHop = new Set([
  'connection',
  'keep-alive',
  'proxy-authenticate',
  'proxy-authorization',
  'proxy-connection',
  'te',
  'upgrade',
]);

/** The options of the Connection fields, in lower case. */
export const connectionOptions = (fields: readonly HeaderField[]): ReadonlySet<string> => {
  const options = new Set<string>();
  for (const field of fields) {
    if (field.key !== 'connection') continue;
    for (const option of field.value.split(',')) options.add(option.trim().toLowerCase());
  }
  return options;
};

/** The fields that go on to the other side: without those of this hop alone (RFC 9110, section 7.6.1). */
export const endToEndFields = (
  fields: readonly HeaderField[],
  options: ReadonlySet<string>,
): readonly HeaderField[] =>
  fields.filter(
    (field) =>
      !hopByHop.has(field.key) &&
      (options.size === 0 ||
        !options.has(field.key) ||
        field.key === 'host' ||
        field.key === 'content-length' ||
        field.key === 'transfer-encoding'),
  );

/** The value of a field, several of one name joined as one list. */
export const fieldValue = (fields: readonly HeaderField[], key: string): string | undefined => {
  let value: string | undefined;
  for (const field of fields) {
    if (field.key === key) value = value === undefined ? field.value : `${value}, ${field.value}`;
  }
  return value;
};

/** Writes fields as lines, each with its end. */
export const formatFields = (fields: readonly HeaderField[]): string => {
  let text = '';
  for (const field of fields) text += `${field.name}: ${field.value}\r\n`;
  return text;
};

/** Whether the sender of this head keeps the connection open after the message. */
export const keepsAlive = (minorVersion: number, options: ReadonlySet<string>): boolean =>
  minorVersion === 1 ? !options.has('close') : options.has('keep-alive');
