import type { EC2, FleetData } from '@aws-sdk/client-ec2';
import { beforeAll, describe, expect, it } from 'vitest';
import { awsClients, given, refusalOf } from '../../support/aws-clients.ts';
import { eventually } from '../../support/eventually.ts';
import type { Running } from '../../support/faultline-process.ts';

const region = 'ap-south-1';

/** Fleets: instances of several types, by one request. */
export const walkFleets = (world: () => Running): void => {
  const ec2 = (): EC2 => awsClients(world().endpoint, { region }).ec2;
  const configs = (...types: readonly ('t3.micro' | 't3.small')[]) => [
    {
      LaunchTemplateSpecification: { LaunchTemplateName: 'fleet', Version: '$Latest' },
      Overrides: types.map((InstanceType) => ({ InstanceType })),
    },
  ];

  beforeAll(async () => {
    const { Images = [] } = await ec2().describeImages({
      Owners: ['amazon'],
      Filters: [
        { Name: 'name', Values: ['al2023-ami-2023*'] },
        { Name: 'architecture', Values: ['x86_64'] },
      ],
    });
    await ec2().createLaunchTemplate({
      LaunchTemplateName: 'fleet',
      LaunchTemplateData: { ImageId: given(Images[0]?.ImageId) },
    });
  });

  const fleetOf = async (id: string): Promise<FleetData> => {
    const { Fleets } = await ec2().describeFleets({ FleetIds: [id] });
    return given(Fleets?.[0]);
  };

  describe('fleets', () => {
    it('launch at once, and go with their instances', async () => {
      const made = await ec2().createFleet({
        Type: 'instant',
        LaunchTemplateConfigs: configs('t3.small', 't3.micro'),
        TargetCapacitySpecification: {
          TotalTargetCapacity: 3,
          OnDemandTargetCapacity: 1,
          DefaultTargetCapacityType: 'spot',
        },
      });
      expect(
        made.Instances?.map(({ Lifecycle, InstanceType, InstanceIds }) => [
          Lifecycle,
          InstanceType,
          InstanceIds?.length,
        ]),
      ).toEqual([
        ['on-demand', 't3.micro', 1],
        ['spot', 't3.micro', 2],
      ]);
      const { SuccessfulFleetDeletions } = await ec2().deleteFleets({
        FleetIds: [given(made.FleetId)],
        TerminateInstances: true,
      });
      expect(SuccessfulFleetDeletions).toMatchObject([
        { CurrentFleetState: 'deleted_terminating' },
      ]);
    });

    it('keep what they are to have, and change with it', async () => {
      const { FleetId } = await ec2().createFleet({
        LaunchTemplateConfigs: configs('t3.micro'),
        TargetCapacitySpecification: {
          TotalTargetCapacity: 1,
          DefaultTargetCapacityType: 'on-demand',
        },
      });
      const id = given(FleetId);
      await eventually(async () => (await fleetOf(id)).ActivityStatus === 'fulfilled');
      await ec2().modifyFleet({
        FleetId: id,
        TargetCapacitySpecification: { TotalTargetCapacity: 2 },
      });
      await eventually(async () => {
        const { ActiveInstances = [] } = await ec2().describeFleetInstances({ FleetId: id });
        return ActiveInstances.length === 2;
      });
      const { HistoryRecords = [] } = await ec2().describeFleetHistory({
        FleetId: id,
        StartTime: new Date(0),
        EventType: 'instance-change',
      });
      expect(HistoryRecords.map(({ EventInformation }) => EventInformation?.EventSubType)).toEqual([
        'launched',
        'launched',
      ]);
      await ec2().deleteFleets({ FleetIds: [id], TerminateInstances: true });
      await eventually(async () => (await fleetOf(id)).FleetState === 'deleted');
      expect(await refusalOf(ec2().describeFleets({ FleetIds: ['fleet-nobody'] }))).toMatchObject({
        code: 'InvalidFleetId.Malformed',
      });
    });

    it('choose among the types with certain attributes', async () => {
      const { InstanceTypes = [] } = await ec2().getInstanceTypesFromInstanceRequirements({
        ArchitectureTypes: ['x86_64'],
        VirtualizationTypes: ['hvm'],
        InstanceRequirements: {
          VCpuCount: { Min: 2, Max: 2 },
          MemoryMiB: { Min: 1024, Max: 2048 },
          BurstablePerformance: 'required',
          AllowedInstanceTypes: ['t3.*'],
        },
      });
      expect(InstanceTypes.map(({ InstanceType }) => InstanceType)).toEqual([
        't3.micro',
        't3.small',
      ]);
    });
  });
};
