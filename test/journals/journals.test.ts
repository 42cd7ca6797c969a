import { copyFile, mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startReady, stop } from '../support/faultline-process.ts';
import { describeWorld } from './recorded-world.ts';

const entries = await readdir(import.meta.dirname, { withFileTypes: true });
const releases = entries.filter((entry) => entry.isDirectory()).map(({ name }) => name);

let directory: string;

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'faultline-journal-'));
});
afterEach(() => rm(directory, { recursive: true }));

describe('the journal of every release', () => {
  it('is kept, from the first one on', () => {
    expect(releases).toContain('0.1.0');
  });

  it.each(releases)('%s loads, with all that it held', async (release) => {
    const recorded = join(import.meta.dirname, release);
    await copyFile(join(recorded, 'journal.sqlite'), join(directory, 'journal.sqlite'));
    const running = await startReady({ directory });
    try {
      expect(running.stderr()).toBe('');
      const expected: unknown = JSON.parse(await readFile(join(recorded, 'world.json'), 'utf8'));
      expect(await describeWorld(running.endpoint)).toEqual(expected);
    } finally {
      await stop(running);
    }
  });

  it.each(releases)('%s is small', async (release) => {
    const { size } = await stat(join(import.meta.dirname, release, 'journal.sqlite'));
    expect(size).toBeLessThanOrEqual(100 * 1024);
  });
});
