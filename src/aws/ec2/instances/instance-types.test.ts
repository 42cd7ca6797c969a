import { describe, expect, test } from 'vitest';
import {
  describeInstanceTypeOfferings,
  describeInstanceTypes,
  instanceTypeFacts,
  knownInstanceTypes,
} from './instance-types.ts';
import { instanceTypeFields } from './instance-type-filters.ts';
import { testRegion } from '../test-region.ts';

describe('DescribeInstanceTypes', () => {
  // "Instance type specifications", Amazon EC2 Instance Types.
  test.each([
    ['t2.micro', 1, 1024, ['i386', 'x86_64']],
    ['t3.nano', 2, 512, ['x86_64']],
    ['t3.micro', 2, 1024, ['x86_64']],
    ['t3.large', 2, 8192, ['x86_64']],
    ['t4g.small', 2, 2048, ['arm64']],
    ['m5.xlarge', 4, 16_384, ['x86_64']],
    ['m7g.large', 2, 8192, ['arm64']],
    ['c5.large', 2, 4096, ['x86_64']],
    ['c7g.large', 2, 4096, ['arm64']],
    ['r5.large', 2, 16_384, ['x86_64']],
  ] as const)('%s has %d vCPUs and %d MiB', (type, vcpus, memory, architectures) => {
    const { InstanceTypes } = testRegion().call(describeInstanceTypes, { InstanceTypes: [type] });
    expect(InstanceTypes).toMatchObject([
      {
        InstanceType: type,
        VCpuInfo: { DefaultVCpus: vcpus },
        MemoryInfo: { SizeInMiB: memory },
        ProcessorInfo: { SupportedArchitectures: architectures },
      },
    ]);
  });

  test('filters find types by what they are', () => {
    const { InstanceTypes = [] } = testRegion().call(describeInstanceTypes, {
      Filters: [
        { Name: 'processor-info.supported-architecture', Values: ['arm64'] },
        { Name: 'burstable-performance-supported', Values: ['true'] },
      ],
    });
    expect(
      InstanceTypes.map((type) => type.InstanceType ?? '').toSorted((a, b) => (a < b ? -1 : 1)),
    ).toEqual(['t4g.micro', 't4g.small']);
  });

  test.each([
    ['us-east-1', 't9.huge'],
    ['eu-north-1', 't2.micro'],
  ])('%s says that %s does not exist', (region, type) => {
    const error = testRegion(region).fail(describeInstanceTypes, {
      InstanceTypes: [type as 't2.micro'],
    });
    expect(error).toMatchObject({
      code: 'InvalidInstanceType',
      message: `The following supplied instance types do not exist: [${type}]`,
    });
  });

  test('pages hold every type once', () => {
    const region = testRegion();
    const seen: unknown[] = [];
    let token: string | undefined;
    do {
      const page = region.call(describeInstanceTypes, { MaxResults: 5, NextToken: token });
      seen.push(...(page.InstanceTypes ?? []).map((type) => type.InstanceType));
      token = page.NextToken;
    } while (token !== undefined);
    expect(new Set(seen).size).toBe(16);
    expect(seen).toHaveLength(16);
  });
});

describe('DescribeInstanceTypeOfferings', () => {
  const locations = (kind: 'region' | 'availability-zone' | 'availability-zone-id' | undefined) =>
    (
      testRegion('eu-west-1').call(describeInstanceTypeOfferings, {
        LocationType: kind,
        Filters: [{ Name: 'instance-type', Values: ['t3.micro'] }],
      }).InstanceTypeOfferings ?? []
    )
      .map((offering) => `${offering.LocationType} ${offering.Location}`)
      .toSorted();

  test.each([
    [undefined, ['region eu-west-1']],
    ['region' as const, ['region eu-west-1']],
    [
      'availability-zone' as const,
      ['a', 'b', 'c'].map((letter) => `availability-zone eu-west-1${letter}`),
    ],
    [
      'availability-zone-id' as const,
      ['az1', 'az2', 'az3'].map((zone) => `availability-zone-id euw1-${zone}`),
    ],
  ])('by %s', (kind, expected) => {
    expect(locations(kind)).toEqual(expected);
  });

  test('a type that the Region lacks is offered nowhere in it', () => {
    const { InstanceTypeOfferings } = testRegion('eu-north-1').call(describeInstanceTypeOfferings, {
      LocationType: 'availability-zone',
      Filters: [{ Name: 'instance-type', Values: ['t2.*'] }],
    });
    expect(InstanceTypeOfferings).toEqual([]);
  });

  test('a location filter narrows', () => {
    const { InstanceTypeOfferings = [] } = testRegion().call(describeInstanceTypeOfferings, {
      LocationType: 'availability-zone',
      Filters: [{ Name: 'location', Values: ['us-east-1b'] }],
    });
    expect(InstanceTypeOfferings).toHaveLength(16);
  });
});

describe('the filters of DescribeInstanceTypes', () => {
  /** What no type of these has; the filters are there all the same. */
  const nobodyHas: readonly string[] = [
    'instance-storage-info.disk.count',
    'instance-storage-info.disk.size-in-gb',
    'instance-storage-info.disk.type',
    'instance-storage-info.encryption-support',
    'instance-storage-info.nvme-support',
    'instance-storage-info.total-size-in-gb',
    'network-info.bandwidth-weightings',
    'network-info.efa-info.maximum-efa-interfaces',
    'processor-info.supported-features',
  ];

  test('each compares something that some type has', () => {
    const types = knownInstanceTypes.flatMap((name) => instanceTypeFacts(name) ?? []);
    const idle = Object.entries(instanceTypeFields)
      .filter(([, field]) => types.every((type) => [field(type)].flat().length === 0))
      .map(([name]) => name);
    expect(idle).toEqual(nobodyHas);
  });
});
