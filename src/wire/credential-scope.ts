import { readAwsHost } from './aws-host.ts';
import { WireFault } from './fault.ts';
import { decodeComponent } from './protocols/query-form.ts';

/** Who signed a request, and for which day, Region and service. */
export interface CredentialScope {
  /** Empty where nobody signed: see `unsigned`. */
  readonly accessKeyId: string;
  /** `YYYYMMDD`. */
  readonly date: string;
  readonly region: string;
  /** The service's name in the scope, for example `elasticloadbalancing`. */
  readonly service: string;
  /** The signature stands in the query instead of the Authorization header. */
  readonly presigned: boolean;
  /** The Regions that a signature of SigV4a holds for, one of which is `region`; absent for others, which name one alone. */
  readonly regionSet?: readonly string[];
  /** Nobody signed, and AWS does not ask for it: see `unsigned.ts`. */
  readonly unsigned?: true;
}

/** What of a request says who signed it. */
export interface SignedHead {
  readonly authorization: string | undefined;
  /** The query as sent, without the question mark. */
  readonly query: string;
  /** `X-Amz-Region-Set`. */
  readonly regionSet: string | undefined;
  readonly host: string | undefined;
}

const algorithms = ['AWS4-HMAC-SHA256', 'AWS4-ECDSA-P256-SHA256'] as const;
type Algorithm = (typeof algorithms)[number];

/** Where a signature leads that holds for every Region, sent to a host that names none. */
const usualRegion = 'us-east-1';

const incomplete = (what: string): WireFault => new WireFault('IncompleteSignature', what, 400);

/** AWS's words for a request without credentials (IAM, "Common errors"). */
export const missingToken = (): WireFault =>
  new WireFault('MissingAuthenticationToken', 'Request is missing Authentication Token', 403);

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

/** Whether a Region is in a set, whose members may have `*` for whatever stands there. */
const isInSet = (region: string, set: readonly string[]): boolean =>
  set.some((member) => {
    const [first = '', ...rest] = member.split('*');
    const last = rest.at(-1);
    return last === undefined
      ? member === region
      : region.startsWith(first) && region.endsWith(last) && rest.length === 1;
  });

/** The Region that a request goes to whose signature holds for several: the one of its host, else the first that is named. */
const regionOfSet = (set: readonly string[], host: string | undefined): string => {
  const hosted = readAwsHost(host)?.region;
  if (hosted !== undefined && isInSet(hosted, set)) return hosted;
  return set.find((member) => !member.includes('*')) ?? usualRegion;
};

/** SigV4a: the scope has no Region, since one signature may hold for several. Source: "AWS Signature Version 4 for API requests", IAM User Guide. */
const parseCredentialOfSet = (
  credential: string,
  presigned: boolean,
  regions: string | undefined,
  host: string | undefined,
): CredentialScope | WireFault => {
  const [accessKeyId, date, service, terminator, ...rest] = credential.split('/');
  if (rest.length > 0 || terminator !== 'aws4_request' || !accessKeyId || !date || !service) {
    return incomplete(
      `Credential of a signature for several Regions must have the form ACCESS-KEY-ID/YYYYMMDD/SERVICE/aws4_request, not '${credential.slice(0, 200)}'`,
    );
  }
  const regionSet = (regions ?? '')
    .split(',')
    .map((region) => region.trim())
    .filter((region) => region !== '');
  if (regionSet.length === 0) {
    return incomplete("A signature for several Regions requires 'X-Amz-Region-Set'.");
  }
  const region = regionOfSet(regionSet, host);
  return { accessKeyId, date, region, service, presigned, regionSet };
};

const algorithmOf = (text: string): Algorithm | undefined =>
  algorithms.find((algorithm) => text.startsWith(algorithm));

const fromHeader = (
  authorization: string,
  { regionSet, host }: SignedHead,
): CredentialScope | WireFault => {
  const algorithm = algorithmOf(authorization);
  if (algorithm === undefined) {
    return incomplete(
      `The Authorization header must begin with ${algorithms.join(' or ')}: Faultline reads no other signature`,
    );
  }
  const at = authorization.indexOf('Credential=');
  if (at === -1) return incomplete("Authorization header requires 'Credential' parameter.");
  const from = at + 'Credential='.length;
  const comma = authorization.indexOf(',', from);
  const credential = authorization.slice(from, comma === -1 ? undefined : comma).trim();
  return algorithm === 'AWS4-HMAC-SHA256'
    ? parseCredential(credential, false)
    : parseCredentialOfSet(credential, false, regionSet, host);
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

/** Reads the credential scope from the Authorization header, else from a presigned query; undefined when nobody signed. */
export const readCredentialScope = (head: SignedHead): CredentialScope | WireFault | undefined => {
  const { authorization, query, host } = head;
  if (authorization !== undefined && authorization !== '') return fromHeader(authorization, head);
  const credential = query === '' ? undefined : queryParameter(query, 'X-Amz-Credential');
  if (credential === undefined) return undefined;
  return queryParameter(query, 'X-Amz-Algorithm') === 'AWS4-ECDSA-P256-SHA256'
    ? parseCredentialOfSet(credential, true, queryParameter(query, 'X-Amz-Region-Set'), host)
    : parseCredential(credential, true);
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
