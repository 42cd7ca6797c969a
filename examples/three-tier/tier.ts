/** One tier: a balancer, a launch template, and an Auto Scaling group over three zones that keeps its load in bounds. */
import {
  CreateAutoScalingGroupCommand,
  DescribeAutoScalingGroupsCommand,
  PutScalingPolicyCommand,
  type AutoScalingClient,
  type TargetTrackingConfiguration,
} from '@aws-sdk/client-auto-scaling';
import { CreateLaunchTemplateCommand, type EC2Client } from '@aws-sdk/client-ec2';
import {
  CreateListenerCommand,
  CreateLoadBalancerCommand,
  CreateTargetGroupCommand,
  type ElasticLoadBalancingV2Client,
  type LoadBalancer,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import { given, until } from './answers.ts';
import { serverPort } from './network.ts';

/** What a tier is made with. */
export interface TierPlan {
  readonly name: string;
  readonly vpcId: string;
  readonly balancer: {
    readonly scheme: 'internet-facing' | 'internal';
    readonly subnetIds: readonly string[];
    readonly securityGroupId: string;
  };
  readonly servers: {
    readonly subnetIds: readonly string[];
    readonly securityGroupId: string;
    readonly imageId: string;
    readonly instanceProfile: string;
    /** Base64. */
    readonly userData: string;
  };
}

/** The clients of one Region. */
export interface Clients {
  readonly ec2: EC2Client;
  readonly elb: ElasticLoadBalancingV2Client;
  readonly autoscaling: AutoScalingClient;
}

interface Balanced {
  readonly loadBalancer: LoadBalancer;
  readonly targetGroupArn: string;
}

const buildBalancer = async (
  elb: ElasticLoadBalancingV2Client,
  { name, vpcId, balancer }: TierPlan,
): Promise<Balanced> => {
  const { LoadBalancers } = await elb.send(
    new CreateLoadBalancerCommand({
      Name: name,
      Scheme: balancer.scheme,
      Subnets: [...balancer.subnetIds],
      SecurityGroups: [balancer.securityGroupId],
      Tags: [{ Key: 'tier', Value: name }],
    }),
  );
  const loadBalancer = given(LoadBalancers?.[0], 'load balancer');
  const { TargetGroups } = await elb.send(
    new CreateTargetGroupCommand({
      Name: name,
      Protocol: 'HTTP',
      Port: serverPort,
      VpcId: vpcId,
      HealthCheckPath: '/health',
      HealthCheckIntervalSeconds: 10,
      HealthCheckTimeoutSeconds: 5,
      HealthyThresholdCount: 2,
      UnhealthyThresholdCount: 3,
    }),
  );
  const targetGroupArn = given(TargetGroups?.[0]?.TargetGroupArn, 'target group');
  await elb.send(
    new CreateListenerCommand({
      LoadBalancerArn: loadBalancer.LoadBalancerArn,
      Protocol: 'HTTP',
      Port: 80,
      DefaultActions: [{ Type: 'forward', TargetGroupArn: targetGroupArn }],
    }),
  );
  return { loadBalancer, targetGroupArn };
};

const buildGroup = async (
  { ec2, autoscaling }: Clients,
  { name, servers }: TierPlan,
  targetGroupArn: string,
): Promise<void> => {
  await ec2.send(
    new CreateLaunchTemplateCommand({
      LaunchTemplateName: name,
      LaunchTemplateData: {
        ImageId: servers.imageId,
        InstanceType: 't3.micro',
        SecurityGroupIds: [servers.securityGroupId],
        IamInstanceProfile: { Name: servers.instanceProfile },
        MetadataOptions: { HttpTokens: 'required' },
        UserData: servers.userData,
        TagSpecifications: [
          { ResourceType: 'instance', Tags: [{ Key: 'tier', Value: name }] },
          { ResourceType: 'volume', Tags: [{ Key: 'tier', Value: name }] },
        ],
      },
    }),
  );
  await autoscaling.send(
    new CreateAutoScalingGroupCommand({
      AutoScalingGroupName: name,
      LaunchTemplate: { LaunchTemplateName: name, Version: '$Latest' },
      MinSize: 3,
      MaxSize: 9,
      DesiredCapacity: 3,
      VPCZoneIdentifier: servers.subnetIds.join(','),
      TargetGroupARNs: [targetGroupArn],
      HealthCheckType: 'ELB',
      HealthCheckGracePeriod: 60,
      DefaultInstanceWarmup: 60,
      Tags: [
        { Key: 'Name', Value: name, PropagateAtLaunch: true },
        // A simulated server answers so long after its start: about what a real one needs in a live drill.
        { Key: 'faultline:mock', Value: '{"bootSeconds":2}', PropagateAtLaunch: true },
      ],
    }),
  );
};

const inService = async ({ autoscaling }: Clients, name: string): Promise<void> => {
  await until(`The servers of ${name}`, async () => {
    const { AutoScalingGroups = [] } = await autoscaling.send(
      new DescribeAutoScalingGroupsCommand({ AutoScalingGroupNames: [name] }),
    );
    const instances = AutoScalingGroups[0]?.Instances ?? [];
    const serving = instances.filter(({ LifecycleState }) => LifecycleState === 'InService');
    return serving.length >= 3 ? serving : undefined;
  });
};

/** More servers when each has more than its share of requests, fewer when each has much less. */
const trackRequests = async (
  { autoscaling }: Clients,
  name: string,
  { loadBalancer, targetGroupArn }: Balanced,
): Promise<void> => {
  const [, balancerLabel = ''] = (loadBalancer.LoadBalancerArn ?? '').split(':loadbalancer/');
  const targetGroupLabel = targetGroupArn.slice(targetGroupArn.indexOf(':targetgroup/') + 1);
  const configuration: TargetTrackingConfiguration = {
    TargetValue: 1000,
    PredefinedMetricSpecification: {
      PredefinedMetricType: 'ALBRequestCountPerTarget',
      ResourceLabel: `${balancerLabel}/${targetGroupLabel}`,
    },
  };
  await autoscaling.send(
    new PutScalingPolicyCommand({
      AutoScalingGroupName: name,
      PolicyName: `${name}-requests`,
      PolicyType: 'TargetTrackingScaling',
      TargetTrackingConfiguration: configuration,
    }),
  );
};

/** Builds the tier and waits until its servers are in service; its balancer. */
export const buildTier = async (clients: Clients, plan: TierPlan): Promise<LoadBalancer> => {
  const balanced = await buildBalancer(clients.elb, plan);
  await buildGroup(clients, plan, balanced.targetGroupArn);
  await trackRequests(clients, plan.name, balanced);
  await inService(clients, plan.name);
  return balanced.loadBalancer;
};
