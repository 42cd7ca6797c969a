import type { AutoScaling } from '@aws-sdk/client-auto-scaling';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { awsClients, given, refusalOf } from '../../support/aws-clients.ts';
import { eventually } from '../../support/eventually.ts';
import type { Running } from '../../support/faultline-process.ts';

const region = 'ap-south-1';
const AutoScalingGroupName = 'scaled';
const named = { AutoScalingGroupName };

/** What changes how many instances a group has: policies with their alarms, and schedules. */
export const walkAutoScalingPolicies = (world: () => Running): void => {
  const clients = () => awsClients(world().endpoint, { region });
  const scaling = (): AutoScaling => clients().autoscaling;

  const untilDesired = async (capacity: number): Promise<true> =>
    await eventually(async () => {
      const { AutoScalingGroups } = await scaling().describeAutoScalingGroups({
        AutoScalingGroupNames: [AutoScalingGroupName],
      });
      return given(AutoScalingGroups?.[0]).DesiredCapacity === capacity;
    });

  describe('how many instances a group has', () => {
    beforeAll(async () => {
      const { Images = [] } = await clients().ec2.describeImages({
        Owners: ['amazon'],
        Filters: [{ Name: 'name', Values: ['al2023-ami-2023*x86_64'] }],
      });
      await clients().ec2.createLaunchTemplate({
        LaunchTemplateName: 'scaled',
        LaunchTemplateData: { ImageId: given(Images[0]?.ImageId), InstanceType: 't3.micro' },
      });
      await scaling().createAutoScalingGroup({
        ...named,
        LaunchTemplate: { LaunchTemplateName: 'scaled' },
        MinSize: 0,
        MaxSize: 5,
        DefaultCooldown: 1,
        AvailabilityZones: [`${region}a`, `${region}b`],
      });
    });

    it('is for alarms and users to change, by policies', async () => {
      const policy = { ...named, PolicyName: 'grow' };
      const { PolicyARN } = await scaling().putScalingPolicy({
        ...policy,
        AdjustmentType: 'ChangeInCapacity',
        ScalingAdjustment: 1,
      });
      await scaling().executePolicy(policy);
      await untilDesired(1);
      await scaling().putScalingPolicy({
        ...named,
        PolicyName: 'cpu',
        PolicyType: 'TargetTrackingScaling',
        TargetTrackingConfiguration: {
          PredefinedMetricSpecification: { PredefinedMetricType: 'ASGAverageCPUUtilization' },
          TargetValue: 50,
        },
      });
      const { ScalingPolicies = [] } = await scaling().describePolicies(named);
      expect(ScalingPolicies.map((one) => [one.PolicyType, one.Alarms?.length])).toEqual([
        ['SimpleScaling', 0],
        ['TargetTrackingScaling', 2],
      ]);
      expect(ScalingPolicies[0]?.PolicyARN).toBe(PolicyARN);
      await scaling().deletePolicy(policy);
      expect(await refusalOf(scaling().executePolicy(policy))).toMatchObject({
        code: 'ValidationError',
        status: 400,
      });
    });

    it('is for schedules to change', async () => {
      const soon = new Date(Date.now() + 365 * 86_400_000);
      await scaling().batchPutScheduledUpdateGroupAction({
        ...named,
        ScheduledUpdateGroupActions: [
          { ScheduledActionName: 'once', StartTime: soon, DesiredCapacity: 2 },
          {
            ScheduledActionName: 'nightly',
            Recurrence: '0 3 * * *',
            TimeZone: 'Asia/Kolkata',
            DesiredCapacity: 0,
          },
        ],
      });
      const minutely = { ...named, ScheduledActionName: 'minutely' };
      await scaling().putScheduledUpdateGroupAction({
        ...minutely,
        Recurrence: '* * * * *',
        DesiredCapacity: 3,
      });
      await untilDesired(3);
      const { ScheduledUpdateGroupActions = [] } = await scaling().describeScheduledActions(named);
      expect(ScheduledUpdateGroupActions.map((one) => one.ScheduledActionName)).toEqual([
        'once',
        'nightly',
        'minutely',
      ]);
      await scaling().deleteScheduledAction(minutely);
      const { FailedScheduledActions } = await scaling().batchDeleteScheduledAction({
        ...named,
        ScheduledActionNames: ['once', 'nightly', 'minutely'],
      });
      expect(FailedScheduledActions).toMatchObject([{ ScheduledActionName: 'minutely' }]);
    });

    afterAll(async () => {
      await scaling().deleteAutoScalingGroup({ ...named, ForceDelete: true });
    });
  });
};
