import { execFile, execFileSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
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
  const answered = new Set<string>();
  const failures: string[] = [];

  beforeAll(async () => {
    world = await startReady({ speed: 600 });
    const directory = import.meta.dirname;
    const walks = readdirSync(directory).filter((name) => /^boto3.*_walk\.py$/.test(name));
    for (const walk of walks.toSorted()) {
      const { stdout } = await promisify(execFile)('python3', [
        '-B',
        join(directory, walk),
        world.endpoint,
      ]);
      // A walk prints this object and nothing else.
      const walked = JSON.parse(stdout) as {
        readonly answered: readonly string[];
        readonly failures: readonly string[];
      };
      for (const operation of walked.answered) answered.add(operation);
      failures.push(...walked.failures);
    }
  }, 240_000);
  afterAll(async () => {
    await stop(world);
  });

  it('finds what its users expect, waits and turns pages', () => {
    expect(failures.join('\n')).toBe('');
  });

  it('walked through every operation of docs/coverage.md', () => {
    expect([...answered].toSorted()).toEqual(listedOperations());
  });
});
