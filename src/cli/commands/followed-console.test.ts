import { mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { followConsole } from './followed-console.ts';

let folder: string;
let path: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'faultline-console-'));
  path = join(folder, 'console');
});

afterEach(async () => {
  await rm(folder, { recursive: true });
});

const kept = 64 * 1024;

/** Numbered lines of eight bytes. */
const lines = (from: number, until: number): string =>
  Array.from({ length: until - from }, (_, at) => `${String(from + at).padStart(7, '0')}\n`).join(
    '',
  );

/** What the machine does when its file has grown too large, and prints more. */
const replaceWith = async (before: string, more: string): Promise<string> => {
  const content = before.slice(-kept) + more;
  await writeFile(`${path}.new`, content);
  await rename(`${path}.new`, path);
  return content;
};

/** All that is written until `end` is; while the first of it is written, `meanwhile` happens. */
const follow = async (end: string, meanwhile: () => Promise<void>): Promise<string> => {
  let seen = '';
  let isFirst = true;
  const over = new Error('seen');
  await expect(
    followConsole(path, async (bytes) => {
      seen += Buffer.from(bytes).toString();
      if (isFirst) await meanwhile();
      isFirst = false;
      if (seen.endsWith(end)) throw over;
    }),
  ).rejects.toBe(over);
  return seen;
};

describe('a followed console', () => {
  it('goes on after what the new file repeats of the old one', async () => {
    const first = lines(0, 10_000);
    await writeFile(path, first);
    const seen = await follow('the end\n', async () => {
      await replaceWith(first, `${lines(10_000, 12_000)}the end\n`);
    });
    expect(seen).toBe(`${first.slice(-kept)}${lines(10_000, 12_000)}the end\n`);
  });

  it('leaves out only the file that came and went between two looks', async () => {
    const first = lines(0, 10_000);
    await writeFile(path, first);
    const seen = await follow('the end\n', async () => {
      const second = await replaceWith(first, lines(10_000, 40_000));
      await replaceWith(second, 'the end\n');
    });
    expect(seen).toBe(`${first.slice(-kept)}${lines(40_000 - kept / 8, 40_000)}the end\n`);
  });

  it('goes on in a new file that is shorter than what is kept', async () => {
    await writeFile(path, 'one\n');
    const seen = await follow('the end\n', async () => {
      await replaceWith('one\n', 'the end\n');
    });
    expect(seen).toBe('one\nthe end\n');
  });
});
