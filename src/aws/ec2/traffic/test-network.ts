import { allocateAddress } from '../addresses/addresses.ts';
import { associateAddress } from '../addresses/associate.ts';
import { NetworkInterfaces, type NetworkInterface } from '../instances/instance-entities.ts';
import { attachInternetGateway, createInternetGateway } from '../network/internet-gateways.ts';
import { createNetworkInterface } from '../network-interfaces/life.ts';
import { associateRouteTable, createRouteTable } from '../network/route-tables.ts';
import { createRoute } from '../network/routes.ts';
import { authorizeSecurityGroupIngress } from '../network/security-group-rules.ts';
import { createSecurityGroup } from '../network/security-groups.ts';
import { createSubnet } from '../network/subnets.ts';
import { createInstanceWorld, type InstanceWorld } from '../instances/test-instances.ts';
import { natGatewayTimers } from '../nat-gateways/life.ts';
import { createNatGateway } from '../nat-gateways/nat-gateways.ts';
import { present } from '../test-region.ts';
import { createVpc } from '../network/vpcs.ts';

/** A VPC with a public and a private subnet in two zones, for tests of what may pass. */
export interface TestNetwork {
  readonly it: InstanceWorld;
  readonly vpcId: string;
  readonly publicSubnetId: string;
  readonly privateSubnetId: string;
  /** The route table of the private subnet: inside the VPC alone. */
  readonly privateTableId: string;
  group(name: string): string;
  allow(groupId: string, port: number, from: string): void;
  /** An interface in a subnet, with a public address where `isPublic`. */
  place(subnetId: string, groupIds: readonly string[], isPublic?: boolean): NetworkInterface;
  /** A NAT gateway in a subnet, available, and the private subnet's way through it. */
  natGateway(subnetId: string): string;
}

const everywhere = '0.0.0.0/0';

export const testNetwork = async (): Promise<TestNetwork> => {
  const it = await createInstanceWorld({ timers: natGatewayTimers });
  const vpcId = present(it.call(createVpc, { CidrBlock: '10.0.0.0/16' }).Vpc?.VpcId);
  const subnet = (CidrBlock: string, AvailabilityZone: string): string =>
    present(it.call(createSubnet, { VpcId: vpcId, CidrBlock, AvailabilityZone }).Subnet?.SubnetId);
  const table = (): string =>
    present(it.call(createRouteTable, { VpcId: vpcId }).RouteTable?.RouteTableId);
  const publicSubnetId = subnet('10.0.0.0/24', 'us-east-1a');
  const privateSubnetId = subnet('10.0.1.0/24', 'us-east-1b');
  const made = it.call(createInternetGateway, {});
  const GatewayId = present(made.InternetGateway?.InternetGatewayId);
  it.call(attachInternetGateway, { InternetGatewayId: GatewayId, VpcId: vpcId });
  const [publicTableId, privateTableId] = [table(), table()];
  it.call(associateRouteTable, { RouteTableId: publicTableId, SubnetId: publicSubnetId });
  it.call(associateRouteTable, { RouteTableId: privateTableId, SubnetId: privateSubnetId });
  it.call(createRoute, {
    RouteTableId: publicTableId,
    DestinationCidrBlock: everywhere,
    GatewayId,
  });
  return {
    it,
    vpcId,
    publicSubnetId,
    privateSubnetId,
    privateTableId,
    group: (name) =>
      present(
        it.call(createSecurityGroup, { GroupName: name, Description: name, VpcId: vpcId }).GroupId,
      ),
    allow: (groupId, port, from) => {
      const peer = from.startsWith('sg-')
        ? { UserIdGroupPairs: [{ GroupId: from }] }
        : { IpRanges: [{ CidrIp: from }] };
      it.call(authorizeSecurityGroupIngress, {
        GroupId: groupId,
        IpPermissions: [{ IpProtocol: 'tcp', FromPort: port, ToPort: port, ...peer }],
      });
    },
    place: (subnetId, groupIds, isPublic = false) => {
      const input = { SubnetId: subnetId, Groups: groupIds };
      const { NetworkInterface } = it.call(createNetworkInterface, input);
      const id = present(NetworkInterface?.NetworkInterfaceId);
      if (isPublic) {
        const { AllocationId } = it.call(allocateAddress, {});
        it.call(associateAddress, { AllocationId, NetworkInterfaceId: id });
      }
      return present(it.view().get(NetworkInterfaces, id));
    },
    natGateway: (subnetId) => {
      const { AllocationId } = it.call(allocateAddress, {});
      const { NatGateway } = it.call(createNatGateway, { SubnetId: subnetId, AllocationId });
      const NatGatewayId = present(NatGateway?.NatGatewayId);
      it.clock.advance(30_000);
      it.call(createRoute, {
        RouteTableId: privateTableId,
        DestinationCidrBlock: everywhere,
        NatGatewayId,
      });
      return NatGatewayId;
    },
  };
};
