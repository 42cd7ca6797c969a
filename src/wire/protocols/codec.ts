import type { DomainError } from '../../world/domain-error.ts';
import type { WireFault } from '../fault.ts';
import type { OperationModel, ProtocolName, ServiceModel } from '../model.ts';

/** An HTTP request as a codec sees it: whole, bounded, and past the safety checks. */
export interface WireRequest {
  readonly method: string;
  /** The path as sent, without the query. */
  readonly path: string;
  /** The query as sent, without the question mark; empty when there is none. */
  readonly query: string;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  readonly body: Buffer;
}

/** The operation that a request asks for and its input, checked against the model. */
interface ParsedCall {
  readonly operation: OperationModel;
  /** Members named as in the SDKs; timestamps are milliseconds since 1970, blobs are Uint8Array. */
  readonly input: Readonly<Record<string, unknown>>;
}

/** An HTTP answer. */
export interface WireResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | Uint8Array;
}

/** An operation's output, named as in the SDKs. */
export type Output = Readonly<Record<string, unknown>>;

/** One wire protocol. Codecs keep no state of a request; plans that they compile are kept by shape. */
export interface Codec {
  /** Answers the call, or the fault that the service would answer at this place. Never throws for what a client sent. */
  parse(model: ServiceModel, request: WireRequest): ParsedCall | WireFault;
  serialise(operation: OperationModel, output: Output, requestId: string): WireResponse;
  /** `model` is undefined when no service could be made out. */
  serialiseError(
    model: ServiceModel | undefined,
    error: DomainError,
    requestId: string,
  ): WireResponse;
}

/** Reads one header; of a repeated one the first. */
export const headerOf = (request: WireRequest, name: string): string | undefined => {
  const value = request.headers[name];
  return typeof value === 'string' || value === undefined ? value : value[0];
};

/**
 * The protocol of a request whose service is not known or not built, by what it looks like and, where it looks like nothing, by
 * what its service speaks: so that the client that sent it can read the answer.
 */
export const guessProtocol = (request: WireRequest, spoken?: ProtocolName): ProtocolName => {
  if (headerOf(request, 'smithy-protocol') === 'rpc-v2-cbor') return 'smithy-rpc-v2-cbor';
  const contentType = headerOf(request, 'content-type') ?? '';
  if (
    headerOf(request, 'x-amz-target') !== undefined ||
    contentType.startsWith('application/x-amz-json')
  ) {
    return 'json';
  }
  if (spoken !== undefined) return spoken;
  return contentType.startsWith('application/json') ? 'rest-json' : 'query';
};

/**
 * Which of a service's protocols a request speaks. Newer clients send CBOR (`smithy-protocol: rpc-v2-cbor`)
 * where older ones of the same service send json (`x-amz-target`) or query.
 */
export const protocolOf = (model: ServiceModel, request: WireRequest): ProtocolName => {
  const offered = model.metadata.protocols ?? [model.metadata.protocol];
  if (offered.length === 1) return model.metadata.protocol;
  if (headerOf(request, 'smithy-protocol') === 'rpc-v2-cbor') return 'smithy-rpc-v2-cbor';
  if (headerOf(request, 'x-amz-target') !== undefined) return 'json';
  return offered.includes('query') ? 'query' : model.metadata.protocol;
};
