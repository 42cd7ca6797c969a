import { WireFault } from './fault.ts';
import { decodeComponent } from './protocols/query-form.ts';

/** Who signed a request, and for which day, Region and service. */
export interface CredentialScope {
  readonly accessKeyId: string;
  /** `YYYYMMDD`. */
  readonly date: string;
  readonly region: string;
  /** The service's name in the scope, for example `elasticloadbalancing`. */
  readonly service: string;
  /** The signature stands in the query instead of the Authorization header. */
  readonly presigned: boolean;
}

const algorithm = 'AWS4-HMAC-SHA256';

/** AWS's words for a request without credentials (IAM, "Common errors"). */
const missing = (): WireFault =>
  new WireFault('MissingAuthenticationToken', 'Request is missing Authentication Token', 403);

const incomplete = (what: string): WireFault => new WireFault('IncompleteSignature', what, 400);

const parseCredential = (credential: string, presigned: boolean): CredentialScope | WireFault => {
  const parts = credential.split('/');
  const [accessKeyId, date, region, service, terminator] = parts;
  if (
    parts.length !== 5 ||
    terminator !== 'aws4_request' ||
    !accessKeyId ||
    date === undefined ||
    !region ||
    !service
  ) {
    return incomplete(
      `Credential must have the form ACCESS-KEY-ID/YYYYMMDD/REGION/SERVICE/aws4_request, not '${credential.slice(0, 200)}'`,
    );
  }
  return { accessKeyId, date, region, service, presigned };
};

const fromHeader = (authorization: string): CredentialScope | WireFault => {
  if (!authorization.startsWith(algorithm)) {
    return incomplete(
      `The Authorization header must begin with ${algorithm}: Faultline reads no other signature`,
    );
  }
  const at = authorization.indexOf('Credential=');
  if (at === -1) return incomplete("Authorization header requires 'Credential' parameter.");
  const from = at + 'Credential='.length;
  const comma = authorization.indexOf(',', from);
  return parseCredential(authorization.slice(from, comma === -1 ? undefined : comma).trim(), false);
};

/** One parameter of a query string, decoded; undefined when it is not there. */
export const queryParameter = (query: string, name: string): string | undefined => {
  for (let at = query.indexOf(name); at !== -1; at = query.indexOf(name, at + 1)) {
    if ((at !== 0 && query[at - 1] !== '&') || query[at + name.length] !== '=') continue;
    const end = query.indexOf('&', at);
    return decodeComponent(query.slice(at + name.length + 1, end === -1 ? undefined : end));
  }
  return undefined;
};

/** Reads the credential scope from the Authorization header, else from a presigned query. */
export const readCredentialScope = (
  authorization: string | undefined,
  query: string,
): CredentialScope | WireFault => {
  if (authorization !== undefined && authorization !== '') return fromHeader(authorization);
  if (query === '') return missing();
  const credential = queryParameter(query, 'X-Amz-Credential');
  return credential === undefined ? missing() : parseCredential(credential, true);
};

const accountDigits = 12;

/** The account that an access key stands for: the key itself when it is an account id of 12 digits, else the default. */
export const accountOf = (accessKeyId: string, defaultAccount: string): string => {
  if (accessKeyId.length !== accountDigits) return defaultAccount;
  for (let at = 0; at < accountDigits; at += 1) {
    const code = accessKeyId.charCodeAt(at);
    if (code < 48 || code > 57) return defaultAccount;
  }
  return accessKeyId;
};
