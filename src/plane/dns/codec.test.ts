import dnsPacket from 'dns-packet';
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { DnsRecord, RecordData } from '../../aws/route53/dns-records.ts';
import { formatIpv4, formatIpv6 } from '../../aws/shared/ip-address.ts';
import { decodeMessage } from './decode.ts';
import { encodeMessage } from './encode.ts';
import type { DnsMessage, Edns } from './message.ts';
import { MalformedMessage } from './message.ts';

const message = (parts: Partial<DnsMessage>): DnsMessage => ({
  id: 4711,
  response: true,
  opcode: 0,
  authoritative: true,
  truncated: false,
  recursionDesired: true,
  recursionAvailable: false,
  code: 0,
  questions: [],
  answers: [],
  authority: [],
  additional: [],
  ...parts,
});

const decoded = (bytes: Uint8Array): DnsMessage => {
  const result = decodeMessage(bytes);
  if (result instanceof MalformedMessage) throw new Error(result.reason);
  return result;
};

const label = fc.stringMatching(/^[a-z0-9_*]([a-z0-9-]{0,20}[a-z0-9])?$/);
const name = fc
  .array(label, { minLength: 0, maxLength: 6 })
  .map((labels) => (labels.length === 0 ? '.' : `${labels.join('.')}.`));
// Names from a few suffixes, so that compression finds something to point at.
const nestedName = fc
  .tuple(
    fc.array(label, { maxLength: 2 }),
    fc.constantFrom('example.com.', 'b.example.com.', 'com.'),
  )
  .map(([labels, suffix]) => [...labels, suffix].join('.'));
const anyName = fc.oneof(name, nestedName);
const u8 = fc.integer({ min: 0, max: 255 });
const u16 = fc.integer({ min: 0, max: 65_535 });
const u32 = fc.integer({ min: 0, max: 0xffffffff });
const characters = fc
  .array(u8, { maxLength: 255 })
  .map((bytes) => bytes.map((byte) => String.fromCharCode(byte)).join(''));
const bytes = (length: number): fc.Arbitrary<Uint8Array> =>
  fc.uint8Array({ minLength: length, maxLength: length });
const strings = fc.array(characters, { minLength: 1, maxLength: 4 });

const data: fc.Arbitrary<RecordData> = fc.oneof(
  bytes(4).map((address): RecordData => ({ type: 'A', address: formatIpv4(address) })),
  bytes(16).map((address): RecordData => ({ type: 'AAAA', address: formatIpv6(address) })),
  fc.record({ type: fc.constantFrom('CNAME', 'NS', 'PTR'), target: anyName }),
  fc.record({ type: fc.constant('MX'), preference: u16, exchange: anyName }),
  fc.record({ type: fc.constantFrom('TXT', 'SPF'), strings }),
  fc.record({ type: fc.constant('SRV'), priority: u16, weight: u16, port: u16, target: anyName }),
  fc.record({
    type: fc.constant('CAA'),
    flags: u8,
    tag: fc.stringMatching(/^[a-z0-9]{1,15}$/),
    value: characters,
  }),
  fc.record({
    type: fc.constant('SOA'),
    primary: anyName,
    mailbox: anyName,
    serial: u32,
    refreshSeconds: u32,
    retrySeconds: u32,
    expireSeconds: u32,
    minimumSeconds: u32,
  }),
) as fc.Arbitrary<RecordData>; // fc.record does not keep literal types through fc.constantFrom.

const record: fc.Arbitrary<DnsRecord> = fc.record({
  name: anyName,
  ttlSeconds: fc.integer({ min: 0, max: 0x7fffffff }),
  data,
});

const edns: fc.Arbitrary<Edns> = fc.record({
  udpSize: u16,
  version: u8,
  dnssecOk: fc.boolean(),
  clientSubnet: fc.constantFrom(
    { family: 4 as const, address: '192.0.2.0', sourcePrefixLength: 24, scopePrefixLength: 0 },
    { family: 4 as const, address: '10.128.0.0', sourcePrefixLength: 9, scopePrefixLength: 9 },
    { family: 4 as const, address: '0.0.0.0', sourcePrefixLength: 0, scopePrefixLength: 0 },
    { family: 6 as const, address: '2001:db8::', sourcePrefixLength: 56, scopePrefixLength: 48 },
  ),
});

