import { describe, expect, test } from 'vitest';
import { answer } from './answer.ts';
import type { DnsQuestion } from './dns-records.ts';
import { zoneFinder } from './served-zone.ts';
import { set, show, zone } from './test-zones.ts';

describe('a referral', () => {
  const zones = zoneFinder([
    zone('example.com', [
      set('sub.example.com', 'NS', [
        'ns1.sub.example.com',
        'ns2.sub.example.com',
        'ns.example.net',
      ]),
      set('ns1.sub.example.com', 'A', ['192.0.2.53']),
      set('ns2.sub.example.com', 'A', ['192.0.2.54']),
      set('ns2.sub.example.com', 'AAAA', ['2001:db8::54']),
      set('sibling.example.com', 'NS', ['ns1.sub.example.com']),
      set('*.example.com', 'A', ['192.0.2.1']),
    ]),
  ]);
  const context = {
    zoneOf: zones,
    healthy: () => true,
    awsName: () => undefined,
  };
  const glue = [
    'ns1.sub.example.com. 300 A 192.0.2.53',
    'ns2.sub.example.com. 300 A 192.0.2.54',
    'ns2.sub.example.com. 300 AAAA 2001:db8::54',
  ];

  test.each<[string, DnsQuestion['type'], readonly string[]]>([
    ['www.sub.example.com.', 'A', glue],
    ['sub.example.com.', 'NS', glue],
    ['ns1.sub.example.com.', 'A', glue],
    ['www.sibling.example.com.', 'A', glue.slice(0, 1)],
    ['www.example.com.', 'A', []],
  ])('carries the addresses of its name servers: %s %s', (name, type, addresses) => {
    expect(answer({ name, type }, context).additional.map(show)).toEqual(addresses);
  });
});
