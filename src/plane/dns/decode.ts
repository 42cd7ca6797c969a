import type { DnsRecord, RecordData } from '../../aws/route53/dns-records.ts';
import { formatIpv4, formatIpv6 } from '../../aws/shared/ip-address.ts';
import { labelCharacters } from '../../aws/route53/names.ts';
import type { ClientSubnet, DnsMessage, Edns, Question } from './message.ts';
import { classInternet, MalformedMessage, pseudoTypes, typeOf } from './message.ts';

const maximumNameBytes = 255;
const clientSubnetOption = 8;

/**
 * Walks over the bytes of a message. The first thing wrong is kept in `failure`; every read after it gives
 * zeros and empty strings, so that callers check once at the end instead of at each step.
 */
class Reader {
  readonly bytes: Uint8Array;
  offset: number;
  /** Where reading must stop: the end of the message, or of the record data being read. */
  limit: number;
  failure: string | undefined = undefined;

  constructor(bytes: Uint8Array, offset: number) {
    this.bytes = bytes;
    this.offset = offset;
    this.limit = bytes.length;
  }

  fail(reason: string): void {
    this.failure ??= reason;
    this.offset = this.limit;
  }

  u8(): number {
    if (this.offset >= this.limit) {
      this.fail('the message ends early');
      return 0;
    }
    const value = this.bytes[this.offset] ?? 0;
    this.offset += 1;
    return value;
  }

  u16(): number {
    return this.u8() * 256 + this.u8();
  }

  u32(): number {
    return this.u16() * 65_536 + this.u16();
  }

  take(length: number): Uint8Array {
    if (this.offset + length > this.limit) {
      this.fail('the message ends early');
      return new Uint8Array(length);
    }
    const taken = this.bytes.subarray(this.offset, this.offset + length);
    this.offset += length;
    return taken;
  }

  text(length: number): string {
    let text = '';
    for (const byte of this.take(length)) text += String.fromCharCode(byte);
    return text;
  }

  private label(start: number, length: number): string {
    let label = '';
    for (let position = start; position < start + length; position += 1) {
      label += labelCharacters[this.bytes[position] ?? 0] ?? '';
    }
    return label;
  }

  /** A name; each compression pointer must lead to before where the part in hand began, so it ends. */
  name(): string {
    let position = this.offset;
    let partStart = position;
    let end = -1;
    let wireBytes = 1;
    let name = '';
    for (;;) {
      const stop = end < 0 ? this.limit : this.bytes.length;
      if (position >= stop) return this.badName('a name ends early');
      const length = this.bytes[position] ?? 0;
      if (length === 0) {
        this.offset = end < 0 ? position + 1 : end;
        return name === '' ? '.' : name;
      }
      if (length >= 0xc0) {
        if (position + 1 >= stop) return this.badName('a name ends early');
        const target = (length & 0x3f) * 256 + (this.bytes[position + 1] ?? 0);
        if (end < 0) end = position + 2;
        if (target >= partStart || target < 12)
          return this.badName('a compression pointer leads nowhere');
        position = target;
        partStart = target;
      } else {
        if (length > 63) return this.badName('a label has an unknown form');
        if (position + 1 + length > stop) return this.badName('a name ends early');
        wireBytes += 1 + length;
        if (wireBytes > maximumNameBytes) return this.badName('a name is too long');
        name += `${this.label(position + 1, length)}.`;
        position += 1 + length;
      }
    }
  }

  private badName(reason: string): string {
    this.fail(reason);
    return '.';
  }
}

const readStrings = (reader: Reader): readonly string[] => {
  const strings: string[] = [];
  while (reader.offset < reader.limit) strings.push(reader.text(reader.u8()));
  if (strings.length === 0) reader.fail('a text record is empty');
  return strings;
};

const readSoa = (reader: Reader): RecordData => ({
  type: 'SOA',
  primary: reader.name(),
  mailbox: reader.name(),
  serial: reader.u32(),
  refreshSeconds: reader.u32(),
  retrySeconds: reader.u32(),
  expireSeconds: reader.u32(),
  minimumSeconds: reader.u32(),
});

const readCaa = (reader: Reader): RecordData => {
  const flags = reader.u8();
  const tag = reader.text(reader.u8());
  return { type: 'CAA', flags, tag, value: reader.text(Math.max(0, reader.limit - reader.offset)) };
};

/** Reads record data that ends at the reader's limit; undefined for a type that Faultline does not serve. */
const readData = (reader: Reader, type: number): RecordData | undefined => {
  const known = typeOf(type);
  if (typeof known === 'number' || known === 'ANY') {
    reader.offset = reader.limit;
    return undefined;
  }
  switch (known) {
    case 'A':
      return { type: known, address: formatIpv4(reader.take(4)) };
    case 'AAAA':
      return { type: known, address: formatIpv6(reader.take(16)) };
    case 'CNAME':
    case 'NS':
    case 'PTR':
      return { type: known, target: reader.name() };
    case 'MX':
      return { type: known, preference: reader.u16(), exchange: reader.name() };
    case 'TXT':
    case 'SPF':
      return { type: known, strings: readStrings(reader) };
    case 'SRV':
      return {
        type: known,
        priority: reader.u16(),
        weight: reader.u16(),
        port: reader.u16(),
        target: reader.name(),
      };
    case 'CAA':
      return readCaa(reader);
    case 'SOA':
      return readSoa(reader);
  }
};

