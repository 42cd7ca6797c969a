import type { EC2 } from '@aws-sdk/client-ec2';
import type { ElasticLoadBalancingV2 } from '@aws-sdk/client-elastic-load-balancing-v2';
import { beforeAll, describe, expect, it } from 'vitest';
import { awsClients, given, refusalOf } from '../../support/aws-clients.ts';
import { eventually } from '../../support/eventually.ts';
import type { Running } from '../../support/faultline-process.ts';

const region = 'eu-west-2';

/** Load balancers, target groups and listeners, as the API tells of them. */
export const walkBalancers = (world: () => Running): void => {
  const elbv2 = (): ElasticLoadBalancingV2 => awsClients(world().endpoint, { region }).elbv2;
  const ec2 = (): EC2 => awsClients(world().endpoint, { region }).ec2;

  /** What the tests of one load balancer share: they are steps of one story. */
  const made = { vpcId: '', subnetIds: [''], loadBalancerArn: '', targetGroupArn: '' };

  beforeAll(async () => {
    const { Subnets = [] } = await ec2().describeSubnets();
    made.vpcId = given(Subnets[0]?.VpcId);
    made.subnetIds = Subnets.map(({ SubnetId = '' }) => SubnetId);
  });

  describe('a load balancer', () => {
    it('needs subnets in two zones of its own Region', async () => {
      const create = async (Subnets: readonly string[]): Promise<string> =>
        (await refusalOf(elbv2().createLoadBalancer({ Name: 'refused', Subnets: [...Subnets] })))
          .code;
      const [first = '', second = ''] = made.subnetIds;
      expect(await create([first])).toBe('ValidationError');
      const elsewhere = await awsClients(world().endpoint, {
        region: 'us-east-2',
      }).ec2.describeSubnets();
      expect(await create([second, given(elsewhere.Subnets?.[0]?.SubnetId)])).toBe(
        'SubnetNotFoundException',
      );
      expect(
        await refusalOf(elbv2().createLoadBalancer({ Name: '-wrong-', Subnets: made.subnetIds })),
      ).toMatchObject({ code: 'ValidationError' });
    });

    it('is provisioned, and then active', async () => {
      const [first = '', second = '', third = ''] = made.subnetIds;
      const { LoadBalancers = [] } = await elbv2().createLoadBalancer({
        Name: 'front',
        Subnets: [first, second],
        Tags: [{ Key: 'stage', Value: 'test' }],
      });
      const [loadBalancer] = LoadBalancers;
      expect(loadBalancer).toMatchObject({
        State: { Code: 'provisioning' },
        Type: 'application',
        Scheme: 'internet-facing',
        DNSName: expect.stringMatching(/^front-\d+\.eu-west-2\.elb\.amazonaws\.com$/),
        VpcId: made.vpcId,
      });
      made.loadBalancerArn = given(loadBalancer?.LoadBalancerArn);
      await eventually(async () => {
        const { LoadBalancers: now } = await elbv2().describeLoadBalancers({ Names: ['front'] });
        return now?.[0]?.State?.Code === 'active';
      });
      expect(
        await refusalOf(elbv2().createLoadBalancer({ Name: 'front', Subnets: [first, third] })),
      ).toMatchObject({ code: 'DuplicateLoadBalancerNameException' });
      const { AvailabilityZones } = await elbv2().setSubnets({
        LoadBalancerArn: made.loadBalancerArn,
        Subnets: [first, second, third],
      });
      expect(AvailabilityZones).toHaveLength(3);
      const { GroupId } = await ec2().createSecurityGroup({
        GroupName: 'front',
        Description: 'd',
        VpcId: made.vpcId,
      });
      const { SecurityGroupIds } = await elbv2().setSecurityGroups({
        LoadBalancerArn: made.loadBalancerArn,
        SecurityGroups: [given(GroupId)],
      });
      expect(SecurityGroupIds).toEqual([GroupId]);
    });

    it('has IPv4 addresses', async () => {
      const { IpAddressType } = await elbv2().setIpAddressType({
        LoadBalancerArn: made.loadBalancerArn,
        IpAddressType: 'ipv4',
      });
      expect(IpAddressType).toBe('ipv4');
      await expect(
        elbv2().setIpAddressType({
          LoadBalancerArn: made.loadBalancerArn,
          IpAddressType: 'dualstack',
        }),
      ).rejects.toMatchObject({ name: 'NotImplemented' });
    });

    it('has attributes and tags', async () => {
      const LoadBalancerArn = made.loadBalancerArn;
      await elbv2().modifyLoadBalancerAttributes({
        LoadBalancerArn,
        Attributes: [{ Key: 'idle_timeout.timeout_seconds', Value: '30' }],
      });
      const capacity = await elbv2().describeCapacityReservation({ LoadBalancerArn });
      expect(capacity.MinimumLoadBalancerCapacity).toBeUndefined();
      const { Attributes } = await elbv2().describeLoadBalancerAttributes({ LoadBalancerArn });
      expect(Attributes).toContainEqual({ Key: 'idle_timeout.timeout_seconds', Value: '30' });
      await elbv2().addTags({
        ResourceArns: [LoadBalancerArn],
        Tags: [{ Key: 'team', Value: 'web' }],
      });
      await elbv2().removeTags({ ResourceArns: [LoadBalancerArn], TagKeys: ['stage'] });
      const { TagDescriptions } = await elbv2().describeTags({ ResourceArns: [LoadBalancerArn] });
      expect(TagDescriptions?.[0]?.Tags).toEqual([{ Key: 'team', Value: 'web' }]);
    });
  });

  describe('target groups', () => {
    it('hold targets of their own VPC', async () => {
      const request = { Name: 'servers', Protocol: 'HTTP', Port: 8080, VpcId: made.vpcId } as const;
      const { TargetGroups = [] } = await elbv2().createTargetGroup(request);
      made.targetGroupArn = given(TargetGroups[0]?.TargetGroupArn);
      const TargetGroupArn = made.targetGroupArn;
      expect(TargetGroups[0]).toMatchObject({ TargetType: 'instance', HealthCheckPath: '/' });
      expect(await refusalOf(elbv2().createTargetGroup({ ...request, Port: 9090 }))).toMatchObject({
        code: 'DuplicateTargetGroupNameException',
      });
      await elbv2().modifyTargetGroup({ TargetGroupArn, HealthCheckPath: '/health' });
      await elbv2().modifyTargetGroupAttributes({
        TargetGroupArn,
        Attributes: [{ Key: 'deregistration_delay.timeout_seconds', Value: '10' }],
      });
      const { Attributes } = await elbv2().describeTargetGroupAttributes({ TargetGroupArn });
      expect(Attributes).toContainEqual({
        Key: 'deregistration_delay.timeout_seconds',
        Value: '10',
      });
      const { TargetGroups: found } = await elbv2().describeTargetGroups({ Names: ['servers'] });
      expect(found?.[0]).toMatchObject({ TargetGroupArn, HealthCheckPath: '/health' });
      const { Images } = await ec2().describeImages({
        Owners: ['amazon'],
        Filters: [{ Name: 'architecture', Values: ['x86_64'] }],
      });
      const { Instances } = await ec2().runInstances({
        ImageId: given(Images?.[0]?.ImageId),
        InstanceType: 't3.micro',
        MinCount: 1,
        MaxCount: 1,
        SubnetId: made.subnetIds[0],
      });
      const Id = given(Instances?.[0]?.InstanceId);
      await eventually(async () => {
        const { Reservations } = await ec2().describeInstances({ InstanceIds: [Id] });
        return Reservations?.[0]?.Instances?.[0]?.State?.Name === 'running';
      });
      await elbv2().registerTargets({ TargetGroupArn, Targets: [{ Id }] });
      expect(
        await refusalOf(
          elbv2().registerTargets({ TargetGroupArn, Targets: [{ Id: 'i-0123456789abcdef0' }] }),
        ),
      ).toMatchObject({ code: 'InvalidTargetException' });
      const { TargetHealthDescriptions } = await elbv2().describeTargetHealth({ TargetGroupArn });
      expect(TargetHealthDescriptions?.[0]).toMatchObject({
        Target: { Id, Port: 8080 },
        TargetHealth: { State: 'unused', Reason: 'Target.NotInUse' },
      });
      await elbv2().deregisterTargets({ TargetGroupArn, Targets: [{ Id }] });
      await eventually(async () => {
        const { TargetHealthDescriptions: left } = await elbv2().describeTargetHealth({
          TargetGroupArn,
        });
        return left?.length === 0;
      });
      await ec2().terminateInstances({ InstanceIds: [Id] });
    });
  });

  describe('listeners', () => {
    it('send requests to a group, or answer themselves', async () => {
      const { loadBalancerArn: LoadBalancerArn, targetGroupArn: TargetGroupArn } = made;
      const forward = { Type: 'forward', TargetGroupArn } as const;
      const { Listeners = [] } = await elbv2().createListener({
        LoadBalancerArn,
        Protocol: 'HTTP',
        Port: 80,
        DefaultActions: [forward],
      });
      const ListenerArn = given(Listeners[0]?.ListenerArn);
      expect(
        await refusalOf(
          elbv2().createListener({
            LoadBalancerArn,
            Protocol: 'HTTP',
            Port: 80,
            DefaultActions: [forward],
          }),
        ),
      ).toMatchObject({ code: 'DuplicateListenerException' });
      expect(await refusalOf(elbv2().deleteTargetGroup({ TargetGroupArn }))).toMatchObject({
        code: 'ResourceInUseException',
      });
      await elbv2().modifyListener({
        ListenerArn,
        DefaultActions: [
          {
            Type: 'fixed-response',
            FixedResponseConfig: { StatusCode: '503', MessageBody: 'closed' },
          },
        ],
      });
      const { Listeners: now } = await elbv2().describeListeners({ LoadBalancerArn });
      expect(now?.[0]?.DefaultActions?.[0]?.Type).toBe('fixed-response');
      const { Rules } = await elbv2().describeRules({ ListenerArn });
      expect(Rules?.[0]).toMatchObject({ IsDefault: true, Priority: 'default' });
      await elbv2().describeListenerAttributes({ ListenerArn });
      await elbv2().deleteListener({ ListenerArn });
      expect(
        await refusalOf(elbv2().describeListeners({ ListenerArns: [ListenerArn] })),
      ).toMatchObject({ code: 'ListenerNotFoundException' });
    });
  });

  it('deletes a load balancer, and a target group that nobody uses', async () => {
    const { loadBalancerArn: LoadBalancerArn, targetGroupArn: TargetGroupArn } = made;
    await elbv2().deleteTargetGroup({ TargetGroupArn });
    await elbv2().deleteLoadBalancer({ LoadBalancerArn });
    expect(
      await refusalOf(elbv2().describeLoadBalancers({ LoadBalancerArns: [LoadBalancerArn] })),
    ).toMatchObject({ code: 'LoadBalancerNotFoundException' });
  });
};
