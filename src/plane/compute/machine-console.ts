import { appendFile, mkdir, readFile, rename, stat, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Readable } from 'node:stream';
import { consoleOutputBytes } from './driver.ts';
import { isSystemProblem } from '../system-problem.ts';

/** How large the file may grow before only its end is kept. */
const fileBound = 4 * consoleOutputBytes;

/** The last bytes of a console file; empty when there is none. */
export const readConsole = async (path: string): Promise<Uint8Array> => {
  try {
    const bytes = await readFile(path);
    return bytes.subarray(Math.max(0, bytes.length - consoleOutputBytes));
  } catch (problem) {
    if (problem instanceof Error && 'code' in problem && problem.code === 'ENOENT')
      return new Uint8Array();
    throw problem;
  }
};

const sizeOf = async (path: string): Promise<number> => {
  try {
    return (await stat(path)).size;
  } catch (problem) {
    if (isSystemProblem(problem) && problem.code === 'ENOENT') return 0;
    throw problem;
  }
};

/**
 * What a machine prints, kept in a file of bounded size over all its boots. Streams are read no faster than the file is
 * written, so a program that prints without end waits for its console, as on a serial line.
 */
export class MachineConsole {
  readonly #path: string;
  #bytesInFile: number | undefined;
  #writing: Promise<void> = Promise.resolve();
  #isLost = false;

  constructor(path: string) {
    this.#path = path;
  }

  /** Writes a line of the machine itself. */
  note(line: string): Promise<void> {
    return this.#write(Buffer.from(`faultline: ${line}\n`));
  }

  /** Takes all that a process prints until it closes its output, or until the stream is destroyed. */
  take(output: Readable): Promise<void> {
    const ended = Promise.withResolvers<void>();
    output.on('data', (chunk: Buffer) => {
      output.pause();
      void this.#write(chunk).then(() => output.resume());
    });
    output.once('close', () => ended.resolve());
    // A read error ends the output as its end does: what was printed so far is kept.
    output.once('error', () => ended.resolve());
    return ended.promise;
  }

  #write(bytes: Buffer): Promise<void> {
    this.#writing = this.#writing.then(() => this.#append(bytes));
    return this.#writing;
  }

  /** Where the host cannot write (no space, say), the console is lost and the machine goes on. */
  async #append(bytes: Buffer): Promise<void> {
    if (this.#isLost) return;
    try {
      await this.#appendBounded(bytes);
    } catch (problem) {
      if (!isSystemProblem(problem)) throw problem;
      this.#isLost = true;
    }
  }

  async #appendBounded(bytes: Buffer): Promise<void> {
    if (this.#bytesInFile === undefined) {
      await mkdir(dirname(this.#path), { recursive: true });
      this.#bytesInFile = await sizeOf(this.#path);
    }
    await appendFile(this.#path, bytes);
    this.#bytesInFile += bytes.length;
    if (this.#bytesInFile <= fileBound) return;
    // Whoever follows the file reads it to its end, and goes on after the bytes that the new one begins with.
    const kept = await readConsole(this.#path);
    await writeFile(`${this.#path}.new`, kept);
    await rename(`${this.#path}.new`, this.#path);
    this.#bytesInFile = kept.length;
  }
}
