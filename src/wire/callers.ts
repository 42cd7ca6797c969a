import type { Caller } from '../aws/caller.ts';
import { rootCaller } from '../aws/caller.ts';
import { accountOf, queryParameter, type CredentialScope } from './credential-scope.ts';
import { WireFault } from './fault.ts';
import type { ProtocolName } from './model.ts';
import { headerOf, type WireRequest } from './protocols/codec.ts';

/** Who signed a request, and with which secret if that is known. */
export interface KeyHolder {
  readonly caller: Caller;
  readonly secret?: string;
}

/** What a temporary access key with its session token comes to. */
export type IdentifyTemporary = (
  accessKeyId: string,
  sessionToken: string | undefined,
) => Promise<
  | { readonly kind: 'known'; readonly caller: Caller; readonly secretAccessKey: string }
  | { readonly kind: 'expired' }
  | { readonly kind: 'unknown' }
>;

/** A key that nobody knows: EC2 says AuthFailure, the others what "Common errors" has. */
export const unknownKey = (protocol: ProtocolName): WireFault => {
  const tokenInvalid = 'The security token included in the request is invalid.';
  switch (protocol) {
    case 'ec2':
      return new WireFault(
        'AuthFailure',
        'AWS was not able to validate the provided access credentials',
        401,
      );
    case 'query':
    case 'rest-xml':
      return new WireFault('InvalidClientTokenId', tokenInvalid, 403);
    case 'json':
    case 'rest-json':
    case 'smithy-rpc-v2-cbor':
      return new WireFault('UnrecognizedClientException', tokenInvalid, 403);
  }
};

/** Credentials whose time is over, as the SDKs know it of each protocol ("Common errors"; EC2 "Error codes"). */
const expiredKey = (protocol: ProtocolName): WireFault => {
  const message = 'The security token included in the request is expired';
  switch (protocol) {
    case 'ec2':
      return new WireFault('RequestExpired', 'Request has expired.', 400);
    case 'query':
    case 'rest-xml':
      return new WireFault('ExpiredToken', message, 403);
    case 'json':
    case 'rest-json':
    case 'smithy-rpc-v2-cbor':
      return new WireFault('ExpiredTokenException', message, 400);
  }
};

/** What a server knows of who calls. */
export interface CallerSource {
  /** Of keys that are no account id. */
  readonly defaultAccount: string;
  /** Without it temporary keys are like others. */
  readonly identify: IdentifyTemporary | undefined;
}

/** Temporary access keys begin so ("Unique identifiers", IAM User Guide). */
const temporaryPrefix = 'ASIA';

/**
 * Who signed a request: whoever the temporary credentials were issued to, and for any other key the root user of the account
 * that it stands for. Temporary keys are looked up whether or not signatures are verified.
 */
export const identifyCaller = async (
  request: WireRequest,
  scope: CredentialScope,
  protocol: ProtocolName,
  { defaultAccount, identify }: CallerSource,
): Promise<KeyHolder | WireFault> => {
  if (identify === undefined || !scope.accessKeyId.startsWith(temporaryPrefix)) {
    return { caller: rootCaller(accountOf(scope.accessKeyId, defaultAccount)) };
  }
  const token = scope.presigned
    ? queryParameter(request.query, 'X-Amz-Security-Token')
    : headerOf(request, 'x-amz-security-token');
  const found = await identify(scope.accessKeyId, token);
  switch (found.kind) {
    case 'known':
      return { caller: found.caller, secret: found.secretAccessKey };
    case 'expired':
      return expiredKey(protocol);
    case 'unknown':
      return unknownKey(protocol);
  }
};
