import { isIPv4 } from 'node:net';
import type { SecurityRule, SecurityRules } from '../driver.ts';

const table = 'ip faultline';

/** One of IPv4 blocks; the network speaks no IPv6, so that a block of IPv6 allows nothing. */
const isBlock = (peer: string): boolean => {
  const [address = '', prefix = '32', ...rest] = peer.split('/');
  return isIPv4(address) && /^\d{1,2}$/.test(prefix) && Number(prefix) <= 32 && rest.length === 0;
};

const protocolMatch = ({ protocol, ports }: SecurityRule): string => {
  if (protocol === 'all') return '';
  const isPortly = protocol === 'tcp' || protocol === 'udp' || protocol === 6 || protocol === 17;
  if (!isPortly || ports === undefined) return `meta l4proto ${protocol}`;
  const name = { tcp: 'tcp', udp: 'udp', 6: 'tcp', 17: 'udp' }[protocol];
  const { from, to } = ports;
  return `${name} dport ${from === to ? from : `${from}-${to}`}`;
};

/** The rules of a chain, one for each block: blocks may lie within one another. */
const lines = (
  chain: string,
  direction: 'saddr' | 'daddr',
  rules: readonly SecurityRule[],
  verdict: 'accept' | 'return',
): readonly string[] => [
  ...rules.flatMap((rule) =>
    rule.peers.filter(isBlock).map((peer) => {
      const who = peer.endsWith('/0') ? '' : `ip ${direction} ${peer}`;
      return ['add rule', table, chain, who, protocolMatch(rule), verdict]
        .filter((word) => word !== '')
        .join(' ');
    }),
  ),
  `add rule ${table} ${chain} drop`,
];

/** Where an instance's rules are. */
export interface RulesPlace {
  /** Its number in the VPC. */
  readonly number: number;
  readonly privateAddress: string;
}

const chainsOf = ({ number }: RulesPlace) => ({
  inbound: `in_${number}`,
  outbound: `out_${number}`,
});

/**
 * The commands that make these an instance's rules, in the namespace of its VPC; `before` says whether it had rules.
 * What leaves must be allowed by the sender's rules and then by the receiver's.
 */
export const rulesCommands = (
  place: RulesPlace,
  before: boolean,
  rules: SecurityRules | undefined,
): readonly string[] => {
  const { inbound, outbound } = chainsOf(place);
  const element = (name: string, chain: string): string =>
    `${name} { ${place.privateAddress} : jump ${chain} }`;
  if (rules === undefined) {
    if (!before) return [];
    return [
      `delete element ${table} ${element('inbound', inbound)}`,
      `delete element ${table} ${element('outbound', outbound)}`,
      `delete chain ${table} ${inbound}`,
      `delete chain ${table} ${outbound}`,
    ];
  }
  const begin = before
    ? [`flush chain ${table} ${inbound}`, `flush chain ${table} ${outbound}`]
    : [
        `add chain ${table} ${inbound}`,
        `add chain ${table} ${outbound}`,
        `add element ${table} ${element('inbound', inbound)}`,
        `add element ${table} ${element('outbound', outbound)}`,
      ];
  return [
    ...begin,
    ...lines(inbound, 'saddr', rules.inbound, 'accept'),
    ...lines(outbound, 'daddr', rules.outbound, 'return'),
  ];
};
