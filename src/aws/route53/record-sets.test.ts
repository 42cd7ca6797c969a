import { describe, expect, test } from 'vitest';
import { callRoute53 } from './test-calls.ts';
import type { SetInput, ChangeInput } from './test-record-sets.ts';
import {
  a,
  record,
  alias,
  failover,
  create,
  upsert,
  remove,
  change,
  list,
  names,
  open,
  balancer,
  balancerZone,
} from './test-record-sets.ts';

describe('a batch', () => {
  test('is made whole and is a change on its way', async () => {
    const { world, zone } = await open();
    const made = callRoute53(world, 'ChangeResourceRecordSets', {
      HostedZoneId: zone,
      ChangeBatch: {
        Comment: 'why',
        Changes: [
          create(a('www.example.com')),
          create(record('MX', 'example.com', '10 mail.example.com')),
        ],
      },
    });
    expect(made.ChangeInfo).toMatchObject({ Status: 'PENDING', Comment: 'why' });
    expect(names(list(world, zone))).toEqual([
      'example.com. MX',
      'example.com. NS',
      'example.com. SOA',
      'www.example.com. A',
    ]);
  });

  test('of which one change is wrong changes nothing', async () => {
    const { world, zone } = await open();
    const answer = change(world, zone, create(a('www.example.com')), remove(a('gone.example.com')));
    expect(answer).toMatchObject({
      code: 'InvalidChangeBatch',
      message:
        "[Tried to delete resource record set [name='gone.example.com.', type='A'] but it was not found]",
      details: {
        messages: [
          "Tried to delete resource record set [name='gone.example.com.', type='A'] but it was not found",
        ],
      },
    });
    expect(names(list(world, zone))).toEqual(['example.com. NS', 'example.com. SOA']);
  });

  test('may turn a CNAME into an alias', async () => {
    const { world, zone } = await open();
    const cname = record('CNAME', 'www.example.com', 'elsewhere.example.net');
    change(world, zone, create(cname));
    expect(
      change(world, zone, remove(cname), create(alias('www.example.com', balancer, balancerZone))),
    ).toHaveProperty('ChangeInfo');
    expect(list(world, zone).ResourceRecordSets.at(-1)).toEqual({
      Name: 'www.example.com.',
      Type: 'A',
      AliasTarget: {
        HostedZoneId: balancerZone,
        DNSName: `${balancer}.`,
        EvaluateTargetHealth: true,
      },
    });
  });

  test('upserts what is there and what is not', async () => {
    const { world, zone } = await open();
    change(world, zone, upsert(a('www.example.com')));
    change(world, zone, upsert(a('www.example.com', ['192.0.2.7', '192.0.2.8'], { TTL: 30 })));
    expect(list(world, zone).ResourceRecordSets.at(-1)).toEqual({
      Name: 'www.example.com.',
      Type: 'A',
      TTL: 30,
      ResourceRecords: [{ Value: '192.0.2.7' }, { Value: '192.0.2.8' }],
    });
  });

  test('names a zone that exists', async () => {
    const { world } = await open();
    expect(change(world, 'Z404', create(a('www.example.com')))).toMatchObject({
      code: 'NoSuchHostedZone',
    });
  });

  test('names a health check that exists', async () => {
    const { world, zone } = await open();
    expect(
      change(world, zone, create(a('www.example.com', ['192.0.2.1'], { HealthCheckId: 'none' }))),
    ).toMatchObject({
      code: 'NoSuchHealthCheck',
    });
  });

  test('has limits', async () => {
    const { world, zone } = await open();
    const values = (count: number) =>
      Array.from({ length: count }, (_, index) => `10.0.${index >> 8}.${index & 255}`);
    expect(change(world, zone, upsert(a('www.example.com', values(501))))).toMatchObject({
      message: '[Number of records limit of 1000 exceeded.]',
    });
    expect(change(world, zone, create(a('www.example.com', values(501))))).toHaveProperty(
      'ChangeInfo',
    );
  });
});

