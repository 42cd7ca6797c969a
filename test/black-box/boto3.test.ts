import { execFile, execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { listedOperations } from '../support/coverage-page.ts';
import { startReady, stop } from '../support/faultline-process.ts';
import type { Running } from '../support/faultline-process.ts';

/** Why the walk cannot be taken on this machine; undefined when it can. */
const lacking = (): string | undefined => {
  try {
    execFileSync('python3', ['-c', 'import boto3'], { stdio: 'ignore' });
    return undefined;
  } catch (error) {
    return `python3 with boto3 is not on this machine: ${String(error)}`;
  }
};

const reason = lacking();

describe.skipIf(reason !== undefined)(`boto3${reason === undefined ? '' : ` (${reason})`}`, () => {
  let world: Running;
  let walked: { readonly answered: readonly string[]; readonly failures: readonly string[] };

  beforeAll(async () => {
    world = await startReady({ speed: 600 });
    const walk = join(import.meta.dirname, 'boto3_walk.py');
    const { stdout } = await promisify(execFile)('python3', [walk, world.endpoint]);
    // The walk prints this object and nothing else.
    walked = JSON.parse(stdout) as typeof walked;
  });
  afterAll(async () => {
    await stop(world);
  });

  it('finds what its users expect, waits and turns pages', () => {
    expect(walked.failures.join('\n')).toBe('');
  });

  it('walked through every operation of docs/coverage.md', () => {
    expect(walked.answered).toEqual(listedOperations());
  });
});
