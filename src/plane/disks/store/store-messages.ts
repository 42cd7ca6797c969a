import type {
  ChangedBlock,
  Collection,
  ListedBlock,
  SnapshotContents,
  StoredBlock,
} from '../region-blocks.ts';
import type { Inspection } from './store-inspection.ts';

interface Range {
  readonly name: string;
  readonly fromIndex: number;
  readonly limit: number;
}

interface BlockPlace {
  readonly name: string;
  readonly index: number;
}

/** What is asked of a store's engine, and what it answers. An answer may also be a DomainError where the port says so. */
export interface StoreRequests {
  readonly begin: {
    readonly ask: { readonly name: string; readonly parent: string | undefined };
    readonly answer: number;
  };
  readonly putStored: {
    readonly ask: { readonly key: number; readonly index: number; readonly stored: StoredBlock };
    readonly answer: undefined;
  };
  readonly flush: { readonly ask: undefined; readonly answer: undefined };
  readonly complete: { readonly ask: string; readonly answer: SnapshotContents };
  readonly drop: { readonly ask: string; readonly answer: undefined };
  readonly contents: { readonly ask: string; readonly answer: SnapshotContents | undefined };
  readonly list: { readonly ask: undefined; readonly answer: readonly SnapshotContents[] };
  readonly read: {
    readonly ask: BlockPlace;
    readonly answer: Uint8Array<ArrayBuffer> | undefined;
  };
  readonly readStored: { readonly ask: BlockPlace; readonly answer: StoredBlock | undefined };
  readonly blocks: { readonly ask: Range; readonly answer: readonly ListedBlock[] };
  readonly changes: {
    readonly ask: Range & { readonly second: string };
    readonly answer: readonly ChangedBlock[];
  };
  readonly collect: { readonly ask: undefined; readonly answer: Collection };
  readonly inspect: { readonly ask: undefined; readonly answer: Inspection };
  readonly close: { readonly ask: undefined; readonly answer: undefined };
}

export type StoreRequestName = keyof StoreRequests;

/** A message to the engine. Blocks go through memory that both threads share: `slots` hands it over once. */
export type ToEngine =
  | {
      readonly kind: 'ask';
      readonly number: number;
      readonly name: StoreRequestName;
      readonly ask: unknown;
    }
  | { readonly kind: 'slots'; readonly memory: SharedArrayBuffer }
  | { readonly kind: 'put'; readonly key: number; readonly index: number; readonly slot: number }
  | {
      readonly kind: 'keep';
      readonly key: number;
      readonly fromIndex: number;
      readonly toIndex: number;
    };

/** A message from the engine. */
export type FromEngine =
  | { readonly kind: 'answer'; readonly number: number; readonly answer: unknown }
  | {
      readonly kind: 'refusal';
      readonly number: number;
      readonly code: string;
      readonly message: string;
    }
  | { readonly kind: 'error'; readonly number: number; readonly message: string }
  /** A slot of the shared memory may be used again. */
  | { readonly kind: 'free'; readonly slot: number }
  /** The engine has ended: what was not durable is to be done again. */
  | { readonly kind: 'failed'; readonly message: string };
