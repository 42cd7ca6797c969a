import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { expect, test } from 'vitest';
import { outputFrames } from './output-frames.ts';

const frame = (output: 1 | 2, printed: string): Buffer => {
  const bytes = Buffer.from(printed);
  const header = Buffer.alloc(8);
  header[0] = output;
  header.writeUInt32BE(bytes.length, 4);
  return Buffer.concat([header, bytes]);
};

test.each([1, 3, 7, 8, 9, 1000])(
  'gives what was printed on both outputs, in pieces of %i bytes',
  async (pieceBytes) => {
    const all = Buffer.concat([frame(1, 'one\n'), frame(2, ''), frame(2, 'two\n'), frame(1, 'ü')]);
    const frames = outputFrames();
    const printed = text(frames);
    for (let at = 0; at < all.length; at += pieceBytes)
      if (!frames.write(all.subarray(at, at + pieceBytes))) await once(frames, 'drain');
    frames.end();
    expect(await printed).toBe('one\ntwo\nü');
  },
);
