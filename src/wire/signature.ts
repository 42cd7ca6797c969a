import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import { SignatureV4 } from '@smithy/signature-v4';
import { refusalWords } from '../aws/refusals.ts';
import { unknownKey } from './callers.ts';
import type { CredentialScope } from './credential-scope.ts';
import { queryParameter } from './credential-scope.ts';
import { WireFault } from './fault.ts';
import type { ProtocolName } from './model.ts';
import type { WireRequest } from './protocols/codec.ts';
import { headerOf } from './protocols/codec.ts';
import { decodeComponent } from './protocols/query-form.ts';

/** Gives the secret key of an access key; undefined when there is no such key. */
export type SecretFor = (accessKeyId: string) => string | undefined;

type HashSource = string | ArrayBuffer | ArrayBufferView;

const bytesOf = (data: HashSource): string | Uint8Array => {
  if (typeof data === 'string') return data;
  return data instanceof ArrayBuffer
    ? new Uint8Array(data)
    : new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
};

/** SHA-256, keyed or not, in the form that `@smithy/signature-v4` takes. */
class Sha256 {
  readonly secret: HashSource | undefined;
  readonly chunks: (string | Uint8Array)[] = [];

  constructor(secret?: HashSource) {
    this.secret = secret;
  }

  update(data: HashSource): void {
    this.chunks.push(bytesOf(data));
  }

  digest(): Promise<Uint8Array> {
    const hash =
      this.secret === undefined ? createHash('sha256') : createHmac('sha256', bytesOf(this.secret));
    for (const chunk of this.chunks) hash.update(chunk);
    return Promise.resolve(hash.digest());
  }

  reset(): void {
    this.chunks.length = 0;
  }
}

/** How far a signature's time may be from the host's (IAM, "Elements of an AWS API request signature"). */
const skewMs = 15 * 60_000;

const longDate = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/;

