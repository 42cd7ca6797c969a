import type { DnsRecord, RecordType } from '../../aws/route53/dns-records.ts';

/** The numbers of the record types that Faultline serves (IANA's DNS parameters). */
export const typeNumbers: Readonly<Record<RecordType, number>> = {
  A: 1,
  NS: 2,
  CNAME: 5,
  SOA: 6,
  PTR: 12,
  MX: 15,
  TXT: 16,
  AAAA: 28,
  SRV: 33,
  SPF: 99,
  CAA: 257,
};

/** The numbers of what may stand in a question or as a pseudo record. */
export const pseudoTypes = { OPT: 41, IXFR: 251, AXFR: 252, ANY: 255 } as const;

const namesByNumber: ReadonlyMap<number, RecordType> = new Map(
  // Object.entries widens the keys to string; the table's type says which they are.
  (Object.entries(typeNumbers) as [RecordType, number][]).map(([name, number]) => [number, name]),
);

/** The name of a type number, `ANY` for 255, or the number itself when Faultline serves no such type. */
export const typeOf = (number: number): RecordType | 'ANY' | number =>
  number === pseudoTypes.ANY ? 'ANY' : (namesByNumber.get(number) ?? number);

/** The number of a type as it stands in a question. */
export const numberOf = (type: RecordType | 'ANY' | number): number => {
  if (typeof type === 'number') return type;
  return type === 'ANY' ? pseudoTypes.ANY : typeNumbers[type];
};

/** Response codes (RFC 1035, 6891). */
export const responseCodes = {
  noerror: 0,
  formerr: 1,
  servfail: 2,
  nxdomain: 3,
  notimp: 4,
  refused: 5,
  badvers: 16,
} as const;

/** The class of the internet, the only one served. */
export const classInternet = 1;

/** The network a query comes from, as EDNS client subnet says it (RFC 7871). */
export interface ClientSubnet {
  readonly family: 4 | 6;
  /** The network's address; bits beyond the prefix are zero. */
  readonly address: string;
  readonly sourcePrefixLength: number;
  readonly scopePrefixLength: number;
}

/** What the OPT pseudo record says (RFC 6891). */
export interface Edns {
  readonly udpSize: number;
  readonly version: number;
  readonly dnssecOk: boolean;
  readonly clientSubnet?: ClientSubnet;
}

/** One entry of the question section. */
export interface Question {
  /** Lower case with a final dot; bytes other than letters, digits and usual signs as `\DDD`. */
  readonly name: string;
  readonly type: RecordType | 'ANY' | number;
  readonly class: number;
}

/** A DNS message. `code` is the whole response code, with the upper bits that OPT carries. */
export interface DnsMessage {
  readonly id: number;
  readonly response: boolean;
  readonly opcode: number;
  readonly authoritative: boolean;
  readonly truncated: boolean;
  readonly recursionDesired: boolean;
  readonly recursionAvailable: boolean;
  readonly code: number;
  readonly questions: readonly Question[];
  readonly answers: readonly DnsRecord[];
  readonly authority: readonly DnsRecord[];
  readonly additional: readonly DnsRecord[];
  readonly edns?: Edns;
}

/** Why bytes are no DNS message. */
export class MalformedMessage {
  readonly reason: string;

  constructor(reason: string) {
    this.reason = reason;
  }
}
