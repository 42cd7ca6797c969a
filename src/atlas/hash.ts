/** Stable hashing: the same number on every machine and in every release, since worlds and their tests rest on it. */

const golden = 0x9e3779b9;

/** The finaliser of MurmurHash3 (public domain, Austin Appleby): every input bit changes every output bit. */
export const mix32 = (value: number): number => {
  let h = value | 0;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
};

/** A 32-bit hash of texts and numbers; the boundary between two parts counts. */
export const hash32 = (...parts: readonly (string | number)[]): number => {
  let h = golden;
  for (const part of parts) {
    const text = String(part);
    for (let i = 0; i < text.length; i++) h = mix32(h ^ text.charCodeAt(i)) + golden;
    h = mix32(h ^ 0x1f) + text.length;
  }
  return mix32(h);
};

/** That many lower-case hexadecimal digits of a hash, for ids that must be the same in every world. */
export const hashHex = (digits: number, ...parts: readonly (string | number)[]): string => {
  let text = '';
  for (let block = 0; text.length < digits; block++) {
    text += hash32(...parts, block)
      .toString(16)
      .padStart(8, '0');
  }
  return text.slice(0, digits);
};

/** A copy of the list in an order that the parts alone decide (Fisher and Yates's shuffle). */
export const shuffledBy = <T>(
  list: readonly T[],
  ...parts: readonly (string | number)[]
): readonly T[] => {
  const rest = [...list];
  const shuffled: T[] = [];
  for (let remaining = rest.length; remaining > 0; remaining--) {
    shuffled.push(...rest.splice(hash32(...parts, remaining) % remaining, 1));
  }
  return shuffled;
};
