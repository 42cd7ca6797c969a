import { createHash } from 'node:crypto';
import { lstat, mkdtemp, readFile, readdir, readlink, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isDomainError } from '../../../world/domain-error.ts';
import type { TestRegionBlocks } from '../test-region-blocks.ts';
import { captureDirectory } from './capture-directory.ts';
import type { CaptureOptions, Captured } from './capture-directory.ts';

/** A directory of its own under the system's temporary ones, and how to remove it. */
export const temporaryDirectory = async (): Promise<{
  readonly path: string;
  remove(): Promise<void>;
}> => {
  const path = await mkdtemp(join(tmpdir(), 'faultline-contents-'));
  return { path, remove: () => rm(path, { recursive: true, force: true }) };
};

/** Everything that a snapshot is to keep of a directory, one line for each name, to be compared. */
export const describeTree = async (directory: string): Promise<readonly string[]> => {
  const lines: string[] = [];
  const firstNames = new Map<bigint, string>();
  const visit = async (place: Buffer, name: string): Promise<void> => {
    const stat = await lstat(place, { bigint: true });
    const metadata = `${(stat.mode & 0o7777n).toString(8)} ${stat.uid}:${stat.gid} ${stat.mtimeNs / 1000n}`;
    if (stat.isDirectory()) {
      lines.push(`${name}/ ${metadata}`);
      const names = await readdir(place, { encoding: 'buffer' });
      for (const below of names.sort((one, other) => one.compare(other)))
        await visit(
          Buffer.concat([place, Buffer.from('/'), below]),
          `${name}/${below.toString('latin1')}`,
        );
    } else if (stat.isSymbolicLink()) {
      const target = await readlink(place, { encoding: 'buffer' });
      lines.push(`${name} -> ${target.toString('latin1')} ${metadata}`);
    } else if (stat.isFile()) {
      const first = stat.nlink > 1n ? firstNames.get(stat.ino) : undefined;
      if (first === undefined) firstNames.set(stat.ino, name);
      const digest = createHash('sha256')
        .update(await readFile(place))
        .digest('hex');
      lines.push(`${name} ${first ?? 'own'} ${metadata} ${stat.size} ${digest}`);
    }
  };
  await visit(Buffer.from(directory), '');
  return lines;
};

/** Captures a directory as a complete snapshot, as a change of the one whose layout is given. */
export const takeSnapshot = async (
  blocks: TestRegionBlocks,
  directory: string,
  options: CaptureOptions,
): Promise<Captured> => {
  const writer = await blocks.begin(options.snapshotId, options.previous?.snapshotId);
  const captured = await captureDirectory(directory, writer, options);
  if (isDomainError(captured)) throw new Error(captured.message);
  await writer.complete();
  return captured;
};
