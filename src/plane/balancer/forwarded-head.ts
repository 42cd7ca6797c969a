import {
  connectionOptions,
  endToEndFields,
  fieldValue,
  formatFields,
  type HeaderField,
  type RequestHead,
} from './http-head.ts';
import type { LoadBalancerAttributes } from '../../aws/elbv2/node-attributes.ts';

/** What a load balancer knows of a request besides its head. */
export interface RequestOrigin {
  readonly clientAddress: string;
  readonly clientPort: number;
  /** The listener's port on AWS's side. */
  readonly listenerPort: number;
  readonly attributes: LoadBalancerAttributes;
  /** World time, milliseconds since 1970. */
  readonly now: number;
}

/** "HTTP 463: the load balancer received an X-Forwarded-For header with more than 30 IP addresses." */
const mostForwardedAddresses = 30;

/** Longer than this a trace header is written anew (User Guide, "Request tracing"). */
const longestTraceHeader = 7 * 1024;

const randomHex = (digits: number): string => {
  let text = '';
  while (text.length < digits) {
    text += Math.floor(Math.random() * 2 ** 48)
      .toString(16)
      .padStart(12, '0');
  }
  return text.slice(0, digits);
};

const traceField = (now: number): string =>
  `1-${Math.floor(now / 1000)
    .toString(16)
    .padStart(8, '0')}-${randomHex(24)}`;

/**
 * The X-Amzn-Trace-Id that goes to the target (User Guide, "Request tracing for your Application Load
 * Balancer"): a new Root when there is none; beside a Root that came, a Self of our own.
 */
export const traceHeader = (incoming: string | undefined, now: number): string => {
  if (incoming === undefined || incoming === '' || incoming.length > longestTraceHeader) {
    return `Root=${traceField(now)}`;
  }
  const kept = incoming
    .split(';')
    .map((part) => part.trim())
    .filter((part) => part !== '' && !part.startsWith('Self='));
  if (kept.some((part) => part.startsWith('Root='))) {
    return [`Self=${traceField(now)}`, ...kept].join(';');
  }
  return [`Root=${traceField(now)}`, ...kept].join(';');
};

/**
 * The Host that goes to the target. Unless the load balancer preserves it, a listener on another port than 80
 * appends its port where there is none, and one on port 80 takes a port off (User Guide, "Host header
 * preservation").
 */
export const forwardedHost = (host: string, listenerPort: number, preserve: boolean): string => {
  if (preserve || host === '') return host;
  const port = /:\d+$/.exec(host);
  if (listenerPort === 80 || listenerPort === 443) {
    return port === null ? host : host.slice(0, port.index);
  }
  return port === null ? `${host}:${listenerPort}` : host;
};

const forwardedFor = (incoming: string | undefined, origin: RequestOrigin): string | undefined => {
  const { xffMode, xffClientPort } = origin.attributes;
  if (xffMode === 'remove') return undefined;
  if (xffMode === 'preserve') return incoming;
  const client = xffClientPort
    ? `${origin.clientAddress}:${origin.clientPort}`
    : origin.clientAddress;
  return incoming === undefined || incoming === '' ? client : `${incoming}, ${client}`;
};

const isForwarding = (key: string): boolean =>
  key === 'x-forwarded-for' ||
  key === 'x-forwarded-port' ||
  key === 'x-forwarded-proto' ||
  key === 'x-amzn-trace-id' ||
  key === 'host';

/** Names that AWS keeps with `drop_invalid_header_fields` on: letters, digits and hyphens. */
const validName = /^[-A-Za-z0-9]+$/;

const isKept = (field: HeaderField, attributes: LoadBalancerAttributes): boolean =>
  !isForwarding(field.key) && (!attributes.dropInvalidHeaderFields || validName.test(field.name));

/** Whether the request asks to change the protocol, as a WebSocket does. */
export const asksForUpgrade = (head: RequestHead): string | undefined =>
  connectionOptions(head.fields).has('upgrade') ? fieldValue(head.fields, 'upgrade') : undefined;

/** The head that goes to the target, with its empty line, or the code to refuse the request with. */
export const forwardedHead = (
  head: RequestHead,
  origin: RequestOrigin,
): string | { readonly statusCode: 463 } => {
  const { fields } = head;
  const incomingFor = fieldValue(fields, 'x-forwarded-for');
  if (incomingFor !== undefined && incomingFor.split(',').length > mostForwardedAddresses) {
    return { statusCode: 463 };
  }
  const addresses = forwardedFor(incomingFor, origin);
  const { attributes, listenerPort } = origin;
  let text = `${head.method} ${head.target} HTTP/1.1\r\n`;
  if (addresses !== undefined) text += `X-Forwarded-For: ${addresses}\r\n`;
  text += `X-Forwarded-Proto: http\r\nX-Forwarded-Port: ${listenerPort}\r\n`;
  const host = fieldValue(fields, 'host') ?? '';
  text += `Host: ${forwardedHost(host, listenerPort, attributes.preserveHostHeader)}\r\n`;
  text += `X-Amzn-Trace-Id: ${traceHeader(fieldValue(fields, 'x-amzn-trace-id'), origin.now)}\r\n`;
  const kept = endToEndFields(fields, connectionOptions(fields));
  text += formatFields(kept.filter((field) => isKept(field, attributes)));
  const upgrade = asksForUpgrade(head);
  if (upgrade !== undefined) text += `Connection: upgrade\r\nUpgrade: ${upgrade}\r\n`;
  return `${text}\r\n`;
};
