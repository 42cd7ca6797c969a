import type { EC2, Instance, RunInstancesCommandInput } from '@aws-sdk/client-ec2';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { awsClients, given, refusalOf } from '../../support/aws-clients.ts';
import { eventually } from '../../support/eventually.ts';
import type { Running } from '../../support/faultline-process.ts';

const region = 'eu-west-3';

/** What an instance may be asked to be, at its launch and later. */
export const walkInstanceOptions = (world: () => Running): void => {
  const ec2 = (): EC2 => awsClients(world().endpoint, { region }).ec2;
  const launched: string[] = [];
  let ImageId = '';

  beforeAll(async () => {
    const { Images = [] } = await ec2().describeImages({
      Owners: ['amazon'],
      Filters: [
        { Name: 'name', Values: ['al2023-ami-2023*'] },
        { Name: 'architecture', Values: ['x86_64'] },
      ],
    });
    ImageId = given(Images[0]?.ImageId);
  });

  afterAll(async () => {
    await ec2().terminateInstances({ InstanceIds: launched });
  });

  const launch = async (more: Partial<RunInstancesCommandInput>): Promise<string> => {
    const { Instances } = await ec2().runInstances({
      ImageId,
      InstanceType: 't3.micro',
      MinCount: 1,
      MaxCount: 1,
      ...more,
    });
    const id = given(Instances?.[0]?.InstanceId);
    launched.push(id);
    return id;
  };

  const instanceOf = async (id: string): Promise<Instance> => {
    const { Reservations } = await ec2().describeInstances({ InstanceIds: [id] });
    return given(Reservations?.[0]?.Instances?.[0]);
  };

  const stop = async (id: string): Promise<void> => {
    await eventually(async () => (await instanceOf(id)).State?.Name === 'running');
    await ec2().stopInstances({ InstanceIds: [id] });
    await eventually(async () => (await instanceOf(id)).State?.Name === 'stopped');
  };

  describe('the options of an instance', () => {
    it('are read back as the launch asked for them, and change', async () => {
      const id = await launch({
        InstanceType: 'm5.2xlarge',
        CpuOptions: { CoreCount: 2, ThreadsPerCore: 1 },
        EnclaveOptions: { Enabled: true },
        MaintenanceOptions: { AutoRecovery: 'disabled' },
        Placement: { Tenancy: 'dedicated' },
      });
      expect(await instanceOf(id)).toMatchObject({
        CpuOptions: { CoreCount: 2, ThreadsPerCore: 1 },
        EnclaveOptions: { Enabled: true },
        MaintenanceOptions: { AutoRecovery: 'disabled' },
        Placement: { Tenancy: 'dedicated' },
      });
      await stop(id);
      await ec2().modifyInstanceCpuOptions({ InstanceId: id, CoreCount: 4, ThreadsPerCore: 2 });
      await ec2().modifyInstanceMaintenanceOptions({ InstanceId: id, AutoRecovery: 'default' });
      await ec2().modifyInstanceNetworkPerformanceOptions({
        InstanceId: id,
        BandwidthWeighting: 'default',
      });
      await ec2().modifyInstanceCapacityReservationAttributes({
        InstanceId: id,
        CapacityReservationSpecification: { CapacityReservationPreference: 'none' },
      });
      await ec2().modifyPrivateDnsNameOptions({
        InstanceId: id,
        PrivateDnsHostnameType: 'resource-name',
      });
      expect(await instanceOf(id)).toMatchObject({
        CpuOptions: { CoreCount: 4, ThreadsPerCore: 2 },
        MaintenanceOptions: { AutoRecovery: 'default' },
        NetworkPerformanceOptions: { BandwidthWeighting: 'default' },
        CapacityReservationSpecification: { CapacityReservationPreference: 'none' },
        PrivateDnsName: `${id}.${region}.compute.internal`,
      });
      expect(
        await refusalOf(launch({ CpuOptions: { CoreCount: 1 } }).then(() => undefined)),
      ).toMatchObject({ code: 'MissingParameter' });
    });

    it('have defaults that an account chooses', async () => {
      const family = { InstanceFamily: 't3' } as const;
      await ec2().modifyDefaultCreditSpecification({ ...family, CpuCredits: 'standard' });
      const { InstanceFamilyCreditSpecification } =
        await ec2().getDefaultCreditSpecification(family);
      expect(InstanceFamilyCreditSpecification).toEqual({ ...family, CpuCredits: 'standard' });
      await ec2().modifyInstanceMetadataDefaults({ HttpPutResponseHopLimit: 3 });
      const { AccountLevel } = await ec2().getInstanceMetadataDefaults();
      expect(AccountLevel).toMatchObject({ HttpPutResponseHopLimit: 3 });
      const id = await launch({});
      expect((await instanceOf(id)).MetadataOptions?.HttpPutResponseHopLimit).toBe(3);
      const credits = async () =>
        (await ec2().describeInstanceCreditSpecifications({ InstanceIds: [id] }))
          .InstanceCreditSpecifications?.[0]?.CpuCredits;
      expect(await credits()).toBe('standard');
      const { SuccessfulInstanceCreditSpecifications } =
        await ec2().modifyInstanceCreditSpecification({
          InstanceCreditSpecifications: [{ InstanceId: id, CpuCredits: 'unlimited' }],
        });
      expect(SuccessfulInstanceCreditSpecifications).toEqual([{ InstanceId: id }]);
      expect(await credits()).toBe('unlimited');
    });
  });
};
