import fc from 'fast-check';
import { expect, test } from 'vitest';
import { isoText, utcText } from './utc-text.ts';

test('agrees with the calendar of the host on every second from 1970 to 9999', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 253_402_300_799_000 }), (ms) => {
      const expected = new Date(ms).toISOString().replace('T', ' ').slice(0, 19);
      expect(utcText(ms)).toBe(`${expected} GMT`);
      expect(isoText(ms)).toBe(new Date(ms).toISOString());
    }),
  );
});
