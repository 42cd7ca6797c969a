import { describe, expect, it } from 'vitest';
import { given, refusalOf } from '../../support/aws-clients.ts';
import { eventually } from '../../support/eventually.ts';
import { sorted, tags, type Stack } from './stack.ts';

/** Role, instance profile, load balancer, target group and listener. */
export const roleAndBalancerTests = (stack: Stack): void => {
  describe('the role', () => {
    it('aws_iam_role and aws_iam_instance_profile', async () => {
      const AssumeRolePolicyDocument = JSON.stringify({
        Version: '2012-10-17',
        Statement: [
          {
            Action: 'sts:AssumeRole',
            Effect: 'Allow',
            Principal: { Service: 'ec2.amazonaws.com' },
          },
        ],
      });
      const RoleName = 'shop';
      expect(await refusalOf(stack.aws.iam.getRole({ RoleName }))).toMatchObject({
        code: 'NoSuchEntityException',
      });
      await stack.aws.iam.createRole({
        RoleName,
        Path: '/',
        AssumeRolePolicyDocument,
        MaxSessionDuration: 3600,
        Tags: tags,
      });
      const { Role } = await stack.aws.iam.getRole({ RoleName });
      expect(decodeURIComponent(given(Role?.AssumeRolePolicyDocument))).toBe(
        AssumeRolePolicyDocument,
      );
      expect(Role).toMatchObject({ Path: '/', MaxSessionDuration: 3600 });
      expect(sorted(Role?.Tags)).toEqual(tags);
      const PolicyArn = 'arn:aws:iam::aws:policy/AmazonSSMManagedInstanceCore';
      await stack.aws.iam.attachRolePolicy({ RoleName, PolicyArn });
      const document = '{"Version":"2012-10-17","Statement":[]}';
      await stack.aws.iam.putRolePolicy({ RoleName, PolicyName: 'own', PolicyDocument: document });
      expect(await stack.aws.iam.listRolePolicies({ RoleName })).toMatchObject({
        PolicyNames: ['own'],
      });
      const own = await stack.aws.iam.getRolePolicy({ RoleName, PolicyName: 'own' });
      expect(decodeURIComponent(given(own.PolicyDocument))).toBe(document);
      expect(await stack.aws.iam.listAttachedRolePolicies({ RoleName })).toMatchObject({
        AttachedPolicies: [{ PolicyArn, PolicyName: 'AmazonSSMManagedInstanceCore' }],
      });
      await stack.aws.iam.createInstanceProfile({
        InstanceProfileName: 'shop',
        Path: '/',
        Tags: tags,
      });
      await stack.aws.iam.addRoleToInstanceProfile({ InstanceProfileName: 'shop', RoleName });
      const { InstanceProfile } = await stack.aws.iam.getInstanceProfile({
        InstanceProfileName: 'shop',
      });
      expect(InstanceProfile).toMatchObject({ Path: '/', Roles: [{ RoleName }] });
      expect(sorted(InstanceProfile?.Tags)).toEqual(tags);
      const { InstanceProfiles } = await stack.aws.iam.listInstanceProfilesForRole({ RoleName });
      expect(InstanceProfiles?.map(({ InstanceProfileName }) => InstanceProfileName)).toEqual([
        'shop',
      ]);
    });
  });

  describe('the balancer', () => {
    /** What the provider sets of every Application Load Balancer. */
    const balancerAttributes = {
      'access_logs.s3.enabled': 'false',
      'connection_logs.s3.enabled': 'false',
      'client_keep_alive.seconds': '3600',
      'deletion_protection.enabled': 'false',
      'idle_timeout.timeout_seconds': '120',
      'routing.http.desync_mitigation_mode': 'defensive',
      'routing.http.drop_invalid_header_fields.enabled': 'true',
      'routing.http.preserve_host_header.enabled': 'false',
      'routing.http.x_amzn_tls_version_and_cipher_suite.enabled': 'false',
      'routing.http.xff_client_port.enabled': 'false',
      'routing.http.xff_header_processing.mode': 'append',
      'routing.http2.enabled': 'true',
      'waf.fail_open.enabled': 'false',
      'zonal_shift.config.enabled': 'false',
    };
    const targetGroupAttributes = {
      'deregistration_delay.timeout_seconds': '60',
      'load_balancing.algorithm.type': 'round_robin',
      'load_balancing.algorithm.anomaly_mitigation': 'off',
      'load_balancing.cross_zone.enabled': 'use_load_balancer_configuration',
      'slow_start.duration_seconds': '0',
      'stickiness.enabled': 'false',
      'stickiness.type': 'lb_cookie',
      'stickiness.lb_cookie.duration_seconds': '86400',
      'target_group_health.dns_failover.minimum_healthy_targets.count': '1',
      'target_group_health.dns_failover.minimum_healthy_targets.percentage': 'off',
      'target_group_health.unhealthy_state_routing.minimum_healthy_targets.count': '1',
      'target_group_health.unhealthy_state_routing.minimum_healthy_targets.percentage': 'off',
    };
    const listOf = (attributes: Readonly<Record<string, string>>) =>
      Object.entries(attributes).map(([Key, Value]) => ({ Key, Value }));

    it('aws_lb', async () => {
      expect(
        await refusalOf(stack.aws.elbv2.describeLoadBalancers({ Names: ['shop'] })),
      ).toMatchObject({
        code: 'LoadBalancerNotFoundException',
      });
      const { LoadBalancers } = await stack.aws.elbv2.createLoadBalancer({
        Name: 'shop',
        Type: 'application',
        Subnets: stack.subnetIds,
        SecurityGroups: [stack.securityGroupId],
        IpAddressType: 'ipv4',
        Tags: tags,
      });
      const LoadBalancerArn = given(LoadBalancers?.[0]?.LoadBalancerArn);
      stack.loadBalancerArn = LoadBalancerArn;
      await eventually(async () => {
        const answer = await stack.aws.elbv2.describeLoadBalancers({
          LoadBalancerArns: [LoadBalancerArn],
        });
        return answer.LoadBalancers?.[0]?.State?.Code === 'active';
      });
      await stack.aws.elbv2.modifyLoadBalancerAttributes({
        LoadBalancerArn,
        Attributes: listOf(balancerAttributes),
      });
      const { Attributes } = await stack.aws.elbv2.describeLoadBalancerAttributes({
        LoadBalancerArn,
      });
      const known = Object.fromEntries(
        Attributes?.map(({ Key = '', Value }) => [Key, Value]) ?? [],
      );
      expect(known).toMatchObject(balancerAttributes);
      const capacity = await stack.aws.elbv2.describeCapacityReservation({ LoadBalancerArn });
      expect(capacity.MinimumLoadBalancerCapacity).toBeUndefined();
      const { TagDescriptions } = await stack.aws.elbv2.describeTags({
        ResourceArns: [LoadBalancerArn],
      });
      expect(sorted(TagDescriptions?.[0]?.Tags)).toEqual(tags);
      const { NetworkInterfaces = [] } = await stack.aws.ec2.describeNetworkInterfaces({
        Filters: [
          { Name: 'attachment.instance-owner-id', Values: ['amazon-elb'] },
          {
            Name: 'description',
            Values: [`ELB ${LoadBalancerArn.split(':loadbalancer/')[1] ?? ''}`],
          },
        ],
      });
      expect(NetworkInterfaces).toHaveLength(2);
    });

    it('aws_lb_target_group and aws_lb_listener', async () => {
      expect(
        await refusalOf(stack.aws.elbv2.describeTargetGroups({ Names: ['shop'] })),
      ).toMatchObject({
        code: 'TargetGroupNotFoundException',
      });
      const asked = {
        Port: 8080,
        Protocol: 'HTTP',
        ProtocolVersion: 'HTTP1',
        TargetType: 'instance',
        HealthCheckEnabled: true,
        HealthCheckIntervalSeconds: 10,
        HealthCheckPath: '/health',
        HealthCheckPort: 'traffic-port',
        HealthCheckProtocol: 'HTTP',
        HealthCheckTimeoutSeconds: 5,
        HealthyThresholdCount: 2,
        UnhealthyThresholdCount: 3,
        Matcher: { HttpCode: '200-299' },
      } as const;
      const { TargetGroups } = await stack.aws.elbv2.createTargetGroup({
        ...asked,
        Name: 'shop',
        VpcId: stack.vpcId,
        Tags: tags,
      });
      const TargetGroupArn = given(TargetGroups?.[0]?.TargetGroupArn);
      stack.targetGroupArn = TargetGroupArn;
      await stack.aws.elbv2.modifyTargetGroupAttributes({
        TargetGroupArn,
        Attributes: listOf(targetGroupAttributes),
      });
      const described = await stack.aws.elbv2.describeTargetGroups({
        TargetGroupArns: [TargetGroupArn],
      });
      expect(described.TargetGroups?.[0]).toMatchObject({ ...asked, IpAddressType: 'ipv4' });
      const { Attributes } = await stack.aws.elbv2.describeTargetGroupAttributes({
        TargetGroupArn,
      });
      const known = Object.fromEntries(
        Attributes?.map(({ Key = '', Value }) => [Key, Value]) ?? [],
      );
      expect(known).toMatchObject(targetGroupAttributes);
      const { Listeners } = await stack.aws.elbv2.createListener({
        LoadBalancerArn: stack.loadBalancerArn,
        Port: 80,
        Protocol: 'HTTP',
        DefaultActions: [{ Type: 'forward', TargetGroupArn }],
        Tags: tags,
      });
      const ListenerArn = given(Listeners?.[0]?.ListenerArn);
      const answer = await stack.aws.elbv2.describeListeners({ ListenerArns: [ListenerArn] });
      expect(answer.Listeners?.[0]).toMatchObject({
        Port: 80,
        Protocol: 'HTTP',
        DefaultActions: [{ Type: 'forward', TargetGroupArn }],
      });
      const listenerAttributes = await stack.aws.elbv2.describeListenerAttributes({ ListenerArn });
      expect(listenerAttributes.Attributes).toContainEqual({
        Key: 'routing.http.response.server.enabled',
        Value: 'true',
      });
      const { TagDescriptions } = await stack.aws.elbv2.describeTags({
        ResourceArns: [ListenerArn, TargetGroupArn],
      });
      expect(TagDescriptions?.map(({ Tags }) => sorted(Tags))).toEqual([tags, tags]);
    });
  });
};
