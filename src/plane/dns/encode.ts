import type { DnsRecord, RecordData } from '../../aws/route53/dns-records.ts';
import { parseIpv4, parseIpv6 } from '../../aws/shared/ip-address.ts';
import type { DnsMessage, Edns } from './message.ts';
import { classInternet, numberOf, pseudoTypes, typeNumbers } from './message.ts';

/** The most that a message over TCP can hold. */
export const maximumMessageBytes = 65_535;

/** Beyond this offset no compression pointer can lead. */
const pointerReach = 0x4000;

const backslash = 0x5c;
const dot = 0x2e;

/** What to write beside the message itself. */
export interface EncodeOptions {
  /** The most bytes the message may take: 512 or the client's EDNS size over UDP. */
  readonly limitBytes?: number;
  /** The question section as it came, so that the case of its letters goes back unchanged; else it is written anew. */
  readonly rawQuestion?: Uint8Array;
}

class Writer {
  readonly bytes: Uint8Array;
  offset = 0;
  private readonly offsets = new Map<string, number>();

  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
  }

  /** Writing past the end only moves the offset, by which the caller sees that it did not fit. */
  u8(value: number): void {
    this.bytes[this.offset] = value;
    this.offset += 1;
  }

  u16(value: number): void {
    this.u8(value >>> 8);
    this.u8(value);
  }

  u32(value: number): void {
    this.u16(Math.floor(value / 65_536));
    this.u16(value % 65_536);
  }

  raw(source: Uint8Array): void {
    for (const byte of source) this.u8(byte);
  }

  text(value: string): void {
    for (let index = 0; index < value.length; index += 1) this.u8(value.charCodeAt(index));
  }

  /** A character string of at most 255 bytes with its length (RFC 1035 section 3.3). */
  characterString(value: string): void {
    if (value.length > 255) throw new RangeError(`a character string of ${value.length} bytes`);
    this.u8(value.length);
    this.text(value);
  }

  /** Remembers where the labels of a name already written begin. */
  remember(name: string, offset: number): void {
    let position = 0;
    let at = offset;
    const end = name === '.' ? 0 : name.length;
    while (position < end) {
      if (at < pointerReach) this.offsets.set(name.slice(position), at);
      const start = position;
      while (position < name.length && name.charCodeAt(position) !== dot) {
        position += name.charCodeAt(position) === backslash ? 4 : 1;
        at += 1;
      }
      if (position === start) return;
      position += 1;
      at += 1;
    }
  }

  name(name: string, compress: boolean): void {
    let position = 0;
    const begin = this.offset;
    const end = name === '.' ? 0 : name.length;
    while (position < end) {
      if (compress) {
        const rest = name.slice(position);
        const known = this.offsets.get(rest);
        if (known !== undefined) {
          this.u16(0xc000 | known);
          return;
        }
        if (this.offset < pointerReach) this.offsets.set(rest, this.offset);
      }
      position = this.label(name, position);
    }
    this.u8(0);
    if (this.offset - begin > 255) throw new RangeError(`a name longer than 255 bytes: ${name}`);
  }

  /** Writes the label that begins at `position`; gives where the next begins. */
  private label(name: string, start: number): number {
    const lengthAt = this.offset;
    let position = start;
    this.offset += 1;
    while (position < name.length) {
      const code = name.charCodeAt(position);
      if (code === dot) break;
      if (code === backslash) {
        this.u8(Number.parseInt(name.slice(position + 1, position + 4), 10));
        position += 4;
      } else {
        this.u8(code);
        position += 1;
      }
    }
    const length = this.offset - lengthAt - 1;
    if (length < 1 || length > 63) throw new RangeError(`a label of ${length} bytes in ${name}`);
    this.bytes[lengthAt] = length;
    return position + 1;
  }
}

const writeAddress = (writer: Writer, parsed: Uint8Array | undefined, text: string): void => {
  if (parsed === undefined) throw new RangeError(`not an address: ${text}`);
  writer.raw(parsed);
};

const writeData = (writer: Writer, data: RecordData): void => {
  switch (data.type) {
    case 'A':
      return writeAddress(writer, parseIpv4(data.address), data.address);
    case 'AAAA':
      return writeAddress(writer, parseIpv6(data.address), data.address);
    case 'CNAME':
    case 'NS':
    case 'PTR':
      return writer.name(data.target, true);
    case 'MX':
      writer.u16(data.preference);
      return writer.name(data.exchange, true);
    case 'TXT':
    case 'SPF':
      for (const string of data.strings) writer.characterString(string);
      return undefined;
    case 'SRV':
      writer.u16(data.priority);
      writer.u16(data.weight);
      writer.u16(data.port);
      // RFC 3597 section 4: only the names in the types of RFC 1035 may be compressed.
      return writer.name(data.target, false);
    case 'CAA':
      writer.u8(data.flags);
      writer.characterString(data.tag);
      return writer.text(data.value);
    case 'SOA':
      writer.name(data.primary, true);
      writer.name(data.mailbox, true);
      writer.u32(data.serial);
      writer.u32(data.refreshSeconds);
      writer.u32(data.retrySeconds);
      writer.u32(data.expireSeconds);
      return writer.u32(data.minimumSeconds);
  }
};

