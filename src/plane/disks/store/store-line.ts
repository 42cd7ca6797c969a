import { MessageChannel, Worker } from 'node:worker_threads';
import type { MessagePort, Transferable } from 'node:worker_threads';
import { DomainError } from '../../../world/domain-error.ts';
import { blockBytes } from '../region-blocks.ts';
import { serveEngine } from './serve-engine.ts';
import type { FromEngine, StoreRequestName, StoreRequests, ToEngine } from './store-messages.ts';
import type { StoreOptions } from './store-state.ts';

/** Blocks that may be on their way to the engine at once: 8 MiB of memory that both threads share. */
const slotCount = 16;

interface Waiting {
  readonly resolve: (answer: unknown) => void;
  readonly reject: (error: Error) => void;
}

/** On which thread a store's engine works: one of its own, or, in tests, the caller's. */
export type EngineThread = 'worker' | 'caller';

/**
 * The line to a store's engine. Its answers come by number. When the engine ends, all that waits is rejected, and so is
 * all that is asked later.
 */
export class StoreLine {
  /** Settles once the engine has let go of its files. */
  readonly ended: Promise<void>;
  readonly #port: MessagePort | Worker;
  readonly #waiting = new Map<number, Waiting>();
  readonly #freeSlots: number[] = [];
  readonly #awaitingSlot: Waiting[] = [];
  #memory: SharedArrayBuffer | undefined;
  #lastNumber = 0;
  #broken: Error | undefined;

  constructor(options: StoreOptions, thread: EngineThread) {
    if (thread === 'worker') {
      const worker = new Worker(new URL('./store-worker.ts', import.meta.url), {
        workerData: options,
        // Flags of the main thread, such as --eval, are none of the worker's.
        execArgv: [],
        // What it makes is short-lived: a small nursery keeps what waits to be freed small.
        resourceLimits: { maxYoungGenerationSizeMb: 8 },
      });
      this.#port = worker;
      this.ended = new Promise((resolve) => worker.once('exit', () => resolve()));
      worker.on('error', (error) => {
        this.#break(new Error("the block store's worker thread failed", { cause: error }));
      });
    } else {
      const { port1, port2 } = new MessageChannel();
      this.#port = port1;
      this.ended = new Promise((resolve) => port1.once('close', () => resolve()));
      serveEngine(options, port2);
    }
    void this.ended.then(() => this.#break(new Error('the block store is closed')));
    this.#port.on('message', (message: FromEngine) => this.#receive(message));
    this.#refIfAwaited();
  }

  /** Why nothing more can be asked, if so. */
  get broken(): Error | undefined {
    return this.#broken;
  }

  /** Asks the engine; resolves to its answer, or to a DomainError where its port speaks of one. */
  async ask<Name extends StoreRequestName>(
    name: Name,
    ask: StoreRequests[Name]['ask'],
    transfer: readonly Transferable[] = [],
  ): Promise<StoreRequests[Name]['answer'] | DomainError> {
    if (this.#broken !== undefined) throw this.#broken;
    this.#lastNumber += 1;
    const number = this.#lastNumber;
    const answer = await new Promise<unknown>((resolve, reject) => {
      this.#waiting.set(number, { resolve, reject });
      this.#refIfAwaited();
      this.#send({ kind: 'ask', number, name, ask }, transfer);
    });
    // The engine answers each number with the type that StoreRequests pairs with the name.
    return answer as StoreRequests[Name]['answer'] | DomainError;
  }

  /** Hands a block over; resolves when it is copied and its bytes may be reused. */
  async put(key: number, index: number, block: Uint8Array): Promise<void> {
    const slot = await this.#takeSlot();
    if (this.#memory === undefined) throw new Error('there is no slot without memory');
    new Uint8Array(this.#memory, slot * blockBytes, blockBytes).set(block);
    this.#send({ kind: 'put', key, index, slot });
  }

  keep(key: number, fromIndex: number, toIndex: number): void {
    if (this.#broken === undefined) this.#send({ kind: 'keep', key, fromIndex, toIndex });
  }

  /** Makes everything durable and ends the engine; rejects when that failed. */
  async close(): Promise<void> {
    try {
      if (this.#broken === undefined) await this.ask('close', undefined);
    } finally {
      this.#port.ref();
      await this.ended;
    }
  }

  async #takeSlot(): Promise<number> {
    if (this.#broken !== undefined) throw this.#broken;
    if (this.#memory === undefined) {
      this.#memory = new SharedArrayBuffer(slotCount * blockBytes);
      this.#freeSlots.push(...Array.from({ length: slotCount }, (_, slot) => slot));
      this.#send({ kind: 'slots', memory: this.#memory });
    }
    const free = this.#freeSlots.pop();
    if (free !== undefined) return free;
    const slot = await new Promise<unknown>((resolve, reject) => {
      this.#awaitingSlot.push({ resolve, reject });
      this.#refIfAwaited();
    });
    return Number(slot);
  }

  #send(message: ToEngine, transfer: readonly Transferable[] = []): void {
    // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread has no origin
    this.#port.postMessage(message, transfer);
  }

  #receive(message: FromEngine): void {
    switch (message.kind) {
      case 'free': {
        const next = this.#awaitingSlot.shift();
        if (next === undefined) this.#freeSlots.push(message.slot);
        else next.resolve(message.slot);
        break;
      }
      case 'failed':
        this.#break(new Error(message.message));
        break;
      case 'answer':
        this.#take(message.number)?.resolve(message.answer);
        break;
      case 'refusal':
        this.#take(message.number)?.resolve(new DomainError(message.code, message.message));
        break;
      case 'error':
        this.#take(message.number)?.reject(new Error(message.message));
        break;
    }
    this.#refIfAwaited();
  }

  #take(number: number): Waiting | undefined {
    const waiting = this.#waiting.get(number);
    this.#waiting.delete(number);
    return waiting;
  }

  /** Only who waits for an answer keeps the process alive: one that gives up need not close the store. */
  #refIfAwaited(): void {
    if (this.#waiting.size + this.#awaitingSlot.length > 0) this.#port.ref();
    else this.#port.unref();
  }

  #break(error: Error): void {
    this.#broken ??= error;
    for (const { reject } of this.#waiting.values()) reject(this.#broken);
    this.#waiting.clear();
    for (const { reject } of this.#awaitingSlot.splice(0)) reject(this.#broken);
  }
}
