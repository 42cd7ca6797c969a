import { expect, test } from 'vitest';
import { describeInstances, stopInstances } from './instances.ts';
import { createInstanceWorld, type InstanceWorld } from './test-instances.ts';

const found = (it: InstanceWorld, name: string, value: string): readonly (string | undefined)[] => {
  const { Reservations = [] } = it.call(describeInstances, {
    Filters: [{ Name: name, Values: [value] }],
  });
  return Reservations.flatMap(({ Instances = [] }) => Instances.map((one) => one.InstanceId));
};

test.each([
  ['block-device-mapping.attach-time', '20*'],
  ['boot-mode', '*'],
  ['capacity-reservation-specification.capacity-reservation-preference', 'open'],
  ['current-instance-boot-mode', 'uefi'],
  ['ebs-optimized', 'false'],
  ['ena-support', 'true'],
  ['maintenance-options.auto-recovery', 'default'],
  ['metadata-options.http-protocol-ipv4', 'enabled'],
  ['metadata-options.http-protocol-ipv6', 'disabled'],
  ['metadata-options.state', 'applied'],
  ['network-interface.addresses.association.ip-owner-id', 'amazon'],
  ['network-interface.addresses.association.public-dns-name', 'ec2-*'],
  ['network-interface.addresses.private-dns-name', 'ip-*'],
  ['network-interface.association.ip-owner-id', 'amazon'],
  ['network-interface.association.public-dns-name', 'ec2-*'],
  ['network-interface.attachment.attach-time', '20*'],
  ['network-interface.attachment.instance-id', 'i-*'],
  ['network-interface.attachment.network-card-index', '0'],
  ['network-interface.attachment.status', 'attached'],
  ['network-interface.ipv6-native', 'false'],
  ['network-interface.operator.managed', 'false'],
  ['network-interface.private-dns-name', 'ip-*'],
  ['network-interface.private-ip-address', '172.31.*'],
  ['network-interface.public-dns-name', 'ec2-*'],
  ['network-interface.requester-managed', 'false'],
  ['network-performance-options.bandwidth-weighting', 'default'],
  ['operator.managed', 'false'],
  ['private-dns-name-options.enable-resource-name-dns-aaaa-record', 'false'],
  ['usage-operation-update-time', '20*'],
])('DescribeInstances finds a running instance by %s', async (name, value) => {
  const it = await createInstanceWorld();
  const ids = it.launch();
  it.clock.advance(60_000);
  expect(found(it, name, value)).toEqual(name === 'boot-mode' ? [] : ids);
  expect(found(it, name, 'another')).toEqual([]);
});

test.each([
  ['reason', 'User initiated*'],
  ['state-reason-message', '*User initiated shutdown'],
])('DescribeInstances finds by %s who was stopped', async (name, value) => {
  const it = await createInstanceWorld();
  const [stopped = ''] = it.launch();
  it.launch();
  it.clock.advance(60_000);
  it.call(stopInstances, { InstanceIds: [stopped] });
  expect(found(it, name, value)).toEqual([stopped]);
});

test.each([
  'capacity-reservation-id',
  'host-id',
  'network-interface.addresses.association.allocation-id',
  'network-interface.ipv6-prefixes.ipv6-prefix',
  'network-interface.requester-id',
  'network-interface.tag-key',
  'operator.principal',
  'outpost-arn',
  'placement-partition-number',
  'product-code.type',
  'ramdisk-id',
  'spot-instance-request-id',
  'tpm-support',
])('DescribeInstances finds nobody by %s, which no instance here has', async (name) => {
  const it = await createInstanceWorld();
  it.launch();
  expect(found(it, name, '*')).toEqual([]);
});
