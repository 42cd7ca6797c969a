/** Where a person watches: stderr, as far as it matters. */
export interface TerminalStream {
  readonly isTTY?: boolean;
  readonly columns?: number;
  write(text: string): unknown;
}

const clearLine = '\r\u001B[K';

/** One line that says what is being done and changes, on a terminal; elsewhere there is none. */
export class TerminalLine {
  readonly isTerminal: boolean;
  readonly #stream: TerminalStream;

  constructor(stream: TerminalStream) {
    this.#stream = stream;
    this.isTerminal = stream.isTTY === true;
  }

  /** What is done now, on a terminal. */
  now(what: string): void {
    // Some terminals do not know how wide they are.
    const columns = (this.#stream.columns || 80) - 1;
    if (this.isTerminal) this.#stream.write(`${clearLine}${what.slice(0, columns)}`);
  }

  /** A line that stays. */
  tell(line: string): void {
    this.clear();
    this.#stream.write(`${line}\n`);
  }

  clear(): void {
    if (this.isTerminal) this.#stream.write(clearLine);
  }
}
