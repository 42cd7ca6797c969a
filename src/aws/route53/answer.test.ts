import { describe, expect, test } from 'vitest';
import { rotateAnswer, turnsOf } from './answer-order.ts';
import type { AnswerContext } from './answer.ts';
import { answer } from './answer.ts';
import type { DnsQuestion } from './dns-records.ts';
import type { ResourceRecordSet } from './entities.ts';
import { serveZone, zoneFinder, type ServedZone } from './served-zone.ts';
import { nameOf, set, show, zone, type SetParts } from './test-zones.ts';

const pair = (parts: {
  primary?: SetParts;
  secondary?: SetParts;
}): readonly ResourceRecordSet[] => [
  set('f.example.com', 'A', ['192.0.2.2'], {
    failover: 'SECONDARY',
    setIdentifier: 's',
    ...parts.secondary,
  }),
  set('f.example.com', 'A', ['192.0.2.1'], {
    failover: 'PRIMARY',
    setIdentifier: 'p',
    ...parts.primary,
  }),
];

const rfc4592 = [
  set('*.example.com', 'TXT', ['"this is a wildcard"']),
  set('*.example.com', 'MX', ['10 host1.example.com.']),
  set('sub.*.example.com', 'TXT', ['"this is not a wildcard"']),
  set('host1.example.com', 'A', ['192.0.2.1']),
  set('_ssh._tcp.host1.example.com', 'SRV', ['0 0 22 host1.example.com']),
  set('subdel.example.com', 'NS', ['ns.example.com', 'ns.example.net']),
];

const balancerName = 'web-1.us-east-1.elb.amazonaws.com.';
const balancers = new Map([
  [balancerName, { addresses: ['127.0.1.1', '127.0.1.2'], ttlSeconds: 60, healthy: true }],
  [
    'sick-2.us-east-1.elb.amazonaws.com.',
    { addresses: ['127.0.2.1'], ttlSeconds: 60, healthy: false },
  ],
]);

const contextOf = (
  zones: readonly ServedZone[],
  unhealthy: readonly string[] = [],
): AnswerContext => ({
  zoneOf: zoneFinder(zones),
  healthy: (id) => !unhealthy.includes(id),
  awsName: (kind, name) => {
    if (kind === 'balancer') return balancers.get(name);
    return name === 'ec2-1-2-3-4.compute-1.amazonaws.com.'
      ? { addresses: ['127.0.3.1'], ttlSeconds: 60, healthy: true }
      : undefined;
  },
});

const ask = (
  context: AnswerContext,
  name: string,
  type: DnsQuestion['type'] = 'A',
): { code: string; answers: string[]; authority: string[] } => {
  const answered = answer({ name, type }, context);
  return {
    code: answered.code,
    answers: answered.answers.map(show),
    authority: answered.authority.map(show),
  };
};

const negative = ['example.com. 900 SOA ...'];