const section = fc.array(record, { maxLength: 4 });

const anyMessage: fc.Arbitrary<DnsMessage> = fc.record({
  id: u16,
  response: fc.boolean(),
  opcode: fc.integer({ min: 0, max: 15 }),
  authoritative: fc.boolean(),
  truncated: fc.boolean(),
  recursionDesired: fc.boolean(),
  recursionAvailable: fc.boolean(),
  code: fc.integer({ min: 0, max: 15 }),
  questions: fc.array(
    fc.record({
      name: anyName,
      type: fc.constantFrom('A' as const, 'AAAA' as const, 'ANY' as const, 65 as const),
      class: fc.constantFrom(1, 3, 255),
    }),
    { maxLength: 2 },
  ),
  answers: section,
  authority: section,
  additional: section,
  edns,
});

describe('encoding and decoding', () => {
  test('give back every message', () => {
    fc.assert(
      fc.property(anyMessage, (sent) => {
        expect(decoded(encodeMessage(sent))).toEqual(sent);
      }),
    );
  });

  test('carry response codes beyond 15 in the OPT record', () => {
    const sent = message({ code: 16, edns: { udpSize: 1232, version: 0, dnssecOk: false } });
    expect(decoded(encodeMessage(sent)).code).toBe(16);
  });

  test('keep labels with dots, backslashes and bytes that are no letters apart from others', () => {
    const odd = '\\046\\092\\000\\255x.example.com.';
    const sent = message({
      answers: [{ name: odd, ttlSeconds: 1, data: { type: 'NS', target: odd } }],
    });
    expect(decoded(encodeMessage(sent)).answers).toEqual(sent.answers);
  });

  test('make names lower case', () => {
    const bytes = dnsPacket.encode({
      type: 'query',
      questions: [{ type: 'A', name: 'WwW.Example.COM' }],
    });
    expect(decoded(bytes).questions[0]?.name).toBe('www.example.com.');
  });

  test('write the question back as it came', () => {
    const query = dnsPacket.encode({
      type: 'query',
      questions: [{ type: 'A', name: 'WwW.Example.COM' }],
    });
    const response = encodeMessage(
      message({
        questions: decoded(query).questions,
        answers: [
          { name: 'www.example.com.', ttlSeconds: 5, data: { type: 'A', address: '192.0.2.1' } },
        ],
      }),
      { rawQuestion: query.subarray(12) },
    );
    const seen = dnsPacket.decode(Buffer.from(response));
    expect(seen.questions?.[0]?.name).toBe('WwW.Example.COM');
    // The answer's name is a pointer to the question: 12 + 21 for the question + 16 for the answer.
    expect(response).toHaveLength(12 + 21 + 16);
    expect(seen.answers?.[0]?.name).toBe('WwW.Example.COM');
  });
});