const parseLongDate = (text: string | undefined): Date | undefined => {
  const parts = longDate.exec(text ?? '');
  if (parts === null) return undefined;
  const [, year, month, day, hour, minute, second] = parts;
  const date = new Date(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`);
  return Number.isNaN(date.getTime()) ? undefined : date;
};

interface Given {
  readonly signature: string;
  readonly signedHeaders: ReadonlySet<string>;
  readonly date: Date;
  /** Seconds for which a presigned request holds. */
  readonly expiresSeconds: number | undefined;
}

const part = (authorization: string, name: string): string | undefined => {
  const at = authorization.indexOf(`${name}=`);
  if (at === -1) return undefined;
  const from = at + name.length + 1;
  const comma = authorization.indexOf(',', from);
  return authorization.slice(from, comma === -1 ? undefined : comma).trim();
};

const readGiven = (request: WireRequest, presigned: boolean): Given | undefined => {
  const authorization = headerOf(request, 'authorization') ?? '';
  const named = (header: string, query: string): string | undefined =>
    presigned ? queryParameter(request.query, query) : part(authorization, header);
  const signature = named('Signature', 'X-Amz-Signature');
  const signedHeaders = named('SignedHeaders', 'X-Amz-SignedHeaders');
  const date = parseLongDate(
    presigned ? queryParameter(request.query, 'X-Amz-Date') : headerOf(request, 'x-amz-date'),
  );
  if (signature === undefined || signedHeaders === undefined || date === undefined)
    return undefined;
  const expires = presigned
    ? Number(queryParameter(request.query, 'X-Amz-Expires') ?? '0')
    : undefined;
  return {
    signature,
    signedHeaders: new Set(signedHeaders.split(';')),
    date,
    expiresSeconds: expires,
  };
};

/** Parameters that signing itself adds to a presigned query. */
const added: ReadonlySet<string> = new Set([
  'X-Amz-Algorithm',
  'X-Amz-Credential',
  'X-Amz-Date',
  'X-Amz-Expires',
  'X-Amz-Signature',
  'X-Amz-SignedHeaders',
]);

const queryBag = (query: string, presigned: boolean): Record<string, string | string[]> => {
  const pairs = new Map<string, string[]>();
  for (const pair of query.split('&')) {
    if (pair === '') continue;
    const [rawName = '', ...rest] = pair.split('=');
    const name = decodeComponent(rawName) ?? rawName;
    const text = decodeComponent(rest.join('=')) ?? rest.join('=');
    if (presigned && added.has(name)) continue;
    pairs.set(name, [...(pairs.get(name) ?? []), text]);
  }
  return Object.fromEntries(
    [...pairs].map(([name, texts]) => [name, texts.length === 1 ? (texts[0] ?? '') : texts]),
  );
};

const signAgain = async (
  request: WireRequest,
  scope: CredentialScope,
  given: Given,
  secret: string,
): Promise<string | undefined> => {
  const signer = new SignatureV4({
    credentials: { accessKeyId: scope.accessKeyId, secretAccessKey: secret },
    region: scope.region,
    service: scope.service,
    sha256: Sha256,
    uriEscapePath: scope.service !== 's3',
    applyChecksum: false,
  });
  const headers: Record<string, string> = {};
  for (const name of given.signedHeaders) {
    const value = headerOf(request, name);
    if (value === undefined) return undefined;
    headers[name] = value;
  }
  const unsigned = {
    method: request.method,
    protocol: 'http:',
    hostname: headerOf(request, 'host') ?? '',
    path: request.path,
    query: queryBag(request.query, scope.presigned),
    headers,
    body: request.body.length === 0 ? undefined : request.body,
  };
  const signableHeaders = new Set(given.signedHeaders);
  if (!scope.presigned) {
    const signed = await signer.sign(unsigned, { signingDate: given.date, signableHeaders });
    return part(signed.headers['authorization'] ?? '', 'Signature');
  }
  const signed = await signer.presign(unsigned, {
    signingDate: given.date,
    expiresIn: given.expiresSeconds ?? 0,
    signableHeaders,
    unhoistableHeaders: signableHeaders,
  });
  const signature = signed.query?.['X-Amz-Signature'];
  return typeof signature === 'string' ? signature : undefined;
};

const same = (a: string, b: string): boolean => {
  const [left, right] = [Buffer.from(a), Buffer.from(b)];
  return left.length === right.length && timingSafeEqual(left, right);
};

/** Whether the body is the one whose hash was signed, where the client has sent its hash. */
const bodyMatches = (request: WireRequest): boolean => {
  const announced = headerOf(request, 'x-amz-content-sha256');
  if (announced === undefined || !/^[0-9a-f]{64}$/.test(announced)) return true;
  return same(announced, createHash('sha256').update(request.body).digest('hex'));
};

const longestExpirySeconds = 604_800;

/**
 * Verifies a request's signature (SigV4) by signing it again with the key's secret; undefined when it is good.
 * `nowMs` is the host's time, not the world's: clients sign with the host's clock. Where the body has yet to come (`isWhole`
 * is false) the digest that the client has announced of it is taken at its word.
 */
export const verifySignature = async (
  request: WireRequest,
  scope: CredentialScope,
  protocol: ProtocolName,
  secretFor: SecretFor,
  nowMs: number,
  isWhole = true,
): Promise<WireFault | undefined> => {
  if (scope.regionSet !== undefined) {
    return new WireFault(
      'IncompleteSignature',
      'Signatures for several Regions (AWS4-ECDSA-P256-SHA256) are not verified here: sign for one Region, or start without --strict-auth',
      400,
    );
  }
  const { signatureExpired, signatureMismatch } = refusalWords(protocol);
  const secret = secretFor(scope.accessKeyId);
  if (secret === undefined) return unknownKey(protocol);
  const given = readGiven(request, scope.presigned);
  if (given === undefined) {
    return new WireFault(
      'IncompleteSignature',
      'A signature needs Signature, SignedHeaders and X-Amz-Date, in the Authorization header or in the query',
      400,
    );
  }
  const ageMs = nowMs - given.date.getTime();
  const longestAgeMs = given.expiresSeconds === undefined ? skewMs : given.expiresSeconds * 1_000;
  const expiryIsGood =
    given.expiresSeconds === undefined ||
    (given.expiresSeconds >= 0 && given.expiresSeconds <= longestExpirySeconds);
  if (!expiryIsGood || ageMs > longestAgeMs || ageMs < -skewMs) {
    return new WireFault(
      signatureExpired.code,
      `Signature expired: it was made at ${given.date.toISOString()}, and the time is ${new Date(nowMs).toISOString()}`,
      signatureExpired.status,
    );
  }
  const expected =
    !isWhole || bodyMatches(request) ? await signAgain(request, scope, given, secret) : undefined;
  if (expected !== undefined && same(expected, given.signature)) return undefined;
  const { code, message, status } = signatureMismatch;
  return new WireFault(code, message, status);
};
