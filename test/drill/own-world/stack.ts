/** Builds a load balancer that answers by itself, and a name that leads to it: nothing that a program would have to run for. */
import { EC2 } from '@aws-sdk/client-ec2';
import { ElasticLoadBalancingV2 } from '@aws-sdk/client-elastic-load-balancing-v2';
import { Route53 } from '@aws-sdk/client-route-53';
import { setTimeout as delay } from 'node:timers/promises';

const region = 'eu-north-9';
const given = <T>(value: T | undefined): T => {
  if (value === undefined) throw new Error('Something was missing in an answer.');
  return value;
};

const ec2 = new EC2({ region });
const elb = new ElasticLoadBalancingV2({ region });
const route53 = new Route53({ region: 'us-east-1' });

const { Subnets = [] } = await ec2.describeSubnets({});
const { GroupId } = await ec2.createSecurityGroup({ GroupName: 'web', Description: 'Users' });
await ec2.authorizeSecurityGroupIngress({
  GroupId,
  IpProtocol: 'tcp',
  FromPort: 80,
  ToPort: 80,
  CidrIp: '0.0.0.0/0',
});
const made = await elb.createLoadBalancer({
  Name: 'web',
  Subnets: Subnets.map(({ SubnetId }) => given(SubnetId)),
  SecurityGroups: [given(GroupId)],
});
const balancer = given(made.LoadBalancers?.[0]);
await elb.createListener({
  LoadBalancerArn: given(balancer.LoadBalancerArn),
  Protocol: 'HTTP',
  Port: 80,
  DefaultActions: [
    {
      Type: 'fixed-response',
      FixedResponseConfig: { StatusCode: '200', ContentType: 'text/plain', MessageBody: 'hello' },
    },
  ],
});
const zone = await route53.createHostedZone({ Name: 'example.test', CallerReference: 'own-world' });
await route53.changeResourceRecordSets({
  HostedZoneId: given(zone.HostedZone?.Id),
  ChangeBatch: {
    Changes: [
      {
        Action: 'CREATE',
        ResourceRecordSet: {
          Name: 'www.example.test',
          Type: 'A',
          AliasTarget: {
            DNSName: given(balancer.DNSName),
            HostedZoneId: given(balancer.CanonicalHostedZoneId),
            EvaluateTargetHealth: false,
          },
        },
      },
    ],
  },
});
for (;;) {
  const { LoadBalancers } = await elb.describeLoadBalancers({ Names: ['web'] });
  if (LoadBalancers?.[0]?.State?.Code === 'active') break;
  await delay(50);
}
