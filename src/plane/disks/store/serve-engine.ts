import { DomainError } from '../../../world/domain-error.ts';
import { blockBytes } from '../region-blocks.ts';
import { StoreEngine } from './store-engine.ts';
import type { FromEngine, StoreRequestName, StoreRequests, ToEngine } from './store-messages.ts';
import type { StoreOptions } from './store-state.ts';

/** Where the engine's messages come from and go to: a worker's port, or one of the same thread. */
export interface EnginePort {
  on(event: 'message', listener: (message: ToEngine) => void): void;
  postMessage(message: FromEngine, transfer: readonly ArrayBuffer[]): void;
  close(): void;
}

type Answers = {
  readonly [Name in StoreRequestName]: (ask: StoreRequests[Name]['ask']) => unknown;
};

const answersOf = (engine: StoreEngine): Answers => ({
  begin: ({ name, parent }) => engine.begin(name, parent),
  putStored: ({ key, index, stored }) => engine.putStored(key, index, stored),
  flush: () => engine.flush(),
  complete: (name) => engine.complete(name),
  drop: (name) => engine.drop(name),
  contents: (name) => engine.contents(name),
  list: () => engine.list(),
  read: ({ name, index }) => engine.read(name, index),
  readStored: ({ name, index }) => engine.readStored(name, index),
  blocks: ({ name, fromIndex, limit }) => engine.blocks(name, fromIndex, limit),
  changes: ({ name, second, fromIndex, limit }) => engine.changes(name, second, fromIndex, limit),
  collect: () => engine.collect(),
  inspect: () => engine.inspect(),
  close: () => engine.close(),
});

const messageOf = (error: unknown): string =>
  error instanceof Error ? error.message : String(error);

/** Blocks are handed over rather than copied. */
const buffersIn = (answer: unknown): readonly ArrayBuffer[] => {
  if (answer instanceof Uint8Array) {
    return answer.buffer instanceof ArrayBuffer ? [answer.buffer] : [];
  }
  const isStored = typeof answer === 'object' && answer !== null && 'bytes' in answer;
  return isStored ? buffersIn(answer.bytes) : [];
};

class Serving {
  readonly #port: EnginePort;
  readonly #engine: StoreEngine;
  readonly #answers: Answers;
  #slots: SharedArrayBuffer | undefined;
  #hasFailed = false;

  constructor(engine: StoreEngine, port: EnginePort) {
    this.#engine = engine;
    this.#port = port;
    this.#answers = answersOf(engine);
  }

  receive(message: ToEngine): void {
    if (this.#hasFailed) return;
    switch (message.kind) {
      case 'ask':
        void this.#answer(message.number, message.name, message.ask);
        return;
      case 'slots':
        this.#slots = message.memory;
        return;
      case 'put':
        void this.#put(message);
        return;
      case 'keep':
        this.#engine.keep(message.key, message.fromIndex, message.toIndex);
        return;
    }
  }

  async #answer(number: number, name: StoreRequestName, ask: unknown): Promise<void> {
    try {
      // The map pairs each name with its own ask; the compiler cannot follow the pairing through an index.
      const answer = await (this.#answers[name] as (ask: unknown) => unknown)(ask);
      if (answer instanceof DomainError) {
        const { code, message } = answer;
        this.#post({ kind: 'refusal', number, code, message });
      } else {
        this.#post({ kind: 'answer', number, answer }, buffersIn(answer));
      }
    } catch (error) {
      // A mistake of whoever asked is told to them alone; after a failure of the disk no commit works any more.
      if (this.#engine.failure === undefined) {
        this.#post({ kind: 'error', number, message: messageOf(error) });
      } else {
        await this.#end(error);
      }
    }
    if (name === 'close') this.#port.close();
  }

  async #put({ key, index, slot }: Extract<ToEngine, { kind: 'put' }>): Promise<void> {
    try {
      if (this.#slots === undefined)
        throw new Error('a block was put before there was room for it');
      await this.#engine.put(
        key,
        index,
        new Uint8Array(this.#slots, slot * blockBytes, blockBytes),
      );
      this.#post({ kind: 'free', slot });
    } catch (error) {
      await this.#end(error);
    }
  }

  async #end(error: unknown): Promise<void> {
    if (this.#hasFailed) return;
    this.#hasFailed = true;
    this.#post({ kind: 'failed', message: messageOf(error) });
    try {
      await this.#engine.close();
    } catch (closing) {
      // It fails for the reason that was just told.
      if (!(closing instanceof Error)) throw closing;
    }
    this.#port.close();
  }

  #post(message: FromEngine, transfer: readonly ArrayBuffer[] = []): void {
    this.#port.postMessage(message, transfer);
  }
}

/** Opens a store and answers what comes through a port, until it is closed or its disk fails. */
export const serveEngine = (options: StoreOptions, port: EnginePort): void => {
  try {
    const serving = new Serving(new StoreEngine(options), port);
    port.on('message', (message) => serving.receive(message));
  } catch (error) {
    port.postMessage({ kind: 'failed', message: messageOf(error) }, []);
    port.close();
  }
};
