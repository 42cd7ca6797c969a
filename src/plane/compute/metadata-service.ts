import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { DomainError } from '../../world/domain-error.ts';
import { metadataVersions, readMetadata } from './instance-metadata.ts';
import type { InstanceMetadata } from './instance-metadata.ts';

// Not an import: that would load all of node:http, its WebSocket client too, and cost a tenth of a start.
const { createServer } = process.getBuiltinModule('node:http');

/** The metadata service of one instance, listening. */
export interface MetadataService {
  /** What `AWS_EC2_METADATA_SERVICE_ENDPOINT` is set to, for example `http://127.20.169.254:40123`. */
  readonly endpoint: string;
  close(): Promise<void>;
}

/** What a metadata service is made of. */
export interface MetadataServiceOptions {
  /** The loopback address to listen on; the port is a free one. */
  readonly address: string;
  /**
   * Asked at each request, so that a change of tags or options is seen at once, as on EC2. Undefined once EC2 has
   * forgotten the instance.
   */
  readonly describe: () => InstanceMetadata | undefined;
  readonly userData: Uint8Array | undefined;
}

/** Bounds of a session token's life in seconds. Source: EC2 User Guide, "Use the Instance Metadata Service". */
const tokenLifeSeconds = { least: 1, most: 21_600 };

const reasons: Readonly<Record<number, string>> = {
  400: 'Bad Request',
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'Not Found',
  405: 'Method Not Allowed',
};

const errorPage = (status: number): string => `<?xml version="1.0" encoding="iso-8859-1"?>
<!DOCTYPE html PUBLIC "-//W3C//DTD XHTML 1.0 Transitional//EN"
\t"http://www.w3.org/TR/xhtml1/DTD/xhtml1-transitional.dtd">
<html xmlns="http://www.w3.org/1999/xhtml" xml:lang="en" lang="en">
 <head>
  <title>${status} - ${reasons[status] ?? 'Error'}</title>
 </head>
 <body>
  <h1>${status} - ${reasons[status] ?? 'Error'}</h1>
 </body>
</html>
`;

/**
 * Session tokens that need no memory: the moment of expiry, signed with a key that dies with the listener. Their life is
 * real time, not world time, since the program that caches one counts its own seconds.
 */
class SessionTokens {
  readonly #key = randomBytes(32);

