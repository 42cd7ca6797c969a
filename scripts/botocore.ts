import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';

export type Json =
  | string
  | number
  | boolean
  | null
  | readonly Json[]
  | { readonly [key: string]: Json };

export interface BotocoreReference {
  readonly shape: string;
  readonly [trait: string]: Json;
}

export interface BotocoreShape {
  readonly type: string;
  readonly members?: Readonly<Record<string, BotocoreReference>>;
  readonly member?: BotocoreReference;
  readonly key?: BotocoreReference;
  readonly value?: BotocoreReference;
  readonly [trait: string]: unknown;
}

export interface BotocoreOperation {
  readonly http: {
    readonly method: string;
    readonly requestUri: string;
    readonly responseCode?: number;
  };
  readonly input?: BotocoreReference;
  readonly output?: BotocoreReference;
  readonly errors?: readonly BotocoreReference[];
  /** `none` where AWS takes the request without a signature. */
  readonly authtype?: string;
}

/** A service model of botocore (`service-2.json`), as far as it is read here. */
export interface BotocoreModel {
  readonly metadata: Readonly<Record<string, Json>>;
  readonly operations: Readonly<Record<string, BotocoreOperation>>;
  readonly shapes: Readonly<Record<string, BotocoreShape>>;
}

const cache = join(import.meta.dirname, '../.cache/botocore');

const versionOf = (botocore: string): string => {
  const text = readFileSync(join(botocore, '__init__.py'), 'utf8');
  const version = /__version__ = ['"]([^'"]+)/.exec(text)?.[1];
  if (version === undefined) throw new Error(`${botocore} does not say its version`);
  return version;
};

/** Brings a version of botocore from PyPI, or the newest one; answers its package directory. */
const download = (version: string | undefined): string => {
  const scratch = join(cache, 'download');
  rmSync(scratch, { recursive: true, force: true });
  mkdirSync(scratch, { recursive: true });
  const wanted = version === undefined ? 'botocore' : `botocore==${version}`;
  const python = (...args: readonly string[]): void => {
    execFileSync('python3', ['-m', ...args], {
      cwd: scratch,
      stdio: ['ignore', 'ignore', 'inherit'],
    });
  };
  python('pip', 'download', '--quiet', '--no-deps', wanted);
  const wheel = readdirSync(scratch).find((name) => name.endsWith('.whl'));
  if (wheel === undefined) throw new Error(`PyPI gave no wheel of ${wanted}`);
  python('zipfile', '-e', wheel, 'unpacked');
  const unpacked = join(scratch, 'unpacked');
  const directory = join(cache, versionOf(join(unpacked, 'botocore')));
  rmSync(directory, { recursive: true, force: true });
  renameSync(unpacked, directory);
  rmSync(scratch, { recursive: true });
  return join(directory, 'botocore');
};

/** botocore's package directory in a version, or the newest one that PyPI has when it is undefined. */
export const findBotocore = (
  version: string | undefined,
): { readonly directory: string; readonly version: string } => {
  const known = version === undefined ? undefined : join(cache, version, 'botocore');
  const directory = known !== undefined && existsSync(known) ? known : download(version);
  return { directory, version: versionOf(directory) };
};

const newestVersion = (botocore: string, model: string): string | undefined =>
  readdirSync(join(botocore, 'data', model))
    .toSorted()
    .at(-1);

/** The newest model of a service, by botocore's name of it. */
export const readModel = (botocore: string, model: string): BotocoreModel => {
  const file = join(
    botocore,
    'data',
    model,
    newestVersion(botocore, model) ?? '',
    'service-2.json',
  );
  const text = existsSync(file) ? readFileSync(file) : gunzipSync(readFileSync(`${file}.gz`));
  return JSON.parse(text.toString('utf8'));
};

/** botocore's names of all services, in order. */
export const allModels = (botocore: string): readonly string[] =>
  readdirSync(join(botocore, 'data'), { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => name)
    .toSorted();
