/**
 * World time. Every duration of AWS's (boot, health intervals, TTL, copies) is world time; a live clock runs at
 * `speed` world seconds per real second, a virtual one jumps to the next moment at which something is due.
 */
export interface Clock {
  /** World time, milliseconds since 1970. */
  now(): number;
  /** World seconds per real second; 0 when time passes only by being advanced. */
  speed(): number;
  /**
   * Calls back once when world time has reached `worldMs` (at once, but never within this call, when that is past).
   * Callbacks due at the same moment run in the order in which they were asked for. Returns a way to cancel.
   */
  at(worldMs: number, callback: () => void): () => void;
}

interface Waiting {
  readonly at: number;
  readonly order: number;
  readonly callback: () => void;
  cancelled: boolean;
}

const earlier = (a: Waiting, b: Waiting): boolean =>
  a.at < b.at || (a.at === b.at && a.order < b.order);

/** So many that were cancelled are left where they are. */
const mostCancelled = 64;

/** A binary heap of what waits for a moment: the earliest first, ties in the order of asking. */
export class WaitingList {
  #heap: Waiting[] = [];
  #order = 0;
  #cancelled = 0;

  add(at: number, callback: () => void): () => void {
    const waiting: Waiting = { at, order: this.#order++, callback, cancelled: false };
    this.#heap.push(waiting);
    this.#up(this.#heap.length - 1);
    return () => {
      if (waiting.cancelled) return;
      waiting.cancelled = true;
      this.#cancelled += 1;
      if (this.#cancelled > this.#heap.length / 2 && this.#cancelled > mostCancelled)
        this.#compact();
    };
  }

  /** How many wait, those left out that were cancelled. */
  size(): number {
    return this.#heap.length - this.#cancelled;
  }

  /** The moment of the earliest, if any. */
  nextAt(): number | undefined {
    this.#dropCancelled();
    return this.#heap[0]?.at;
  }

  /** Takes the earliest one that is due by `now`. */
  takeDue(now: number): (() => void) | undefined {
    this.#dropCancelled();
    const first = this.#heap[0];
    if (first === undefined || first.at > now) return undefined;
    this.#removeFirst();
    // Cancelling it from now on changes nothing.
    first.cancelled = true;
    return first.callback;
  }

  #dropCancelled(): void {
    while (this.#heap[0]?.cancelled === true) {
      this.#removeFirst();
      this.#cancelled -= 1;
    }
  }

  /** What was cancelled would else stay until its moment, which may be years away. A sorted list is a heap. */
  #compact(): void {
    this.#heap = this.#heap
      .filter((waiting) => !waiting.cancelled)
      .toSorted((a, b) => (earlier(a, b) ? -1 : 1));
    this.#cancelled = 0;
  }

  #removeFirst(): void {
    const last = this.#heap.pop();
    if (last === undefined || this.#heap.length === 0) return;
    this.#heap[0] = last;
    this.#down(0);
  }

  #up(from: number): void {
    let index = from;
    while (index > 0) {
      const parent = (index - 1) >> 1;
      if (!this.#swapIfEarlier(index, parent)) return;
      index = parent;
    }
  }

  #down(from: number): void {
    let index = from;
    for (;;) {
      const left = 2 * index + 1;
      const right = left + 1;
      let smallest = index;
      if (this.#isEarlier(left, smallest)) smallest = left;
      if (this.#isEarlier(right, smallest)) smallest = right;
      if (smallest === index) return;
      this.#swapIfEarlier(smallest, index);
      index = smallest;
    }
  }

  #isEarlier(a: number, b: number): boolean {
    const first = this.#heap[a];
    const second = this.#heap[b];
    return first !== undefined && second !== undefined && earlier(first, second);
  }

  #swapIfEarlier(a: number, b: number): boolean {
    const first = this.#heap[a];
    const second = this.#heap[b];
    if (first === undefined || second === undefined || !earlier(first, second)) return false;
    this.#heap[a] = second;
    this.#heap[b] = first;
    return true;
  }
}

/** Time that passes only when it is told to: for simulation and for tests. */
export class VirtualClock implements Clock {
  readonly #waiting = new WaitingList();
  #now: number;

  constructor(startMs: number) {
    this.#now = startMs;
  }

  now(): number {
    return this.#now;
  }

  speed(): number {
    return 0;
  }

  at(worldMs: number, callback: () => void): () => void {
    return this.#waiting.add(worldMs, callback);
  }

  /** How many callbacks wait for their moment. */
  pending(): number {
    return this.#waiting.size();
  }

  /** The next moment at which something is due, if any. */
  nextAt(): number | undefined {
    return this.#waiting.nextAt();
  }

  /** Moves to `worldMs`, stopping at every moment on the way at which something is due. */
  advanceTo(worldMs: number): void {
    for (;;) {
      const next = this.#waiting.nextAt();
      if (next === undefined || next > worldMs) break;
      this.#now = Math.max(this.#now, next);
      this.#waiting.takeDue(this.#now)?.();
    }
    this.#now = Math.max(this.#now, worldMs);
  }

  /** Moves on by `durationMs`. */
  advance(durationMs: number): void {
    this.advanceTo(this.#now + durationMs);
  }
}
