import { rotateAnswer, turnsOf } from '../../aws/route53/answer-order.ts';
import type { DnsAnswer, DnsQuestion, DnsRecord } from '../../aws/route53/dns-records.ts';
import { decodeMessage } from './decode.ts';
import { encodeMessage, maximumMessageBytes } from './encode.ts';
import type { ClientSubnet, DnsMessage, Edns } from './message.ts';
import { classInternet, MalformedMessage, pseudoTypes, responseCodes } from './message.ts';
import { isRounded, shownTtl } from './shown-ttl.ts';

/** Who asks: the address the query came from, and the place that the listener or the client subnet stands for. */
export interface DnsClient {
  readonly address: string;
  readonly vantage?: string;
  readonly clientSubnet?: ClientSubnet;
}

/** What a responder needs of the world. */
export interface ResponderPorts {
  /** Decides what a name is. Called for each query, or once per generation and kind of client when `generation` is given. */
  readonly answer: (question: DnsQuestion, client: DnsClient) => DnsAnswer;
  /** World seconds per real second: times to live shrink by it. */
  readonly speed: () => number;
  /**
   * A number that changes whenever any answer could. With it, encoded answers are kept and given again while
   * it stays; the answer may then depend on question, vantage and client subnet, but not on the address.
   */
  readonly generation?: () => number;
  /** Told of a TTL, in world seconds, that is shown more than 5 % off at this speed; more than once. */
  readonly onRounded?: (ttlSeconds: number, speed: number) => void;
  /** Told of an exception while answering, which is a bug; the client gets SERVFAIL. */
  readonly onBug: (error: unknown, question: DnsQuestion | undefined) => void;
}

/** The way a query came. */
type Transport = 'udp' | 'tcp';

/** Turns the bytes of a query into the bytes of its response; undefined for what deserves none. */
export type Responder = (
  query: Buffer,
  transport: Transport,
  client: DnsClient,
) => Uint8Array | undefined;

/** What a UDP response may take at most, and what the server says it can take (RFC 6891 section 6.2.5). */
const largestUdpBytes = 4096;
const smallestUdpBytes = 512;

/** The most different responses kept at a time; beyond it all are dropped and made anew. */
const keptResponses = 20_000;

const showTtls = (
  records: readonly DnsRecord[],
  speed: number,
  onRounded: ResponderPorts['onRounded'],
): readonly DnsRecord[] =>
  speed === 1
    ? records
    : records.map((record) => {
        if (isRounded(record.ttlSeconds, speed)) onRounded?.(record.ttlSeconds, speed);
        return { ...record, ttlSeconds: shownTtl(record.ttlSeconds, speed) };
      });

const nothing = { answers: [], authority: [], additional: [] } as const;

const headerAlone = (query: Uint8Array, code: number): Uint8Array | undefined => {
  // A response is never answered, or two servers could talk for ever.
  if (query.length < 12 || ((query[2] ?? 0) & 0x80) !== 0) return undefined;
  const header = new Uint8Array(12);
  header[0] = query[0] ?? 0;
  header[1] = query[1] ?? 0;
  header[2] = 0x80 | ((query[2] ?? 0) & 0x79);
  header[3] = code;
  return header;
};

const ednsOf = (query: DnsMessage): Edns | undefined => {
  if (query.edns === undefined) return undefined;
  const subnet = query.edns.clientSubnet;
  return {
    udpSize: largestUdpBytes,
    version: 0,
    dnssecOk: query.edns.dnssecOk,
    // RFC 7871 section 7.2.1: the scope says how far the answer may be reused. The whole source prefix is
    // always right; a shorter one would let resolvers give one place's answer to another.
    ...(subnet === undefined
      ? {}
      : { clientSubnet: { ...subnet, scopePrefixLength: subnet.sourcePrefixLength } }),
  };
};

/** The bytes of the question section: the name as it came, type and class. */
const rawQuestionOf = (query: Uint8Array): Uint8Array => {
  let offset = 12;
  while ((query[offset] ?? 0) !== 0) offset += 1 + (query[offset] ?? 0);
  return query.subarray(12, offset + 5);
};

/** The responses to one query: as many as its addresses have turns, each encoded when first wanted. */
interface Responses {
  readonly turns: number;
  readonly encode: (turn: number) => Uint8Array;
}

interface Kept extends Responses {
  readonly query: Uint8Array;
  readonly encoded: (Uint8Array | undefined)[];
  next: number;
}

/** The queries that are answered without looking at the zones; undefined when the zones decide. */
const codeWithoutAnswer = (query: DnsMessage): number | undefined => {
  if ((query.edns?.version ?? 0) > 0) return responseCodes.badvers;
  if (query.opcode !== 0) return responseCodes.notimp;
  const question = query.questions[0];
  if (query.questions.length !== 1 || question === undefined) return responseCodes.formerr;
  if (question.class !== classInternet) return responseCodes.refused;
  if (question.type === pseudoTypes.AXFR || question.type === pseudoTypes.IXFR)
    return responseCodes.refused;
  return question.type === pseudoTypes.OPT ? responseCodes.formerr : undefined;
};

const decide = (
  query: DnsMessage,
  client: DnsClient,
  ports: ResponderPorts,
): DnsAnswer | number => {
  const code = codeWithoutAnswer(query);
  const question = query.questions[0];
  if (code !== undefined || question === undefined) return code ?? responseCodes.formerr;
  const subnet = query.edns?.clientSubnet;
  const asking = subnet === undefined ? client : { ...client, clientSubnet: subnet };
  return ports.answer({ name: question.name, type: question.type }, asking);
};

const limitOf = (query: DnsMessage, transport: Transport): number => {
  if (transport === 'tcp') return maximumMessageBytes;
  const wanted = query.edns?.udpSize ?? smallestUdpBytes;
  return Math.min(largestUdpBytes, Math.max(smallestUdpBytes, wanted));
};

