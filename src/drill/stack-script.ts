import { spawn } from 'node:child_process';
import { dirname, extname } from 'node:path';
import { DomainError } from '../world/domain-error.ts';

/** Scripts that this Node runs; anything else is executed as it is. */
const nodeExtensions = ['.ts', '.mts', '.js', '.mjs', '.cjs'];

/** Real ms after which a stack script is given up. */
const stackTimeoutMs = 300_000;

/** As much of a script's output as is kept to be shown when it fails. */
const keptOutput = 20_000;

const environmentOf = (endpoint: string, region: string): NodeJS.ProcessEnv => {
  const inherited = Object.entries(process.env).filter(
    // A profile, a session token or an endpoint of the user's own would lead the script to real AWS.
    ([name]) => !name.startsWith('AWS_'),
  );
  return {
    ...Object.fromEntries(inherited),
    AWS_ENDPOINT_URL: endpoint,
    AWS_ACCESS_KEY_ID: 'test',
    AWS_SECRET_ACCESS_KEY: 'test',
    AWS_REGION: region,
    AWS_DEFAULT_REGION: region,
    AWS_EC2_METADATA_DISABLED: 'true',
    FAULTLINE_ENDPOINT: endpoint,
  };
};

const howItEnded = (code: number | null, signal: NodeJS.Signals | null): string =>
  signal === null ? `ended with exit code ${code ?? 1}` : `was ended by ${signal}`;

/**
 * Runs the script that builds a stack, with the endpoint and keys of the world in its environment and its own folder as
 * the working directory. The error is `StackFailed`; its detail `output` is what the script printed.
 */
export const runStackScript = async (
  file: string,
  endpoint: string,
  region = 'us-east-1',
): Promise<DomainError | undefined> => {
  const isNode = nodeExtensions.includes(extname(file));
  const child = spawn(isNode ? process.execPath : file, isNode ? [file] : [], {
    cwd: dirname(file),
    env: environmentOf(endpoint, region),
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: stackTimeoutMs,
  });
  let output = '';
  const keep = (chunk: Buffer): void => {
    output = `${output}${chunk.toString('utf8')}`.slice(-keptOutput);
  };
  child.stdout.on('data', keep);
  child.stderr.on('data', keep);
  const end = (): void => {
    child.kill('SIGKILL');
  };
  // The script must not go on building when the drill is gone.
  process.once('exit', end);
  try {
    return await new Promise((resolve) => {
      child.once('error', (error) =>
        resolve(
          new DomainError('StackFailed', `The stack script cannot be run: ${error.message}.`),
        ),
      );
      child.once('close', (code, signal) =>
        resolve(
          code === 0
            ? undefined
            : new DomainError('StackFailed', `The stack script ${howItEnded(code, signal)}.`, {
                output,
              }),
        ),
      );
    });
  } finally {
    process.off('exit', end);
  }
};
