import type { Soon } from '../../plane/disks/disks.ts';

const isPromise = <T>(value: Soon<T>): value is Promise<T> => value instanceof Promise;

/** Goes on with a value: at once when it is there, so that nothing of virtual time waits for a promise. */
export const afterwards = <T, U>(value: Soon<T>, follow: (value: T) => Soon<U>): Soon<U> =>
  isPromise(value) ? value.then((settled) => follow(settled)) : follow(value);

/** What is to be done one after the other about each of many things; at once as long as nothing takes time. */
export class Tasks {
  readonly #tails = new Map<string, Promise<void>>();
  readonly #failed: (key: string, error: unknown) => void;

  constructor(failed: (key: string, error: unknown) => void) {
    this.#failed = failed;
  }

  /** Does something about a thing after whatever else is to be done about it. */
  add(key: string, work: () => Soon<void>): void {
    const done = this.within(key, work);
    // What fails is told by the one who made this.
    if (isPromise(done)) done.catch(() => undefined);
  }

  /** The same; settles when it is done or has failed. */
  within(key: string, work: () => Soon<void>): Soon<void> {
    const before = this.#tails.get(key);
    if (before !== undefined) return this.#keep(key, before.then(work));
    const done = work();
    return isPromise(done) ? this.#keep(key, done) : undefined;
  }

  /** Settles when nothing is left to be done about a thing; undefined when nothing is. */
  over(key: string): Promise<void> | undefined {
    return this.#tails.get(key);
  }

  /** Settles when what is to be done now is done. */
  async allOver(): Promise<void> {
    await Promise.all(this.#tails.values());
  }

  #keep(key: string, done: Promise<void>): Promise<void> {
    const tail = done
      .catch((error: unknown) => this.#failed(key, error))
      .then(() => {
        if (this.#tails.get(key) === tail) this.#tails.delete(key);
      });
    this.#tails.set(key, tail);
    return tail;
  }
}
