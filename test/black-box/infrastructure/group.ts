import { describe, expect, it } from 'vitest';
import { given } from '../../support/aws-clients.ts';
import { eventually } from '../../support/eventually.ts';
import { newestImage } from '../web-server.ts';
import { sorted, tags, type Stack } from './stack.ts';

/** Launch template, Auto Scaling group, scaling policies and an alarm. */
export const groupTests = (stack: Stack): void => {
  describe('the group', () => {
    it('aws_launch_template', async () => {
      const LaunchTemplateData = {
        ImageId: await newestImage(stack.aws),
        InstanceType: 't3.micro' as const,
        EbsOptimized: true,
        InstanceInitiatedShutdownBehavior: 'terminate' as const,
        UserData: Buffer.from('#!/bin/sh\ntrue\n').toString('base64'),
        IamInstanceProfile: { Name: 'shop' },
        Monitoring: { Enabled: true },
        MetadataOptions: { HttpTokens: 'required' as const, HttpEndpoint: 'enabled' as const },
        BlockDeviceMappings: [
          {
            DeviceName: '/dev/xvda',
            Ebs: { VolumeSize: 20, VolumeType: 'gp3' as const, DeleteOnTermination: true },
          },
        ],
        NetworkInterfaces: [
          { DeviceIndex: 0, AssociatePublicIpAddress: false, Groups: [stack.securityGroupId] },
        ],
        TagSpecifications: [{ ResourceType: 'instance' as const, Tags: tags }],
      };
      const { LaunchTemplate } = await stack.aws.ec2.createLaunchTemplate({
        ClientToken: 'terraform-20260101000000000000000003',
        LaunchTemplateName: 'shop',
        VersionDescription: 'first',
        LaunchTemplateData,
        TagSpecifications: [{ ResourceType: 'launch-template', Tags: tags }],
      });
      const LaunchTemplateId = given(LaunchTemplate?.LaunchTemplateId);
      stack.launchTemplateId = LaunchTemplateId;
      const { LaunchTemplates } = await stack.aws.ec2.describeLaunchTemplates({
        LaunchTemplateIds: [LaunchTemplateId],
      });
      expect(LaunchTemplates?.[0]).toMatchObject({
        DefaultVersionNumber: 1,
        LatestVersionNumber: 1,
      });
      expect(sorted(LaunchTemplates?.[0]?.Tags)).toEqual(tags);
      const first = await stack.aws.ec2.describeLaunchTemplateVersions({
        LaunchTemplateId,
        Versions: ['1'],
      });
      expect(first.LaunchTemplateVersions?.[0]).toMatchObject({
        VersionDescription: 'first',
        LaunchTemplateData,
      });
      await stack.aws.ec2.createLaunchTemplateVersion({
        ClientToken: 'terraform-20260101000000000000000004',
        LaunchTemplateId,
        LaunchTemplateData: { ...LaunchTemplateData, InstanceType: 't3.small' },
      });
      await stack.aws.ec2.modifyLaunchTemplate({ LaunchTemplateId, DefaultVersion: '2' });
      const second = await stack.aws.ec2.describeLaunchTemplateVersions({
        LaunchTemplateId,
        Versions: ['$Default'],
      });
      expect(second.LaunchTemplateVersions?.[0]).toMatchObject({
        VersionNumber: 2,
        LaunchTemplateData: { InstanceType: 't3.small' },
      });
    });

    it('aws_autoscaling_group', async () => {
      const asked = {
        AutoScalingGroupName: 'shop',
        MinSize: 1,
        MaxSize: 4,
        DesiredCapacity: 2,
        DefaultCooldown: 300,
        DefaultInstanceWarmup: 60,
        HealthCheckType: 'ELB',
        HealthCheckGracePeriod: 120,
        TerminationPolicies: ['OldestLaunchTemplate', 'Default'],
        TargetGroupARNs: [stack.targetGroupArn],
        NewInstancesProtectedFromScaleIn: false,
      };
      const missing = await stack.aws.autoscaling.describeAutoScalingGroups({
        AutoScalingGroupNames: ['shop'],
      });
      expect(missing.AutoScalingGroups).toEqual([]);
      await stack.aws.autoscaling.createAutoScalingGroup({
        ...asked,
        VPCZoneIdentifier: stack.subnetIds.join(','),
        LaunchTemplate: { LaunchTemplateId: stack.launchTemplateId, Version: '$Latest' },
        InstanceMaintenancePolicy: { MinHealthyPercentage: 90, MaxHealthyPercentage: 120 },
        Tags: tags.map((tag) => ({
          ...tag,
          ResourceId: 'shop',
          ResourceType: 'auto-scaling-group',
          PropagateAtLaunch: true,
        })),
      });
      await stack.aws.autoscaling.enableMetricsCollection({
        AutoScalingGroupName: 'shop',
        Granularity: '1Minute',
        Metrics: ['GroupDesiredCapacity', 'GroupInServiceInstances'],
      });
      const group = await eventually(async () => {
        const { AutoScalingGroups } = await stack.aws.autoscaling.describeAutoScalingGroups({
          AutoScalingGroupNames: ['shop'],
        });
        const [one] = AutoScalingGroups ?? [];
        const serving = one?.Instances?.filter(
          ({ LifecycleState }) => LifecycleState === 'InService',
        );
        return serving?.length === 2 && one;
      });
      expect(group).toMatchObject({
        ...asked,
        LaunchTemplate: {
          LaunchTemplateId: stack.launchTemplateId,
          LaunchTemplateName: 'shop',
          Version: '$Latest',
        },
        VPCZoneIdentifier: stack.subnetIds.join(','),
        InstanceMaintenancePolicy: { MinHealthyPercentage: 90, MaxHealthyPercentage: 120 },
      });
      expect(group.EnabledMetrics?.map(({ Metric = '' }) => Metric).toSorted()).toEqual([
        'GroupDesiredCapacity',
        'GroupInServiceInstances',
      ]);
      expect(sorted(group.Tags)).toEqual(tags);
      await eventually(async () => {
        const { TargetHealthDescriptions = [] } = await stack.aws.elbv2.describeTargetHealth({
          TargetGroupArn: stack.targetGroupArn,
        });
        return TargetHealthDescriptions.length === 2;
      });
      const { TrafficSources } = await stack.aws.autoscaling.describeTrafficSources({
        AutoScalingGroupName: 'shop',
      });
      expect(TrafficSources?.map(({ Identifier }) => Identifier)).toEqual([stack.targetGroupArn]);
    });

    it('aws_autoscaling_policy and aws_cloudwatch_metric_alarm', async () => {
      const tracking = {
        PredefinedMetricSpecification: {
          PredefinedMetricType: 'ASGAverageCPUUtilization' as const,
        },
        TargetValue: 50,
        DisableScaleIn: false,
      };
      await stack.aws.autoscaling.putScalingPolicy({
        AutoScalingGroupName: 'shop',
        PolicyName: 'cpu',
        PolicyType: 'TargetTrackingScaling',
        Enabled: true,
        TargetTrackingConfiguration: tracking,
      });
      const step = await stack.aws.autoscaling.putScalingPolicy({
        AutoScalingGroupName: 'shop',
        PolicyName: 'steps',
        PolicyType: 'StepScaling',
        AdjustmentType: 'ChangeInCapacity',
        MetricAggregationType: 'Average',
        EstimatedInstanceWarmup: 60,
        StepAdjustments: [{ MetricIntervalLowerBound: 0, ScalingAdjustment: 1 }],
      });
      const policyOf = async (name: string) => {
        const { ScalingPolicies } = await stack.aws.autoscaling.describePolicies({
          AutoScalingGroupName: 'shop',
          PolicyNames: [name],
        });
        return ScalingPolicies?.[0];
      };
      expect(await policyOf('cpu')).toMatchObject({
        PolicyType: 'TargetTrackingScaling',
        Enabled: true,
        TargetTrackingConfiguration: tracking,
      });
      expect(await policyOf('steps')).toMatchObject({
        AdjustmentType: 'ChangeInCapacity',
        MetricAggregationType: 'Average',
        EstimatedInstanceWarmup: 60,
        StepAdjustments: [{ MetricIntervalLowerBound: 0, ScalingAdjustment: 1 }],
      });
      const alarm = {
        AlarmName: 'busy',
        AlarmDescription: 'The group is busy',
        ComparisonOperator: 'GreaterThanOrEqualToThreshold',
        EvaluationPeriods: 2,
        DatapointsToAlarm: 2,
        MetricName: 'CPUUtilization',
        Namespace: 'AWS/EC2',
        Period: 60,
        Statistic: 'Average',
        Threshold: 80,
        TreatMissingData: 'missing',
        ActionsEnabled: true,
        Dimensions: [{ Name: 'AutoScalingGroupName', Value: 'shop' }],
        AlarmActions: [given(step.PolicyARN)],
      } as const;
      await stack.aws.cloudwatch.putMetricAlarm({
        ...alarm,
        Dimensions: [...alarm.Dimensions],
        AlarmActions: [...alarm.AlarmActions],
        Tags: tags,
      });
      const { MetricAlarms } = await stack.aws.cloudwatch.describeAlarms({ AlarmNames: ['busy'] });
      expect(MetricAlarms?.[0]).toMatchObject(alarm);
      const listed = await stack.aws.cloudwatch.listTagsForResource({
        ResourceARN: MetricAlarms?.[0]?.AlarmArn,
      });
      expect(sorted(listed.Tags)).toEqual(tags);
    });
  });
};
