import type { RunInstancesRequest } from '@aws-sdk/client-ec2';
import { beforeEach, describe, expect, it } from 'vitest';
import type { Plain } from '../../operation.ts';
import {
  getDefaultCreditSpecification,
  modifyDefaultCreditSpecification,
  modifyInstanceCreditSpecification,
} from './cpu-credits.ts';
import { describeInstanceAttribute, modifyInstanceAttribute } from './instance-attributes.ts';
import {
  getInstanceMetadataDefaults,
  modifyInstanceMetadataDefaults,
} from './instance-metadata.ts';
import { describeInstances, runInstances, stopInstances } from './instances.ts';
import {
  modifyInstanceCapacityReservationAttributes,
  modifyInstanceCpuOptions,
  modifyInstanceMaintenanceOptions,
  modifyInstanceNetworkPerformanceOptions,
  modifyPrivateDnsNameOptions,
} from './option-changes.ts';
import { createInstanceWorld, testImage, type InstanceWorld } from './test-instances.ts';
import { createLaunchTemplate } from '../launch-templates/templates.ts';
import { getLaunchTemplateData } from '../launch-templates/template-of-instance.ts';
import { createVpc } from '../network/vpcs.ts';
import { createSubnet } from '../network/subnets.ts';

type Request = Partial<Plain<RunInstancesRequest>>;

const license = 'arn:aws:license-manager:us-east-1:123456789012:license-configuration:lic-0123';
const encryptedRoot: Request = {
  BlockDeviceMappings: [{ DeviceName: '/dev/xvda', Ebs: { Encrypted: true } }],
};

