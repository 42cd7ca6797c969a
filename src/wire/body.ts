import type { IncomingMessage, ServerResponse } from 'node:http';
import { WireFault } from './fault.ts';
import type { WireLimits } from './limits.ts';
import { headerOf } from './protocols/codec.ts';
import type { WireRequest } from './protocols/codec.ts';

const empty = Buffer.alloc(0);

const tooLarge = (mostBytes: number): WireFault =>
  new WireFault('RequestEntityTooLarge', `The body is longer than ${mostBytes} bytes`, 413);

/**
 * Reads a request's body. Answers a fault as soon as the body is, or says it will be, longer than the bound;
 * undefined when the client went away. A client that waits for `100 Continue` gets it here.
 */
export const readBody = (
  request: IncomingMessage,
  response: ServerResponse,
  mostBytes: number,
): Promise<Buffer | WireFault | undefined> => {
  const { 'content-length': announced, 'transfer-encoding': encoding, expect } = request.headers;
  if (announced !== undefined && Number(announced) > mostBytes)
    return Promise.resolve(tooLarge(mostBytes));
  if (encoding === undefined && (announced === undefined || announced === '0'))
    return Promise.resolve(empty);
  if (expect?.toLowerCase() === '100-continue') response.writeContinue();
  return new Promise((resolve) => {
    const chunks: Buffer[] = [];
    let length = 0;
    const onData = (chunk: Buffer): void => {
      length += chunk.length;
      if (length <= mostBytes) {
        chunks.push(chunk);
        return;
      }
      request.off('data', onData);
      chunks.length = 0;
      resolve(tooLarge(mostBytes));
    };
    request.on('data', onData);
    request.once('end', () => {
      const [first = empty] = chunks;
      resolve(chunks.length <= 1 ? first : Buffer.concat(chunks, length));
    });
    // A reset or a slow client ends here without an 'end'; after one, this changes nothing.
    request.once('close', () => resolve(undefined));
    request.once('error', () => resolve(undefined));
  });
};

/** How much of a refused body is read to nowhere: enough that a client that writes before it reads sees the answer. */
const mostDrainedBytes = 64 * 1_024 * 1_024;

/** Reads the rest of a refused request to nowhere, within a bound; beyond it the connection is dropped. */
export const drain = (request: IncomingMessage): void => {
  let drained = 0;
  request.on('data', (chunk: Buffer) => {
    drained += chunk.length;
    if (drained > mostDrainedBytes) request.socket.destroy();
  });
  request.on('error', () => request.socket.destroy());
  request.resume();
};

/** What zlib says of bytes that are no gzip, and of those that unfold beyond the bound. */
const isGzipProblem = (error: unknown): error is Error & { readonly code: string } =>
  error instanceof Error &&
  'code' in error &&
  typeof error.code === 'string' &&
  (error.code.startsWith('Z_') || error.code === 'ERR_BUFFER_TOO_LARGE');

/**
 * A request with its body as it was before the client compressed it: SDKs send metric data with `content-encoding: gzip`.
 * A body that unfolds beyond the bound on bodies is refused as one that is sent so.
 * Source: Smithy, "requestCompression trait".
 */
export const inflated = (request: WireRequest, limits: WireLimits): WireRequest | WireFault => {
  if (headerOf(request, 'content-encoding') !== 'gzip') return request;
  // Not an import: few requests are compressed, and none needs it at the start.
  const { gunzipSync } = process.getBuiltinModule('node:zlib');
  try {
    return { ...request, body: gunzipSync(request.body, { maxOutputLength: limits.bodyBytes }) };
  } catch (error) {
    if (!isGzipProblem(error)) throw error;
    return error.code === 'ERR_BUFFER_TOO_LARGE'
      ? tooLarge(limits.bodyBytes)
      : new WireFault('SerializationException', 'The body is not gzip', 400);
  }
};
