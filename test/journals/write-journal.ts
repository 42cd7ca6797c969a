/**
 * Writes the journal of this release into `test/journals/VERSION`, with what it holds beside it:
 *
 *     node test/journals/write-journal.ts
 *
 * A journal of a release that is out is never written again: users have such journals, and they must load for ever.
 */
import { copyFile, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { version } from '../../src/text/version.ts';
import { startReady, stop } from '../support/faultline-process.ts';
import { buildWorld, describeWorld } from './recorded-world.ts';

const directory = await mkdtemp(join(tmpdir(), 'faultline-journal-'));
const target = join(import.meta.dirname, version);
const running = await startReady({ directory, speed: 60 });
try {
  await buildWorld(running.endpoint);
  const world = await describeWorld(running.endpoint);
  await stop(running);
  await mkdir(target, { recursive: true });
  await copyFile(join(directory, 'journal.sqlite'), join(target, 'journal.sqlite'));
  await writeFile(join(target, 'world.json'), `${JSON.stringify(world, undefined, 2)}\n`);
} finally {
  await stop(running);
  await rm(directory, { recursive: true });
}
