import { readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import type { ProtocolName } from './model.ts';
import type { WireRequest } from './protocols/codec.ts';

/** One service of AWS as botocore lists it: what it has, without the shapes. */
export interface AwsService {
  /** botocore's name, for example `elbv2`. */
  readonly model: string;
  /** The name in a credential scope; some services share one. */
  readonly scope: string;
  /** What people call it, for example `Elastic Load Balancing v2`. */
  readonly id: string;
  readonly version: string;
  readonly protocol: ProtocolName;
  /** What its host is called before the Region: `ec2`, `api.ecr`. */
  readonly host: string;
  /** What stands before the operation in `X-Amz-Target`, of services that have it. */
  readonly target?: string;
  /** How it says that it failed or was asked too much, where its model has an error for that. */
  readonly failures?: Readonly<
    Partial<Record<'error' | 'throttle', { readonly code: string; readonly status: number }>>
  >;
  /** Operations that AWS takes without a signature; absent where there are none. */
  readonly unsigned?: readonly string[];
  /** Operation to `METHOD PATH` where requests name it by their path, to an empty text elsewhere. */
  readonly operations: Readonly<Record<string, string>>;
}

const file = new URL('aws-operations.jsonl', import.meta.url);

const readLines = async (): Promise<readonly string[]> =>
  (await readFile(file, 'utf8')).trimEnd().split('\n');

/** The version of botocore that the list is of. */
export const listedVersion = async (): Promise<string> => {
  const [head = '{}'] = await readLines();
  // The first line is written by our own generator in exactly this form; a test reads it.
  return (JSON.parse(head) as { readonly botocore: string }).botocore;
};

/**
 * The services of AWS that answer under a credential scope, built here or not; none when AWS has no such service. The list is
 * read at each call and kept by nobody: who asks for what is not there asks seldom.
 */
export const awsServicesOf = async (scope: string): Promise<readonly AwsService[]> => {
  const mark = `"scope":${JSON.stringify(scope)},`;
  const lines = (await readLines()).filter((line) => line.includes(mark));
  // Each line after the first is written by our own generator as an AwsService; a test reads all of them.
  return lines.map((line) => JSON.parse(line) as AwsService);
};

/** All services of AWS, built here or not. */
export const allAwsServices = async (): Promise<readonly AwsService[]> =>
  // Each line after the first is written by our own generator as an AwsService; a test reads all of them.
  (await readLines()).slice(1).map((line) => JSON.parse(line) as AwsService);

const known = new Map<string, readonly AwsService[]>();

/** The same for whoever asks at each call; what AWS has is kept. */
export const keptServicesOf = async (scope: string): Promise<readonly AwsService[]> => {
  const kept = known.get(scope);
  if (kept !== undefined) return kept;
  const found = await awsServicesOf(scope);
  if (found.length > 0) known.set(scope, found);
  return found;
};

/** What stands in the credential scopes of the services that people call so: by scope, botocore's name or host. */
export const scopesNamed = (name: string): readonly string[] => {
  const lines = readFileSync(file, 'utf8').split('\n');
  const scopes = lines.flatMap((line) => {
    const [, model, scope, host] =
      /^{"model":"([^"]+)","scope":"([^"]+)".*?"host":"([^"]+)"/.exec(line) ?? [];
    return scope !== undefined && [model, scope, host].some((one) => one?.toLowerCase() === name)
      ? [scope]
      : [];
  });
  return [...new Set(scopes)];
};

/** A fact about all services, read out of the list when it is first asked for. */
const onceRead = <T>(read: (lines: readonly string[]) => T): (() => T) => {
  let known: { readonly value: T } | undefined;
  return () => {
    known ??= { value: read(readFileSync(file, 'utf8').trimEnd().split('\n')) };
    return known.value;
  };
};

/** What the hosts of AWS's services are called before the Region: `ec2`, `api.ecr`, `s3`. */
export const hostPrefixes: () => ReadonlySet<string> = onceRead(
  (lines) => new Set(lines.flatMap((line) => /"host":"([^"]+)"/.exec(line)?.[1] ?? [])),
);

/** The services that have operations which AWS takes without a signature; each lists all that it has. */
export const servicesWithUnsigned: () => readonly AwsService[] = onceRead((lines) =>
  lines
    .filter((line) => line.includes('"unsigned":['))
    // Each line after the first is written by our own generator as an AwsService; a test reads all of them.
    .map((line) => JSON.parse(line) as AwsService),
);

const segmentsOf = (path: string): readonly string[] =>
  path.split('/').filter((segment) => segment !== '');

/** How well a route fits a path: one for a label, two for a literal of each segment; undefined when it does not. */
const fitOf = (route: readonly string[], path: readonly string[]): number | undefined => {
  let fit = 0;
  for (const [at, segment] of route.entries()) {
    if (segment.endsWith('+}')) return path.length > at ? fit : undefined;
    const given = path[at];
    if (given === undefined) return undefined;
    if (segment.startsWith('{')) fit += 1;
    else if (segment === given) fit += 2;
    else return undefined;
  }
  return route.length === path.length ? fit : undefined;
};

/** The keys that a route wants in the query beside its path: `/x?tagging`. */
const wantedKeys = (query: string): readonly string[] =>
  query === '' ? [] : query.split('&').map((pair) => pair.split('=')[0] ?? '');

/** The operation that a method and a path ask for; the one whose route says most of the path. */
export const operationAt = (
  { operations }: AwsService,
  { method, path, query }: Pick<WireRequest, 'method' | 'path' | 'query'>,
): string | undefined => {
  const given = segmentsOf(path);
  const keys = new Set(wantedKeys(query));
  let best: { readonly name: string; readonly fit: number } | undefined;
  for (const [name, route] of Object.entries(operations)) {
    if (!route.startsWith(`${method} `)) continue;
    const [pathOfRoute = '', queryOfRoute = ''] = route.slice(method.length + 1).split('?');
    const wanted = wantedKeys(queryOfRoute);
    if (!wanted.every((key) => keys.has(key))) continue;
    const fit = fitOf(segmentsOf(pathOfRoute), given);
    if (fit === undefined) continue;
    const weight = fit + wanted.length;
    if (best === undefined || weight > best.fit) best = { name, fit: weight };
  }
  return best?.name;
};