describe('options of instances', () => {
  let region: InstanceWorld;

  beforeEach(async () => {
    region = await createInstanceWorld();
  });

  const launchOne = (request: Request): string => region.launch(request)[0] ?? '';

  const stop = (id: string): void => {
    region.clock.advance(60_000);
    region.call(stopInstances, { InstanceIds: [id] });
    region.clock.advance(60_000);
  };

  it.each([
    [
      { InstanceType: 'm5.2xlarge', CpuOptions: { CoreCount: 2, ThreadsPerCore: 1 } },
      { CpuOptions: { CoreCount: 2, ThreadsPerCore: 1 } },
    ],
    [
      { InstanceType: 'c6a.large', CpuOptions: { AmdSevSnp: 'enabled' } },
      { CpuOptions: { CoreCount: 1, ThreadsPerCore: 2, AmdSevSnp: 'enabled' } },
    ],
    [
      { ...encryptedRoot, InstanceType: 'm5.large', HibernationOptions: { Configured: true } },
      { HibernationOptions: { Configured: true } },
    ],
    [
      { LicenseSpecifications: [{ LicenseConfigurationArn: license }] },
      { Licenses: [{ LicenseConfigurationArn: license }] },
    ],
    [{ Placement: { Tenancy: 'dedicated' } }, { Placement: { Tenancy: 'dedicated' } }],
    [
      { CapacityReservationSpecification: { CapacityReservationPreference: 'none' } },
      { CapacityReservationSpecification: { CapacityReservationPreference: 'none' } },
    ],
    [
      { MaintenanceOptions: { AutoRecovery: 'disabled' } },
      { MaintenanceOptions: { AutoRecovery: 'disabled', RebootMigration: 'default' } },
    ],
    [
      {
        InstanceType: 'm8g.large',
        ImageId: testImage('us-east-1', 'arm64'),
        NetworkPerformanceOptions: { BandwidthWeighting: 'vpc-1' },
      },
      { NetworkPerformanceOptions: { BandwidthWeighting: 'vpc-1' } },
    ],
    [
      { InstanceType: 'm5.2xlarge', EnclaveOptions: { Enabled: true } },
      { EnclaveOptions: { Enabled: true } },
    ],
    [
      { PrivateDnsNameOptions: { HostnameType: 'resource-name' } },
      { PrivateDnsNameOptions: { HostnameType: 'resource-name' } },
    ],
  ] satisfies readonly (readonly [Request, object])[])(
    'asked for at the launch are read back: %j',
    (request: Request, described: object) => {
      expect(region.describe(launchOne(request))).toMatchObject(described);
    },
  );

  it('are what AWS gives to an instance of which nothing was asked', () => {
    const instance = region.describe(launchOne({}));
    expect(instance).toMatchObject({
      CpuOptions: { CoreCount: 1, ThreadsPerCore: 2 },
      CapacityReservationSpecification: { CapacityReservationPreference: 'open' },
      HibernationOptions: { Configured: false },
      EnclaveOptions: { Enabled: false },
      MaintenanceOptions: { AutoRecovery: 'default' },
      NetworkPerformanceOptions: { BandwidthWeighting: 'default' },
      Placement: { Tenancy: 'default' },
    });
    expect(instance.Licenses).toBeUndefined();
  });

  it.each([
    [{ CpuOptions: { CoreCount: 1 } }, 'MissingParameter', 'both CoreCount and ThreadsPerCore'],
    [
      { InstanceType: 'm5.2xlarge', CpuOptions: { CoreCount: 3, ThreadsPerCore: 1 } },
      'InvalidParameterValue',
      'CpuOptions.CoreCount',
    ],
    [
      { InstanceType: 'm5.2xlarge', CpuOptions: { CoreCount: 2, ThreadsPerCore: 4 } },
      'InvalidParameterValue',
      'CpuOptions.ThreadsPerCore',
    ],
    [{ CpuOptions: { AmdSevSnp: 'enabled' } }, 'UnsupportedOperation', 'amd-sev-snp'],
    [
      { InstanceType: 'm5.large', HibernationOptions: { Configured: true } },
      'UnsupportedHibernationConfiguration',
      'For hibernation, the root device volume must be encrypted.',
    ],
    [
      { ...encryptedRoot, InstanceType: 'm5.4xlarge', HibernationOptions: { Configured: true } },
      'UnsupportedHibernationConfiguration',
      'large enough',
    ],
    [
      { LicenseSpecifications: [{ LicenseConfigurationArn: 'lic-1' }] },
      'InvalidParameterValue',
      'lic-1',
    ],
    [{ Placement: { Tenancy: 'host' } }, 'UnsupportedOperation', 'Dedicated Hosts'],
    [
      {
        CapacityReservationSpecification: {
          CapacityReservationTarget: { CapacityReservationId: 'cr-0123456789abcdef0' },
        },
      },
      'InvalidCapacityReservationId.NotFound',
      'cr-0123456789abcdef0',
    ],
    [
      {
        CapacityReservationSpecification: {
          CapacityReservationPreference: 'capacity-reservations-only',
        },
      },
      'ReservationCapacityExceeded',
      'Capacity Reservations',
    ],
    [
      { NetworkPerformanceOptions: { BandwidthWeighting: 'ebs-1' } },
      'UnsupportedOperation',
      'ebs-1',
    ],
    [{ EnclaveOptions: { Enabled: true } }, 'UnsupportedOperation', 'Enclaves'],
    [
      {
        ...encryptedRoot,
        InstanceType: 'm5.2xlarge',
        EnclaveOptions: { Enabled: true },
        HibernationOptions: { Configured: true },
      },
      'InvalidParameterCombination',
      'not for both',
    ],
  ] satisfies readonly (readonly [Request, string, string])[])(
    'that cannot be are refused and nothing is launched: %j',
    (request: Request, code: string, words: string) => {
      const refusal = region.fail(runInstances, {
        ImageId: testImage(),
        InstanceType: 't3.micro',
        MinCount: 1,
        MaxCount: 1,
        ...request,
      });
      expect(refusal.code).toBe(code);
      expect(refusal.message).toContain(words);
      expect(region.call(describeInstances, {}).Reservations).toEqual([]);
    },
  );

  it('come from a launch template, and go into one', () => {
    region.call(createLaunchTemplate, {
      LaunchTemplateName: 'options',
      LaunchTemplateData: {
        CpuOptions: { CoreCount: 2, ThreadsPerCore: 1 },
        LicenseSpecifications: [{ LicenseConfigurationArn: license }],
        EnclaveOptions: { Enabled: true },
        MaintenanceOptions: { AutoRecovery: 'disabled' },
      },
    });
    const id = launchOne({
      InstanceType: 'm5.2xlarge',
      LaunchTemplate: { LaunchTemplateName: 'options' },
    });
    expect(region.describe(id)).toMatchObject({
      CpuOptions: { CoreCount: 2, ThreadsPerCore: 1 },
      EnclaveOptions: { Enabled: true },
      MaintenanceOptions: { AutoRecovery: 'disabled' },
    });
    expect(region.call(getLaunchTemplateData, { InstanceId: id }).LaunchTemplateData).toMatchObject(
      {
        CpuOptions: { CoreCount: 2, ThreadsPerCore: 1 },
        LicenseSpecifications: [{ LicenseConfigurationArn: license }],
        EnclaveOptions: { Enabled: true },
        MaintenanceOptions: { AutoRecovery: 'disabled' },
      },
    );
  });

  it('are dedicated in a VPC that is', () => {
    const { Vpc } = region.call(createVpc, {
      CidrBlock: '10.0.0.0/16',
      InstanceTenancy: 'dedicated',
    });
    const { Subnet } = region.call(createSubnet, {
      VpcId: Vpc?.VpcId,
      CidrBlock: '10.0.0.0/24',
    });
    expect(region.describe(launchOne({ SubnetId: Subnet?.SubnetId })).Placement?.Tenancy).toBe(
      'dedicated',
    );
  });

  it('are found by filters', () => {
    const id = launchOne({ Placement: { Tenancy: 'dedicated' } });
    region.launch();
    const { Reservations } = region.call(describeInstances, {
      Filters: [{ Name: 'tenancy', Values: ['dedicated'] }],
    });
    expect(Reservations?.flatMap((it) => it.Instances?.map((one) => one.InstanceId))).toEqual([id]);
  });

  it('change: what the machine is made of while it is stopped, the others at any time', () => {
    const id = launchOne({ InstanceType: 'm5.2xlarge' });
    const cpu = { InstanceId: id, CoreCount: 2, ThreadsPerCore: 2 };
    const names = { InstanceId: id, PrivateDnsHostnameType: 'resource-name' } as const;
    expect(region.fail(modifyInstanceCpuOptions, cpu).code).toBe('IncorrectInstanceState');
    expect(region.fail(modifyPrivateDnsNameOptions, names).code).toBe('IncorrectInstanceState');
    expect(
      region.call(modifyInstanceMaintenanceOptions, {
        InstanceId: id,
        RebootMigration: 'disabled',
      }),
    ).toEqual({ InstanceId: id, AutoRecovery: 'default', RebootMigration: 'disabled' });
    region.call(modifyPrivateDnsNameOptions, {
      InstanceId: id,
      EnableResourceNameDnsARecord: true,
    });
    stop(id);
    expect(region.call(modifyInstanceCpuOptions, cpu)).toEqual(cpu);
    region.call(modifyPrivateDnsNameOptions, names);
    region.call(modifyInstanceCapacityReservationAttributes, {
      InstanceId: id,
      CapacityReservationSpecification: { CapacityReservationPreference: 'none' },
    });
    expect(
      region.fail(modifyInstanceNetworkPerformanceOptions, {
        InstanceId: id,
        BandwidthWeighting: 'vpc-1',
      }).code,
    ).toBe('UnsupportedOperation');
    region.call(modifyInstanceAttribute, { InstanceId: id, EnclaveOptions: { Enabled: true } });
    expect(region.describe(id)).toMatchObject({
      CpuOptions: { CoreCount: 2, ThreadsPerCore: 2 },
      PrivateDnsName: `${id}.ec2.internal`,
      PrivateDnsNameOptions: { HostnameType: 'resource-name', EnableResourceNameDnsARecord: true },
      CapacityReservationSpecification: { CapacityReservationPreference: 'none' },
      MaintenanceOptions: { AutoRecovery: 'default', RebootMigration: 'disabled' },
    });
    expect(
      region.call(describeInstanceAttribute, { InstanceId: id, Attribute: 'enclaveOptions' }),
    ).toMatchObject({ EnclaveOptions: { Enabled: true } });
  });

  it('of another type are the processors of that type', () => {
    const id = launchOne({
      InstanceType: 'm5.2xlarge',
      CpuOptions: { CoreCount: 2, ThreadsPerCore: 1 },
    });
    stop(id);
    region.call(modifyInstanceAttribute, { InstanceId: id, InstanceType: { Value: 'm5.large' } });
    expect(region.describe(id).CpuOptions).toEqual({ CoreCount: 1, ThreadsPerCore: 2 });
  });

  it('that let it hibernate say so: hibernating itself is not built', () => {
    const id = launchOne({
      ...encryptedRoot,
      InstanceType: 'm5.large',
      HibernationOptions: { Configured: true },
    });
    const other = launchOne({});
    region.clock.advance(60_000);
    const hibernate = (...ids: string[]) =>
      region.fail(stopInstances, { InstanceIds: ids, Hibernate: true });
    expect(hibernate(other).code).toBe('UnsupportedHibernationConfiguration');
    expect(hibernate(id)).toMatchObject({
      code: 'UnsupportedOperation',
      message: expect.stringContaining('hibernation'),
    });
    expect(region.describe(id).State?.Name).toBe('running');
  });
});