describe('a zone', () => {
  const context = contextOf([
    zone('example.com', [
      set('www.example.com', 'A', ['192.0.2.1', '192.0.2.2']),
      set('alias.example.com', 'CNAME', ['www.example.com']),
      set('away.example.com', 'CNAME', ['www.example.net']),
      set('gone.example.com', 'CNAME', ['nothing.example.com']),
      set('toelb.example.com', 'CNAME', [`dualstack.${balancerName}`]),
      set('loop1.example.com', 'CNAME', ['loop2.example.com']),
      set('loop2.example.com', 'CNAME', ['loop1.example.com']),
      set('a.b.c.example.com', 'A', ['192.0.2.3']),
      set('child.example.com', 'NS', ['ns.child.example.net']),
    ]),
    zone('sub.example.com', [set('www.sub.example.com', 'A', ['192.0.2.9'])]),
  ]);

  test.each<[string, string, DnsQuestion['type'], string, string[], string[]]>([
    [
      'gives all values',
      'www.example.com.',
      'A',
      'noerror',
      ['www.example.com. 300 A 192.0.2.1', 'www.example.com. 300 A 192.0.2.2'],
      [],
    ],
    [
      'says NODATA with its SOA for another type',
      'www.example.com.',
      'AAAA',
      'noerror',
      [],
      negative,
    ],
    ['says NODATA for a type it does not know', 'www.example.com.', 65, 'noerror', [], negative],
    [
      'says NXDOMAIN with its SOA for no name',
      'nothing.example.com.',
      'A',
      'nxdomain',
      [],
      negative,
    ],
    ['knows that names between are there', 'b.c.example.com.', 'A', 'noerror', [], negative],
    ['gives its SOA', 'example.com.', 'SOA', 'noerror', ['example.com. 900 SOA ...'], []],
    [
      'gives its NS records',
      'example.com.',
      'NS',
      'noerror',
      ['example.com. 172800 NS ns-1.awsdns-00.com.', 'example.com. 172800 NS ns-2.awsdns-01.net.'],
      [],
    ],
    [
      'follows a CNAME',
      'alias.example.com.',
      'A',
      'noerror',
      [
        'alias.example.com. 300 CNAME www.example.com.',
        'www.example.com. 300 A 192.0.2.1',
        'www.example.com. 300 A 192.0.2.2',
      ],
      [],
    ],
    [
      'gives a CNAME that is asked for alone',
      'alias.example.com.',
      'CNAME',
      'noerror',
      ['alias.example.com. 300 CNAME www.example.com.'],
      [],
    ],
    [
      'leaves what is elsewhere to others',
      'away.example.com.',
      'A',
      'noerror',
      ['away.example.com. 300 CNAME www.example.net.'],
      [],
    ],
    [
      'says NXDOMAIN for the end of a chain',
      'gone.example.com.',
      'A',
      'nxdomain',
      ['gone.example.com. 300 CNAME nothing.example.com.'],
      negative,
    ],
    [
      'follows a CNAME to a balancer',
      'toelb.example.com.',
      'A',
      'noerror',
      [
        `toelb.example.com. 300 CNAME dualstack.${balancerName}`,
        `dualstack.${balancerName} 60 A 127.0.1.1`,
        `dualstack.${balancerName} 60 A 127.0.1.2`,
      ],
      [],
    ],
    [
      'ends a loop of CNAMEs',
      'loop1.example.com.',
      'A',
      'noerror',
      [
        'loop1.example.com. 300 CNAME loop2.example.com.',
        'loop2.example.com. 300 CNAME loop1.example.com.',
      ],
      [],
    ],
    ['refuses what is in no zone', 'www.example.net.', 'A', 'refused', [], []],
    ['refuses what is above it', 'com.', 'A', 'refused', [], []],
    [
      'leaves names to a longer zone',
      'www.sub.example.com.',
      'A',
      'noerror',
      ['www.sub.example.com. 300 A 192.0.2.9'],
      [],
    ],
    [
      'names the servers of a zone that begins below',
      'www.child.example.com.',
      'A',
      'noerror',
      [],
      ['child.example.com. 300 NS ns.child.example.net.'],
    ],
    [
      'gives all types to ANY',
      'example.com.',
      'ANY',
      'noerror',
      [
        'example.com. 900 SOA ...',
        'example.com. 172800 NS ns-1.awsdns-00.com.',
        'example.com. 172800 NS ns-2.awsdns-01.net.',
      ],
      [],
    ],
  ])('%s', (_, name, type, code, answers, authority) => {
    expect(ask(context, name, type)).toEqual({ code, answers, authority });
  });

  test('has authority, except over a zone that begins below', () => {
    expect(answer({ name: 'www.example.com.', type: 'A' }, context).authoritative).toBe(true);
    expect(answer({ name: 'www.child.example.com.', type: 'A' }, context).authoritative).toBe(
      false,
    );
    expect(answer({ name: 'www.example.net.', type: 'A' }, context).authoritative).toBe(false);
  });

  test('that is the older of two with one name answers', () => {
    const both = contextOf([
      zone('example.com', [set('www.example.com', 'A', ['192.0.2.20'])], 20),
      zone('example.com', [set('www.example.com', 'A', ['192.0.2.10'])], 10),
    ]);
    expect(ask(both, 'www.example.com.').answers).toEqual(['www.example.com. 300 A 192.0.2.10']);
  });

  test('keeps negative answers for the shorter of SOA TTL and minimum', () => {
    const short = serveZone(
      { id: 'Z1', name: 'example.com.', callerReference: 'r', nameServers: [], createdAt: 0 },
      [set('example.com', 'SOA', ['a. b. 1 2 3 4 5'], { ttlSeconds: 900 })],
    );
    expect(ask(contextOf([short]), 'x.example.com.').authority).toEqual(['example.com. 5 SOA ...']);
  });
});

