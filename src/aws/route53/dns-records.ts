/** The data of one DNS resource record, by type (RFC 1035, 2782, 3596, 8659). Names are lower case with a final dot. */
export type RecordData =
  | { readonly type: 'A'; readonly address: string }
  | { readonly type: 'AAAA'; readonly address: string }
  | { readonly type: 'CNAME'; readonly target: string }
  | { readonly type: 'NS'; readonly target: string }
  | { readonly type: 'PTR'; readonly target: string }
  | { readonly type: 'MX'; readonly preference: number; readonly exchange: string }
  | { readonly type: 'TXT'; readonly strings: readonly string[] }
  | { readonly type: 'SPF'; readonly strings: readonly string[] }
  | {
      readonly type: 'SRV';
      readonly priority: number;
      readonly weight: number;
      readonly port: number;
      readonly target: string;
    }
  | {
      readonly type: 'CAA';
      readonly flags: number;
      readonly tag: string;
      readonly value: string;
    }
  | {
      readonly type: 'SOA';
      readonly primary: string;
      readonly mailbox: string;
      readonly serial: number;
      readonly refreshSeconds: number;
      readonly retrySeconds: number;
      readonly expireSeconds: number;
      readonly minimumSeconds: number;
    };

/** A record type that Faultline serves. */
export type RecordType = RecordData['type'];

/** One record of an answer; `ttlSeconds` is world time. */
export interface DnsRecord {
  readonly name: string;
  readonly ttlSeconds: number;
  readonly data: RecordData;
}

/** A question as it came: the name lower case with a final dot, the type a name or a number when unknown. */
export interface DnsQuestion {
  readonly name: string;
  readonly type: RecordType | 'ANY' | number;
}

/** What an authoritative server says: a code, and the three sections. `refused` when the name is in no zone of ours. */
export interface DnsAnswer {
  readonly code: 'noerror' | 'nxdomain' | 'refused' | 'servfail' | 'notimp';
  readonly authoritative: boolean;
  readonly answers: readonly DnsRecord[];
  readonly authority: readonly DnsRecord[];
  readonly additional: readonly DnsRecord[];
}