  issue(lifeSeconds: number): string {
    const expiry = Buffer.alloc(8);
    expiry.writeDoubleBE(performance.now() + lifeSeconds * 1000);
    return Buffer.concat([expiry, this.#sign(expiry)]).toString('base64');
  }

  /** The seconds that a token still has; undefined when it is not ours or has expired. */
  secondsLeft(token: string): number | undefined {
    const bytes = Buffer.from(token, 'base64');
    if (bytes.length !== 40) return undefined;
    const expiry = bytes.subarray(0, 8);
    if (!timingSafeEqual(bytes.subarray(8), this.#sign(expiry))) return undefined;
    const left = expiry.readDoubleBE() - performance.now();
    return left > 0 ? Math.ceil(left / 1000) : undefined;
  }

  #sign(expiry: Buffer): Buffer {
    return createHmac('sha256', this.#key).update(expiry).digest();
  }
}

interface Answer {
  readonly status: number;
  readonly body: string | Uint8Array;
  readonly type?: string;
  readonly tokenSecondsLeft?: number;
}

const failure = (status: number): Answer => ({
  status,
  body: errorPage(status),
  type: 'text/html',
});

const header = (request: IncomingMessage, name: string): string | undefined => {
  const value = request.headers[name];
  return Array.isArray(value) ? value[0] : value;
};

/**
 * A page in a browser must not read an instance's secrets: nothing of its requests carries an Origin on EC2, and a name that
 * was rebound to a loopback address shows in Host.
 */
const isForeign = (request: IncomingMessage): boolean => {
  if (header(request, 'origin') !== undefined || header(request, 'sec-fetch-site') !== undefined)
    return true;
  const host = (header(request, 'host') ?? '').replace(/:\d+$/, '');
  return !(
    /^127\.\d+\.\d+\.\d+$/.test(host) ||
    ['localhost', '169.254.169.254', 'instance-data'].includes(host)
  );
};

const issueToken = (request: IncomingMessage, tokens: SessionTokens): Answer => {
  // A request that came through a proxy gets no token. Source: AWS Security Blog, "Add defense in depth ... IMDSv2".
  if (header(request, 'x-forwarded-for') !== undefined) return failure(403);
  const asked = header(request, 'x-aws-ec2-metadata-token-ttl-seconds') ?? '';
  const lifeSeconds = /^\d{1,6}$/.test(asked) ? Number(asked) : 0;
  if (lifeSeconds < tokenLifeSeconds.least || lifeSeconds > tokenLifeSeconds.most)
    return failure(400);
  return { status: 200, body: tokens.issue(lifeSeconds), tokenSecondsLeft: lifeSeconds };
};

const pathOf = (request: IncomingMessage): string | undefined => {
  const path = (request.url ?? '/').replace(/[?#].*$/s, '').replaceAll(/\/{2,}/g, '/');
  try {
    return decodeURIComponent(path);
  } catch (problem) {
    if (problem instanceof URIError) return undefined;
    throw problem;
  }
};

const answerGet = (
  request: IncomingMessage,
  path: string,
  metadata: InstanceMetadata,
  userData: Uint8Array | undefined,
  tokens: SessionTokens,
): Answer => {
  const token = header(request, 'x-aws-ec2-metadata-token');
  const tokenSecondsLeft = token === undefined ? undefined : tokens.secondsLeft(token);
  if (
    token === undefined
      ? metadata.options.httpTokens === 'required'
      : tokenSecondsLeft === undefined
  ) {
    return failure(401);
  }
  const [version, category, ...rest] = path.split('/').filter((segment) => segment !== '');
  if (category === 'user-data' && rest.length === 0 && metadataVersions.includes(version ?? '')) {
    return userData === undefined
      ? failure(404)
      : { status: 200, body: userData, type: 'application/octet-stream', tokenSecondsLeft };
  }
  const body = readMetadata(metadata, path, userData !== undefined);
  return body === undefined ? failure(404) : { status: 200, body, tokenSecondsLeft };
};

const answer = (
  request: IncomingMessage,
  options: MetadataServiceOptions,
  tokens: SessionTokens,
): Answer => {
  const metadata = options.describe();
  if (metadata === undefined) return failure(404);
  if (metadata.options.httpEndpoint === 'disabled' || isForeign(request)) return failure(403);
  const path = pathOf(request);
  if (path === undefined) return failure(400);
  switch (request.method) {
    case 'PUT':
      return /^\/[^/]+\/api\/token\/?$/.test(path) ? issueToken(request, tokens) : failure(405);
    case 'GET':
    case 'HEAD':
      return answerGet(request, path, metadata, options.userData, tokens);
    default:
      return failure(405);
  }
};

const hasBody = (request: IncomingMessage): boolean =>
  request.headers['transfer-encoding'] !== undefined ||
  (request.headers['content-length'] ?? '0') !== '0';

const send = (
  request: IncomingMessage,
  response: ServerResponse,
  { status, body, type, tokenSecondsLeft }: Answer,
): void => {
  const bytes = typeof body === 'string' ? Buffer.from(body) : body;
  response.writeHead(status, {
    'Content-Type': type ?? 'text/plain',
    'Content-Length': bytes.length,
    Server: 'EC2ws',
    ...(tokenSecondsLeft === undefined
      ? {}
      : { 'X-Aws-Ec2-Metadata-Token-Ttl-Seconds': tokenSecondsLeft }),
    // What comes with a request is never read, so a connection that sent a body cannot be used again.
    ...(hasBody(request) ? { Connection: 'close' } : {}),
  });
  response.end(request.method === 'HEAD' ? undefined : bytes);
};

const listen = (server: Server, address: string): Promise<number | DomainError> =>
  new Promise((resolve) => {
    server.once('error', (problem) => {
      resolve(
        new DomainError(
          'InternalError',
          `The metadata service cannot listen on ${address}: ${problem.message}.`,
        ),
      );
    });
    server.listen({ host: address, port: 0 }, () => {
      const bound = server.address();
      resolve(typeof bound === 'object' && bound !== null ? bound.port : 0);
    });
  });

/**
 * Starts the metadata service of one instance: version 2 with session tokens, and version 1 while the instance's
 * options allow it. An address that cannot be bound is a DomainError.
 *
 * Differs from EC2: it has an address and port of its own (169.254.169.254 cannot be bound), which AWS's clients find by
 * `AWS_EC2_METADATA_SERVICE_ENDPOINT`; there is no hop limit on a loopback interface; the identity document has no
 * signatures, since nobody here holds AWS's keys.
 */
export const startMetadataService = async (
  options: MetadataServiceOptions,
): Promise<MetadataService | DomainError> => {
  const tokens = new SessionTokens();
  const server = createServer(
    {
      maxHeaderSize: 8192,
      headersTimeout: 10_000,
      requestTimeout: 10_000,
      keepAliveTimeout: 5000,
      noDelay: true,
    },
    (request, response) => {
      send(request, response, answer(request, options, tokens));
    },
  );
  server.maxConnections = 128;
  const port = await listen(server, options.address);
  if (port instanceof DomainError) return port;
  return {
    endpoint: `http://${options.address}:${port}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
};
