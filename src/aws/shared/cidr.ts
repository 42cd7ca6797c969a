/** A block of IPv4 addresses. */
export interface Ipv4Block {
  /** The lowest address, as a whole number. */
  readonly first: number;
  /** The length of the network mask, 0 to 32. */
  readonly prefixLength: number;
}

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
export const formatIpv4Address = (address: number): string =>
  [24, 16, 8, 0].map((shift) => Math.floor(address / 2 ** shift) % 256).join('.');

/** How many addresses a block has. */
export const blockSize = (block: Ipv4Block): number => 2 ** (32 - block.prefixLength);

/**
 * A block from its CIDR form; undefined when the text is not one. Bits beyond the mask are dropped: AWS turns a
 * block into its canonical form instead of refusing it (CreateVpc, Amazon EC2 API Reference).
 */
export const parseIpv4Cidr = (text: string): Ipv4Block | undefined => {
  const [address = '', length = '', ...rest] = text.split('/');
  const parsed = parseIpv4Address(address);
  if (parsed === undefined || rest.length > 0 || !/^(0|[1-9]\d?)$/.test(length)) return undefined;
  const prefixLength = Number(length);
  if (prefixLength > 32) return undefined;
  return { first: parsed - (parsed % 2 ** (32 - prefixLength)), prefixLength };
};

/** The CIDR form of a block. */
export const formatIpv4Cidr = (block: Ipv4Block): string =>
  `${formatIpv4Address(block.first)}/${block.prefixLength}`;

/** Whether the outer block holds all addresses of the inner one. */
export const blockContains = (outer: Ipv4Block, inner: Ipv4Block): boolean =>
  inner.prefixLength >= outer.prefixLength &&
  inner.first >= outer.first &&
  inner.first < outer.first + blockSize(outer);

/** Whether two blocks have an address in common. */
export const blocksOverlap = (a: Ipv4Block, b: Ipv4Block): boolean =>
  blockContains(a, b) || blockContains(b, a);

const parseGroups = (text: string): readonly number[] | undefined => {
  if (text === '') return [];
  const groups = text.split(':');
  const tail = parseIpv4Address(groups.at(-1) ?? '');
  const hex = tail === undefined ? groups : groups.slice(0, -1);
  if (!hex.every((group) => /^[0-9a-f]{1,4}$/i.test(group))) return undefined;
  const numbers = hex.map((group) => Number.parseInt(group, 16));
  return tail === undefined ? numbers : [...numbers, Math.floor(tail / 65_536), tail % 65_536];
};

/** The eight groups of an IPv6 address; undefined when the text is not one. */
export const parseIpv6Address = (text: string): readonly number[] | undefined => {
  const [head = '', tail, ...rest] = text.split('::');
  if (rest.length > 0) return undefined;
  const before = parseGroups(head);
  const after = tail === undefined ? [] : parseGroups(tail);
  if (before === undefined || after === undefined) return undefined;
  const missing = 8 - before.length - after.length;
  if (tail === undefined ? missing !== 0 : missing < 1) return undefined;
  return [...before, ...Array.from({ length: missing }, () => 0), ...after];
};

/** The form of RFC 5952: lower case, the longest run of zero groups shortened. */
const formatIpv6Address = (groups: readonly number[]): string => {
  const text = groups.map((group) => group.toString(16)).join(':');
  const runs = text.match(/(?<![0-9a-f])0(?::0)+(?![0-9a-f])/g) ?? [];
  const [longest] = runs.toSorted((a, b) => b.length - a.length);
  if (longest === undefined) return text;
  const start = text.search(new RegExp(`(?<![0-9a-f])${longest}(?![0-9a-f])`));
  const before = text.slice(0, start).replace(/:$/, '');
  const after = text.slice(start + longest.length).replace(/^:/, '');
  return `${before}::${after}`;
};

const canonicalIpv6Cidr = (text: string): string | undefined => {
  const [address = '', length = '', ...rest] = text.split('/');
  const groups = parseIpv6Address(address);
  if (groups === undefined || rest.length > 0 || !/^(0|[1-9]\d{0,2})$/.test(length)) {
    return undefined;
  }
  const prefixLength = Number(length);
  if (prefixLength > 128) return undefined;
  const masked = groups.map((group, index) => {
    const kept = Math.min(16, Math.max(0, prefixLength - index * 16));
    return group - (group % 2 ** (16 - kept));
  });
  return `${formatIpv6Address(masked)}/${prefixLength}`;
};

/** The canonical form of an IPv4 or IPv6 block; undefined when the text is neither. */
export const canonicalCidr = (
  text: string,
): { readonly kind: 'ipv4' | 'ipv6'; readonly cidr: string } | undefined => {
  const block = parseIpv4Cidr(text);
  if (block !== undefined) return { kind: 'ipv4', cidr: formatIpv4Cidr(block) };
  const cidr = canonicalIpv6Cidr(text);
  return cidr === undefined ? undefined : { kind: 'ipv6', cidr };
};
