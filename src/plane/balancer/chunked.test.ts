import { expect, it } from 'vitest';
import fc from 'fast-check';
import { ChunkedReader } from './chunked.ts';

/** Reads a body in pieces of these sizes; the content, what is left over, or `malformed`. */
const read = (
  text: string,
  sizes: readonly number[],
):
  | { readonly content: string; readonly ended: boolean; readonly consumed: number }
  | 'malformed' => {
  const bytes = Buffer.from(text, 'latin1');
  const reader = new ChunkedReader();
  let [position, turn, content] = [0, 0, ''];
  while (position < bytes.length) {
    const size = Math.max(1, sizes[turn++ % sizes.length] ?? 1);
    const piece = reader.read(bytes.subarray(position, position + size));
    if (piece === undefined) return 'malformed';
    content += piece.content.map((part) => part.toString('latin1')).join('');
    position += piece.consumed;
    if (piece.ended) return { content, ended: true, consumed: position };
  }
  return { content, ended: false, consumed: position };
};

it.each([
  ['0\r\n\r\n', '', ''],
  ['5\r\nhello\r\n0\r\n\r\nrest', 'hello', 'rest'],
  ['5;a=b\r\nhello\r\n1\r\n!\r\n0\r\nTrailer: x\r\n\r\n', 'hello!', ''],
  ['A\r\n0123456789\r\n0\r\n\r\n', '0123456789', ''],
])('reads %j however it is cut', (text, content, rest) => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1 }), (sizes) => {
      const consumed = text.length - rest.length;
      expect(read(text, sizes)).toEqual({ content, ended: true, consumed });
    }),
  );
});

it.each([
  'hello\r\n',
  '5\nhello\r\n',
  '5\r\nhelloXX0\r\n\r\n',
  '0x5\r\nhello\r\n',
  '-1\r\n',
  '99999999999999\r\n',
  '0'.repeat(2000),
  `0\r\n${'T: x\r\n'.repeat(5000)}`,
])('refuses %j', (text) => {
  expect(read(text, [7])).toBe('malformed');
});
