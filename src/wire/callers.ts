import type { Caller } from '../aws/caller.ts';
import { rootCaller } from '../aws/caller.ts';
import { refusalWords, type Refusal } from '../aws/refusals.ts';
import { accountOf, queryParameter, type CredentialScope } from './credential-scope.ts';
import { WireFault } from './fault.ts';
import type { ProtocolName } from './model.ts';
import { headerOf, type WireRequest } from './protocols/codec.ts';

/** Who signed a request, and with which secret if that is known. */
export interface KeyHolder {
  readonly caller: Caller;
  readonly secret?: string;
}

/** What an access key of a user, or a temporary one with its session token, comes to. */
export type IdentifyTemporary = (
  accessKeyId: string,
  sessionToken: string | undefined,
) => Promise<
  | { readonly kind: 'known'; readonly caller: Caller; readonly secretAccessKey: string }
  | { readonly kind: 'expired' }
  | { readonly kind: 'unknown' }
  | { readonly kind: 'foreign' }
>;

/** A refusal as the wire answers it. */
const refused = ({ code, message, status }: Refusal): WireFault =>
  new WireFault(code, message, status);

/** A key that nobody knows. */
export const unknownKey = (protocol: ProtocolName): WireFault =>
  refused(refusalWords(protocol).unknownKey);

/** What a server knows of who calls. */
export interface CallerSource {
  /** Of keys that are no account id. */
  readonly defaultAccount: string;
  /** Without it keys that were issued are like others. */
  readonly identify: IdentifyTemporary | undefined;
}

/** Access keys of users and temporary ones begin so ("Unique identifiers", IAM User Guide). */
const issuedPrefixes = ['AKIA', 'ASIA'] as const;

/**
 * Who signed a request: whoever the key was issued to, and for any other key the root user of the account that it stands for.
 * Keys that may have been issued are looked up whether or not signatures are verified.
 */
export const identifyCaller = async (
  request: WireRequest,
  scope: CredentialScope,
  protocol: ProtocolName,
  { defaultAccount, identify }: CallerSource,
): Promise<KeyHolder | WireFault> => {
  const root = (): KeyHolder => ({
    caller: rootCaller(accountOf(scope.accessKeyId, defaultAccount)),
  });
  const { accessKeyId } = scope;
  if (identify === undefined || !issuedPrefixes.some((prefix) => accessKeyId.startsWith(prefix))) {
    return root();
  }
  const token = scope.presigned
    ? queryParameter(request.query, 'X-Amz-Security-Token')
    : headerOf(request, 'x-amz-security-token');
  const found = await identify(scope.accessKeyId, token);
  switch (found.kind) {
    case 'known':
      return { caller: found.caller, secret: found.secretAccessKey };
    case 'expired':
      return refused(refusalWords(protocol).expiredKey);
    case 'foreign':
      return root();
    case 'unknown':
      return unknownKey(protocol);
  }
};
