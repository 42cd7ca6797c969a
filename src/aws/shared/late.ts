/**
 * Facts that take time to read and that few worlds ask for: read at the first call of a service that needs them, not
 * when the program starts. Whoever runs calls awaits the `load` of their service first (`Service.load`), so that the
 * operations themselves stay synchronous.
 */
export class Late<Facts> {
  readonly #read: () => Promise<Facts>;
  #reading: Promise<void> | undefined;
  #facts: Facts | undefined;

  constructor(read: () => Promise<Facts>) {
    this.#read = read;
  }

  /** Resolves when the facts are there; reads them once. */
  load(): Promise<void> {
    this.#reading ??= this.#read().then((facts) => {
      this.#facts = facts;
    });
    return this.#reading;
  }

  /** The facts, if they are there. */
  get loaded(): Facts | undefined {
    return this.#facts;
  }

  /** The facts. That nobody has loaded them is a bug of the caller. */
  get value(): Facts {
    if (this.#facts === undefined) throw new Error('A service ran before its facts were loaded.');
    return this.#facts;
  }
}
