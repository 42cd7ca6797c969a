import type { DomainError } from '../../../world/domain-error.ts';
import type { Namespace } from './namespace.ts';
import { nftCommands } from './wiring.ts';

interface Change {
  readonly commands: readonly string[];
  readonly written: (problem: DomainError | undefined) => void;
}

/**
 * Changes the rules of a namespace. Changes that are asked for while one is being written are written together, so that
 * silencing a whole zone costs as much as silencing one instance.
 */
export class RuleWriter {
  readonly #namespace: Namespace;
  #waiting: Change[] = [];
  #isWriting = false;

  constructor(namespace: Namespace) {
    this.#namespace = namespace;
  }

  /** Settles when the change is in force; a change happens as a whole or not at all. */
  write(commands: readonly string[]): Promise<DomainError | undefined> {
    return new Promise((resolve) => {
      this.#waiting.push({ commands, written: resolve });
      if (!this.#isWriting) void this.#writeAll();
    });
  }

  async #writeAll(): Promise<void> {
    this.#isWriting = true;
    while (this.#waiting.length > 0) {
      const changes = this.#waiting;
      this.#waiting = [];
      const problem = await this.#run(changes);
      // One of them cannot be: the others are not held to account for it.
      const isShared = problem !== undefined && changes.length > 1;
      for (const change of changes) change.written(isShared ? await this.#run([change]) : problem);
    }
    this.#isWriting = false;
  }

  #run(changes: readonly Change[]): Promise<DomainError | undefined> {
    const commands = changes.flatMap((change) => change.commands);
    return this.#namespace.run(nftCommands(commands));
  }
}
