import { watch } from 'node:fs';
import type { FSWatcher } from 'node:fs';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { isSystemProblem } from '../system-problem.ts';

/** What a program in a machine may ask of the machine that it runs on. */
export type PowerRequest = 'off' | 'reboot';

/** The switch of one machine. */
export interface PowerSwitch {
  /** The directory of the commands; it comes first in the machine's `PATH`. */
  readonly commandDirectory: string;
  close(): void;
}

const requestName = 'request';

/**
 * `shutdown` takes a moment as its last word. What cannot be done is refused: a shutdown that waits, or one taken back.
 */
const shutdownScript = (ask: string): string => `request=off
for word in "$@"; do
  case "$word" in
    -r | --reboot) request=reboot ;;
    -h | -H | -P | --halt | --poweroff | now | +0) ;;
    *) echo "shutdown: $word is not built here; use: shutdown [-h | -r] now" >&2; exit 1 ;;
  esac
done
${ask}`;

const commands = (requestDirectory: string): Readonly<Record<string, string>> => {
  const path = join(requestDirectory, requestName).replaceAll("'", String.raw`'\''`);
  // Moved into place, so that it is never seen half written.
  const ask = (request: string): string =>
    `echo ${request} > '${path}'.$$ && mv -f '${path}'.$$ '${path}'`;
  return {
    shutdown: shutdownScript(ask('"$request"')),
    poweroff: ask('off'),
    halt: ask('off'),
    reboot: ask('reboot'),
  };
};

const takeRequest = async (directory: string): Promise<PowerRequest | undefined> => {
  const path = join(directory, requestName);
  try {
    const text = await readFile(path, 'utf8');
    await rm(path, { force: true });
    return text.trim() === 'reboot' ? 'reboot' : 'off';
  } catch (problem) {
    // Another event about the same request came first.
    if (isSystemProblem(problem) && problem.code === 'ENOENT') return undefined;
    throw problem;
  }
};

/**
 * Gives a machine `shutdown`, `poweroff`, `halt` and `reboot` of its own, which tell `asked`. Without them a script that
 * switches its machine off, as many do on AWS, would switch off the host. `seenAs` is where the machine sees its directory,
 * when it sees it at another place.
 */
export const installPowerSwitch = async (
  machineDirectory: string,
  asked: (request: PowerRequest) => void,
  seenAs: string = machineDirectory,
): Promise<PowerSwitch> => {
  const commandDirectory = join(machineDirectory, 'bin');
  const requestDirectory = join(machineDirectory, 'power');
  await rm(requestDirectory, { recursive: true, force: true });
  await mkdir(requestDirectory, { recursive: true });
  await mkdir(commandDirectory, { recursive: true });
  for (const [name, script] of Object.entries(commands(join(seenAs, 'power')))) {
    await writeFile(join(commandDirectory, name), `#!/bin/sh\n${script}\n`, { mode: 0o755 });
  }
  const watcher: FSWatcher = watch(requestDirectory, { persistent: false }, (_, name) => {
    if (name !== requestName) return;
    void takeRequest(requestDirectory).then((request) => {
      if (request !== undefined) asked(request);
    });
  });
  return { commandDirectory, close: () => watcher.close() };
};