const writeRecord = (writer: Writer, record: DnsRecord): void => {
  writer.name(record.name, true);
  writer.u16(typeNumbers[record.data.type]);
  writer.u16(classInternet);
  writer.u32(record.ttlSeconds);
  const lengthAt = writer.offset;
  writer.offset += 2;
  writeData(writer, record.data);
  const length = writer.offset - lengthAt - 2;
  writer.bytes[lengthAt] = length >>> 8;
  writer.bytes[lengthAt + 1] = length;
};

const subnetBytes = (edns: Edns): Uint8Array | undefined => {
  const subnet = edns.clientSubnet;
  if (subnet === undefined) return undefined;
  const parsed = subnet.family === 4 ? parseIpv4(subnet.address) : parseIpv6(subnet.address);
  if (parsed === undefined) throw new RangeError(`not an address: ${subnet.address}`);
  const taken = parsed.slice(0, Math.ceil(subnet.sourcePrefixLength / 8));
  return Uint8Array.of(
    0,
    subnet.family === 4 ? 1 : 2,
    subnet.sourcePrefixLength,
    subnet.scopePrefixLength,
    ...taken,
  );
};

const optBytes = (edns: Edns, code: number): Uint8Array => {
  const subnet = subnetBytes(edns);
  const optionLength = subnet === undefined ? 0 : subnet.length + 4;
  const writer = new Writer(new Uint8Array(11 + optionLength));
  writer.u8(0);
  writer.u16(pseudoTypes.OPT);
  writer.u16(edns.udpSize);
  writer.u8(code >>> 4);
  writer.u8(edns.version);
  writer.u16(edns.dnssecOk ? 0x8000 : 0);
  writer.u16(optionLength);
  if (subnet !== undefined) {
    writer.u16(8);
    writer.u16(subnet.length);
    writer.raw(subnet);
  }
  return writer.bytes;
};

const writeQuestions = (
  writer: Writer,
  message: DnsMessage,
  raw: Uint8Array | undefined,
): number => {
  if (raw !== undefined) {
    const name = message.questions[0]?.name;
    if (name !== undefined) writer.remember(name, writer.offset);
    writer.raw(raw);
  } else {
    for (const question of message.questions) {
      writer.name(question.name, true);
      writer.u16(numberOf(question.type));
      writer.u16(question.class);
    }
  }
  return writer.offset;
};

const flagsOf = (message: DnsMessage, truncated: boolean): number =>
  (message.response ? 0x8000 : 0) |
  (message.opcode << 11) |
  (message.authoritative ? 0x0400 : 0) |
  (truncated ? 0x0200 : 0) |
  (message.recursionDesired ? 0x0100 : 0) |
  (message.recursionAvailable ? 0x0080 : 0) |
  (message.code & 0xf);

/** Whether a message names another zone's servers instead of answering. */
const isReferral = ({ authoritative, answers, authority }: DnsMessage): boolean =>
  !authoritative && answers.length === 0 && authority.some(({ data }) => data.type === 'NS');

// One scratch buffer for all messages: encoding is synchronous, and what is handed out is a copy.
const scratch = new Uint8Array(maximumMessageBytes + 1);

/**
 * Writes a DNS message with compressed names. When answers or authority do not fit `limitBytes`, the message
 * carries the question alone and says it is truncated, so that the client comes again over TCP; additional
 * records that do not fit are left out (RFC 2181 section 9), and those of a referral, without which it may be of no use,
 * are said to be missing (RFC 9471 section 3.1). Throws on data that no message can hold (a label
 * over 63 bytes, a string over 255, a text that is no address): such data must be refused where it enters.
 */
export const encodeMessage = (message: DnsMessage, options: EncodeOptions = {}): Uint8Array => {
  const opt = message.edns === undefined ? undefined : optBytes(message.edns, message.code);
  const limit = (options.limitBytes ?? maximumMessageBytes) - (opt?.length ?? 0);
  const writer = new Writer(scratch);
  writer.offset = 12;
  const questionEnd = writeQuestions(writer, message, options.rawQuestion);
  let truncated = message.truncated;
  let counts = [message.answers.length, message.authority.length, message.additional.length];
  for (const record of message.answers) writeRecord(writer, record);
  for (const record of message.authority) writeRecord(writer, record);
  if (writer.offset > limit) {
    truncated = true;
    counts = [0, 0, 0];
    writer.offset = questionEnd;
  } else {
    const kept = writer.offset;
    for (const record of message.additional) writeRecord(writer, record);
    if (writer.offset > limit) {
      truncated ||= isReferral(message);
      counts[2] = 0;
      writer.offset = kept;
    }
  }
  if (opt !== undefined) writer.raw(opt);
  const end = writer.offset;
  writer.offset = 0;
  writer.u16(message.id);
  writer.u16(flagsOf(message, truncated));
  writer.u16(message.questions.length);
  writer.u16(counts[0] ?? 0);
  writer.u16(counts[1] ?? 0);
  writer.u16((counts[2] ?? 0) + (opt === undefined ? 0 : 1));
  return scratch.slice(0, end);
};