// The examples of RFC 4592 section 2.2.1.
describe('wildcards', () => {
  const context = contextOf([zone('example.com', rfc4592)]);
  test.each<[string, DnsQuestion['type'], string, string[]]>([
    ['host3.example.com.', 'MX', 'noerror', ['host3.example.com. 300 MX host1.example.com.']],
    ['host3.example.com.', 'A', 'noerror', []],
    ['foo.bar.example.com.', 'TXT', 'noerror', ['foo.bar.example.com. 300 TXT this is a wildcard']],
    ['host1.example.com.', 'MX', 'noerror', []],
    ['sub.*.example.com.', 'MX', 'noerror', []],
    ['_telnet._tcp.host1.example.com.', 'SRV', 'nxdomain', []],
    ['host.subdel.example.com.', 'A', 'noerror', []],
    ['ghost.*.example.com.', 'MX', 'nxdomain', []],
  ])('%s %s', (name, type, code, answers) => {
    expect(ask(context, name, type)).toMatchObject({ code, answers });
  });
});

describe('failover', () => {
  const primary = ['f.example.com. 300 A 192.0.2.1'];
  const secondary = ['f.example.com. 300 A 192.0.2.2'];
  const checked = { primary: { healthCheckId: 'P' }, secondary: { healthCheckId: 'S' } };
  test.each<[string, Parameters<typeof pair>[0], string[], string[]]>([
    ['both healthy', checked, [], primary],
    ['primary unhealthy', checked, ['P'], secondary],
    ['secondary unhealthy', checked, ['S'], primary],
    ['both unhealthy', checked, ['P', 'S'], primary],
    ['secondary without a check', { primary: { healthCheckId: 'P' } }, ['P'], secondary],
    ['primary without a check', { secondary: { healthCheckId: 'S' } }, ['S'], primary],
  ])('%s', (_, sets, unhealthy, answers) => {
    expect(
      ask(contextOf([zone('example.com', pair(sets))], unhealthy), 'f.example.com.').answers,
    ).toEqual(answers);
  });

  test('the one record there is is given, healthy or not', () => {
    const alone = [
      set('f.example.com', 'A', ['192.0.2.2'], {
        failover: 'SECONDARY',
        setIdentifier: 's',
        healthCheckId: 'S',
      }),
    ];
    expect(ask(contextOf([zone('example.com', alone)], ['S']), 'f.example.com.').answers).toEqual(
      secondary,
    );
  });

  test('an unhealthy simple record is given all the same', () => {
    const simple = [set('f.example.com', 'A', ['192.0.2.1'], { healthCheckId: 'P' })];
    expect(ask(contextOf([zone('example.com', simple)], ['P']), 'f.example.com.').answers).toEqual(
      primary,
    );
  });
});

