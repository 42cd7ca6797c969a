import { Transform } from 'node:stream';

const headerBytes = 8;

/**
 * Takes the headers out of an engine's stream of both outputs, so that what is left is what the program printed. Each
 * frame has one of 8 bytes: which output, three zeros, the length. Source: Docker Engine API, "Attach to a container".
 */
export const outputFrames = (): Transform => {
  let header = Buffer.alloc(0);
  let left = 0;
  return new Transform({
    transform(chunk: Buffer, _, done) {
      let rest = chunk;
      while (rest.length > 0) {
        if (left > 0) {
          const part = rest.subarray(0, left);
          left -= part.length;
          rest = rest.subarray(part.length);
          this.push(part);
          continue;
        }
        const missing = headerBytes - header.length;
        header = Buffer.concat([header, rest.subarray(0, missing)]);
        rest = rest.subarray(missing);
        if (header.length < headerBytes) break;
        left = header.readUInt32BE(4);
        header = Buffer.alloc(0);
      }
      done();
    },
  });
};
