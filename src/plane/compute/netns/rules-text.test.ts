import { describe, expect, test } from 'vitest';
import type { SecurityRule } from '../driver.ts';
import { rulesCommands } from './rules-text.ts';
import { gateAddress, zoneBridge } from './wiring.ts';

const place = { number: 7, privateAddress: '10.0.1.7' };

const inboundLines = (rule: SecurityRule): readonly string[] =>
  rulesCommands(place, true, { inbound: [rule], outbound: [] })
    .filter((line) => line.startsWith('add rule ip faultline in_7'))
    .map((line) => line.replace('add rule ip faultline in_7 ', ''));

describe('security rules as nftables has them', () => {
  test.each<readonly [SecurityRule, readonly string[]]>([
    [
      { protocol: 'tcp', ports: { from: 80, to: 80 }, peers: ['0.0.0.0/0'] },
      ['tcp dport 80 accept', 'drop'],
    ],
    [
      { protocol: 'udp', ports: { from: 1024, to: 65_535 }, peers: ['10.0.0.0/16', '10.0.1.7'] },
      [
        'ip saddr 10.0.0.0/16 udp dport 1024-65535 accept',
        'ip saddr 10.0.1.7 udp dport 1024-65535 accept',
        'drop',
      ],
    ],
    [
      { protocol: 'tcp', peers: ['10.0.0.0/8'] },
      ['ip saddr 10.0.0.0/8 meta l4proto tcp accept', 'drop'],
    ],
    [
      { protocol: 6, ports: { from: 1, to: 2 }, peers: ['0.0.0.0/0'] },
      ['tcp dport 1-2 accept', 'drop'],
    ],
    [
      { protocol: 'icmp', ports: { from: 8, to: 0 }, peers: ['0.0.0.0/0'] },
      ['meta l4proto icmp accept', 'drop'],
    ],
    [{ protocol: 47, peers: ['0.0.0.0/0'] }, ['meta l4proto 47 accept', 'drop']],
    [{ protocol: 'all', peers: ['0.0.0.0/0'] }, ['accept', 'drop']],
    [{ protocol: 'all', peers: [] }, ['drop']],
    [{ protocol: 'all', peers: ['::/0', '10.0.0.0/33', '10.0.0.1/8/8', 'x; flush'] }, ['drop']],
  ])('%j', (rule, lines) => {
    expect(inboundLines(rule)).toEqual(lines);
  });

  test('what leaves goes on to the rules of whom it reaches', () => {
    const all = { protocol: 'all', peers: ['0.0.0.0/0'] } as const;
    expect(rulesCommands(place, true, { inbound: [], outbound: [all] })).toContain(
      'add rule ip faultline out_7 return',
    );
  });

  test('no rules before and none after are nothing to do', () => {
    expect(rulesCommands(place, false, undefined)).toEqual([]);
  });
});

describe('names and addresses of the wiring', () => {
  test.each([
    ['use1-az1', 'use1-az1'],
    ['usw2-lax1-az1', 'usw2-lax1-az1'],
    [
      'use1-wl1-bos-wlz1',
      'z-31626f732d776c7a31'.slice(0, 2) +
        Buffer.from('use1-wl1-bos-wlz1').toString('hex').slice(-13),
    ],
    ['gate', `z-${Buffer.from('gate').toString('hex')}`],
  ])('the bridge of %s is %s, which Linux takes', (zoneId, name) => {
    expect(zoneBridge(zoneId)).toBe(name);
    expect(name.length).toBeLessThanOrEqual(15);
  });

  test('the gate knows every instance of every VPC by an address of its own', () => {
    expect(gateAddress({ number: 0 }, 1)).toBe('240.0.0.1');
    expect(gateAddress({ number: 257 }, 65_534)).toBe('241.1.255.254');
  });
});