const respondTo = (
  bytes: Buffer,
  query: DnsMessage,
  transport: Transport,
  client: DnsClient,
  ports: ResponderPorts,
): Responses => {
  const decided = decide(query, client, ports);
  const answer: DnsAnswer | undefined = typeof decided === 'number' ? undefined : decided;
  const code = typeof decided === 'number' ? decided : responseCodes[decided.code];
  const speed = ports.speed();
  const edns = ednsOf(query);
  // Only a query of one question can have its section copied; all others get an empty section.
  const whole = query.questions.length === 1;
  const rawQuestion = whole ? Uint8Array.from(rawQuestionOf(bytes)) : undefined;
  const limitBytes = limitOf(query, transport);
  const encode = (turn: number): Uint8Array => {
    const turned = answer === undefined ? nothing : rotateAnswer(answer, turn);
    return encodeMessage(
      {
        id: query.id,
        response: true,
        opcode: query.opcode,
        authoritative: answer?.authoritative ?? false,
        truncated: false,
        recursionDesired: query.recursionDesired,
        recursionAvailable: false,
        code,
        questions: whole ? query.questions : [],
        answers: showTtls(turned.answers, speed, ports.onRounded),
        authority: showTtls(turned.authority, speed, undefined),
        additional: showTtls(turned.additional, speed, undefined),
        ...(edns === undefined ? {} : { edns }),
      },
      rawQuestion === undefined ? { limitBytes } : { limitBytes, rawQuestion },
    );
  };
  return { turns: answer === undefined ? 1 : turnsOf(answer), encode };
};

/** Queries longer than this are not kept: honest ones are shorter, and the memory stays bounded. */
const longestKeptQuery = 320;

/** A small integer of all that a query says beside its id (FNV-1a). A number costs less than a text for each query. */
const hashOf = (query: Uint8Array): number => {
  let hash = 0x811c9dc5;
  for (let at = 2; at < query.length; at += 1) {
    hash = Math.imul(hash ^ (query[at] ?? 0), 0x01000193);
  }
  return hash >>> 2;
};

/** Whether two queries of one place and one way get the same response but for the id. */
const isSameQuery = (one: Uint8Array, other: Uint8Array): boolean => {
  if (one.length !== other.length) return false;
  for (let at = 2; at < one.length; at += 1) if (one[at] !== other[at]) return false;
  return true;
};

/** Whose responses are kept together: those who ask from one place, by one way. */
const partyOf = (transport: Transport, vantage: string | undefined): string =>
  vantage === undefined ? transport : `${transport} ${vantage}`;

const withIdOf = (response: Uint8Array, query: Uint8Array): Uint8Array => {
  // A copy, since the one sent before may still be on its way to the socket.
  const copy = Buffer.allocUnsafe(response.length);
  copy.set(response);
  copy[0] = query[0] ?? 0;
  copy[1] = query[1] ?? 0;
  return copy;
};

const keptResponse = (kept: Kept): Uint8Array => {
  const turn = kept.next % kept.turns;
  kept.next += 1;
  const known = kept.encoded[turn];
  if (known !== undefined) return known;
  const encoded = kept.encode(turn);
  kept.encoded[turn] = encoded;
  return encoded;
};

/**
 * Makes the part of a DNS server that is neither socket nor zone: FORMERR, NOTIMP, BADVERS and REFUSED where
 * they are due, EDNS, truncation, the turn of addresses, shown times to live, and (with a `generation`) memory
 * of encoded responses. It never throws.
 */
export const createResponder = (ports: ResponderPorts): Responder => {
  const kept = new Map<string, Map<number, Kept>>();
  let keptCount = 0;
  let keptGeneration = Number.NaN;
  let keptSpeed = Number.NaN;
  let turn = 0;

  const make = (bytes: Buffer, transport: Transport, client: DnsClient): Responses | number => {
    const query = decodeMessage(bytes);
    if (query instanceof MalformedMessage || query.response) return responseCodes.formerr;
    return respondTo(bytes, query, transport, client, ports);
  };

  const forgetOld = (generation: number): void => {
    const speed = ports.speed();
    if (generation === keptGeneration && speed === keptSpeed && keptCount < keptResponses) return;
    kept.clear();
    keptCount = 0;
    keptGeneration = generation;
    keptSpeed = speed;
  };

  const respond: Responder = (bytes, transport, client) => {
    const generation = ports.generation?.();
    if (generation === undefined || bytes.length > longestKeptQuery) {
      const made = make(bytes, transport, client);
      turn += 1;
      return typeof made === 'number' ? headerAlone(bytes, made) : made.encode(turn % made.turns);
    }
    forgetOld(generation);
    const party = partyOf(transport, client.vantage);
    const ofParty = kept.get(party) ?? new Map<number, Kept>();
    const hash = hashOf(bytes);
    const known = ofParty.get(hash);
    if (known !== undefined && isSameQuery(known.query, bytes))
      return withIdOf(keptResponse(known), bytes);
    const made = make(bytes, transport, client);
    if (typeof made === 'number') return headerAlone(bytes, made);
    const fresh: Kept = { ...made, query: Uint8Array.from(bytes), encoded: [], next: 0 };
    const response = withIdOf(keptResponse(fresh), bytes);
    kept.set(party, ofParty.set(hash, fresh));
    keptCount += 1;
    return response;
  };

  return (bytes, transport, client) => {
    try {
      return respond(bytes, transport, client);
    } catch (error) {
      const query = decodeMessage(bytes);
      ports.onBug(error, query instanceof MalformedMessage ? undefined : query.questions[0]);
      return headerAlone(bytes, responseCodes.servfail);
    }
  };
};
