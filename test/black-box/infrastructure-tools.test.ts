/**
 * The calls that infrastructure tools make for a stack, in their order: a look whether it is there, the creation with its
 * tags, many small changes of attributes, and then reads of everything, which must give back exactly what was written, or
 * the tool's next plan would not be empty. Source: the resources of Terraform's AWS provider of these names.
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { awsClients, refusalOf } from '../support/aws-clients.ts';
import { eventually } from '../support/eventually.ts';
import { startReady, stop, type Running } from '../support/faultline-process.ts';
import { groupTests } from './infrastructure/group.ts';
import { networkTests } from './infrastructure/network.ts';
import { roleAndBalancerTests } from './infrastructure/role-and-balancer.ts';
import { serverTests } from './infrastructure/server.ts';
import type { Stack } from './infrastructure/stack.ts';

let world: Running;

const stack: Stack = {
  // Nobody listens there: the world that is started below takes its place.
  aws: awsClients('http://127.0.0.1:9'),
  vpcId: '',
  subnetIds: [],
  securityGroupId: '',
  targetGroupArn: '',
  loadBalancerArn: '',
  launchTemplateId: '',
  instanceId: '',
  natGatewayId: '',
  internetGatewayId: '',
  routeTableId: '',
};

beforeAll(async () => {
  world = await startReady({ driver: 'mock', speed: 100 });
  stack.aws = awsClients(world.endpoint);
});
afterAll(async () => {
  await stop(world);
});

describe('the provider', () => {
  it('finds out who it is and what there is', async () => {
    const { Account } = await stack.aws.sts.getCallerIdentity({});
    expect(Account).toMatch(/^\d{12}$/);
    const { AccountAttributes } = await stack.aws.ec2.describeAccountAttributes({
      AttributeNames: ['supported-platforms'],
    });
    expect(AccountAttributes).toEqual([
      { AttributeName: 'supported-platforms', AttributeValues: [{ AttributeValue: 'VPC' }] },
    ]);
    const { AvailabilityZones = [] } = await stack.aws.ec2.describeAvailabilityZones({
      Filters: [{ Name: 'opt-in-status', Values: ['opt-in-not-required'] }],
    });
    expect(AvailabilityZones).toHaveLength(6);
  });
});

networkTests(stack);
roleAndBalancerTests(stack);
groupTests(stack);
serverTests(stack);

describe('taking it all down', () => {
  it('leaves nothing that would keep the VPC', async () => {
    const AutoScalingGroupName = 'shop';
    await stack.aws.autoscaling.deletePolicy({ AutoScalingGroupName, PolicyName: 'steps' });
    await stack.aws.cloudwatch.deleteAlarms({ AlarmNames: ['busy'] });
    await stack.aws.autoscaling.updateAutoScalingGroup({
      AutoScalingGroupName,
      MinSize: 0,
      MaxSize: 0,
      DesiredCapacity: 0,
    });
    await eventually(async () => {
      const { AutoScalingGroups } = await stack.aws.autoscaling.describeAutoScalingGroups({
        AutoScalingGroupNames: [AutoScalingGroupName],
      });
      return AutoScalingGroups?.[0]?.Instances?.length === 0;
    }, 60_000);
    await stack.aws.autoscaling.deleteAutoScalingGroup({
      AutoScalingGroupName,
      ForceDelete: false,
    });
    await stack.aws.ec2.deleteLaunchTemplate({ LaunchTemplateId: stack.launchTemplateId });
    await stack.aws.elbv2.deleteLoadBalancer({ LoadBalancerArn: stack.loadBalancerArn });
    await stack.aws.elbv2.deleteTargetGroup({ TargetGroupArn: stack.targetGroupArn });
    const { InstanceId } = { InstanceId: stack.instanceId };
    await stack.aws.ec2.modifyInstanceAttribute({
      InstanceId,
      DisableApiTermination: { Value: false },
    });
    await stack.aws.ec2.modifyInstanceAttribute({ InstanceId, DisableApiStop: { Value: false } });
    await stack.aws.ec2.terminateInstances({ InstanceIds: [InstanceId] });
    await stack.aws.iam.removeRoleFromInstanceProfile({
      InstanceProfileName: 'shop',
      RoleName: 'shop',
    });
    await stack.aws.iam.deleteInstanceProfile({ InstanceProfileName: 'shop' });
    await stack.aws.ec2.deleteNatGateway({ NatGatewayId: stack.natGatewayId });
    await eventually(async () => {
      const { NatGateways } = await stack.aws.ec2.describeNatGateways({
        NatGatewayIds: [stack.natGatewayId],
      });
      return NatGateways?.[0]?.State === 'deleted';
    });
    const { Addresses = [] } = await stack.aws.ec2.describeAddresses();
    for (const { AllocationId } of Addresses) await stack.aws.ec2.releaseAddress({ AllocationId });
    await eventually(async () => {
      const { NetworkInterfaces = [] } = await stack.aws.ec2.describeNetworkInterfaces({
        Filters: [{ Name: 'vpc-id', Values: [stack.vpcId] }],
      });
      return NetworkInterfaces.length === 0;
    }, 60_000);
    const { RouteTables } = await stack.aws.ec2.describeRouteTables({
      RouteTableIds: [stack.routeTableId],
    });
    for (const { RouteTableAssociationId } of RouteTables?.[0]?.Associations ?? []) {
      await stack.aws.ec2.disassociateRouteTable({ AssociationId: RouteTableAssociationId });
    }
    await stack.aws.ec2.deleteRouteTable({ RouteTableId: stack.routeTableId });
    for (const SubnetId of stack.subnetIds) await stack.aws.ec2.deleteSubnet({ SubnetId });
    await stack.aws.ec2.deleteSecurityGroup({ GroupId: stack.securityGroupId });
    await stack.aws.ec2.detachInternetGateway({
      InternetGatewayId: stack.internetGatewayId,
      VpcId: stack.vpcId,
    });
    await stack.aws.ec2.deleteInternetGateway({ InternetGatewayId: stack.internetGatewayId });
    await stack.aws.ec2.deleteVpc({ VpcId: stack.vpcId });
    expect(await refusalOf(stack.aws.ec2.describeVpcs({ VpcIds: [stack.vpcId] }))).toMatchObject({
      code: 'InvalidVpcID.NotFound',
    });
  });
});