const refusals: readonly [string, readonly ChangeInput[], readonly string[]][] = [
  [
    'what is there already',
    [create(a('is.example.com'))],
    [
      "Tried to create resource record set [name='is.example.com.', type='A'] but it already exists",
    ],
  ],
  [
    'to delete other values',
    [remove(a('is.example.com', ['192.0.2.99']))],
    [
      "Tried to delete resource record set [name='is.example.com.', type='A'] but the values provided do not match the current values",
    ],
  ],
  [
    'to delete with another TTL',
    [remove(a('is.example.com', ['192.0.2.1'], { TTL: 61 }))],
    [
      "Tried to delete resource record set [name='is.example.com.', type='A'] but the values provided do not match the current values",
    ],
  ],
  [
    'to delete another of the set',
    [remove(a('f.example.com', ['192.0.2.1'], failover('PRIMARY', 'x')))],
    [
      "Tried to delete resource record set [name='f.example.com.', type='A', set-identifier='x'] but it was not found",
    ],
  ],
  [
    'two changes of one set',
    [upsert(a('is.example.com')), upsert(a('is.example.com'))],
    [
      "The request contains an invalid set of changes for a resource record set 'A is.example.com.'",
    ],
  ],
  [
    'names outside the zone',
    [create(a('www.example.net'))],
    ['RRSet with DNS name www.example.net. is not permitted in zone example.com.'],
  ],
  [
    'a CNAME at the apex',
    [create(record('CNAME', 'example.com', 'a.b'))],
    [
      'RRSet of type CNAME with DNS name example.com. is not permitted at apex in zone example.com.',
    ],
  ],
  [
    'a CNAME beside others',
    [create(record('CNAME', 'is.example.com', 'a.b'))],
    [
      'RRSet of type CNAME with DNS name is.example.com. is not permitted as it conflicts with other records with the same DNS name in zone example.com.',
    ],
  ],
  [
    'others beside a CNAME',
    [create(a('c.example.com'))],
    [
      'RRSet of type A with DNS name c.example.com. is not permitted because a conflicting RRSet of type CNAME with the same DNS name already exists in zone example.com.',
    ],
  ],
  [
    'a zone without SOA',
    [remove(record('SOA', 'example.com', 'SOA'))],
    ['A HostedZone must contain exactly one SOA record.'],
  ],
  [
    'a zone without NS',
    [remove(record('NS', 'example.com', 'NS'))],
    ['A HostedZone must contain at least one NS record for the zone itself.'],
  ],
  [
    'bad values, all of them',
    [
      create(a('x.example.com', ['1.2.3', 'ns-1.example'])),
      create(record('AAAA', 'y.example.com', '1.2.3.4')),
    ],
    [
      "Invalid Resource Record: 'FATAL problem: ARRDATAIllegalIPv4Address (Value is not a valid IPv4 address) encountered with '1.2.3''",
      "Invalid Resource Record: 'FATAL problem: ARRDATAIllegalIPv4Address (Value is not a valid IPv4 address) encountered with 'ns-1.example''",
      "Invalid Resource Record: 'FATAL problem: AAAARRDATAIllegalIPv6Address (Value is not a valid IPv6 address) encountered with '1.2.3.4''",
    ],
  ],
  [
    'one value twice',
    [create(a('x.example.com', ['192.0.2.1', '192.0.2.1']))],
    ["Duplicate Resource Record: '192.0.2.1'"],
  ],
  [
    'an empty label',
    [create(a('x..example.com'))],
    ["FATAL problem: DomainLabelEmpty (Domain label is empty) encountered with 'x..example.com'"],
  ],
  [
    'a second primary',
    [create(a('f.example.com', ['192.0.2.1'], failover('PRIMARY', 'q')))],
    [
      'RRSet with DNS name f.example.com., type A, SetIdentifier q cannot be created as a failover PRIMARY RRSet with the same name and type already exists.',
    ],
  ],
  [
    'a simple set beside failover sets',
    [create(a('f.example.com'))],
    [
      'RRSet with DNS name f.example.com., type A cannot be created as other RRSets exist with the same name and type.',
    ],
  ],
  [
    'a failover set beside a simple one',
    [create(a('is.example.com', ['192.0.2.1'], failover('PRIMARY', 'q')))],
    [
      'RRSet with DNS name is.example.com., type A, SetIdentifier q cannot be created as a non-failover RRSet exists with the same name and type.',
    ],
  ],
  [
    'an alias to nothing',
    [create(alias('x.example.com', 'nothing.example.com', 'ZONE'))],
    [
      'Tried to create an alias that targets nothing.example.com., type A in zone ZONE, but that target was not found',
    ],
  ],
  [
    'an alias out of its zone',
    [create(alias('x.example.com', 'is.example.com', balancerZone))],
    [
      `Tried to create an alias that targets is.example.com., type A in zone ${balancerZone}, but the alias target name does not lie within the target zone`,
    ],
  ],
];

