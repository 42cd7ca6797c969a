/** Which blocks of a volume are taken. The lowest free ones are given out first. */
export class BlockAllocator {
  readonly #taken: Uint8Array;
  readonly #limit: number;
  #lowest = 0;
  #free: number;

  /** `limit`: how many blocks the volume has. */
  constructor(limit: number) {
    this.#limit = limit;
    this.#free = limit;
    this.#taken = new Uint8Array(Math.ceil(limit / 8));
  }

  get free(): number {
    return this.#free;
  }

  #isTaken(index: number): boolean {
    return ((this.#taken[index >> 3] ?? 0xff) & (1 << (index & 7))) !== 0;
  }

  /** Takes this block; false when it is taken, or outside of the volume. */
  claim(index: number): boolean {
    if (index < 0 || index >= this.#limit || this.#isTaken(index)) return false;
    this.#taken[index >> 3] = (this.#taken[index >> 3] ?? 0) | (1 << (index & 7));
    this.#free -= 1;
    return true;
  }

  release(index: number): void {
    if (index < 0 || index >= this.#limit || !this.#isTaken(index)) return;
    this.#taken[index >> 3] = (this.#taken[index >> 3] ?? 0) & ~(1 << (index & 7));
    this.#free += 1;
    this.#lowest = Math.min(this.#lowest, index);
  }

  /** Takes `wish` if it is free, else the lowest free block. Undefined when the volume is full. */
  take(wish?: number): number | undefined {
    if (wish !== undefined && this.claim(wish)) return wish;
    while (this.#lowest < this.#limit && this.#isTaken(this.#lowest)) this.#lowest += 1;
    return this.claim(this.#lowest) ? this.#lowest : undefined;
  }
}
