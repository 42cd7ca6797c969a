import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { makeEphemeralDirectory } from './ephemeral-directory.ts';

let parent = '';
beforeEach(() => {
  parent = mkdtempSync(join(tmpdir(), 'faultline-test-'));
});
afterEach(() => {
  rmSync(parent, { recursive: true, force: true });
});

const leave = (name: string, owner: string): string => {
  const directory = join(parent, name);
  mkdirSync(join(directory, 'instances'), { recursive: true });
  writeFileSync(join(directory, 'owner'), owner);
  return directory;
};

describe('the directory of an ephemeral world', () => {
  it('takes the place of what a killed world left', () => {
    const { pid } = spawnSync(process.execPath, ['-e', '0']);
    const left = leave('faultline-world-killed', `${pid}\n`);
    const made = makeEphemeralDirectory(parent);
    expect(existsSync(made)).toBe(true);
    expect(existsSync(left)).toBe(false);
  });

  it('leaves alone what a living world has, and what is not its own', () => {
    const living = leave('faultline-world-living', `${process.pid}\n`);
    const odd = leave('faultline-world-odd', 'nobody\n');
    const foreign = leave('somebody-else', '1\n');
    makeEphemeralDirectory(parent);
    expect([living, odd, foreign].map((directory) => existsSync(directory))).toEqual([
      true,
      true,
      true,
    ]);
  });
});