describe('CPU credits', () => {
  it('change for each instance by itself, and are refused for others', async () => {
    const region = await createInstanceWorld();
    const [burstable = ''] = region.launch();
    const [steady = ''] = region.launch({ InstanceType: 'm5.large' });
    const gone = 'i-0123456789abcdef0';
    expect(
      region.call(modifyInstanceCreditSpecification, {
        InstanceCreditSpecifications: [burstable, steady, gone].map((InstanceId) => ({
          InstanceId,
          CpuCredits: 'standard',
        })),
      }),
    ).toMatchObject({
      SuccessfulInstanceCreditSpecifications: [{ InstanceId: burstable }],
      UnsuccessfulInstanceCreditSpecifications: [
        { InstanceId: steady, Error: { Code: 'InstanceCreditSpecification.NotSupported' } },
        { InstanceId: gone, Error: { Code: 'InvalidInstanceID.NotFound' } },
      ],
    });
  });

  it.each([
    ['t2', 'standard'],
    ['t3', 'unlimited'],
    ['t4g', 'unlimited'],
  ] as const)('of the family %s are %s until the account says otherwise', async (family, first) => {
    const region = await createInstanceWorld();
    const ask = () =>
      region.call(getDefaultCreditSpecification, { InstanceFamily: family })
        .InstanceFamilyCreditSpecification;
    expect(ask()).toEqual({ InstanceFamily: family, CpuCredits: first });
    const CpuCredits = first === 'standard' ? 'unlimited' : 'standard';
    region.call(modifyDefaultCreditSpecification, { InstanceFamily: family, CpuCredits });
    expect(ask()?.CpuCredits).toBe(CpuCredits);
  });
});

