import { describe, expect, test } from 'vitest';
import { describeDhcpOptions } from './dhcp-options.ts';
import { createTags } from '../tags.ts';
import { present, testRegion } from '../test-region.ts';
import { describeVpcs } from './vpcs.ts';

describe('DescribeDhcpOptions', () => {
  test.each([
    ['us-east-1', 'ec2.internal'],
    ['eu-west-1', 'eu-west-1.compute.internal'],
  ])('in %s gives the set that VPCs name, with the domain %s', (region, domain) => {
    const it = testRegion(region);
    const { Vpcs } = it.call(describeVpcs, {});
    expect(it.call(describeDhcpOptions, {}).DhcpOptions).toEqual([
      {
        DhcpOptionsId: present(Vpcs?.[0]?.DhcpOptionsId),
        OwnerId: '123456789012',
        DhcpConfigurations: [
          { Key: 'domain-name', Values: [{ Value: domain }] },
          { Key: 'domain-name-servers', Values: [{ Value: 'AmazonProvidedDNS' }] },
        ],
        Tags: [],
      },
    ]);
  });

  test.each([
    [{ Name: 'key', Values: ['domain-name'] }, 1],
    [{ Name: 'value', Values: ['Amazon*'] }, 1],
    [{ Name: 'value', Values: ['10.0.0.2'] }, 0],
    [{ Name: 'tag:stage', Values: ['test'] }, 1],
    [{ Name: 'owner-id', Values: ['000000000000'] }, 0],
  ])('the filter %j finds %d', (filter, count) => {
    const it = testRegion();
    const id = present(it.call(describeDhcpOptions, {}).DhcpOptions?.[0]?.DhcpOptionsId);
    it.call(createTags, { Resources: [id], Tags: [{ Key: 'stage', Value: 'test' }] });
    const { DhcpOptions } = it.call(describeDhcpOptions, { Filters: [filter] });
    expect(DhcpOptions).toHaveLength(count);
  });

  test.each([
    ['dopt-0123456789abcdef0', 'InvalidDhcpOptionID.NotFound'],
    ['options', 'InvalidDhcpOptionsId.Malformed'],
    ['dopt-1234567', 'InvalidDhcpOptionsId.Malformed'],
    ['dopt-012345678901', 'InvalidDhcpOptionID.NotFound'],
  ])('the id %s is %s', (id, code) => {
    expect(testRegion().failCode(describeDhcpOptions, { DhcpOptionsIds: [id] })).toBe(code);
  });
});
