import type { AutoScaling, AutoScalingGroup } from '@aws-sdk/client-auto-scaling';
import { beforeAll, describe, expect, it } from 'vitest';
import { awsClients, given, refusalOf } from '../../support/aws-clients.ts';
import { eventually } from '../../support/eventually.ts';
import type { Running } from '../../support/faultline-process.ts';

const region = 'eu-west-2';
const AutoScalingGroupName = 'walked';

/** Auto Scaling groups, their instances, what they are attached to and what they tell. */
export const walkAutoScaling = (world: () => Running): void => {
  const clients = () => awsClients(world().endpoint, { region });
  const scaling = (): AutoScaling => clients().autoscaling;

  const group = async (): Promise<AutoScalingGroup> =>
    given(
      (await scaling().describeAutoScalingGroups({ AutoScalingGroupNames: [AutoScalingGroupName] }))
        .AutoScalingGroups?.[0],
    );

  /** The ids of the instances in service, once there are so many and no others. */
  const serving = async (count: number): Promise<readonly string[]> =>
    await eventually(async () => {
      const { Instances = [] } = await group();
      const ids = Instances.filter((one) => one.LifecycleState === 'InService').map((one) =>
        given(one.InstanceId),
      );
      return ids.length === count && Instances.length === count && ids;
    });

  const stateOf = async (id: string): Promise<string | undefined> =>
    (await group()).Instances?.find((one) => one.InstanceId === id)?.LifecycleState;

  const imageId = async (): Promise<string> => {
    const { Images = [] } = await clients().ec2.describeImages({
      Owners: ['amazon'],
      Filters: [{ Name: 'name', Values: ['al2023-ami-2023*x86_64'] }],
    });
    return given(Images[0]?.ImageId);
  };

  describe('an Auto Scaling group', () => {
    beforeAll(async () => {
      await scaling().createLaunchConfiguration({
        LaunchConfigurationName: 'walked',
        ImageId: await imageId(),
        InstanceType: 't3.micro',
      });
      await scaling().createAutoScalingGroup({
        AutoScalingGroupName,
        LaunchConfigurationName: 'walked',
        MinSize: 0,
        MaxSize: 4,
        DesiredCapacity: 3,
        AvailabilityZones: ['a', 'b', 'c'].map((letter) => `${region}${letter}`),
        Tags: [{ Key: 'tier', Value: 'web', PropagateAtLaunch: true }],
      });
    });

    it('launches one instance in each zone and tells how', async () => {
      const ids = await serving(3);
      const { AutoScalingInstances = [] } = await scaling().describeAutoScalingInstances({
        InstanceIds: [...ids],
      });
      expect(new Set(AutoScalingInstances.map((one) => one.AvailabilityZone)).size).toBe(3);
      const { Activities = [] } = await scaling().describeScalingActivities({
        AutoScalingGroupName,
      });
      expect(Activities).toHaveLength(3);
      expect(Activities[0]).toMatchObject({ StatusCode: 'Successful', Progress: 100 });
      expect(Activities[0]?.Cause).toContain('changing the desired capacity from 0 to 3');
      const { Tags = [] } = await clients().ec2.describeTags({
        Filters: [{ Name: 'resource-id', Values: [given(ids[0])] }],
      });
      expect(Tags.map((tag) => tag.Key)).toEqual(['aws:autoscaling:groupName', 'tier']);
    });

    it('lets instances go, takes them back and replaces them', async () => {
      const [first = '', second = '', third = ''] = await serving(3);
      await scaling().enterStandby({
        AutoScalingGroupName,
        InstanceIds: [first],
        ShouldDecrementDesiredCapacity: true,
      });
      await eventually(async () => (await stateOf(first)) === 'Standby');
      await scaling().exitStandby({ AutoScalingGroupName, InstanceIds: [first] });
      await serving(3);
      await scaling().detachInstances({
        AutoScalingGroupName,
        InstanceIds: [second],
        ShouldDecrementDesiredCapacity: true,
      });
      await serving(2);
      await scaling().attachInstances({ AutoScalingGroupName, InstanceIds: [second] });
      await serving(3);
      await scaling().setInstanceProtection({
        AutoScalingGroupName,
        InstanceIds: [first, second],
        ProtectedFromScaleIn: true,
      });
      await scaling().setInstanceHealth({ InstanceId: third, HealthStatus: 'Unhealthy' });
      await eventually(async () => (await stateOf(third)) !== 'InService');
      const replaced = await serving(3);
      expect(replaced).not.toContain(third);
      const youngest = given(replaced.find((id) => id !== first && id !== second));
      await scaling().setDesiredCapacity({ AutoScalingGroupName, DesiredCapacity: 2 });
      expect(await serving(2)).not.toContain(youngest);
      await scaling().terminateInstanceInAutoScalingGroup({
        InstanceId: first,
        ShouldDecrementDesiredCapacity: true,
      });
      expect(await serving(1)).toEqual([second]);
    });

    it('does not do what is suspended', async () => {
      await scaling().suspendProcesses({ AutoScalingGroupName, ScalingProcesses: ['Launch'] });
      await scaling().updateAutoScalingGroup({ AutoScalingGroupName, DesiredCapacity: 2 });
      expect((await group()).SuspendedProcesses).toMatchObject([{ ProcessName: 'Launch' }]);
      await serving(1);
      await scaling().resumeProcesses({ AutoScalingGroupName });
      await serving(2);
    });

    it('registers its instances with target groups', async () => {
      const { elbv2, ec2 } = clients();
      const { Vpcs = [] } = await ec2.describeVpcs();
      const { TargetGroups = [] } = await elbv2.createTargetGroup({
        Name: 'walked-by-group',
        Protocol: 'HTTP',
        Port: 80,
        VpcId: given(Vpcs[0]?.VpcId),
      });
      const arn = given(TargetGroups[0]?.TargetGroupArn);
      const registered = async (): Promise<number> =>
        ((await elbv2.describeTargetHealth({ TargetGroupArn: arn })).TargetHealthDescriptions ?? [])
          .length;
      const ofGroup = { AutoScalingGroupName, TargetGroupARNs: [arn] };
      await scaling().attachLoadBalancerTargetGroups(ofGroup);
      expect(await registered()).toBe(2);
      const { LoadBalancerTargetGroups } = await scaling().describeLoadBalancerTargetGroups({
        AutoScalingGroupName,
      });
      expect(LoadBalancerTargetGroups).toMatchObject([{ State: 'Added' }]);
      await scaling().detachLoadBalancerTargetGroups(ofGroup);
      expect(await registered()).toBe(0);
      const TrafficSources = [{ Identifier: arn, Type: 'elbv2' }];
      await scaling().attachTrafficSources({ AutoScalingGroupName, TrafficSources });
      const sources = await scaling().describeTrafficSources({ AutoScalingGroupName });
      expect(sources.TrafficSources).toMatchObject([{ TrafficSource: arn }]);
      await scaling().detachTrafficSources({ AutoScalingGroupName, TrafficSources });
      await elbv2.deleteTargetGroup({ TargetGroupArn: arn });
    });

    it('keeps tags, metrics and notifications', async () => {
      const ofGroup = { ResourceId: AutoScalingGroupName, ResourceType: 'auto-scaling-group' };
      const tag = { ...ofGroup, Key: 'owner', Value: 'me', PropagateAtLaunch: false };
      await scaling().createOrUpdateTags({ Tags: [tag] });
      expect((await scaling().describeTags({})).Tags).toMatchObject([tag, { Key: 'tier' }]);
      await scaling().deleteTags({ Tags: [{ ...ofGroup, Key: 'owner' }] });
      await scaling().enableMetricsCollection({
        AutoScalingGroupName,
        Granularity: '1Minute',
        Metrics: ['GroupInServiceInstances'],
      });
      expect((await group()).EnabledMetrics).toHaveLength(1);
      await scaling().disableMetricsCollection({ AutoScalingGroupName });
      const TopicARN = `arn:aws:sns:${region}:000000000000:scaling`;
      await scaling().putNotificationConfiguration({
        AutoScalingGroupName,
        TopicARN,
        NotificationTypes: ['autoscaling:EC2_INSTANCE_LAUNCH'],
      });
      const { NotificationConfigurations } = await scaling().describeNotificationConfigurations({});
      expect(NotificationConfigurations).toHaveLength(1);
      await scaling().deleteNotificationConfiguration({ AutoScalingGroupName, TopicARN });
    });

    it('goes with its instances when it is told so', async () => {
      expect(
        await refusalOf(scaling().deleteAutoScalingGroup({ AutoScalingGroupName })),
      ).toMatchObject({ code: 'ResourceInUseFault', status: 400 });
      expect(
        await refusalOf(scaling().deleteLaunchConfiguration({ LaunchConfigurationName: 'walked' })),
      ).toMatchObject({ code: 'ResourceInUseFault' });
      await scaling().deleteAutoScalingGroup({ AutoScalingGroupName, ForceDelete: true });
      await eventually(async () => {
        const { AutoScalingGroups = [] } = await scaling().describeAutoScalingGroups({});
        return AutoScalingGroups.length === 0;
      });
      const { LaunchConfigurations } = await scaling().describeLaunchConfigurations({});
      expect(LaunchConfigurations).toHaveLength(1);
      await scaling().deleteLaunchConfiguration({ LaunchConfigurationName: 'walked' });
    });
  });

  it('Auto Scaling tells its limits and the words that it knows', async () => {
    const { MaxNumberOfAutoScalingGroups } = await scaling().describeAccountLimits({});
    expect(MaxNumberOfAutoScalingGroups).toBe(500);
    const { AdjustmentTypes } = await scaling().describeAdjustmentTypes({});
    const notifications = await scaling().describeAutoScalingNotificationTypes({});
    const { LifecycleHookTypes } = await scaling().describeLifecycleHookTypes({});
    const { Metrics } = await scaling().describeMetricCollectionTypes({});
    const { Processes } = await scaling().describeScalingProcessTypes({});
    const { TerminationPolicyTypes } = await scaling().describeTerminationPolicyTypes({});
    expect([
      AdjustmentTypes?.length,
      notifications.AutoScalingNotificationTypes?.length,
      LifecycleHookTypes?.length,
      Metrics?.length,
      Processes?.length,
      TerminationPolicyTypes?.length,
    ]).toEqual([3, 5, 2, 20, 9, 7]);
  });
};
