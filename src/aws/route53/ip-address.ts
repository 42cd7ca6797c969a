/** Reads a dotted IPv4 address; four numbers without leading zeros, or undefined when it is none. */
export const parseIpv4 = (text: string): Uint8Array | undefined => {
  const parts = text.split('.');
  if (parts.length !== 4) return undefined;
  const bytes = new Uint8Array(4);
  for (const [position, part] of parts.entries()) {
    if (!/^(0|[1-9][0-9]{0,2})$/.test(part)) return undefined;
    const value = Number(part);
    if (value > 255) return undefined;
    bytes[position] = value;
  }
  return bytes;
};

const parseGroups = (text: string): number[] | undefined => {
  if (text === '') return [];
  const groups: number[] = [];
  const parts = text.split(':');
  for (const [position, part] of parts.entries()) {
    if (position === parts.length - 1 && part.includes('.')) {
      const embedded = parseIpv4(part);
      if (embedded === undefined) return undefined;
      const [first = 0, second = 0, third = 0, fourth = 0] = embedded;
      groups.push(first * 256 + second, third * 256 + fourth);
    } else {
      if (!/^[0-9a-fA-F]{1,4}$/.test(part)) return undefined;
      groups.push(Number.parseInt(part, 16));
    }
  }
  return groups;
};

/** Reads an IPv6 address in any form of RFC 4291 section 2.2, without a zone index; undefined when it is none. */
export const parseIpv6 = (text: string): Uint8Array | undefined => {
  const halves = text.split('::');
  if (halves.length > 2 || text === '') return undefined;
  const head = parseGroups(halves[0] ?? '');
  const tail = halves.length === 2 ? parseGroups(halves[1] ?? '') : [];
  if (head === undefined || tail === undefined) return undefined;
  if (halves.length === 2 && (halves[0] ?? '').includes('.')) return undefined;
  const missing = 8 - head.length - tail.length;
  if (halves.length === 2 ? missing < 1 : missing !== 0) return undefined;
  const groups = [...head, ...Array.from({ length: missing }, () => 0), ...tail];
  const bytes = new Uint8Array(16);
  for (const [position, group] of groups.entries()) {
    bytes[position * 2] = group >> 8;
    bytes[position * 2 + 1] = group & 0xff;
  }
  return bytes;
};

/** Writes four bytes as a dotted address. */
export const formatIpv4 = (bytes: Uint8Array): string =>
  `${bytes[0] ?? 0}.${bytes[1] ?? 0}.${bytes[2] ?? 0}.${bytes[3] ?? 0}`;

/** Writes sixteen bytes in the canonical form of RFC 5952: lower case, the longest run of zero groups as `::`. */
export const formatIpv6 = (bytes: Uint8Array): string => {
  const groups = Array.from(
    { length: 8 },
    (_, position) => (bytes[position * 2] ?? 0) * 256 + (bytes[position * 2 + 1] ?? 0),
  );
  let bestStart = -1;
  let bestLength = 1;
  let start = 0;
  while (start < 8) {
    let end = start;
    while (end < 8 && groups[end] === 0) end += 1;
    if (end - start > bestLength) {
      bestStart = start;
      bestLength = end - start;
    }
    start = end + 1;
  }
  const hex = groups.map((group) => group.toString(16));
  if (bestStart < 0) return hex.join(':');
  return `${hex.slice(0, bestStart).join(':')}::${hex.slice(bestStart + bestLength).join(':')}`;
};
