/** A piece of a body as it came, and whether the body ends in it. */
export interface BodyPiece {
  /** How many bytes of the input belong to the body, framing included. */
  readonly consumed: number;
  readonly ended: boolean;
  /** The slices of the input that are content, without the framing. Only when asked for. */
  readonly content: readonly Buffer[];
}

/** Finds where a body ends while its bytes pass by. */
export interface BodyReader {
  /** Takes the next bytes; undefined when the framing is malformed. */
  read(bytes: Buffer): BodyPiece | undefined;
}

/** A body of a known length. */
export class LengthReader implements BodyReader {
  #left: number;

  constructor(length: number) {
    this.#left = length;
  }

  read(bytes: Buffer): BodyPiece {
    const consumed = Math.min(bytes.length, this.#left);
    this.#left -= consumed;
    const content = consumed === bytes.length ? bytes : bytes.subarray(0, consumed);
    return { consumed, ended: this.#left === 0, content: [content] };
  }
}

/** A body that ends with the connection. */
export class EndlessReader implements BodyReader {
  read(bytes: Buffer): BodyPiece {
    return { consumed: bytes.length, ended: false, content: [bytes] };
  }
}

const longestSizeLine = 1024;
const longestTrailer = 16 * 1024;
const carriageReturn = 13;
const lineFeed = 10;

type ChunkState = 'size' | 'data' | 'data-end' | 'trailer';

/**
 * A chunked body (RFC 9112, section 7.1). Its bytes may be passed on as they came; what could be read in two
 * ways (a bare line feed, a size that is not hexadecimal) is malformed.
 */
export class ChunkedReader implements BodyReader {
  #state: ChunkState = 'size';
  #line = '';
  #left = 0;
  #trailerLength = 0;

  read(bytes: Buffer): BodyPiece | undefined {
    const content: Buffer[] = [];
    let position = 0;
    while (position < bytes.length) {
      if (this.#state === 'data') {
        const end = Math.min(bytes.length, position + this.#left);
        content.push(bytes.subarray(position, end));
        this.#left -= end - position;
        position = end;
        if (this.#left === 0) this.#state = 'data-end';
        continue;
      }
      const feed = bytes.indexOf(lineFeed, position);
      const end = feed === -1 ? bytes.length : feed + 1;
      this.#line += bytes.toString('latin1', position, end);
      position = end;
      if (this.#line.length > longestSizeLine && this.#state === 'size') return undefined;
      if (this.#line.length > longestTrailer) return undefined;
      if (feed === -1) break;
      const line = this.#takeLine();
      if (line === undefined) return undefined;
      const step = this.#endOfLine(line);
      if (step === 'malformed') return undefined;
      if (step === 'ended') return { consumed: position, ended: true, content };
    }
    return { consumed: position, ended: false, content };
  }

  #takeLine(): string | undefined {
    const line = this.#line;
    this.#line = '';
    if (line.charCodeAt(line.length - 2) !== carriageReturn) return undefined;
    return line.slice(0, -2);
  }

  #endOfLine(line: string): 'more' | 'ended' | 'malformed' {
    if (this.#state === 'data-end') {
      this.#state = 'size';
      return line === '' ? 'more' : 'malformed';
    }
    if (this.#state === 'trailer') {
      this.#trailerLength += line.length;
      if (line === '') return 'ended';
      return this.#trailerLength > longestTrailer ? 'malformed' : 'more';
    }
    const size = /^([0-9a-fA-F]{1,13})[ \t]*(?:;[^\r\n]*)?$/.exec(line);
    if (size?.[1] === undefined) return 'malformed';
    this.#left = Number.parseInt(size[1], 16);
    this.#state = this.#left === 0 ? 'trailer' : 'data';
    return 'more';
  }
}
