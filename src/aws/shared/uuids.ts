/** 32 hexadecimal digits as a UUID: version 4, variant 1 (RFC 9562). */
export const uuidOf = (digits: string): string =>
  digits.replace(
    /^(.{8})(.{4}).(.{3}).(.{3})(.{12})$/,
    (_, a: string, b: string, c: string, d: string, e: string) => `${a}-${b}-4${c}-8${d}-${e}`,
  );
