import { describe, expect, test } from 'vitest';
import { describeInstanceTypeOfferings, describeInstanceTypes } from './instance-types.ts';
import { instanceTypeFacts, knownInstanceTypes } from './instance-type-facts.ts';
import { instanceTypeFields } from './instance-type-filters.ts';
import { isOffered, isOfferedIn } from '../capacity/offerings.ts';
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
    ).toEqual(
      ['2xlarge', 'large', 'medium', 'micro', 'nano', 'small', 'xlarge'].map(
        (size) => `t4g.${size}`,
      ),
    );
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
    const offered = knownInstanceTypes.filter((name) => isOffered(name, 'us-east-1'));
    expect(offered.length).toBeGreaterThan(1000);
    expect(seen).toEqual(offered);
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
    expect(InstanceTypeOfferings.length).toBeGreaterThan(100);
    expect(new Set(InstanceTypeOfferings.map(({ Location }) => Location))).toEqual(
      new Set(['us-east-1b']),
    );
  });

  test.each([
    ['use1-az3', 'm7i.large', false],
    ['use1-az3', 't3.micro', true],
    ['use1-az6', 'm7i.large', true],
    ['use1-bos1-az1', 'm5.large', true],
    ['apne2-az2', 't3a.micro', false],
  ] as const)('%s has %s: %s', (id, type, isThere) => {
    const region = { use1: 'us-east-1', apne2: 'ap-northeast-2' }[id.split('-')[0] ?? ''] ?? '';
    expect(isOfferedIn(type, { id, region })).toBe(isThere);
  });
});

describe('the filters of DescribeInstanceTypes', () => {
  test('each compares something that some type has', () => {
    const types = knownInstanceTypes.flatMap((name) => instanceTypeFacts(name) ?? []);
    const idle = Object.entries(instanceTypeFields)
      .filter(([, field]) => types.every((type) => [field(type)].flat().length === 0))
      .map(([name]) => name);
    expect(idle).toEqual([]);
  });
});
