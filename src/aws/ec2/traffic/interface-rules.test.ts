import { expect, test } from 'vitest';
import { createNetworkAclEntry, describeNetworkAcls } from '../network/network-acls.ts';
import { present } from '../test-region.ts';
import { interfaceRules } from './interface-rules.ts';
import { testNetwork } from './test-network.ts';

test('rules name addresses instead of groups, and change with who has the group', async () => {
  const network = await testNetwork();
  const [front, back] = [network.group('front'), network.group('back')];
  network.allow(back, 8080, front);
  network.allow(back, 22, '10.0.0.0/24');
  const at = network.place(network.privateSubnetId, [back]);
  const peers = () => interfaceRules(network.it.view(), at).inbound.map((rule) => rule.peers);
  expect(peers()).toEqual([[], ['10.0.0.0/24']]);
  const one = network.place(network.publicSubnetId, [front]);
  expect(interfaceRules(network.it.view(), at)).toEqual({
    inbound: [
      { protocol: 'tcp', ports: { from: 8080, to: 8080 }, peers: [one.privateIpAddress] },
      { protocol: 'tcp', ports: { from: 22, to: 22 }, peers: ['10.0.0.0/24'] },
    ],
    outbound: [{ protocol: 'all', peers: ['0.0.0.0/0'] }],
  });
});

test('a network ACL that denies something takes it away from those in other subnets', async () => {
  const network = await testNetwork();
  const group = network.group('all');
  network.allow(group, 8080, '10.0.0.0/16');
  const at = network.place(network.privateSubnetId, [group]);
  const near = network.place(network.privateSubnetId, [group]);
  const far = network.place(network.publicSubnetId, [group]);
  const Filters = [{ Name: 'vpc-id', Values: [network.vpcId] }];
  const [acl] = network.it.call(describeNetworkAcls, { Filters }).NetworkAcls ?? [];
  network.it.call(createNetworkAclEntry, {
    NetworkAclId: present(acl?.NetworkAclId),
    Egress: false,
    RuleNumber: 10,
    RuleAction: 'deny',
    CidrBlock: '10.0.0.0/24',
    Protocol: '6',
    PortRange: { From: 8080, To: 8080 },
  });
  const { inbound } = interfaceRules(network.it.view(), at);
  const peers = inbound.flatMap((rule) => rule.peers);
  expect(peers).toContain(near.privateIpAddress);
  expect(peers).not.toContain(far.privateIpAddress);
});