describe('aliases', () => {
  const alias = (target: string, parts: SetParts = {}) =>
    set('example.com', 'A', [], { alias: target, ttlSeconds: undefined, ...parts });
  const first = (
    sets: readonly ResourceRecordSet[],
    unhealthy: readonly string[] = [],
    name = 'example.com.',
  ) => ask(contextOf([zone('example.com', sets)], unhealthy), name).answers;

  test('to a balancer give its addresses under their own name', () => {
    const given = ['example.com. 60 A 127.0.1.1', 'example.com. 60 A 127.0.1.2'];
    expect(first([alias(balancerName)])).toEqual(given);
    expect(first([alias(`dualstack.${balancerName}`)])).toEqual(given);
  });

  test('to a balancer that is gone or has no such addresses give NODATA', () => {
    expect(
      ask(
        contextOf([zone('example.com', [alias('gone-9.us-east-1.elb.amazonaws.com')])]),
        'example.com.',
      ),
    ).toEqual({
      code: 'noerror',
      answers: [],
      authority: negative,
    });
    const six = set('example.com', 'AAAA', [], { alias: balancerName });
    expect(ask(contextOf([zone('example.com', [six])]), 'example.com.', 'AAAA')).toMatchObject({
      code: 'noerror',
      answers: [],
    });
  });

  test('to records of the zone have their TTL and routing', () => {
    const sets = [
      alias('f.example.com'),
      ...pair({ primary: { healthCheckId: 'P', ttlSeconds: 30 }, secondary: { ttlSeconds: 40 } }),
    ];
    expect(first(sets)).toEqual(['example.com. 30 A 192.0.2.1']);
    expect(first(sets, ['P'])).toEqual(['example.com. 40 A 192.0.2.2']);
  });

  test('that lead in a circle give nothing', () => {
    const circle = [
      set('a.example.com', 'A', [], { alias: 'b.example.com', evaluate: true }),
      set('b.example.com', 'A', [], { alias: 'a.example.com', evaluate: true }),
    ];
    expect(first(circle, [], 'a.example.com.')).toEqual([]);
  });

  test.each<[string, string, boolean, string]>([
    ['healthy', balancerName, true, '127.0.1.1'],
    ['unhealthy', 'sick-2.us-east-1.elb.amazonaws.com', true, '192.0.2.2'],
    ['unhealthy but not evaluated', 'sick-2.us-east-1.elb.amazonaws.com', false, '127.0.2.1'],
    ['gone', 'gone-9.us-east-1.elb.amazonaws.com', true, '192.0.2.2'],
  ])('failover from a balancer that is %s', (_, target, evaluate, address) => {
    const sets = pair({ primary: { values: [], data: [], alias: nameOf(target), evaluate } });
    expect(first(sets, [], 'f.example.com.')[0]).toMatch(new RegExp(` A ${address}$`));
  });

  test('that evaluate a group of records are healthy while one of it is', () => {
    const group = [
      set('g.example.com', 'A', ['192.0.2.11'], {
        failover: 'PRIMARY',
        setIdentifier: 'p',
        healthCheckId: 'GP',
      }),
      set('g.example.com', 'A', ['192.0.2.12'], {
        failover: 'SECONDARY',
        setIdentifier: 's',
        healthCheckId: 'GS',
      }),
    ];
    const sets = [
      ...pair({ primary: { values: [], data: [], alias: 'g.example.com', evaluate: true } }),
      ...group,
    ];
    expect(first(sets, [], 'f.example.com.')).toEqual(['f.example.com. 300 A 192.0.2.11']);
    expect(first(sets, ['GP'], 'f.example.com.')).toEqual(['f.example.com. 300 A 192.0.2.12']);
    expect(first(sets, ['GP', 'GS'], 'f.example.com.')).toEqual(['f.example.com. 300 A 192.0.2.2']);
  });

  test('with a health check of their own need it too', () => {
    const sets = pair({
      primary: { values: [], data: [], alias: balancerName, evaluate: true, healthCheckId: 'P' },
    });
    expect(first(sets, ['P'], 'f.example.com.')).toEqual(['f.example.com. 300 A 192.0.2.2']);
  });
});

describe("AWS's own names", () => {
  const context = contextOf([]);
  test.each<[string, DnsQuestion['type'], string, string[]]>([
    [
      balancerName,
      'A',
      'noerror',
      [`${balancerName} 60 A 127.0.1.1`, `${balancerName} 60 A 127.0.1.2`],
    ],
    [balancerName, 'AAAA', 'noerror', []],
    ['gone-9.us-east-1.elb.amazonaws.com.', 'A', 'nxdomain', []],
    ['net-1a2b.elb.us-east-1.amazonaws.com.', 'A', 'nxdomain', []],
    ['us-east-1.elb.amazonaws.com.', 'A', 'noerror', []],
    [
      'ec2-1-2-3-4.compute-1.amazonaws.com.',
      'A',
      'noerror',
      ['ec2-1-2-3-4.compute-1.amazonaws.com. 60 A 127.0.3.1'],
    ],
    ['ip-10-0-1-7.ec2.internal.', 'A', 'nxdomain', []],
    ['ec2-1-2-3-5.eu-west-1.compute.amazonaws.com.', 'A', 'nxdomain', []],
    ['s3.amazonaws.com.', 'A', 'refused', []],
  ])('%s %s', (name, type, code, answers) => {
    expect(ask(context, name, type)).toMatchObject({ code, answers });
  });
});

describe('the turn of addresses', () => {
  const context = contextOf([
    zone('example.com', [
      set('www.example.com', 'A', ['192.0.2.1', '192.0.2.2', '192.0.2.3']),
      set('w.example.com', 'CNAME', ['www.example.com']),
    ]),
  ]);
  test('moves the first to the end and leaves CNAMEs in front', () => {
    const answered = answer({ name: 'w.example.com.', type: 'A' }, context);
    expect(turnsOf(answered)).toBe(3);
    expect(rotateAnswer(answered, 4).answers.map(show)).toEqual([
      'w.example.com. 300 CNAME www.example.com.',
      'www.example.com. 300 A 192.0.2.2',
      'www.example.com. 300 A 192.0.2.3',
      'www.example.com. 300 A 192.0.2.1',
    ]);
  });
});
