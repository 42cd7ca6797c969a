import { expect, test } from 'vitest';
import { describeInstances, runInstances } from '../ec2/instances/instances.ts';
import { describeImages } from '../ec2/images/describe-images.ts';
import { describeRouteTables } from '../ec2/network/route-tables.ts';
import { createRoute, deleteRoute } from '../ec2/network/routes.ts';
import { authorizeSecurityGroupIngress } from '../ec2/network/security-group-rules.ts';
import { describeSecurityGroups } from '../ec2/network/security-groups.ts';
import { describeSubnets } from '../ec2/network/subnets.ts';
import {
  acceptVpcPeeringConnection,
  createVpcPeeringConnection,
} from '../ec2/peering/peering-connections.ts';
import { peeringWorld, type Home } from '../ec2/peering/test-peering.ts';
import { present } from '../ec2/test-region.ts';
import { desiredNodes } from './desired-nodes.ts';
import { LoadBalancers } from './entities.ts';
import { createListener } from './listeners.ts';
import { createLoadBalancer } from './load-balancers.ts';
import { elbv2 } from './service.ts';
import { createTargetGroup } from './target-groups.ts';
import { registerTargets } from './targets.ts';

/** A server at port 80 in a VPC of its own, open to everybody. */
const server = (home: Home) => {
  const { vpcId, subnetId } = home.vpc(2);
  const Filters = [{ Name: 'vpc-id', Values: [vpcId] }];
  const { SecurityGroups } = home.call(describeSecurityGroups, { Filters });
  home.call(authorizeSecurityGroupIngress, {
    GroupId: present(SecurityGroups?.[0]?.GroupId),
    IpPermissions: [
      { IpProtocol: 'tcp', FromPort: 80, ToPort: 80, IpRanges: [{ CidrIp: '0.0.0.0/0' }] },
    ],
  });
  const { Instances } = home.call(runInstances, {
    ImageId: present(home.call(describeImages, {}).Images?.[0]?.ImageId),
    InstanceType: 't3.micro',
    MinCount: 1,
    MaxCount: 1,
    SubnetId: subnetId,
  });
  const id = present(Instances?.[0]?.InstanceId);
  const { Reservations } = home.call(describeInstances, { InstanceIds: [id] });
  return { vpcId, id, address: present(Reservations?.[0]?.Instances?.[0]?.PrivateIpAddress) };
};

/** A balancer of the default VPC that forwards to an address beyond it. */
const balancer = (home: Home, address: string) => {
  const { Subnets = [] } = home.call(describeSubnets, {});
  const { VpcId } = present(Subnets[0]);
  const { LoadBalancers: made } = home.call(createLoadBalancer, {
    Name: 'web',
    Subnets: Subnets.slice(0, 2).map(({ SubnetId }) => present(SubnetId)),
  });
  const { TargetGroups } = home.call(createTargetGroup, {
    Name: 'far',
    Protocol: 'HTTP',
    Port: 80,
    TargetType: 'ip',
    VpcId,
  });
  const TargetGroupArn = present(TargetGroups?.[0]?.TargetGroupArn);
  home.call(registerTargets, {
    TargetGroupArn,
    Targets: [{ Id: address, AvailabilityZone: 'all' }],
  });
  const arn = present(made?.[0]?.LoadBalancerArn);
  home.call(createListener, {
    LoadBalancerArn: arn,
    Protocol: 'HTTP',
    Port: 80,
    DefaultActions: [{ Type: 'forward', TargetGroupArn }],
  });
  return { VpcId: present(VpcId), arn };
};

test.each([
  ['of its Region', 'us-east-1'],
  ['of another Region', 'eu-west-1'],
])(
  'a load balancer reaches a server of a peered VPC %s, as far as routes lead',
  async (_, there) => {
    const world = await peeringWorld({ timers: elbv2.timers });
    const [near, far] = [world.home('us-east-1'), world.home(there)];
    const { vpcId, id, address } = server(far);
    const { VpcId, arn } = balancer(near, address);
    world.it.clock.advance(300_000);
    const target = () => {
      const view = near.view();
      const nodes = desiredNodes(view, present(view.get(LoadBalancers, arn)));
      return nodes[0]?.targetGroups[0]?.targets[0];
    };
    expect(target()).toMatchObject({ instanceId: undefined, way: { up: false } });
    const { VpcPeeringConnection } = near.call(createVpcPeeringConnection, {
      VpcId,
      PeerVpcId: vpcId,
      PeerRegion: there,
    });
    const VpcPeeringConnectionId = present(VpcPeeringConnection?.VpcPeeringConnectionId);
    world.it.clock.advance(5000);
    far.call(acceptVpcPeeringConnection, { VpcPeeringConnectionId });
    world.it.clock.advance(5000);
    const tableOf = (home: Home, vpc: string): string =>
      present(
        home.call(describeRouteTables, { Filters: [{ Name: 'vpc-id', Values: [vpc] }] })
          .RouteTables?.[0]?.RouteTableId,
      );
    near.call(createRoute, {
      RouteTableId: tableOf(near, VpcId),
      DestinationCidrBlock: '10.2.0.0/16',
      VpcPeeringConnectionId,
    });
    expect(target()).toMatchObject({ instanceId: id, lets: { traffic: false } });
    const back = { RouteTableId: tableOf(far, vpcId), DestinationCidrBlock: '172.31.0.0/16' };
    far.call(createRoute, { ...back, VpcPeeringConnectionId });
    expect(target()).toMatchObject({
      instanceId: id,
      way: { up: true },
      lets: { traffic: true, probes: true },
    });
    const mend = world.it.breakDown(`region/${there}`, 'network');
    expect(target()?.way.up === true && target()?.lets?.traffic === true).toBe(
      there === 'us-east-1',
    );
    mend();
    far.call(deleteRoute, back);
    expect(target()).toMatchObject({ lets: { traffic: false } });
  },
);
