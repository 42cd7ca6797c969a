import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Subnets } from '../entities.ts';
import type { NetworkInterface } from '../instances/instance-entities.ts';
import {
  createNetworkAcl,
  createNetworkAclEntry,
  describeNetworkAcls,
  replaceNetworkAclAssociation,
} from '../network/network-acls.ts';
import { revokeSecurityGroupEgress } from '../network/security-group-rules.ts';
import { present } from '../test-region.ts';
import { allows, type Destination } from './allows.ts';
import { admits, entryOf } from './entry.ts';
import type { Verdict } from './verdict.ts';
import { testNetwork, type TestNetwork } from './test-network.ts';

const outside = { kind: 'outside', address: '203.0.113.9' } as const;
const everywhere = '0.0.0.0/0';

const through = (
  network: TestNetwork,
  source: NetworkInterface,
  destination: Destination,
  port: number,
): Verdict => allows(network.it.view(), { source, destination, protocol: 'tcp', port });

/** What a client outside meets at a port of an interface. */
const comingIn = (
  network: TestNetwork,
  at: NetworkInterface,
  port: number,
  client: string = outside.address,
): Verdict => admits(entryOf(network.it.view(), at, 'tcp', port), client);

const by = (verdict: Verdict): string => (verdict.allowed ? 'allowed' : verdict.by);

/** Gives a subnet a network ACL of its own with these entries: direction, number, action, block, ports. */
const giveAcl = (
  { it, vpcId }: TestNetwork,
  subnetId: string,
  entries: readonly (readonly [
    'in' | 'out',
    number,
    'allow' | 'deny',
    string,
    readonly [number, number],
  ])[],
): string => {
  const made = it.call(createNetworkAcl, { VpcId: vpcId }).NetworkAcl;
  const NetworkAclId = present(made?.NetworkAclId);
  for (const [way, RuleNumber, RuleAction, CidrBlock, [From, To]] of entries) {
    it.call(createNetworkAclEntry, {
      NetworkAclId,
      Egress: way === 'out',
      RuleNumber,
      RuleAction,
      CidrBlock,
      Protocol: '6',
      PortRange: { From, To },
    });
  }
  const Filters = [{ Name: 'association.subnet-id', Values: [subnetId] }];
  const before = it.call(describeNetworkAcls, { Filters }).NetworkAcls?.[0]?.Associations;
  const association = before?.find((one) => one.SubnetId === subnetId);
  const AssociationId = present(association?.NetworkAclAssociationId);
  it.call(replaceNetworkAclAssociation, { AssociationId, NetworkAclId });
  return NetworkAclId;
};

const clientPorts = [1024, 65_535] as const;

describe('a client outside', () => {
  test('reaches what a security group allows, and hears nothing else', async () => {
    const network = await testNetwork();
    const group = network.group('web');
    const web = network.place(network.publicSubnetId, [group], true);
    const refused = comingIn(network, web, 8080);
    expect(refused).toEqual({
      allowed: false,
      by: 'security-group',
      detail: `the security group ${group} does not allow TCP 8080 from outside (203.0.113.9)`,
    });
    network.allow(group, 8080, '203.0.113.0/24');
    expect(by(comingIn(network, web, 8080))).toBe('allowed');
    expect(by(comingIn(network, web, 8081))).toBe('security-group');
    expect(by(comingIn(network, web, 8080, '198.51.100.7'))).toBe('security-group');
  });

  test('is never meant by a rule that names a group, not even the interface’s own', async () => {
    const network = await testNetwork();
    const group = network.group('web');
    network.allow(group, 8080, group);
    const web = network.place(network.publicSubnetId, [group], true);
    expect(by(comingIn(network, web, 8080))).toBe('security-group');
  });

  test('needs a route to an internet gateway', async () => {
    const network = await testNetwork();
    const group = network.group('web');
    network.allow(group, 80, everywhere);
    const withoutRoute = network.place(network.privateSubnetId, [group], true);
    expect(by(comingIn(network, withoutRoute, 80))).toBe('route');
    // A way out through a NAT gateway is no way in.
    network.natGateway(network.publicSubnetId);
    expect(by(comingIn(network, withoutRoute, 80))).toBe('route');
  });

  test.each([
    [
      'lets both ways',
      [
        ['in', 100, 'allow', everywhere, [80, 80]],
        ['out', 100, 'allow', everywhere, clientPorts],
      ],
      'allowed',
    ],
    ['forgets the answers', [['in', 100, 'allow', everywhere, [80, 80]]], 'network-acl'],
    [
      'lets answers to few ports',
      [
        ['in', 100, 'allow', everywhere, [80, 80]],
        ['out', 100, 'allow', everywhere, [1024, 2000]],
      ],
      'network-acl',
    ],
    [
      'denies first',
      [
        ['in', 90, 'deny', '203.0.113.0/24', [80, 80]],
        ['in', 100, 'allow', everywhere, [80, 80]],
        ['out', 100, 'allow', everywhere, clientPorts],
      ],
      'network-acl',
    ],
    [
      'denies too late',
      [
        ['in', 110, 'deny', '203.0.113.0/24', [80, 80]],
        ['in', 100, 'allow', everywhere, [80, 80]],
        ['out', 100, 'allow', everywhere, clientPorts],
      ],
      'allowed',
    ],
    [
      'denies others',
      [
        ['in', 90, 'deny', '198.51.100.0/24', [80, 80]],
        ['in', 100, 'allow', everywhere, [80, 80]],
        ['out', 100, 'allow', everywhere, clientPorts],
      ],
      'allowed',
    ],
  ] as const)('meets a network ACL that %s', async (_what, entries, expected) => {
    const network = await testNetwork();
    const group = network.group('web');
    network.allow(group, 80, everywhere);
    const web = network.place(network.publicSubnetId, [group], true);
    giveAcl(network, network.publicSubnetId, entries);
    expect(by(comingIn(network, web, 80))).toBe(expected);
  });
});