describe('Route 53 refuses', () => {
  test.each(refusals)('%s', async (_, changes, messages) => {
    const { world, zone } = await open();
    change(
      world,
      zone,
      create(a('is.example.com')),
      create(record('CNAME', 'c.example.com', 'is.example.com')),
      create(a('f.example.com', ['192.0.2.1'], failover('PRIMARY', 'p'))),
    );
    const before = list(world, zone);
    const current = (type: string) =>
      before.ResourceRecordSets.find((set: { Type: string }) => set.Type === type);
    const filled = changes.map((asked) => {
      const [first] = (asked.ResourceRecordSet['ResourceRecords'] ?? []) as { Value: string }[]; // As `a` made it.
      if (first?.Value === 'SOA' || first?.Value === 'NS')
        return { ...asked, ResourceRecordSet: current(first.Value) };
      const target = asked.ResourceRecordSet['AliasTarget'] as { HostedZoneId: string } | undefined; // As `alias` made it.
      return target?.HostedZoneId === 'ZONE'
        ? {
            ...asked,
            ResourceRecordSet: {
              ...asked.ResourceRecordSet,
              AliasTarget: { ...target, HostedZoneId: zone },
            },
          }
        : asked;
    });
    const answer = change(world, zone, ...filled);
    expect(answer.code).toBe('InvalidChangeBatch');
    expect(answer.details.messages).toEqual(
      messages.map((message) => message.replace('ZONE', zone)),
    );
    expect(list(world, zone)).toEqual(before);
  });

  test.each<[string, SetInput, string, RegExp]>([
    [
      'neither values nor alias',
      { Name: 'x.example.com', Type: 'A' },
      'InvalidInput',
      /Expected exactly one of .* found none in Change with \[Action=CREATE, Name=x\.example\.com, Type=A, SetIdentifier=null\]$/,
    ],
    ['values without TTL', { ...a('x.example.com'), TTL: undefined }, 'InvalidInput', /found none/],
    [
      'values and an alias',
      { ...a('x.example.com'), ...alias('x.example.com', balancer, balancerZone) },
      'InvalidInput',
      /found more than one/,
    ],
    [
      'failover without identifier',
      a('x.example.com', ['192.0.2.1'], { Failover: 'PRIMARY' }),
      'InvalidInput',
      /Missing field 'SetIdentifier'/,
    ],
    [
      'an identifier without failover',
      a('x.example.com', ['192.0.2.1'], { SetIdentifier: 'p' }),
      'InvalidInput',
      /Expected exactly one of \[Weight, Region, Failover/,
    ],
    [
      'weights, which are not built',
      a('x.example.com', ['192.0.2.1'], { SetIdentifier: 'p', Weight: 1 }),
      'NotImplemented',
      /routing by Weight/,
    ],
    [
      'types that are not built',
      record('NAPTR', 'x.example.com', '1'),
      'NotImplemented',
      /records of type NAPTR/,
    ],
    [
      'aliases that are not built',
      alias('x.example.com', 'd1.cloudfront.net', 'Z2FDTNDATAQYW2'),
      'NotImplemented',
      /aliases to d1\.cloudfront\.net\./,
    ],
  ])('%s', async (_, set, code, message) => {
    const { world, zone } = await open();
    expect(change(world, zone, create(set))).toMatchObject({
      code,
      message: expect.stringMatching(message),
    });
  });
});

describe('values', () => {
  test.each<[string, string]>([
    ['A', '192.0.2.1'],
    ['AAAA', '2001:db8::1'],
    ['CNAME', 'www.example.net'],
    ['PTR', 'host.example.com.'],
    ['MX', '10 mail.example.com'],
    ['SRV', '1 2 443 www.example.com'],
    ['TXT', '"one" "t\\"wo"'],
    ['SPF', '"v=spf1 -all"'],
    ['CAA', '0 issue "ca.example.net"'],
  ])('of type %s are kept as given', async (type, value) => {
    const { world, zone } = await open();
    expect(change(world, zone, create(record(type, 'x.example.com', value)))).toHaveProperty(
      'ChangeInfo',
    );
    expect(list(world, zone).ResourceRecordSets.at(-1).ResourceRecords).toEqual([{ Value: value }]);
  });

  test.each<[string, string, string]>([
    ['A', '1.2.3.4 5.6.7.8', 'ARRDATANotSingleField (Value contains spaces)'],
    ['CNAME', 'a b', 'CNAMERRDATANotSingleField (Value contains spaces)'],
    ['CNAME', `${'a'.repeat(64)}.b`, 'DomainLabelTooLong (Domain label is too long)'],
    ['MX', 'mail.example.com', "MXRRDATANotTwoFields (MX record doesn't have 2 fields)"],
    ['MX', '99999 mail.example.com', 'MXRRDATAIllegalPreference'],
    ['SRV', '1 2 www.example.com', "SRVRRDATANotFourFields (SRV record doesn't have 4 fields)"],
    ['TXT', 'unquoted', 'InvalidCharacterString (Value should be enclosed in quotation marks)'],
    ['TXT', `"${'x'.repeat(256)}"`, 'CharacterStringTooLong (Value is too long)'],
    ['TXT', '"caf\u00e9"', 'UnsupportedCharacter (Value contains unsupported characters)'],
    [
      'TXT',
      '"a\tb"',
      "UnsupportedCharacter (Value contains unsupported characters) encountered with '\t'",
    ],
    ['TXT', '\t"a"', 'UnsupportedCharacter'],
    ['TXT', '"a"\t"b"', 'UnsupportedCharacter'],
    ['TXT', '"a\u007fb"', 'UnsupportedCharacter'],
    ['TXT', '"\u{1f600}"', 'UnsupportedCharacter'],
    ['SPF', '"v=spf1 \u2013all"', 'UnsupportedCharacter'],
    ['CAA', 'issue', 'CAARRDATANotThreeFields'],
  ])('of type %s like %s are refused', async (type, value, reason) => {
    const { world, zone } = await open();
    expect(change(world, zone, create(record(type, 'x.example.com', value)))).toMatchObject({
      code: 'InvalidChangeBatch',
      message: expect.stringContaining(`FATAL problem: ${reason}`),
    });
  });
});
