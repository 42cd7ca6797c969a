import type { IncomingMessage, ServerResponse } from 'node:http';
import { readBody } from './body.ts';
import {
  missingToken,
  queryParameter,
  readCredentialScope,
  type CredentialScope,
} from './credential-scope.ts';
import { WireFault } from './fault.ts';
import { headerOf, type WireRequest } from './protocols/codec.ts';

/** What a request claims to be before anybody looks into it: its scope, and its body where that had to be read for it. */
export interface Claim {
  readonly scope: CredentialScope;
  readonly body?: Buffer;
}

/** Longest form that is read of whoever has not signed it: a SAML response of 100,000 characters, each of them escaped. */
const unsignedBytes = 512 * 1_024;

/** The key of an Authorization header of signature version 2, which S3 still takes: `AWS KEY:SIGNATURE`. */
const oldS3Key = (authorization: string | undefined): string | undefined =>
  /^AWS ([^\s:]+):/.exec(authorization ?? '')?.[1];

/**
 * Reads who signed a request, for which service and Region. Of one that nobody signed it finds out whether AWS takes it so,
 * and reads its form for that. With `takesS3` somebody has S3, so that what looks like nothing else is one of its requests:
 * objects that everybody may read, and its signatures of old. Undefined when the client went away meanwhile.
 */
export const readClaim = async (
  head: WireRequest,
  { request, response }: { readonly request: IncomingMessage; readonly response: ServerResponse },
  takesS3: boolean,
): Promise<Claim | WireFault | undefined> => {
  const authorization = headerOf(head, 'authorization');
  const old = takesS3 ? oldS3Key(authorization) : undefined;
  if (old !== undefined) {
    const { s3Scope } = await import('./unsigned.ts');
    return { scope: s3Scope(head, old) };
  }
  const signed = readCredentialScope({
    authorization,
    query: head.query,
    regionSet: headerOf(head, 'x-amz-region-set'),
    host: headerOf(head, 'host'),
  });
  if (signed !== undefined) return signed instanceof WireFault ? signed : { scope: signed };
  // Loaded on the first use: most clients sign everything.
  const { isS3Alike, mayNameInBody, s3Scope, unsignedScope } = await import('./unsigned.ts');
  const scopeOf = (whole: WireRequest): CredentialScope | undefined =>
    unsignedScope(whole) ??
    (takesS3 && isS3Alike(whole)
      ? s3Scope(head, queryParameter(head.query, 'AWSAccessKeyId') ?? '')
      : undefined);
  if (!mayNameInBody(head)) {
    const scope = scopeOf(head);
    return scope === undefined ? missingToken() : { scope };
  }
  const body = await readBody(request, response, unsignedBytes);
  if (body === undefined) return undefined;
  const scope = body instanceof WireFault ? undefined : scopeOf({ ...head, body });
  return scope === undefined || body instanceof WireFault ? missingToken() : { scope, body };
};