describe('inside a VPC', () => {
  test('groups are asked at both ends: what one may send, and what the other takes', async () => {
    const network = await testNetwork();
    const [front, back] = [network.group('front'), network.group('back')];
    const source = {
      kind: 'interface',
      networkInterface: network.place(network.publicSubnetId, [front]),
    } as const;
    const destination = {
      kind: 'interface',
      networkInterface: network.place(network.privateSubnetId, [back]),
    } as const;
    expect(by(through(network, source.networkInterface, destination, 8080))).toBe('security-group');
    network.allow(back, 8080, front);
    expect(by(through(network, source.networkInterface, destination, 8080))).toBe('allowed');
    // The other way round nothing was allowed: state is of a connection, not of a pair.
    expect(by(through(network, destination.networkInterface, source, 8080))).toBe('security-group');
    network.it.call(revokeSecurityGroupEgress, {
      GroupId: front,
      IpPermissions: [{ IpProtocol: '-1', IpRanges: [{ CidrIp: everywhere }] }],
    });
    expect(through(network, source.networkInterface, destination, 8080)).toMatchObject({
      by: 'security-group',
      detail: `the security group ${front} does not allow TCP 8080 to ${destination.networkInterface.id} (${destination.networkInterface.privateIpAddress})`,
    });
  });

  test('network ACLs of both subnets are asked between subnets, and none within one', async () => {
    const network = await testNetwork();
    const group = network.group('all');
    network.allow(group, 8080, '10.0.0.0/16');
    const place = (subnetId: string) =>
      ({ kind: 'interface', networkInterface: network.place(subnetId, [group]) }) as const;
    const source = place(network.publicSubnetId);
    const sameSubnet = place(network.publicSubnetId);
    const other = place(network.privateSubnetId);
    giveAcl(network, network.publicSubnetId, [
      ['out', 100, 'allow', '10.0.1.0/24', [8080, 8080]],
      ['in', 100, 'allow', '10.0.1.0/24', clientPorts],
    ]);
    expect(by(through(network, source.networkInterface, other, 8080))).toBe('allowed');
    expect(by(through(network, source.networkInterface, sameSubnet, 8080))).toBe('allowed');
    const acl = giveAcl(network, network.privateSubnetId, [
      ['in', 100, 'allow', '10.0.0.0/24', [8080, 8080]],
    ]);
    const verdict = through(network, source.networkInterface, other, 8080);
    expect(verdict).toMatchObject({ allowed: false, by: 'network-acl' });
    expect(verdict.allowed ? '' : verdict.detail).toContain(acl);
  });

  test('other VPCs are not reached', async () => {
    const network = await testNetwork();
    const [subnet] = network.it.view().list(Subnets);
    const source = {
      kind: 'interface',
      networkInterface: network.place(present(subnet).id, []),
    } as const;
    const destination = {
      kind: 'interface',
      networkInterface: network.place(network.privateSubnetId, [network.group('g')]),
    } as const;
    expect(by(through(network, source.networkInterface, destination, 80))).toBe('route');
  });
});

test('going out follows the routes, and the groups let it', async () => {
  const network = await testNetwork();
  const group = network.group('out');
  const hidden = network.place(network.privateSubnetId, [group]);
  expect(by(through(network, hidden, outside, 443))).toBe('route');
  network.natGateway(network.publicSubnetId);
  expect(by(through(network, hidden, outside, 443))).toBe('allowed');
  network.it.call(revokeSecurityGroupEgress, {
    GroupId: group,
    IpPermissions: [{ IpProtocol: '-1', IpRanges: [{ CidrIp: everywhere }] }],
  });
  expect(by(through(network, hidden, outside, 443))).toBe('security-group');
});

test('a client is let in exactly when a rule holds its address, and entries of ACLs decide in their order', async () => {
  const network = await testNetwork();
  const octet = fc.integer({ min: 0, max: 3 });
  const length = fc.constantFrom(0, 8, 16, 24, 30, 32);
  const block = fc.record({ last: octet, length });
  const steps = fc.array(fc.record({ block, allow: fc.boolean() }), { maxLength: 6 });
  const group = network.group('any');
  const networkInterface = network.place(network.publicSubnetId, [group], true);
  const base = entryOf(network.it.view(), networkInterface, 'tcp', 80);
  const cidr = ({ last, length: mask }: { readonly last: number; readonly length: number }) =>
    `203.0.113.${last}/${mask}`;
  // All blocks but those of one address hold all four clients.
  const matches = (one: { readonly last: number; readonly length: number }, client: number) =>
    one.length === 32 ? one.last === client : true;
  fc.assert(
    fc.property(fc.array(block, { maxLength: 4 }), steps, octet, (allowed, inbound, client) => {
      const entry = {
        ...base,
        groups: { ids: [group], allowed: allowed.map(cidr) },
        acl: {
          id: 'acl-1',
          inbound: inbound.map((step, index) => ({
            ruleNumber: index + 1,
            cidr: cidr(step.block),
            action: step.allow ? ('allow' as const) : ('deny' as const),
          })),
          outbound: [{ ruleNumber: 1, cidr: everywhere, action: 'allow' as const }],
        },
      };
      const first = inbound.find((step) => matches(step.block, client));
      const expected = first?.allow === true && allowed.some((one) => matches(one, client));
      expect(admits(entry, `203.0.113.${client}`).allowed).toBe(expected);
    }),
  );
});
