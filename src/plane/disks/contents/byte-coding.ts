/** Writes numbers and bytes one after another; grows as needed. */
export class ByteWriter {
  #buffer: Buffer = Buffer.allocUnsafe(4096);
  #length = 0;

  get length(): number {
    return this.#length;
  }

  #room(bytes: number): void {
    if (this.#length + bytes <= this.#buffer.length) return;
    const grown = Buffer.allocUnsafe(Math.max(this.#buffer.length * 2, this.#length + bytes));
    this.#buffer.copy(grown, 0, 0, this.#length);
    this.#buffer = grown;
  }

  byte(value: number): void {
    this.#room(1);
    this.#buffer[this.#length] = value;
    this.#length += 1;
  }

  /** A whole number from 0 to 2^53 - 1, seven bits a byte, lowest first. */
  number(value: number): void {
    let rest = value;
    while (rest >= 0x80) {
      this.byte((rest % 0x80) | 0x80);
      rest = Math.floor(rest / 0x80);
    }
    this.byte(rest);
  }

  /** A number of 64 bits without sign. */
  wide(value: bigint): void {
    this.#room(8);
    this.#buffer.writeBigUInt64LE(BigInt.asUintN(64, value), this.#length);
    this.#length += 8;
  }

  /** Bytes without their length. */
  raw(bytes: Uint8Array): void {
    this.#room(bytes.length);
    this.#buffer.set(bytes, this.#length);
    this.#length += bytes.length;
  }

  /** The length, then the bytes of a string of one byte a character. */
  bytes(text: string): void {
    this.number(text.length);
    this.#room(text.length);
    this.#length += this.#buffer.write(text, this.#length, 'latin1');
  }

  /** What was written. Valid until the next write. */
  written(): Buffer {
    return this.#buffer.subarray(0, this.#length);
  }
}

/**
 * Reads what a ByteWriter wrote, or what somebody made up: reading past the end or a number that is too large gives zeros
 * and sets `failed`, which the caller looks at before it uses anything.
 */
export class ByteReader {
  failed = false;
  readonly #buffer: Buffer;
  #at: number;

  constructor(bytes: Uint8Array, from = 0) {
    this.#buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.#at = from;
  }

  get position(): number {
    return this.#at;
  }

  get remaining(): number {
    return this.#buffer.length - this.#at;
  }

  byte(): number {
    const value = this.#buffer[this.#at];
    if (value === undefined) {
      this.failed = true;
      return 0;
    }
    this.#at += 1;
    return value;
  }

  number(): number {
    let value = 0;
    let scale = 1;
    for (let count = 0; count < 8; count += 1) {
      const byte = this.byte();
      value += (byte & 0x7f) * scale;
      if (byte < 0x80) break;
      scale *= 0x80;
      if (count === 7) this.failed = true;
    }
    if (!Number.isSafeInteger(value)) this.failed = true;
    return this.failed ? 0 : value;
  }

  wide(): bigint {
    if (!this.#has(8)) return 0n;
    this.#at += 8;
    return this.#buffer.readBigUInt64LE(this.#at - 8);
  }

  raw(length: number): Buffer {
    if (!this.#has(length)) return Buffer.alloc(0);
    this.#at += length;
    return this.#buffer.subarray(this.#at - length, this.#at);
  }

  bytes(bound: number): string {
    const length = this.number();
    if (length > bound) this.failed = true;
    return this.failed ? '' : this.raw(length).toString('latin1');
  }

  #has(length: number): boolean {
    if (length > this.remaining) this.failed = true;
    return !this.failed;
  }
}
