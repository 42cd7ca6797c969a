import { describe, expect, it } from 'vitest';
import {
  getInstanceTypesFromInstanceRequirements,
  typesWith,
  type InstanceRequirements,
} from './instance-requirements.ts';
import { instanceTypeFacts } from './instance-type-facts.ts';
import { createInstanceWorld } from './test-instances.ts';

const small = { VCpuCount: { Min: 2, Max: 4 }, MemoryMiB: { Min: 4096, Max: 16_384 } };

const region = await createInstanceWorld();

const chosen = (more: InstanceRequirements = {}): readonly string[] =>
  typesWith(region.view(), { ...small, ...more }, ['x86_64']);

describe('types by attributes', () => {
  it('are those within all bounds, without burstable and bare metal ones', () => {
    const names = chosen();
    expect(names).toContain('m5.large');
    expect(names).toContain('c5.xlarge');
    for (const name of names) {
      const facts = instanceTypeFacts(name);
      expect(facts).toMatchObject({ BareMetal: false, BurstablePerformanceSupported: false });
      expect(facts?.VCpuInfo?.DefaultVCpus).toBeGreaterThanOrEqual(2);
      expect(facts?.VCpuInfo?.DefaultVCpus).toBeLessThanOrEqual(4);
      expect(facts?.MemoryInfo?.SizeInMiB).toBeLessThanOrEqual(16_384);
      expect(facts?.ProcessorInfo?.SupportedArchitectures).toContain('x86_64');
    }
  });

  it.each([
    [{ BurstablePerformance: 'included' }, 't3.medium', 'x1e.xlarge'],
    [{ BurstablePerformance: 'required' }, 't3.medium', 'm5.large'],
    [{ CpuManufacturers: ['amd'] }, 'm5a.large', 'm5.large'],
    [{ InstanceGenerations: ['current'] }, 'm7i.large', 'm1.large'],
    [{ InstanceGenerations: ['previous'] }, 'm1.large', 'm7i.large'],
    [{ AllowedInstanceTypes: ['m5.*', 'c5*'] }, 'm5.large', 'm6i.large'],
    [{ ExcludedInstanceTypes: ['m5*'] }, 'c5.xlarge', 'm5.large'],
    [{ LocalStorage: 'required' }, 'm5d.large', 'm5.large'],
    [{ LocalStorage: 'excluded' }, 'm5.large', 'm5d.large'],
    [{ LocalStorageTypes: ['hdd'], MemoryMiB: { Min: 0 } }, 'd3.xlarge', 'm5d.large'],
    [{ MemoryGiBPerVCpu: { Min: 4, Max: 4 } }, 'm5.large', 'c5.xlarge'],
    [{ RequireHibernateSupport: true }, 'm5.large', 'g4dn.xlarge'],
    [{ AcceleratorTypes: ['gpu'] }, 'g4dn.xlarge', 'm5.large'],
    [{ AcceleratorNames: ['t4'] }, 'g4dn.xlarge', 'm5.large'],
    [{ AcceleratorManufacturers: ['nvidia'] }, 'g4dn.xlarge', 'm5.large'],
    [{ AcceleratorCount: { Max: 0 } }, 'm5.large', 'g4dn.xlarge'],
    [{ NetworkInterfaceCount: { Min: 4 } }, 'c5.xlarge', 'm5.large'],
    [{ RequireEncryptionInTransit: true }, 'm5n.large', 'm5.large'],
  ] as const)('with %j have %s and not %s', (more, has, hasNot) => {
    const names = chosen(more);
    expect(names).toContain(has);
    expect(names).not.toContain(hasNot);
  });
});

describe('GetInstanceTypesFromInstanceRequirements', () => {
  it('lists them in pages', () => {
    const ask = {
      ArchitectureTypes: ['arm64'] as const,
      VirtualizationTypes: ['hvm'] as const,
      InstanceRequirements: small,
    };
    const first = region.call(getInstanceTypesFromInstanceRequirements, { ...ask, MaxResults: 3 });
    expect(first.InstanceTypes).toHaveLength(3);
    const all = region.call(getInstanceTypesFromInstanceRequirements, ask).InstanceTypes ?? [];
    expect(all.map(({ InstanceType }) => InstanceType)).toContain('m7g.large');
    const next = region.call(getInstanceTypesFromInstanceRequirements, {
      ...ask,
      MaxResults: 3,
      NextToken: first.NextToken,
    });
    expect([...(first.InstanceTypes ?? []), ...(next.InstanceTypes ?? [])]).toEqual(
      all.slice(0, 6),
    );
  });

  it.each([
    [{ MemoryMiB: { Min: 1 } }, 'MissingParameter'],
    [{ VCpuCount: { Min: 1 } }, 'MissingParameter'],
    [{ ...small, VCpuCount: { Min: 4, Max: 2 } }, 'InvalidParameterValue'],
    [
      { ...small, AllowedInstanceTypes: ['m5.*'], ExcludedInstanceTypes: ['c5.*'] },
      'InvalidParameterCombination',
    ],
  ])('refuses %j', (asked, code) => {
    expect(
      region.fail(getInstanceTypesFromInstanceRequirements, {
        ArchitectureTypes: ['x86_64'],
        VirtualizationTypes: ['hvm'],
        // The SDK's type asks for both, which a request need not keep to.
        InstanceRequirements: asked as { VCpuCount: { Min: number }; MemoryMiB: { Min: number } },
      }).code,
    ).toBe(code);
  });
});
