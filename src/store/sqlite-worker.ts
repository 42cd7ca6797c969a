import { parentPort, workerData } from 'node:worker_threads';
import { JournalDatabase } from './journal-database.ts';
import type {
  WorkerError,
  WorkerOptions,
  WorkerReply,
  WorkerRequest,
  WorkerRequestName,
  WorkerRequests,
} from './worker-messages.ts';

const port = parentPort;
if (port === null) throw new Error('this file runs as a worker thread only');

const reply = (message: WorkerReply): void => port.postMessage(message);

const workerError = (error: unknown): WorkerError =>
  error instanceof Error
    ? {
        name: error.name,
        message: error.message,
        ...(error.cause instanceof Error ? { cause: error.cause.message } : {}),
      }
    : { name: 'Error', message: String(error) };

type Answers = {
  readonly [Name in WorkerRequestName]: (
    ask: WorkerRequests[Name]['ask'],
  ) => WorkerRequests[Name]['answer'];
};

const answersOf = (database: JournalDatabase): Answers => ({
  lease: () => database.takeLease(),
  append: (rows) => {
    database.append(rows);
  },
  read: ({ shard, fromSeq }) => database.read(shard, fromSeq),
  readChunk: ({ shard, index }) => database.readChunk(shard, index),
  nextGeneration: () => database.nextGeneration(),
  writeChunk: ({ shard, generation, index, body }) => {
    database.writeChunk(shard, generation, index, body);
  },
  finishSnapshot: (snapshot) => {
    database.finishSnapshot(snapshot);
  },
  dropUnused: () => database.dropUnused(),
  close: () => {
    database.close();
  },
});

const serve = (database: JournalDatabase): void => {
  const answers = answersOf(database);
  port.on('message', ({ name, ask }: WorkerRequest) => {
    try {
      // The map pairs each name with its own ask and answer; the compiler cannot follow the pairing through an index.
      const answer = (answers[name] as (ask: unknown) => unknown)(ask);
      reply({ kind: 'answer', answer });
    } catch (error) {
      reply({ kind: 'error', error: workerError(error) });
    }
    // Behind the reply, since a closed port says nothing more.
    if (name === 'close') port.close();
  });
};

const start = (): void => {
  try {
    // The main thread passes WorkerOptions as the worker's data, and nothing else starts this file.
    const options = workerData as WorkerOptions;
    const onNotice = (message: string): void => reply({ kind: 'notice', message });
    const database = new JournalDatabase({ ...options, onNotice });
    const { format, flags, seed } = database.header;
    serve(database);
    reply({ kind: 'opened', format, flags, seed, heads: database.heads() });
  } catch (error) {
    reply({ kind: 'error', error: workerError(error) });
    port.close();
  }
};

start();
