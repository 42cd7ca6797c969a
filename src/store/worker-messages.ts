import type { AppendedRow, FinishedSnapshot, StoredChunk } from './journal-database.ts';
import type { RecordRow } from './record-rows.ts';

/** What the worker is given when it starts. */
export interface WorkerOptions {
  readonly directory: string;
  readonly flags: readonly string[];
  readonly seed: number;
  readonly pageLimit?: number;
}

/** What the main thread asks of the worker, which answers in the order of asking. */
export interface WorkerRequests {
  readonly lease: { readonly ask: undefined; readonly answer: number };
  readonly append: { readonly ask: readonly AppendedRow[]; readonly answer: undefined };
  readonly read: {
    readonly ask: { readonly shard: string; readonly fromSeq: number };
    readonly answer: readonly RecordRow[];
  };
  readonly readChunk: {
    readonly ask: { readonly shard: string; readonly index: number };
    readonly answer: StoredChunk | undefined;
  };
  readonly nextGeneration: { readonly ask: undefined; readonly answer: number };
  readonly writeChunk: {
    readonly ask: {
      readonly shard: string;
      readonly generation: number;
      readonly index: number;
      readonly body: string;
    };
    readonly answer: undefined;
  };
  readonly finishSnapshot: { readonly ask: FinishedSnapshot; readonly answer: undefined };
  readonly dropUnused: { readonly ask: undefined; readonly answer: boolean };
  readonly close: { readonly ask: undefined; readonly answer: undefined };
}

/** The name of a request. */
export type WorkerRequestName = keyof WorkerRequests;

/** A request on its way to the worker. */
export type WorkerRequest = {
  readonly [Name in WorkerRequestName]: {
    readonly name: Name;
    readonly ask: WorkerRequests[Name]['ask'];
  };
}[WorkerRequestName];

/** An error on its way from the worker: a class does not survive the way, its name does. */
export interface WorkerError {
  readonly name: string;
  readonly message: string;
  readonly cause?: string;
}

/** What the worker says: notices at any time, `opened` once, then one answer for each request, in order. */
export type WorkerReply =
  | { readonly kind: 'notice'; readonly message: string }
  | {
      readonly kind: 'opened';
      readonly format: number;
      readonly flags: string;
      readonly seed: number;
      readonly heads: readonly (readonly [shard: string, head: number])[];
    }
  | { readonly kind: 'answer'; readonly answer: unknown }
  | { readonly kind: 'error'; readonly error: WorkerError };
