import type { IncomingMessage, ServerResponse } from 'node:http';
import { rootCaller, type Caller } from '../aws/caller.ts';
import { refusalWords } from '../aws/refusals.ts';
import { isDomainError, type DomainError } from '../world/domain-error.ts';
import { apiFailureOf, type ApiFailure } from './api-failure.ts';
import { readAwsHost, type AwsHost } from './aws-host.ts';
import { keptServicesOf, type AwsService } from './aws-operations.ts';
import { readBody } from './body.ts';
import { identifyCaller, type CallerSource, type KeyHolder } from './callers.ts';
import type { Claim } from './claim.ts';
import { accountOf, type CredentialScope } from './credential-scope.ts';
import { WireFault } from './fault.ts';
import { findOperation } from './find-operation.ts';
import type { ProtocolName } from './model.ts';
import { guessProtocol, headerOf, type Codec, type WireRequest } from './protocols/codec.ts';
import { errorCodecOf } from './protocols/codecs.ts';
import { mayNameInBody } from './unsigned.ts';

/** A call of a service that is not ours, before it is passed on to the endpoint that has it. */
export interface CallBehind {
  /** Name in the credential scope: `sqs`. */
  readonly service: string;
  /** Undefined where AWS's list does not have what the request asks for. */
  readonly operation: string | undefined;
  readonly region: string;
  readonly account: string;
  readonly accessKeyId: string;
  readonly protocol: ProtocolName;
  /** Signed for several Regions at once (SigV4a). */
  readonly isOfRegionSet: boolean;
  /** Path and query as they were sent. */
  readonly target: string;
  readonly host: string;
  /** What the Host says, where it is one of AWS's. */
  readonly awsHost: AwsHost | undefined;
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  /** The whole body, where it had to be read already. */
  readonly body: Buffer | undefined;
}

/** How a call that was passed on ended: it was answered (or nobody waits any more), or it is to be answered so. */
export type EndBehind = 'passed' | 'silence' | ApiFailure | DomainError;

/** Services that are not ours, and somebody who passes their calls on. */
export interface ServicesBehind {
  has(service: string): boolean;
  pass(call: CallBehind): Promise<EndBehind>;
}

/** One request for a service behind, with what the server knows of it. */
export interface RequestBehind {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  /** The request without its body. */
  readonly head: WireRequest;
  readonly claim: Claim;
  /** Longest body that is read whole, in bytes; one that only passes has no bound. */
  readonly bodyBytes: number;
  readonly callers: CallerSource;
  /** Verifies the signature over a request, where that is asked for; with `isWhole` false its body has yet to come. */
  readonly verify?: (
    request: WireRequest,
    holder: KeyHolder,
    protocol: ProtocolName,
    isWhole: boolean,
  ) => Promise<WireFault | undefined>;
}

/** How the request ended, or what it is to be refused with and how its client reads that. */
export type RefusedBehind =
  | 'passed'
  | 'silence'
  | { readonly error: DomainError; readonly codec: Codec };

/** Query services name the operation in a form; where paths do, a form is somebody's data. */
const isInBody = (candidates: readonly AwsService[], head: WireRequest): boolean =>
  mayNameInBody(head) &&
  headerOf(head, 'x-amz-target') === undefined &&
  !candidates.some(({ protocol }) => protocol.startsWith('rest-'));

/** A signature covers the body: by its digest in a header, where the client sends that, else by the body itself. */
const mustBeWhole = ({ head, verify, claim }: RequestBehind): boolean =>
  verify !== undefined &&
  claim.scope.unsigned !== true &&
  headerOf(head, 'x-amz-content-sha256') === undefined;

/** Temporary keys that the endpoint behind has issued are known to it alone: they pass, for the default account. */
const holderOf = async (
  { head, callers }: RequestBehind,
  scope: CredentialScope,
  protocol: ProtocolName,
): Promise<KeyHolder | WireFault> => {
  const holder = await identifyCaller(head, scope, protocol, callers);
  if (!(holder instanceof WireFault) || holder.code === refusalWords(protocol).expiredKey.code) {
    return holder;
  }
  const caller: Caller = rootCaller(accountOf(scope.accessKeyId, callers.defaultAccount));
  return { caller };
};

const bodyOf = async (
  candidates: readonly AwsService[],
  asked: RequestBehind,
): Promise<Buffer | WireFault | 'streamed' | undefined> => {
  if (asked.claim.body !== undefined) return asked.claim.body;
  if (!isInBody(candidates, asked.head) && !mustBeWhole(asked)) return 'streamed';
  return await readBody(asked.request, asked.response, asked.bodyBytes);
};

/**
 * Finds out what a request for a service behind asks for and passes it on. Its body is read here only where the operation is
 * named in it or a signature is to be verified over it; else it passes as it comes.
 */
export const passBehind = async (
  behind: ServicesBehind,
  asked: RequestBehind,
): Promise<RefusedBehind> => {
  const { request, response, head, claim } = asked;
  const { scope } = claim;
  const candidates = await keptServicesOf(scope.service);
  const body = await bodyOf(candidates, asked);
  if (body === undefined) return 'passed';
  const isWhole = Buffer.isBuffer(body);
  const whole = isWhole ? { ...head, body } : head;
  const found = findOperation(candidates, whole);
  const service = found?.service ?? candidates[0];
  const protocol = guessProtocol(head, service?.protocol);
  const codec = errorCodecOf(scope.service, protocol);
  if (body instanceof WireFault) return { error: body, codec };
  const holder = await holderOf(asked, scope, protocol);
  if (holder instanceof WireFault) return { error: holder, codec };
  const fault = await asked.verify?.(whole, holder, protocol, isWhole);
  if (fault !== undefined) return { error: fault, codec };
  const end = await behind.pass({
    service: scope.service,
    operation: found?.operation,
    region: scope.region,
    account: holder.caller.account,
    accessKeyId: scope.accessKeyId,
    protocol,
    isOfRegionSet: scope.regionSet !== undefined,
    target: head.query === '' ? head.path : `${head.path}?${head.query}`,
    host: headerOf(head, 'host') ?? '',
    awsHost: readAwsHost(headerOf(head, 'host')),
    request,
    response,
    body: isWhole ? body : undefined,
  });
  if (end === 'passed' || end === 'silence') return end;
  return { error: isDomainError(end) ? end : apiFailureOf(end, service, protocol), codec };
};
