import { createHash, createHmac } from 'node:crypto';
import { SignatureV4 } from '@smithy/signature-v4';
import { Failed, UsageError } from '../../text/usage-error.ts';
import { askOverHttp, type HttpAnswer } from '../ask-over-http.ts';

/** Where what is the same for all Regions is asked. */
export const home = 'us-east-1';

/** Who asks, and whom. */
export interface AwsAccess {
  /** One URL for every service and Region; undefined asks AWS itself. */
  readonly endpoint: string | undefined;
  readonly credentials: {
    readonly accessKeyId: string;
    readonly secretAccessKey: string;
    readonly sessionToken?: string;
  };
}

/** A question to AWS. */
export interface AwsQuestion {
  /** As the credential scope has it. */
  readonly service: 'ec2' | 'ssm' | 'pricing';
  readonly region: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  /** What it is, for an error message: `DescribeRegions`. */
  readonly operation: string;
}

/** AWS said no. */
export class AwsRefusal extends Error {
  override readonly name = 'AwsRefusal';
  readonly status: number;

  constructor(question: AwsQuestion, status: number, answer: string) {
    const code =
      /<Code>([^<]+)</.exec(answer)?.[1] ?? /"__type"\s*:\s*"([^"]+)"/.exec(answer)?.[1] ?? '';
    const message =
      /<Message>([^<]+)</.exec(answer)?.[1] ?? /"[mM]essage"\s*:\s*"([^"]+)"/.exec(answer)?.[1];
    super(`${question.operation} in ${question.region}: ${code} ${message ?? `status ${status}`}`);
    this.status = status;
  }
}

type HashSource = string | ArrayBuffer | ArrayBufferView;

const bytesOf = (data: HashSource): string | Uint8Array => {
  if (typeof data === 'string') return data;
  return data instanceof ArrayBuffer
    ? new Uint8Array(data)
    : new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
};

class Sha256 {
  readonly #hash: { update(data: string | Uint8Array): unknown; digest(): Uint8Array };

  constructor(secret?: HashSource) {
    this.#hash =
      secret === undefined ? createHash('sha256') : createHmac('sha256', bytesOf(secret));
  }

  update(data: HashSource): void {
    this.#hash.update(bytesOf(data));
  }

  digest(): Promise<Uint8Array> {
    return Promise.resolve(this.#hash.digest());
  }
}

const hostNames = { ec2: 'ec2', ssm: 'ssm', pricing: 'api.pricing' } as const;

const urlOf = (access: AwsAccess, question: AwsQuestion): URL => {
  const { service, region } = question;
  const text = access.endpoint ?? `https://${hostNames[service]}.${region}.amazonaws.com`;
  try {
    return new URL('/', text);
  } catch {
    throw new UsageError(`--endpoint '${text}' is not a URL such as http://127.0.0.1:4566.`);
  }
};

const send = async (access: AwsAccess, question: AwsQuestion): Promise<HttpAnswer> => {
  const url = urlOf(access, question);
  const signer = new SignatureV4({
    service: question.service,
    region: question.region,
    credentials: access.credentials,
    sha256: Sha256,
  });
  const { headers } = await signer.sign({
    method: 'POST',
    protocol: url.protocol,
    hostname: url.hostname,
    ...(url.port === '' ? {} : { port: Number(url.port) }),
    path: '/',
    query: {},
    headers: { host: url.host, ...question.headers },
    body: question.body,
  });
  try {
    return await askOverHttp(url, {
      method: 'POST',
      headers,
      body: question.body,
      silenceMs: 30_000,
    });
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new Failed(`Nobody answers at ${url.origin} (${why}).`);
  }
};

const isThrottled = (answer: HttpAnswer): boolean =>
  answer.status >= 500 ||
  (answer.status === 400 && /Throttl|TooManyRequests|RequestLimit/.test(answer.text));

const longestTries = 8;

/** Asks, again and ever later while AWS throttles or fails; resolves to the body. Rejects with an AwsRefusal. */
export const askAws = async (access: AwsAccess, question: AwsQuestion): Promise<string> => {
  for (let tries = 1; ; tries += 1) {
    const answer = await send(access, question);
    if (answer.status < 400) return answer.text;
    if (!isThrottled(answer) || tries === longestTries) {
      throw new AwsRefusal(question, answer.status, answer.text);
    }
    await new Promise<void>((done) => {
      setTimeout(done, 100 * 2 ** tries);
    });
  }
};

/** Asks a service that speaks JSON 1.1. */
export const askJson = async (
  access: AwsAccess,
  service: AwsQuestion['service'],
  target: string,
  input: unknown,
): Promise<Readonly<Record<string, unknown>>> => {
  const text = await askAws(access, {
    service,
    region: home,
    operation: target.split('.')[1] ?? target,
    headers: { 'content-type': 'application/x-amz-json-1.1', 'x-amz-target': target },
    body: JSON.stringify(input),
  });
  // AWS answers an object to each operation of this protocol.
  return JSON.parse(text) as Readonly<Record<string, unknown>>;
};

/** Who asks, by the environment. At an endpoint of one's own any name will do. */
export const accessOf = (
  endpoint: string | undefined,
  environment: Readonly<Record<string, string | undefined>>,
): AwsAccess => {
  // A variable that is empty is as good as none, to every client of AWS.
  const set = (name: string): string | undefined => environment[name] || undefined;
  const accessKeyId = set('AWS_ACCESS_KEY_ID');
  const secretAccessKey = set('AWS_SECRET_ACCESS_KEY');
  const sessionToken = set('AWS_SESSION_TOKEN');
  if (accessKeyId !== undefined && secretAccessKey !== undefined) {
    const token = sessionToken === undefined ? {} : { sessionToken };
    return { endpoint, credentials: { accessKeyId, secretAccessKey, ...token } };
  }
  if (endpoint !== undefined) {
    return { endpoint, credentials: { accessKeyId: 'test', secretAccessKey: 'test' } };
  }
  throw new UsageError(
    'AWS is asked with AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, which are not set: aws configure export-credentials --format env prints them.',
  );
};
