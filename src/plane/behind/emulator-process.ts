import { spawn, type ChildProcess } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { connect, createServer } from 'node:net';
import { delimiter, join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';

/** A way to start an emulator: a program that may be on the path, and its arguments before those of the emulator. */
export interface Launcher {
  readonly program: string;
  readonly args: readonly string[];
}

/** An emulator that was started and ends with this process, however that ends. */
export interface EmulatorProcess {
  /** `http://127.0.0.1:PORT` */
  readonly origin: string;
  close(): Promise<void>;
}

/** What there is to say of an emulator that did not start; `output` is the end of what it printed. */
export interface EmulatorProblem {
  readonly why: string;
  readonly output: string;
}

/** The first of the launchers whose program is on the path. */
export const findLauncher = (
  launchers: readonly Launcher[],
  path = process.env['PATH'] ?? '',
): Launcher | undefined => {
  const directories = path.split(delimiter).filter((directory) => directory !== '');
  return launchers.find(({ program }) =>
    directories.some((directory) => {
      try {
        accessSync(join(directory, program), constants.X_OK);
        return true;
      } catch {
        // It is not there, or nobody may run it: the next one.
        return false;
      }
    }),
  );
};

const freePort = (): Promise<number> =>
  new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      const port = typeof address === 'object' ? (address?.port ?? 0) : 0;
      server.close(() => resolve(port));
    });
  });

const listens = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });

/**
 * The emulator runs below a shell of a session of its own, out of reach of a terminal's Ctrl-C. Beside it waits another at a
 * pipe whose other end only this process holds: it ends when this process does, even by SIGKILL, and takes all with it.
 */
const tied = '{ read -r line; kill -TERM 0; } <&3 & "$@" </dev/null; exit $?';

/** How much of what it prints is kept, for whoever asks why it did not start. */
const keptCharacters = 2_000;

/** Real milliseconds between two looks whether it listens, and for its end once it was asked to end. */
const lookMs = 100;
const endMs = 3_000;

class Emulator implements EmulatorProcess {
  readonly origin: string;
  readonly #child: ChildProcess;
  readonly #ended: Promise<void>;
  output = '';
  isEnded = false;

  constructor(launcher: Launcher, args: readonly string[], port: number) {
    this.origin = `http://127.0.0.1:${port}`;
    const command = [launcher.program, ...launcher.args, ...args];
    this.#child = spawn('/bin/sh', ['-c', tied, 'faultline-behind', ...command], {
      detached: true,
      stdio: ['ignore', 'pipe', 'pipe', 'pipe'],
    });
    this.#ended = new Promise((resolve) => {
      const end = (): void => {
        this.isEnded = true;
        resolve();
      };
      this.#child.once('exit', end);
      this.#child.once('error', (error) => {
        this.output += error.message;
        end();
      });
    });
    for (const stream of [this.#child.stdout, this.#child.stderr]) {
      stream?.on('data', (piece: Buffer) => {
        this.output = `${this.output}${piece.toString('utf8')}`.slice(-keptCharacters);
      });
    }
    // The pipe breaks when the shell ends first: that is seen by its exit.
    this.#child.stdio[3]?.on('error', () => undefined);
  }

  whenEnded(): Promise<void> {
    return this.#ended;
  }

  async close(): Promise<void> {
    const [, , , pipe] = this.#child.stdio;
    if (pipe !== null && pipe !== undefined && 'end' in pipe) pipe.end('done\n');
    const ended = new AbortController();
    const late = pause(endMs, 'late', { signal: ended.signal }).catch(() => undefined);
    const group = this.#child.pid;
    if ((await Promise.race([this.#ended, late])) === 'late' && group !== undefined) {
      process.kill(-group, 'SIGKILL');
    }
    ended.abort();
  }
}

/** Whoever asks is told at most so often what it waits for. */
export interface EmulatorStart {
  readonly launcher: Launcher;
  /** The emulator's own arguments, once its port is known. */
  readonly args: (port: number) => readonly string[];
  /** Real milliseconds until it has to listen; the first start may bring it from a registry. */
  readonly patienceMs: number;
  /** Called when it ends although nobody asked it to. */
  readonly onEnd: () => void;
}

/** Starts an emulator on a free port of 127.0.0.1 and waits until it listens. */
export const startEmulator = async ({
  launcher,
  args,
  patienceMs,
  onEnd,
}: EmulatorStart): Promise<EmulatorProcess | EmulatorProblem> => {
  const port = await freePort();
  const emulator = new Emulator(launcher, args(port), port);
  const until = performance.now() + patienceMs;
  while (!emulator.isEnded && performance.now() < until) {
    if (await listens(port)) {
      let isAsked = false;
      void emulator.whenEnded().then(() => (isAsked ? undefined : onEnd()));
      return {
        origin: emulator.origin,
        close: async () => {
          isAsked = true;
          await emulator.close();
        },
      };
    }
    await pause(lookMs);
  }
  const why = emulator.isEnded
    ? 'it ended at once'
    : `it does not listen after ${patienceMs / 1_000} s`;
  await emulator.close();
  return { why, output: emulator.output.trim() };
};
