// Pure code has no node:net, to which the tests hold this. ipaddr.js 2.5 would not do: it reads ::1.2.3.4 as ::ffff:1.2.3.4, and
// takes octal and hexadecimal parts and zone indexes for parts of an address.

/** An IPv4 address as a whole number; undefined when the text is not one. Leading zeros are refused, as AWS does. */
export const parseIpv4Address = (text: string): number | undefined => {
  const parts = text.split('.');
  if (parts.length !== 4) return undefined;
  let address = 0;
  for (const part of parts) {
    if (!/^(0|[1-9]\d{0,2})$/.test(part) || Number(part) > 255) return undefined;
    address = address * 256 + Number(part);
  }
  return address;
};

/** The dotted form of an address. */
export const formatIpv4Address = (address: number): string => formatIpv4(bytesOf(address));

const bytesOf = (address: number): Uint8Array =>
  Uint8Array.of(address >>> 24, address >>> 16, address >>> 8, address);

/** The four bytes of a dotted IPv4 address; undefined when it is none. */
export const parseIpv4 = (text: string): Uint8Array | undefined => {
  const address = parseIpv4Address(text);
  return address === undefined ? undefined : bytesOf(address);
};

const parseGroups = (text: string): number[] | undefined => {
  if (text === '') return [];
  const groups: number[] = [];
  const parts = text.split(':');
  for (const [position, part] of parts.entries()) {
    if (position === parts.length - 1 && part.includes('.')) {
      const embedded = parseIpv4Address(part);
      if (embedded === undefined) return undefined;
      groups.push(embedded >>> 16, embedded & 0xffff);
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
