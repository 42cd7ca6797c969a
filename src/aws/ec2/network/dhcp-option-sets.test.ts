import { expect, test } from 'vitest';
import { present, testRegion } from '../test-region.ts';
import { dhcpOptionOperations } from './dhcp-options.ts';
import { createVpc, describeVpcs } from './vpcs.ts';

const { AssociateDhcpOptions, CreateDhcpOptions, DeleteDhcpOptions, DescribeDhcpOptions } =
  dhcpOptionOperations;

const DhcpConfigurations = [
  { Key: 'domain-name', Values: ['shop.test'] },
  { Key: 'domain-name-servers', Values: ['10.0.0.2', 'AmazonProvidedDNS'] },
];

test('a set is made for VPCs, and stays while one has it', () => {
  const region = testRegion();
  const { DhcpOptions } = region.call(CreateDhcpOptions, { DhcpConfigurations });
  const DhcpOptionsId = present(DhcpOptions?.DhcpOptionsId);
  const { Vpc } = region.call(createVpc, { CidrBlock: '10.0.0.0/16' });
  const VpcId = present(Vpc?.VpcId);
  const before = present(Vpc?.DhcpOptionsId);
  region.call(AssociateDhcpOptions, { VpcId, DhcpOptionsId });
  const found = region.call(DescribeDhcpOptions, {
    Filters: [{ Name: 'value', Values: ['shop.test'] }],
  });
  expect(found.DhcpOptions).toMatchObject([
    {
      DhcpOptionsId,
      DhcpConfigurations: [
        { Key: 'domain-name', Values: [{ Value: 'shop.test' }] },
        {
          Key: 'domain-name-servers',
          Values: [{ Value: '10.0.0.2' }, { Value: 'AmazonProvidedDNS' }],
        },
      ],
    },
  ]);
  expect(region.failCode(DeleteDhcpOptions, { DhcpOptionsId })).toBe('DependencyViolation');
  region.call(AssociateDhcpOptions, { VpcId, DhcpOptionsId: 'default' });
  const [vpc] = present(region.call(describeVpcs, { VpcIds: [VpcId] }).Vpcs);
  expect(vpc?.DhcpOptionsId).toBe('default');
  region.call(DeleteDhcpOptions, { DhcpOptionsId });
  expect(region.failCode(AssociateDhcpOptions, { VpcId, DhcpOptionsId })).toBe(
    'InvalidDhcpOptionID.NotFound',
  );
  region.call(AssociateDhcpOptions, { VpcId, DhcpOptionsId: before });
});

test.each([
  [[], 'MissingParameter'],
  [[{ Key: 'colour', Values: ['red'] }], 'InvalidParameterValue'],
  [[{ Key: 'constructor', Values: ['red'] }], 'InvalidParameterValue'],
  [[{ Key: 'domain-name', Values: [] }], 'MissingParameter'],
  [[{ Key: 'domain-name', Values: ['a', 'b'] }], 'InvalidParameterValue'],
  [[DhcpConfigurations[0], DhcpConfigurations[0]], 'InvalidParameterValue'],
  [[{ Key: 'netbios-node-type', Values: ['3'] }], 'InvalidParameterValue'],
  [[{ Key: 'ntp-servers', Values: ['time.example'] }], 'InvalidParameterValue'],
  [[{ Key: 'domain-name-servers', Values: ['10.0.0.256'] }], 'InvalidParameterValue'],
])('options that make no sense are refused: %j %s', (configurations, code) => {
  expect(
    testRegion().failCode(CreateDhcpOptions, { DhcpConfigurations: configurations as never }),
  ).toBe(code);
});
