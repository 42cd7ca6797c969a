import { setTimeout as pause } from 'node:timers/promises';

/** What is under way in a world, so that its end can wait for it. */
export class UnderWay {
  readonly #works = new Set<Promise<unknown>>();

  /** Does something that counts as under way until it has settled. */
  async during<T>(work: () => Promise<T>): Promise<T> {
    const doing = work();
    this.#works.add(doing);
    try {
      return await doing;
    } finally {
      this.#works.delete(doing);
    }
  }

  /** Resolves when all that is under way now has settled, however it did, or after `patienceMs` of real time. */
  async over(patienceMs: number): Promise<void> {
    if (this.#works.size === 0) return;
    const given = new AbortController();
    const patience = pause(patienceMs, undefined, { signal: given.signal });
    await Promise.race([Promise.allSettled(this.#works), patience]);
    given.abort();
    await patience.catch(() => undefined);
  }
}