describe("an account's metadata defaults", () => {
  it('are taken by new instances whose launch says nothing, and can be taken back', async () => {
    const region = await createInstanceWorld();
    region.call(modifyInstanceMetadataDefaults, {
      HttpTokens: 'optional',
      HttpPutResponseHopLimit: 5,
      InstanceMetadataTags: 'enabled',
    });
    const launch = (request: Request = {}) =>
      region.describe(region.launch(request)[0] ?? '').MetadataOptions;
    expect(launch()).toMatchObject({
      HttpTokens: 'optional',
      HttpPutResponseHopLimit: 5,
      InstanceMetadataTags: 'enabled',
    });
    expect(launch({ MetadataOptions: { HttpTokens: 'required' } })?.HttpTokens).toBe('required');
    region.call(modifyInstanceMetadataDefaults, {
      HttpTokens: 'no-preference',
      HttpPutResponseHopLimit: -1,
    });
    expect(region.call(getInstanceMetadataDefaults, {}).AccountLevel).toEqual({
      InstanceMetadataTags: 'enabled',
      ManagedBy: 'account',
    });
    expect(launch()).toMatchObject({ HttpTokens: 'required', HttpPutResponseHopLimit: 2 });
    expect(region.fail(modifyInstanceMetadataDefaults, { HttpPutResponseHopLimit: 65 }).code).toBe(
      'InvalidParameterValue',
    );
  });
});
