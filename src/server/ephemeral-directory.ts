import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const prefix = 'faultline-world-';
const ownerFile = 'owner';

const isAlive = (processId: number): boolean => {
  try {
    process.kill(processId, 0);
    return true;
  } catch (error) {
    // EPERM: it is there, and somebody else's.
    return !(error instanceof Error && 'code' in error && error.code === 'ESRCH');
  }
};

/** Removes what ephemeral worlds left that were killed; a directory whose owner is not known stays. */
const sweep = (directory: string): void => {
  for (const name of readdirSync(directory)) {
    const owner = join(directory, name, ownerFile);
    if (!name.startsWith(prefix) || !existsSync(owner)) continue;
    const processId = Number(readFileSync(owner, 'utf8'));
    if (!Number.isInteger(processId) || processId <= 0 || isAlive(processId)) continue;
    rmSync(join(directory, name), { recursive: true, force: true });
  }
};

/**
 * Makes the directory of an ephemeral world's disks, where the system keeps what may be lost, and removes those of
 * worlds that were killed.
 */
export const makeEphemeralDirectory = (parent: string = tmpdir()): string => {
  sweep(parent);
  const directory = mkdtempSync(join(parent, prefix));
  writeFileSync(join(directory, ownerFile), `${process.pid}\n`);
  return directory;
};