describe('against dns-packet', () => {
  const samples: readonly { ours: DnsRecord; theirs: dnsPacket.Answer }[] = [
    {
      ours: { name: 'a.example.com.', ttlSeconds: 60, data: { type: 'A', address: '192.0.2.7' } },
      theirs: {
        type: 'A',
        name: 'a.example.com',
        ttl: 60,
        class: 'IN',
        flush: false,
        data: '192.0.2.7',
      },
    },
    {
      ours: {
        name: 'a.example.com.',
        ttlSeconds: 60,
        data: { type: 'AAAA', address: '2001:db8::7' },
      },
      theirs: {
        type: 'AAAA',
        name: 'a.example.com',
        ttl: 60,
        class: 'IN',
        flush: false,
        data: '2001:db8::7',
      },
    },
    {
      ours: {
        name: 'w.example.com.',
        ttlSeconds: 1,
        data: { type: 'CNAME', target: 'a.example.com.' },
      },
      theirs: {
        type: 'CNAME',
        name: 'w.example.com',
        ttl: 1,
        class: 'IN',
        flush: false,
        data: 'a.example.com',
      },
    },
    {
      ours: {
        name: 'example.com.',
        ttlSeconds: 1,
        data: { type: 'MX', preference: 10, exchange: 'm.example.com.' },
      },
      theirs: {
        type: 'MX',
        name: 'example.com',
        ttl: 1,
        class: 'IN',
        flush: false,
        data: { preference: 10, exchange: 'm.example.com' },
      },
    },
    {
      ours: {
        name: '_s._tcp.example.com.',
        ttlSeconds: 1,
        data: { type: 'SRV', priority: 1, weight: 2, port: 3, target: 'a.example.com.' },
      },
      theirs: {
        type: 'SRV',
        name: '_s._tcp.example.com',
        ttl: 1,
        class: 'IN',
        flush: false,
        data: { priority: 1, weight: 2, port: 3, target: 'a.example.com' },
      },
    },
    {
      ours: {
        name: 'example.com.',
        ttlSeconds: 900,
        data: {
          type: 'SOA',
          primary: 'ns.example.com.',
          mailbox: 'hostmaster.example.com.',
          serial: 1,
          refreshSeconds: 7200,
          retrySeconds: 900,
          expireSeconds: 1_209_600,
          minimumSeconds: 86_400,
        },
      },
      theirs: {
        type: 'SOA',
        name: 'example.com',
        ttl: 900,
        class: 'IN',
        flush: false,
        data: {
          mname: 'ns.example.com',
          rname: 'hostmaster.example.com',
          serial: 1,
          refresh: 7200,
          retry: 900,
          expire: 1_209_600,
          minimum: 86_400,
        },
      },
    },
  ];

  test.each(samples.map((sample) => [sample.ours.data.type, sample] as const))(
    '%s',
    (_, { ours, theirs }) => {
      const seen = dnsPacket.decode(Buffer.from(encodeMessage(message({ answers: [ours] }))));
      expect(seen.answers).toEqual([theirs]);
      expect(decoded(dnsPacket.encode({ type: 'response', answers: [theirs] })).answers).toEqual([
        ours,
      ]);
    },
  );

  test('all together, compressed by either side', () => {
    const ours = samples.map((sample) => sample.ours);
    const theirs = samples.map((sample) => sample.theirs);
    expect(
      dnsPacket.decode(Buffer.from(encodeMessage(message({ answers: ours })))).answers,
    ).toEqual(theirs);
  });

  test('TXT and CAA', () => {
    const seen = dnsPacket.decode(
      Buffer.from(
        encodeMessage(
          message({
            answers: [
              { name: 't.', ttlSeconds: 1, data: { type: 'TXT', strings: ['one', 'two'] } },
              {
                name: 'c.',
                ttlSeconds: 1,
                data: { type: 'CAA', flags: 128, tag: 'issue', value: 'ca.example' },
              },
            ],
          }),
        ),
      ),
    );
    expect(seen.answers?.[0]).toMatchObject({ data: [Buffer.from('one'), Buffer.from('two')] });
    expect(seen.answers?.[1]).toMatchObject({
      data: { flags: 128, tag: 'issue', value: 'ca.example' },
    });
  });

  test('client subnet', () => {
    const query = dnsPacket.encode({
      type: 'query',
      questions: [{ type: 'A', name: 'a.b' }],
      additionals: [
        {
          type: 'OPT',
          name: '.',
          udpPayloadSize: 1232,
          extendedRcode: 0,
          ednsVersion: 0,
          flags: 0x8000,
          flag_do: true,
          options: [{ code: 'CLIENT_SUBNET', ip: '198.51.100.0', sourcePrefixLength: 24 }],
        } as unknown as dnsPacket.OptAnswer, // The package's types ask for fields that it ignores when encoding.
      ],
    });
    expect(decoded(query).edns).toEqual({
      udpSize: 1232,
      version: 0,
      dnssecOk: true,
      clientSubnet: {
        family: 4,
        address: '198.51.100.0',
        sourcePrefixLength: 24,
        scopePrefixLength: 0,
      },
    });
  });
});

