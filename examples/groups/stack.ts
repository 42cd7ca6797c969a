/**
 * Builds one web service twice, in two Regions: an Auto Scaling group of six servers over three zones, a load balancer in
 * front, and Route 53 that sends users to the first Region for as long as it is well. Endpoint and keys come from the
 * environment.
 */
import { readFile } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import {
  AutoScalingClient,
  CreateAutoScalingGroupCommand,
  DescribeAutoScalingGroupsCommand,
} from '@aws-sdk/client-auto-scaling';
import {
  AttachInternetGatewayCommand,
  AuthorizeSecurityGroupIngressCommand,
  CreateInternetGatewayCommand,
  CreateLaunchTemplateCommand,
  CreateRouteCommand,
  CreateSecurityGroupCommand,
  CreateSubnetCommand,
  CreateVpcCommand,
  DescribeImagesCommand,
  DescribeRouteTablesCommand,
  EC2Client,
} from '@aws-sdk/client-ec2';
import {
  CreateListenerCommand,
  CreateLoadBalancerCommand,
  CreateTargetGroupCommand,
  ElasticLoadBalancingV2Client,
  ModifyTargetGroupAttributesCommand,
  type LoadBalancer,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import {
  ChangeResourceRecordSetsCommand,
  CreateHostedZoneCommand,
  Route53Client,
  type ResourceRecordSet,
} from '@aws-sdk/client-route-53';

interface RegionPlan {
  readonly region: string;
  readonly network: string;
  readonly zoneIds: readonly string[];
}

const primary: RegionPlan = {
  region: 'us-east-1',
  network: '10.1',
  zoneIds: ['use1-az1', 'use1-az2', 'use1-az4'],
};

const secondary: RegionPlan = {
  region: 'eu-west-1',
  network: '10.2',
  zoneIds: ['euw1-az1', 'euw1-az2', 'euw1-az3'],
};

const domain = 'example.test';
const port = 8080;
const servers = 6;

/** What AWS always answers although its types say that it may be missing. */
const given = <T>(value: T | undefined, what: string): T => {
  if (value === undefined) throw new Error(`There was no ${what} in the answer.`);
  return value;
};

/** Asks again and again until there is an answer; the SDK's own waiters pause for 15 seconds. */
const until = async <T>(what: string, ask: () => Promise<T | undefined>): Promise<T> => {
  for (let tries = 0; tries < 3000; tries += 1) {
    const answer = await ask();
    if (answer !== undefined) return answer;
    await delay(50);
  }
  throw new Error(`${what} did not come.`);
};

interface Network {
  readonly vpcId: string;
  readonly subnetIds: readonly string[];
  readonly balancerGroupId: string;
  readonly serverGroupId: string;
}

const buildNetwork = async (ec2: EC2Client, plan: RegionPlan): Promise<Network> => {
  const { Vpc } = await ec2.send(new CreateVpcCommand({ CidrBlock: `${plan.network}.0.0/16` }));
  const vpcId = given(Vpc?.VpcId, 'VPC');
  const { InternetGateway } = await ec2.send(new CreateInternetGatewayCommand());
  const gatewayId = given(InternetGateway?.InternetGatewayId, 'internet gateway');
  await ec2.send(new AttachInternetGatewayCommand({ VpcId: vpcId, InternetGatewayId: gatewayId }));
  const { RouteTables } = await ec2.send(
    new DescribeRouteTablesCommand({ Filters: [{ Name: 'vpc-id', Values: [vpcId] }] }),
  );
  await ec2.send(
    new CreateRouteCommand({
      RouteTableId: given(RouteTables?.[0]?.RouteTableId, 'main route table'),
      DestinationCidrBlock: '0.0.0.0/0',
      GatewayId: gatewayId,
    }),
  );
  const subnetIds: string[] = [];
  for (const [index, zoneId] of plan.zoneIds.entries()) {
    const { Subnet } = await ec2.send(
      new CreateSubnetCommand({
        VpcId: vpcId,
        AvailabilityZoneId: zoneId,
        CidrBlock: `${plan.network}.${index}.0/24`,
      }),
    );
    subnetIds.push(given(Subnet?.SubnetId, 'subnet'));
  }
  return { vpcId, subnetIds, ...(await buildSecurityGroups(ec2, vpcId)) };
};

const createSecurityGroup = async (
  ec2: EC2Client,
  vpcId: string,
  name: string,
  purpose: string,
): Promise<string> => {
  const { GroupId } = await ec2.send(
    new CreateSecurityGroupCommand({ VpcId: vpcId, GroupName: name, Description: purpose }),
  );
  return given(GroupId, 'security group');
};

/** Everybody may talk to the balancer, and the balancer alone to the servers. */
const buildSecurityGroups = async (
  ec2: EC2Client,
  vpcId: string,
): Promise<Pick<Network, 'balancerGroupId' | 'serverGroupId'>> => {
  const balancerGroupId = await createSecurityGroup(
    ec2,
    vpcId,
    'balancer',
    'Users to the balancer',
  );
  const serverGroupId = await createSecurityGroup(ec2, vpcId, 'servers', 'Balancer to the servers');
  await ec2.send(
    new AuthorizeSecurityGroupIngressCommand({
      GroupId: balancerGroupId,
      IpPermissions: [
        { IpProtocol: 'tcp', FromPort: 80, ToPort: 80, IpRanges: [{ CidrIp: '0.0.0.0/0' }] },
      ],
    }),
  );
  await ec2.send(
    new AuthorizeSecurityGroupIngressCommand({
      GroupId: serverGroupId,
      IpPermissions: [
        {
          IpProtocol: 'tcp',
          FromPort: port,
          ToPort: port,
          UserIdGroupPairs: [{ GroupId: balancerGroupId }],
        },
      ],
    }),
  );
  return { balancerGroupId, serverGroupId };
};

const newestImage = async (ec2: EC2Client): Promise<string> => {
  const { Images = [] } = await ec2.send(
    new DescribeImagesCommand({
      Owners: ['amazon'],
      Filters: [
        { Name: 'name', Values: ['al2023-ami-2023.*'] },
        { Name: 'architecture', Values: ['x86_64'] },
      ],
    }),
  );
  const [newest] = Images.toSorted((a, b) =>
    (b.CreationDate ?? '').localeCompare(a.CreationDate ?? ''),
  );
  return given(newest?.ImageId, 'image');
};

interface Balanced {
  readonly loadBalancer: LoadBalancer;
  readonly targetGroupArn: string;
}

const buildBalancer = async (
  elb: ElasticLoadBalancingV2Client,
  network: Network,
): Promise<Balanced> => {
  const { LoadBalancers } = await elb.send(
    new CreateLoadBalancerCommand({
      Name: 'web',
      Subnets: [...network.subnetIds],
      SecurityGroups: [network.balancerGroupId],
    }),
  );
  const loadBalancer = given(LoadBalancers?.[0], 'load balancer');
  const { TargetGroups } = await elb.send(
    new CreateTargetGroupCommand({
      Name: 'web',
      Protocol: 'HTTP',
      Port: port,
      VpcId: network.vpcId,
      HealthCheckPath: '/health',
      HealthCheckIntervalSeconds: 10,
      HealthCheckTimeoutSeconds: 5,
      HealthyThresholdCount: 2,
      UnhealthyThresholdCount: 3,
    }),
  );
  const targetGroupArn = given(TargetGroups?.[0]?.TargetGroupArn, 'target group');
  await elb.send(
    new ModifyTargetGroupAttributesCommand({
      TargetGroupArn: targetGroupArn,
      Attributes: [{ Key: 'deregistration_delay.timeout_seconds', Value: '30' }],
    }),
  );
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

/** Six servers over the three zones, checked by the balancer, and taken for warmed up a minute after they come. */
const buildGroup = async (
  ec2: EC2Client,
  region: string,
  network: Network,
  { targetGroupArn, userData }: { readonly targetGroupArn: string; readonly userData: string },
): Promise<void> => {
  await ec2.send(
    new CreateLaunchTemplateCommand({
      LaunchTemplateName: 'web',
      LaunchTemplateData: {
        ImageId: await newestImage(ec2),
        InstanceType: 't3.micro',
        SecurityGroupIds: [network.serverGroupId],
        UserData: userData,
      },
    }),
  );
  const autoscaling = new AutoScalingClient({ region });
  await autoscaling.send(
    new CreateAutoScalingGroupCommand({
      AutoScalingGroupName: 'web',
      LaunchTemplate: { LaunchTemplateName: 'web', Version: '$Latest' },
      MinSize: servers,
      MaxSize: servers,
      VPCZoneIdentifier: network.subnetIds.join(','),
      TargetGroupARNs: [targetGroupArn],
      HealthCheckType: 'ELB',
      HealthCheckGracePeriod: 60,
      DefaultInstanceWarmup: 60,
      Tags: [
        // A simulated server answers so long after its start: about what a real one needs in a live drill.
        { Key: 'faultline:mock', Value: '{"bootSeconds":4}', PropagateAtLaunch: true },
      ],
    }),
  );
  await until('The group', async () => {
    const { AutoScalingGroups = [] } = await autoscaling.send(
      new DescribeAutoScalingGroupsCommand({ AutoScalingGroupNames: ['web'] }),
    );
    const instances = AutoScalingGroups[0]?.Instances ?? [];
    const inService = instances.filter(({ LifecycleState }) => LifecycleState === 'InService');
    return inService.length === servers ? inService : undefined;
  });
};

/** The whole service in one Region; its load balancer. */
const buildRegion = async (plan: RegionPlan, userData: string): Promise<LoadBalancer> => {
  const ec2 = new EC2Client({ region: plan.region });
  const elb = new ElasticLoadBalancingV2Client({ region: plan.region });
  const network = await buildNetwork(ec2, plan);
  const { loadBalancer, targetGroupArn } = await buildBalancer(elb, network);
  await buildGroup(ec2, plan.region, network, { targetGroupArn, userData });
  return loadBalancer;
};

const failoverRecord = (
  role: 'PRIMARY' | 'SECONDARY',
  loadBalancer: LoadBalancer,
): ResourceRecordSet => ({
  Name: `www.${domain}`,
  Type: 'A',
  SetIdentifier: role.toLowerCase(),
  Failover: role,
  AliasTarget: {
    HostedZoneId: given(loadBalancer.CanonicalHostedZoneId, 'hosted zone of the load balancer'),
    DNSName: given(loadBalancer.DNSName, 'DNS name of the load balancer'),
    EvaluateTargetHealth: true,
  },
});

const buildDns = async (first: LoadBalancer, second: LoadBalancer): Promise<void> => {
  const route53 = new Route53Client({ region: 'us-east-1' });
  const { HostedZone } = await route53.send(
    new CreateHostedZoneCommand({ Name: domain, CallerReference: 'groups' }),
  );
  await route53.send(
    new ChangeResourceRecordSetsCommand({
      HostedZoneId: given(HostedZone?.Id, 'hosted zone'),
      ChangeBatch: {
        Changes: [failoverRecord('PRIMARY', first), failoverRecord('SECONDARY', second)].map(
          (ResourceRecordSet) => ({ Action: 'CREATE', ResourceRecordSet }),
        ),
      },
    }),
  );
};

const server = await readFile(new URL('server.js', import.meta.url));
const userData = server.toString('base64');
await buildDns(await buildRegion(primary, userData), await buildRegion(secondary, userData));
