import type { RequestHead } from './http-head.ts';
import { fieldValue } from './http-head.ts';
import type { NodeAction } from '../../aws/elbv2/desired-nodes.ts';

/** The words of the load balancer's own answers, as AWS's nodes send them. */
const titles: Readonly<Record<number, string>> = {
  301: 'Moved Permanently',
  302: 'Found',
  400: 'Bad Request',
  405: 'Not Allowed',
  408: 'Request Time-out',
  414: 'Request-URI Too Large',
  463: '',
  500: 'Internal Server Error',
  501: 'Not Implemented',
  502: 'Bad Gateway',
  503: 'Service Temporarily Unavailable',
  504: 'Gateway Time-out',
  505: 'HTTP Version Not Supported',
};

/** Reason phrases of the codes that a fixed response may have beside those above (RFC 9110). */
const reasons: Readonly<Record<number, string>> = {
  200: 'OK',
  201: 'Created',
  202: 'Accepted',
  204: 'No Content',
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'Not Found',
  409: 'Conflict',
  410: 'Gone',
  429: 'Too Many Requests',
};

/** An answer that the load balancer gives by itself. */
export interface OwnAnswer {
  readonly statusCode: number;
  readonly contentType: string;
  readonly body: string;
  readonly location?: string;
}

/** The page for an error of the load balancer's own. */
export const errorAnswer = (statusCode: number): OwnAnswer => {
  const title = `${statusCode} ${titles[statusCode] ?? ''}`.trim();
  return {
    statusCode,
    contentType: 'text/html',
    body:
      `<html>\r\n<head><title>${title}</title></head>\r\n<body>\r\n` +
      `<center><h1>${title}</h1></center>\r\n</body>\r\n</html>\r\n`,
  };
};

const fillIn = (template: string, parts: Readonly<Record<string, string>>): string =>
  template.replaceAll(/#\{(host|path|port|protocol|query)\}/g, (_, name: string) => {
    return parts[name] ?? '';
  });

/** Where a redirect action sends a request; `#{host}`, `#{path}`, ... stand for what the request had. */
const redirectLocation = (
  action: Extract<NodeAction, { type: 'redirect' }>,
  head: RequestHead,
  listenerPort: number,
): string => {
  const url = head.target.startsWith('http://')
    ? head.target.replace(/^http:\/\/[^/?]*/, '')
    : head.target;
  const mark = url.indexOf('?');
  const host = (fieldValue(head.fields, 'host') ?? '').replace(/:\d+$/, '');
  const parts = {
    host,
    path: (mark === -1 ? url : url.slice(0, mark)).replace(/^\//, ''),
    port: String(listenerPort),
    protocol: 'http',
    query: mark === -1 ? '' : url.slice(mark + 1),
  };
  const query = fillIn(action.query, parts);
  const protocol = fillIn(action.protocol, parts).toLowerCase();
  const authority = `${fillIn(action.host, parts)}:${fillIn(action.port, parts)}`;
  return `${protocol}://${authority}${fillIn(action.path, parts)}${query === '' ? '' : `?${query}`}`;
};

/** The answer of a listener whose action needs no target. */
export const actionAnswer = (
  action: Exclude<NodeAction, { type: 'forward' }>,
  head: RequestHead,
  listenerPort: number,
): OwnAnswer =>
  action.type === 'fixed-response'
    ? { statusCode: action.statusCode, contentType: action.contentType, body: action.body }
    : {
        ...errorAnswer(action.statusCode),
        location: redirectLocation(action, head, listenerPort),
      };

/** The answer's bytes. `now` is world time; `withBody` is false for HEAD. */
export const formatOwnAnswer = (
  answer: OwnAnswer,
  now: number,
  keepAlive: boolean,
  withBody: boolean,
): Buffer => {
  const { statusCode } = answer;
  const reason = titles[statusCode] ?? reasons[statusCode] ?? '';
  const hasBody = statusCode !== 204;
  let head = `HTTP/1.1 ${statusCode} ${reason}\r\nServer: awselb/2.0\r\n`;
  head += `Date: ${new Date(now).toUTCString()}\r\n`;
  if (hasBody) {
    head += `Content-Type: ${answer.contentType}\r\nContent-Length: ${Buffer.byteLength(answer.body)}\r\n`;
  }
  if (answer.location !== undefined) head += `Location: ${answer.location}\r\n`;
  head += `Connection: ${keepAlive ? 'keep-alive' : 'close'}\r\n\r\n`;
  return Buffer.from(withBody && hasBody ? head + answer.body : head, 'utf8');
};