describe('truncation', () => {
  const many = Array.from({ length: 60 }, (_, index): DnsRecord => ({
    name: 'many.example.com.',
    ttlSeconds: 60,
    data: { type: 'A', address: `192.0.2.${index}` },
  }));

  test('leaves the question and the OPT record, and says so', () => {
    const sent = message({
      questions: [{ name: 'many.example.com.', type: 'A', class: 1 }],
      answers: many,
      edns: { udpSize: 512, version: 0, dnssecOk: false },
    });
    const bytes = encodeMessage(sent, { limitBytes: 512 });
    expect(bytes.length).toBeLessThanOrEqual(512);
    expect(decoded(bytes)).toEqual({ ...sent, truncated: true, answers: [] });
  });

  test('leaves out additional records without a word', () => {
    const sent = message({ answers: many.slice(0, 2), additional: many });
    expect(decoded(encodeMessage(sent, { limitBytes: 512 }))).toEqual({ ...sent, additional: [] });
  });

  test('says where a referral goes without the addresses of its name servers', () => {
    const sent = message({
      authoritative: false,
      answers: [],
      authority: [
        {
          name: 'sub.example.com.',
          ttlSeconds: 300,
          data: { type: 'NS', target: 'many.example.com.' },
        },
      ],
      additional: many,
    });
    expect(decoded(encodeMessage(sent, { limitBytes: 512 }))).toEqual({
      ...sent,
      truncated: true,
      additional: [],
    });
  });

  test('never passes the limit', () => {
    fc.assert(
      fc.property(anyMessage, fc.integer({ min: 512, max: 4096 }), (sent, limitBytes) => {
        const questions = sent.questions.slice(0, 1);
        const bytes = encodeMessage({ ...sent, questions }, { limitBytes });
        expect(bytes.length).toBeLessThanOrEqual(limitBytes);
        expect(decodeMessage(bytes)).not.toBeInstanceOf(MalformedMessage);
      }),
    );
  });
});

describe('hostile bytes', () => {
  const header = [0, 1, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0];
  const answerHeader = [0, 1, 0x80, 0, 0, 0, 0, 1, 0, 0, 0, 0];
  test.each([
    ['nothing', [], 'shorter than a header'],
    ['half a header', header.slice(0, 11), 'shorter than a header'],
    ['no question', header, 'a name ends early'],
    [
      'a pointer to itself',
      [...header, 0xc0, 12, 0, 1, 0, 1],
      'a compression pointer leads nowhere',
    ],
    [
      'a pointer forward',
      [...header, 0xc0, 20, 0, 1, 0, 1, 0, 0, 0],
      'a compression pointer leads nowhere',
    ],
    [
      'a pointer into the header',
      [...header, 0xc0, 0, 0, 1, 0, 1],
      'a compression pointer leads nowhere',
    ],
    [
      'a loop over two pointers',
      [...header, 1, 97, 0xc0, 14, 0, 1, 0, 1],
      'a compression pointer leads nowhere',
    ],
    ['a label type of no meaning', [...header, 0x80, 0, 0, 1, 0, 1], 'a label has an unknown form'],
    [
      'a name of 256 bytes',
      [...header, ...Array.from({ length: 128 }, () => [1, 97]).flat(), 0, 0, 1, 0, 1],
      'a name is too long',
    ],
    [
      'an address of three bytes',
      [...answerHeader, 0, 0, 1, 0, 1, 0, 0, 0, 0, 0, 3, 1, 2, 3],
      'the message ends early',
    ],
    [
      'an address of five bytes',
      [...answerHeader, 0, 0, 1, 0, 1, 0, 0, 0, 0, 0, 5, 1, 2, 3, 4, 5],
      'record data has a wrong length',
    ],
    [
      'data beyond the end',
      [...answerHeader, 0, 0, 1, 0, 1, 0, 0, 0, 0, 255, 255, 1],
      'record data ends early',
    ],
  ])('%s is told as malformed', (_, bytes, reason) => {
    expect(decodeMessage(Uint8Array.from(bytes))).toEqual(new MalformedMessage(reason));
  });

  test('never throw, whatever they are', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 600 }), (bytes) => {
        decodeMessage(bytes);
      }),
      { numRuns: 2000 },
    );
  });

  test('never throw when a good message is damaged, and what is read can be written again', () => {
    fc.assert(
      fc.property(
        anyMessage,
        fc.array(fc.tuple(fc.nat(), u8), { minLength: 1, maxLength: 8 }),
        fc.nat(),
        (sent, damages, cut) => {
          const bytes = encodeMessage(sent);
          for (const [at, value] of damages) bytes[at % bytes.length] = value;
          const result = decodeMessage(
            bytes.subarray(0, bytes.length - (cut % 3 === 0 ? cut % bytes.length : 0)),
          );
          if (!(result instanceof MalformedMessage)) encodeMessage(result);
        },
      ),
      { numRuns: 1000 },
    );
  });
});
