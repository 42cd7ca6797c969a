import type { IncomingMessage, ServerResponse } from 'node:http';
import { readBody } from './body.ts';
import { missingToken, readCredentialScope, type CredentialScope } from './credential-scope.ts';
import { WireFault } from './fault.ts';
import { headerOf, type WireRequest } from './protocols/codec.ts';

/** What a request claims to be before anybody looks into it: its scope, and its body where that had to be read for it. */
export interface Claim {
  readonly scope: CredentialScope;
  readonly body?: Buffer;
}

/** Longest form that is read of whoever has not signed it: a SAML response of 100,000 characters, each of them escaped. */
const unsignedBytes = 512 * 1_024;

/**
 * Reads who signed a request, for which service and Region. Of one that nobody signed it finds out whether AWS takes it so,
 * and reads its form for that. Undefined when the client went away meanwhile.
 */
export const readClaim = async (
  head: WireRequest,
  { request, response }: { readonly request: IncomingMessage; readonly response: ServerResponse },
): Promise<Claim | WireFault | undefined> => {
  const signed = readCredentialScope({
    authorization: headerOf(head, 'authorization'),
    query: head.query,
    regionSet: headerOf(head, 'x-amz-region-set'),
    host: headerOf(head, 'host'),
  });
  if (signed !== undefined) return signed instanceof WireFault ? signed : { scope: signed };
  // Loaded on the first use: most clients sign everything.
  const { mayNameInBody, unsignedScope } = await import('./unsigned.ts');
  if (!mayNameInBody(head)) {
    const scope = unsignedScope(head);
    return scope === undefined ? missingToken() : { scope };
  }
  const body = await readBody(request, response, unsignedBytes);
  if (body === undefined) return undefined;
  const scope = body instanceof WireFault ? undefined : unsignedScope({ ...head, body });
  return scope === undefined || body instanceof WireFault ? missingToken() : { scope, body };
};