const readClientSubnet = (reader: Reader): ClientSubnet | undefined => {
  const familyNumber = reader.u16();
  const sourcePrefixLength = reader.u8();
  const scopePrefixLength = reader.u8();
  const addressBytes = reader.take(Math.max(0, reader.limit - reader.offset));
  const bits = familyNumber === 1 ? 32 : familyNumber === 2 ? 128 : 0;
  const wantedBytes = Math.ceil(sourcePrefixLength / 8);
  // RFC 7871 section 7.1.2: a family, a length or trailing bits that do not fit are a format error.
  if (
    sourcePrefixLength > bits ||
    scopePrefixLength > bits ||
    addressBytes.length !== wantedBytes
  ) {
    reader.fail('the client subnet is malformed');
    return undefined;
  }
  const spareBits = wantedBytes * 8 - sourcePrefixLength;
  if (spareBits > 0 && ((addressBytes[wantedBytes - 1] ?? 0) & ((1 << spareBits) - 1)) !== 0) {
    reader.fail('the client subnet has bits beyond its prefix');
    return undefined;
  }
  const padded = new Uint8Array(bits / 8);
  padded.set(addressBytes);
  return familyNumber === 1
    ? { family: 4, address: formatIpv4(padded), sourcePrefixLength, scopePrefixLength }
    : { family: 6, address: formatIpv6(padded), sourcePrefixLength, scopePrefixLength };
};

const readOpt = (reader: Reader, udpSize: number, ttl: number): Edns => {
  let clientSubnet: ClientSubnet | undefined;
  const end = reader.limit;
  while (reader.offset < end && reader.failure === undefined) {
    const code = reader.u16();
    const length = reader.u16();
    if (reader.offset + length > end) {
      reader.fail('an EDNS option ends early');
      break;
    }
    reader.limit = reader.offset + length;
    if (code === clientSubnetOption) clientSubnet = readClientSubnet(reader);
    else reader.offset = reader.limit;
    reader.limit = end;
  }
  return {
    udpSize,
    version: (ttl >>> 16) & 0xff,
    dnssecOk: (ttl & 0x8000) !== 0,
    ...(clientSubnet === undefined ? {} : { clientSubnet }),
  };
};

interface Section {
  readonly records: DnsRecord[];
  edns: Edns | undefined;
  extendedCode: number;
}

const readRecord = (reader: Reader, section: Section, mayHoldOpt: boolean): void => {
  const name = reader.name();
  const type = reader.u16();
  const recordClass = reader.u16();
  const ttl = reader.u32();
  const length = reader.u16();
  const end = reader.offset + length;
  const messageEnd = reader.limit;
  if (reader.failure !== undefined) return;
  if (end > messageEnd) {
    reader.fail('record data ends early');
    return;
  }
  reader.limit = end;
  if (type === pseudoTypes.OPT) {
    if (!mayHoldOpt || section.edns !== undefined || name !== '.')
      reader.fail('a misplaced OPT record');
    section.edns = readOpt(reader, recordClass, ttl);
    section.extendedCode = ttl >>> 24;
  } else if (recordClass === classInternet) {
    const data = readData(reader, type);
    // RFC 2181 section 8: a time to live with its highest bit set counts as zero.
    if (data !== undefined)
      section.records.push({ name, ttlSeconds: ttl > 0x7fffffff ? 0 : ttl, data });
  } else {
    reader.offset = end;
  }
  if (reader.offset !== end) reader.fail('record data has a wrong length');
  reader.limit = messageEnd;
};

const readSection = (
  reader: Reader,
  count: number,
  section: Section,
  mayHoldOpt: boolean,
): void => {
  for (let index = 0; index < count && reader.failure === undefined; index += 1) {
    readRecord(reader, section, mayHoldOpt);
  }
};

const newSection = (): Section => ({ records: [], edns: undefined, extendedCode: 0 });

/**
 * Reads a DNS message (RFC 1035, 6891, 7871). Never throws: bytes that are no message give a
 * MalformedMessage that says why. Records of types or classes that Faultline does not serve are passed over,
 * and so is anything behind the last record.
 */
export const decodeMessage = (bytes: Uint8Array): DnsMessage | MalformedMessage => {
  if (bytes.length < 12) return new MalformedMessage('shorter than a header');
  const reader = new Reader(bytes, 0);
  const id = reader.u16();
  const flags = reader.u16();
  const questionCount = reader.u16();
  const answerCount = reader.u16();
  const authorityCount = reader.u16();
  const additionalCount = reader.u16();
  const questions: Question[] = [];
  for (let index = 0; index < questionCount && reader.failure === undefined; index += 1) {
    questions.push({ name: reader.name(), type: typeOf(reader.u16()), class: reader.u16() });
  }
  const answers = newSection();
  const authority = newSection();
  const additional = newSection();
  readSection(reader, answerCount, answers, false);
  readSection(reader, authorityCount, authority, false);
  readSection(reader, additionalCount, additional, true);
  if (reader.failure !== undefined) return new MalformedMessage(reader.failure);
  return {
    id,
    response: (flags & 0x8000) !== 0,
    opcode: (flags >> 11) & 0xf,
    authoritative: (flags & 0x0400) !== 0,
    truncated: (flags & 0x0200) !== 0,
    recursionDesired: (flags & 0x0100) !== 0,
    recursionAvailable: (flags & 0x0080) !== 0,
    code: additional.extendedCode * 16 + (flags & 0xf),
    questions,
    answers: answers.records,
    authority: authority.records,
    additional: additional.records,
    ...(additional.edns === undefined ? {} : { edns: additional.edns }),
  };
};
