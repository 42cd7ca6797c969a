import { Worker } from 'node:worker_threads';
import { JournalDamaged, JournalHeld } from '../world/journal.ts';
import type {
  WorkerError,
  WorkerOptions,
  WorkerReply,
  WorkerRequestName,
  WorkerRequests,
} from './worker-messages.ts';

type Opened = Extract<WorkerReply, { readonly kind: 'opened' }>;

interface Waiting {
  readonly resolve: (answer: unknown) => void;
  readonly reject: (error: Error) => void;
}

const errorOf = ({ name, message, cause }: WorkerError): Error => {
  const options = cause === undefined ? undefined : { cause: new Error(cause) };
  switch (name) {
    case 'JournalHeld':
      return new JournalHeld(message, options);
    case 'JournalDamaged':
      return new JournalDamaged(message, options);
    default:
      return new Error(message, options);
  }
};

/**
 * The line to the journal's worker thread: requests go out in order and answers come back in that order. When
 * the worker dies, all that waits is rejected and so is all that is asked later.
 */
export class WorkerLine {
  readonly #worker: Worker;
  readonly #waiting: Waiting[] = [];
  #broken: Error | undefined;

  private constructor(worker: Worker) {
    this.#worker = worker;
  }

  /** Starts the worker; resolves when it has opened the journal, rejects with why it could not. */
  static async open(
    options: WorkerOptions,
    onNotice: (message: string) => void,
  ): Promise<{ readonly line: WorkerLine; readonly opened: Opened }> {
    const worker = new Worker(new URL('./sqlite-worker.ts', import.meta.url), {
      workerData: options,
      // Flags of the main thread, such as --eval, are none of the worker's.
      execArgv: [],
    });
    const line = new WorkerLine(worker);
    const opened = await new Promise<Opened>((resolve, reject) => {
      // The first to wait is the opening itself: its answer is the `opened` message.
      line.#waiting.push({ resolve: (answer) => resolve(answer as Opened), reject });
      line.#listen(onNotice);
    });
    return { line, opened };
  }

  /** Asks the worker; resolves to its answer. */
  async ask<Name extends WorkerRequestName>(
    name: Name,
    ask: WorkerRequests[Name]['ask'],
  ): Promise<WorkerRequests[Name]['answer']> {
    if (this.#broken !== undefined) throw this.#broken;
    const answer = await new Promise<unknown>((resolve, reject) => {
      // Only who waits for an answer keeps the process alive: one that gives up needs not close the journal.
      if (this.#waiting.length === 0) this.#worker.ref();
      this.#waiting.push({ resolve, reject });
      // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a worker thread has no origin
      this.#worker.postMessage({ name, ask });
    });
    // Answers come in the order of asking, each of the type that WorkerRequests pairs with its name.
    return answer as WorkerRequests[Name]['answer'];
  }

  /** Closes the journal's file and ends the worker; at once when the worker has died already. */
  async close(): Promise<void> {
    if (this.#broken !== undefined) return;
    const exited = new Promise<void>((resolve) => {
      this.#worker.once('exit', () => resolve());
    });
    await this.ask('close', undefined);
    this.#worker.ref();
    await exited;
  }

  #listen(onNotice: (message: string) => void): void {
    this.#worker.on('message', (reply: WorkerReply) => {
      switch (reply.kind) {
        case 'notice':
          onNotice(reply.message);
          return;
        case 'opened':
          this.#nextWaiting()?.resolve(reply);
          return;
        case 'answer':
          this.#nextWaiting()?.resolve(reply.answer);
          return;
        case 'error':
          this.#nextWaiting()?.reject(errorOf(reply.error));
          return;
      }
    });
    this.#worker.on('error', (error) => {
      this.#break(new Error("the journal's worker thread failed", { cause: error }));
    });
    this.#worker.on('exit', () => this.#break(new Error('the journal is closed')));
  }

  #nextWaiting(): Waiting | undefined {
    const waiting = this.#waiting.shift();
    if (this.#waiting.length === 0) this.#worker.unref();
    return waiting;
  }

  #break(error: Error): void {
    this.#broken ??= error;
    for (const { reject } of this.#waiting.splice(0)) reject(this.#broken);
  }
}
